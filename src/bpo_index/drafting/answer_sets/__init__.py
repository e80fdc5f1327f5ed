"""Usual sets of answers in words, from the lowest to the highest: a module a kind, a record a set and language."""
