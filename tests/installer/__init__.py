"""The Windows program's packaging, as far as it can be seen without making it."""
