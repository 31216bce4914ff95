"""The first page: how the day stands and what to do next."""
