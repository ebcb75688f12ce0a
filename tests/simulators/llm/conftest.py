"""A make-believe model for each test."""

from tests.llm import model

__all__ = ["model"]
