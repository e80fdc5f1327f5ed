"""Synthetic surveys with a planted truth."""
