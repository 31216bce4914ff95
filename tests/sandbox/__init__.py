"""Tests of the story: that it balances, stays the same, and looks like the region it is told of."""
