"""yt-dlp, where somebody installed it: views without any key, slowly."""
