"""What the user has chosen for this PC: typed, in one small file beside the book."""
