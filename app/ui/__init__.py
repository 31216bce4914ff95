"""The counter: the window, and the pieces of which the rooms build their pages."""
