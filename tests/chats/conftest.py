"""What tests of fan chats share."""

from tests.chats.crew import creator_id, crew, hands

__all__ = ["creator_id", "crew", "hands"]
