"""A command of another package: how many units a definition has."""

from __future__ import annotations

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json, NamedDefinition
from bpo_index.cli.output import make_console, print_json


def count_units(definition: NamedDefinition, as_json: Json = False) -> None:
    """Print the number of units."""
    from bpo_index.definition import load_definition

    index = load_definition(definition)
    if as_json:
        print_json({"index": index.index, "units": len(index.units)})
    else:
        make_console().print(f"{index.title}: {len(index.units)} units", markup=False)


RECORDS = (Command(name="count-units", line="Count the units of a definition.", call=count_units),)
