"""The methodology file: its model, YAML with places, and what its keys say of each other."""

from bpo_index.definition.model import (
    IndexDefinition,
    change_method,
    load_definition,
    parse_definition,
    read_method,
    replace_method,
    write_json_schema,
)

__all__ = [
    "IndexDefinition",
    "change_method",
    "load_definition",
    "parse_definition",
    "read_method",
    "replace_method",
    "write_json_schema",
]
