"""Runs the command line when called as `python -m entourage`."""

from entourage.cli import main

main()
