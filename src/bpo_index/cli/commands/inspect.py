"""`bpo-index inspect`: show how a file would be read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import Definition, Json
from bpo_index.cli.output import make_console, print_json
from bpo_index.files.resources import DEFAULT_DEFINITION


def inspect(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Survey files, or a folder of them.")],
    definition: Definition = DEFAULT_DEFINITION,
    as_json: Json = False,
) -> None:
    """Print format, mapping, units and answers of each file, and the keys of a definition that fix them."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.responses.inspection import inspect_files  # noqa: PLC0415

    index = load_definition(definition)
    inspections = inspect_files(files, index)
    if as_json:
        print_json([asdict(inspection) for inspection in inspections])
        return
    from bpo_index.cli.print_inspection import print_inspection  # noqa: PLC0415

    for inspection in inspections:
        print_inspection(inspection, index, make_console())


RECORDS = (
    Command(
        name="inspect",
        line="Show how a file would be read, and what a definition would say to make it explicit.",
        call=inspect,
        order=30,
    ),
)
