"""The YouTube Data API: views of YouTube, for nothing."""
