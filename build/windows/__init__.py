"""How the Windows program is made: Python, bundle, setup, and the rehearsal of all of it on Wine."""
