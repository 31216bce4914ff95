"""A whole day played through the real window, on the embedded sandbox, and counted afterwards."""
