"""A make-believe internet of videos: Apify, the YouTube Data API and the hosts of short links on the real wire."""
