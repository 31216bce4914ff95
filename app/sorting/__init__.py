"""The night wall: pieces into crates, crates full, sealed and checked, and which slot is whose."""
