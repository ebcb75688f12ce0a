"""Helix, the API of the make-believe Twitch, topic by topic."""
