"""A make-believe Fanvue: signing in, chats, mass messages, insights, webhooks, and fans with tempers."""
