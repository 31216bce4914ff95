"""What is connected to the PC: ports, and the codes that scanners read."""
