"""Assumptions of the index: drawn together, and the effect of each."""
