"""Write the generated files of `schemas/`: ``python -m bpo_index.validation.schema_files FOLDER``.

The JSON Schema of a definition, and the Table Schema of the responses of every built-in definition.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bpo_index.definition import load_definition, write_json_schema
from bpo_index.files.resources import list_definitions
from bpo_index.validation.table_schema import describe_responses


def render_schemas() -> dict[str, str]:
    """Return the texts of the files, by their path in `schemas/`."""
    files = {"index-definition.schema.json": write_json_schema()}
    for name in list_definitions():
        schema = describe_responses(load_definition(name))
        files[f"responses/{name}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return files


def write_schemas(folder: Path) -> None:
    """Write all files into a folder."""
    for name, text in render_schemas().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
