"""Fanvue: signing in, chats, mass messages, what fans spend, and what it tells us."""
