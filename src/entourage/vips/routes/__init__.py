"""Questions come in: timed VIPs over REST, with the seed's paths and envelope (row B15)."""
