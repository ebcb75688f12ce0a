"""EventSub, by which the make-believe Twitch tells what happens: over websockets, conduits and webhooks."""
