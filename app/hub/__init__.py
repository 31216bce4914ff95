"""The platform's side of the protocol: a real HTTP service over SQLAlchemy Core tables."""
