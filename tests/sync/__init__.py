"""Tests of the protocol from the desk's side, over real HTTP and real files."""
