"""id.twitch.tv of the make-believe Twitch: who may do what in whose name."""
