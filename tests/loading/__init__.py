"""Loading: rules, actions, laws and the page."""
