"""Network, backup and the choices of this PC: what keeps the counter running."""
