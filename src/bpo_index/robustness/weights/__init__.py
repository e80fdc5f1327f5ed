"""Weights of categories: which change of them changes the order."""
