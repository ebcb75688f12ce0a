"""TikFinity, the app on the streamer's PC that passes TikTok LIVE on as JSON over a local websocket."""
