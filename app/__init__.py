"""Geyi 格驿: the offline-first desk of a pickup point and a grid station."""

__version__ = "0.1.0"
