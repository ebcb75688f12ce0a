"""A make-believe Twitch on the real wire: id.twitch.tv, Helix and EventSub on one loopback port."""
