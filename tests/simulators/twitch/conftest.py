"""A fake Twitch for each test."""

from tests.twitch import twitch

__all__ = ["twitch"]
