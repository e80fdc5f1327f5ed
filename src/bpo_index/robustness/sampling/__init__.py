"""Sampling error: respondents drawn again, and linearised."""
