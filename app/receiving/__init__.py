"""Goods come off a van: crates and pieces are counted in, and every difference is named at once."""
