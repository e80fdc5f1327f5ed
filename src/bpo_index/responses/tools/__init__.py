"""Survey tools, one module a tool: `record` says what a tool is, `registry` finds all of them."""
