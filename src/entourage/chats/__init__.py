"""Fan messages, and replies written with an AI in the creator's voice."""
