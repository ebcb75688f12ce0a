"""Twitch: signing in, the Helix API, and what its channels tell us."""
