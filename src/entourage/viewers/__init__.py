"""Who is in the room, who came back, who matters most."""
