"""The trade's words: facts, moves, places and money, in the standard library only."""
