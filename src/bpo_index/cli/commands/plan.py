"""`bpo-index plan`: say how many respondents to ask next time."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json, NamedDefinition
from bpo_index.cli.output import make_console, show_progress
from bpo_index.display.catalogue import phrase


def plan(
    definition: NamedDefinition,
    *,
    responses: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Answers of the last edition, one or more files; default: the sample."),
    ] = None,
    width: Annotated[
        float | None, typer.Option(help="Largest mean number of ranks in a rank set; default: half of what is ranked.")
    ] = None,
    neighbours: Annotated[float | None, typer.Option(help="Least share of neighbours that are distinguished.")] = None,
    assurance: Annotated[float, typer.Option(help="Share of surveys that have to be as precise as is wanted.")] = 0.8,
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of table and figure.")] = "plan",
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 2021,
    method: Annotated[
        str | None, typer.Option(metavar="FILE", help="YAML: other keys of the definition's method: block.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan the next survey, write table and figure, and print what they say."""
    from bpo_index.cli.print_plan import print_plan  # noqa: PLC0415
    from bpo_index.simulation.survey_plan import PlanSettings, plan_next_survey  # noqa: PLC0415

    settings = PlanSettings(
        definition=definition,
        responses=tuple(responses or ()),
        width=width,
        neighbours=neighbours,
        assurance=assurance,
        out=out,
        seed=seed,
        method=method,
    )
    with show_progress(phrase("terminal.progress_surveys")) as progress:
        completed = plan_next_survey(settings, progress)
    if as_json:
        sys.stdout.write(completed.files[1].read_text(encoding="utf-8"))
    else:
        print_plan(completed, make_console())


RECORDS = (
    Command(
        name="plan",
        line="Plan the next survey: respondents needed for a wanted precision of ranks.",
        call=plan,
        order=50,
    ),
)
