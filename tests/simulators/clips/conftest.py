"""A make-believe internet of videos for each test."""

from tests.videos import clips

__all__ = ["clips"]
