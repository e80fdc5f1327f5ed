"""Ranks: sets, shares of replicates, and the ranks that are possible."""
