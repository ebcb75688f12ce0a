"""Bringing viewers from other programs: read a file, see what it would do, do it, take it back whole."""
