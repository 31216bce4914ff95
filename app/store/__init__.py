"""One encrypted SQLite file: facts, the moves they make, and the projections that pages read."""
