"""Tests of the day's close."""
