"""`bpo-index methods`: list the methods."""

from __future__ import annotations

from dataclasses import asdict

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json
from bpo_index.cli.output import make_console, print_json


def methods(as_json: Json = False) -> None:
    """Print the methods of each step, a line each."""
    from bpo_index.scoring.methods.catalogue import CATALOGUE  # noqa: PLC0415

    if as_json:
        print_json({step: [asdict(entry) for entry in entries] for step, entries in CATALOGUE.items()})
        return
    console = make_console()
    for step, entries in CATALOGUE.items():
        console.print(f"{step}", style="bold", markup=False)
        for entry in entries:
            console.print(f"  {entry.name:<22} {entry.line}", markup=False, highlight=False, soft_wrap=True)
    console.print("Formulas, sources and limits: docs/methods/<page>.md; the page of each is in --json.", markup=False)


RECORDS = (Command(name="methods", line="List the built-in methods, a line each.", call=methods, order=80),)
