"""Tests of the room where vans are handed over and come back."""
