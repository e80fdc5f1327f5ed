"""Stage 4: how far the ranking can be trusted."""
