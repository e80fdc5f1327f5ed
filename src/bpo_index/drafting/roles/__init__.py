"""What a column is that is no question: a module a kind, a record a key of `columns:` in a definition."""
