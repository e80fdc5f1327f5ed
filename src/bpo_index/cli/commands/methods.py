"""`bpo-index methods`: list the methods."""

from __future__ import annotations

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json
from bpo_index.cli.output import make_console, print_json
from bpo_index.display.catalogue import phrase


def methods(as_json: Json = False) -> None:
    """Print the methods of each step, a line each."""
    from bpo_index.scoring.methods.registry import list_methods  # noqa: PLC0415

    listed = {step: list(records.values()) for step, records in list_methods().items()}
    if as_json:
        print_json(
            {
                step: [
                    {key: getattr(entry, key) for key in ("name", "page", "source")}
                    | {"line": entry.show_line(), "formula": entry.show_formula()}
                    | {"options": [one.name for one in entry.options]}
                    for entry in entries
                ]
                for step, entries in listed.items()
            }
        )
        return
    console = make_console()
    for step, entries in listed.items():
        console.print(f"{step}", style="bold", markup=False)
        for entry in entries:
            console.print(f"  {entry.name:<22} {entry.show_line()}", markup=False, highlight=False, soft_wrap=True)
    console.print(phrase("terminal.pages_of_methods"), markup=False)


RECORDS = (Command(name="methods", line="List the built-in methods, a line each.", call=methods, order=80),)
