"""A fake Fanvue for each test."""

from tests.fanvue import fanvue

__all__ = ["fanvue"]
