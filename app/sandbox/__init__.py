"""A world to try things in: faults on demand, and later a day's story."""
