"""Handing goods out: one box that finds a neighbour, one Enter, and what still waits on the shelves."""
