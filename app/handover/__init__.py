"""The room where vans are handed over and come back: who had it, who has it now, both signed."""
