"""Stage 2: accepted and quarantined rows, with reasons."""
