"""The board: projection, rules, queries and the page."""
