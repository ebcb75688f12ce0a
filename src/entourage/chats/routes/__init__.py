"""Questions come in: fan chats over REST."""
