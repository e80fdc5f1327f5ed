"""Which units, answers and scores are published, and which are told as bounds or withheld: decided before robustness."""
