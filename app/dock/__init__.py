"""Trunk trucks come in at night: pallets and containers against the sheets, differences, and the cleared dock."""
