"""The real platforms, each speaking its own language in its own folder."""
