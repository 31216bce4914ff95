"""The board of the night: how far each route is, whether 07:00 will hold, and what to do next."""
