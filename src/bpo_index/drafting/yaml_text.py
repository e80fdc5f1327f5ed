"""The reader and writer of definitions that keeps comments."""

from __future__ import annotations

from typing import Any

#: Signs in a line.
WIDTH = 120


def make_yaml() -> Any:
    """Return the reader and writer of YAML that keeps comments."""
    from ruamel.yaml import YAML  # noqa: PLC0415

    yaml = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
