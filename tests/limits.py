"""How long a test waits at most for what is to come: nothing but a hang takes so long, on a loaded machine either."""

#: Below the limit of a whole test in pyproject.toml, so that what hangs is reported by name.
HANG_SECONDS = 1800
