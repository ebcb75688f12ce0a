"""Make-believe platforms on the real wire, for the demo, tests and offline work."""
