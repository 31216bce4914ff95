"""Tests of the hub: intake, fold, feed and the HTTP service."""
