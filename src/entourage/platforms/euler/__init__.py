"""Euler's hosted websocket: TikTok LIVE as JSON, signed and kept by somebody else's servers."""
