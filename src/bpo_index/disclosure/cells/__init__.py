"""Decide before robustness which units take part, and which scores are numbers, bounds, or withheld."""
