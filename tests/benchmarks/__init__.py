"""Benchmarks that anybody can run: `python3 dev.py bench NAME`."""
