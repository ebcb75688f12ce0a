"""EventSub: what Twitch tells us, over a websocket of a conduit, a plain websocket or webhooks."""
