"""Short links of the platforms, followed without ever leaving them."""
