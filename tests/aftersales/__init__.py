"""Tests of the after-sales room."""
