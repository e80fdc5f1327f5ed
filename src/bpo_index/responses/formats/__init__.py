"""File formats, one module a format: `record` says what a format is, `registry` finds all of them."""
