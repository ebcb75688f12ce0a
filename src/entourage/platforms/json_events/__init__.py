"""JSON events of every shape that TikTok tools send, and our own, turned into events."""
