"""Crates go on vans in stop order, and no van closes unless it carries what is its own."""
