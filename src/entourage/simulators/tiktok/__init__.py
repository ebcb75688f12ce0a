"""A make-believe TikTok: pages, sign server and live websocket on one loopback port, and an evening to play on it."""
