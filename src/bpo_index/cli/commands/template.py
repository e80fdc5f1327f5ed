"""`bpo-index template`: write an empty questionnaire for a definition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json, NamedDefinition
from bpo_index.cli.output import make_console, print_json


def template(
    definition: NamedDefinition,
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of both files.")] = "template",
    as_json: Json = False,
) -> None:
    """Write questionnaire and codebook and print where they lie."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.responses.template import write_template  # noqa: PLC0415

    questionnaire, codebook = write_template(load_definition(definition), Path(out))
    if as_json:
        print_json({"questionnaire": str(questionnaire), "codebook": str(codebook)})
        return
    console = make_console()
    for line in (
        f"Questionnaire: {questionnaire}",
        f"Codebook: {codebook}",
        "One row a respondent; `bpo-index check` says whether the filled file can be used.",
    ):
        console.print(line, markup=False, soft_wrap=True)


RECORDS = (
    Command(name="template", line="Write an empty questionnaire (CSV) and its codebook.", call=template, order=40),
)
