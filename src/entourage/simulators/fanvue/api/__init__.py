"""api.fanvue.com of the make-believe Fanvue, for creators' own accounts."""
