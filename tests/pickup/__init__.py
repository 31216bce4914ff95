"""Tests of handing out."""
