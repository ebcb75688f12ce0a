"""What we ask of the outside world, in our words."""
