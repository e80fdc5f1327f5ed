"""The index definition: its model, YAML reading with line numbers, and conflicts between fields."""

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
