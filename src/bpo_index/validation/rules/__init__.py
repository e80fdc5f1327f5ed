"""The quality rules, one module a rule: `record` says what a rule is, `registry` finds all of them."""
