"""Tests of opening the program, and of what is said when it cannot be opened."""
