"""Tests of a whole day, played through the window."""
