"""Tests of the counter, with real widgets."""
