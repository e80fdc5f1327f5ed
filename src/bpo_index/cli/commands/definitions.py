"""`bpo-index definitions`: list the built-in index definitions."""

from __future__ import annotations

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json
from bpo_index.cli.output import make_console, print_json


def definitions(as_json: Json = False) -> None:
    """Print name, title, size and path of each."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.files.resources import list_definitions  # noqa: PLC0415

    rows = []
    for name, path in list_definitions().items():
        index = load_definition(name)
        counts = {"units": len(index.units), "categories": len(index.categories), "questions": len(index.questions)}
        rows.append({"name": name, "title": index.title, **counts, "path": str(path)})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        text = "{name}  {title}: {units} units, {categories} categories, {questions} questions\n  {path}"
        make_console().print(text.format(**row), markup=False, highlight=False, soft_wrap=True)


RECORDS = (Command(name="definitions", line="List the built-in index definitions.", call=definitions, order=70),)
