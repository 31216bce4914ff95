"""Tests of the room that plans the vans' ways."""
