"""Tests of network, settings and backups."""
