"""Kinds of what a `design:` block says: how a lonely company counts, and types of supplied replicate weights."""
