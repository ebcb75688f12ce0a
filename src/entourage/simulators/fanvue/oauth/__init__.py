"""auth.fanvue.com of the make-believe Fanvue: who may do what in whose name."""
