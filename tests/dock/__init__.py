"""Tests of the dock."""
