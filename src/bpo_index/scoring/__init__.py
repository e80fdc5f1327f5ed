"""Stage 3: normalise, weigh, aggregate, rank."""
