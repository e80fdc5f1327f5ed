"""The commands: a module each, with its record in `RECORDS`; nothing else lists them."""
