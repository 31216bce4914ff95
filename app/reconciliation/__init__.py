"""The day's close, the three-way match, and what the platforms owe."""
