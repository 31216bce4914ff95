"""Routes: which van, which villages, in what order, and the same driver tomorrow."""
