"""Tests of the room where goods come off a van."""
