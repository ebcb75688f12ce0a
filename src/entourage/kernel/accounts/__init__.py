"""People, and what they may do: users, roles, sign-in links, sessions and keys for programs."""
