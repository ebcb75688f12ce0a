"""What people look at: pages, sockets and streams."""
