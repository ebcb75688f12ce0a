"""Apify: actors that read how often clips were watched, for money."""
