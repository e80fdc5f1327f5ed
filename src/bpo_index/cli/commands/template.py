"""`bpo-index template`: write an empty questionnaire for a definition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json, NamedDefinition
from bpo_index.cli.output import make_console, print_json
from bpo_index.display.catalogue import phrase


def template(
    definition: NamedDefinition,
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of both files.")] = "template",
    as_json: Json = False,
) -> None:
    """Write questionnaire and codebook and print where they lie."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.responses.template import write_template  # noqa: PLC0415

    index = load_definition(definition)
    questionnaire, codebook = write_template(index, Path(out))
    if as_json:
        print_json({"questionnaire": str(questionnaire), "codebook": str(codebook)})
        return
    console = make_console()
    for line in (
        phrase("terminal.questionnaire", file=str(questionnaire)),
        phrase("terminal.codebook", file=str(codebook)),
        phrase("terminal.fill_in", respondent=index.words.respondent),
    ):
        console.print(line, markup=False, soft_wrap=True)


RECORDS = (
    Command(name="template", line="Write an empty questionnaire (CSV) and its codebook.", call=template, order=40),
)
