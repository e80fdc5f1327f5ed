"""Which units take part, and which scores are published, told as bounds, or withheld: decided before robustness."""
