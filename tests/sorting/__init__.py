"""Tests of the night wall."""
