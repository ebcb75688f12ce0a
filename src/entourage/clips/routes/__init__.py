"""Questions come in: clips over REST, with the seed's paths."""
