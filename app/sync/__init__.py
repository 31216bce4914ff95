"""What leaves the shop and what comes back: the protocol, its wire form, the client and the loop."""
