"""Files: read within bounds, written whole or not at all, found where the package lies."""
