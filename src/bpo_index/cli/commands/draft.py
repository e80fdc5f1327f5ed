"""`bpo-index draft`: write a definition for a file, by asking a few questions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json
from bpo_index.cli.output import make_console, print_json


def draft(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Survey files, or a folder of them.")],
    out: Annotated[
        str, typer.Option(metavar="PATH", help="The definition; by default NAME.yaml here, after the first file.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take what is proposed.")] = False,
    as_json: Json = False,
) -> None:
    """Look at the files, ask what they do not say, write the definition, and show the first ranking.

    Edits of a definition that is there already are kept. Without --yes and without a terminal nothing is asked, and
    what is not sure is left to do.
    """
    from bpo_index.drafting.look import look_at_files  # noqa: PLC0415
    from bpo_index.drafting.session import ask_open_questions, draft_files, rank_once  # noqa: PLC0415
    from bpo_index.errors import DefinitionError, EnvironmentFailed  # noqa: PLC0415
    from bpo_index.files.atomic import replace_file  # noqa: PLC0415

    table = look_at_files(files)
    target = Path(out or f"{Path(table.files[0]).name.split('.')[0]}.yaml")
    before = target.read_text(encoding="utf-8") if target.is_file() else None
    answers: dict[str, str] = {}
    can_ask = sys.stdin.isatty() and sys.stderr.isatty() and not yes and not as_json
    if can_ask:
        from bpo_index.cli.ask_questions import ask_in_terminal  # noqa: PLC0415

        answers = ask_open_questions(table, ask_in_terminal, before=before)
    drafted = draft_files(table, answers, takes_proposals=yes or can_ask, before=before)
    try:
        replace_file(target, drafted.text.encode())
    except OSError as error:
        raise EnvironmentFailed(f"The definition cannot be written to {target}: {error.strerror}.") from None
    ranking = None
    problem = ""
    if not drafted.left_to_do:
        try:
            ranking = rank_once(files, drafted.load())
        except DefinitionError as error:
            problem = str(error)
    if as_json:
        print_json(
            {
                "definition": str(target),
                "is_complete": not drafted.left_to_do,
                "questions": [
                    {
                        "key": question.key,
                        "question": question.text,
                        "proposal": question.proposal,
                        "evidence": question.evidence,
                        "options": {option.value: option.label for option in question.options},
                    }
                    for question in drafted.draft.questions
                ],
                "remarks": list(drafted.draft.remarks),
            }
        )
        return
    from bpo_index.cli.print_draft import print_draft  # noqa: PLC0415

    print_draft(drafted, ranking, problem, target=str(target), files=files, console=make_console())
    if problem:
        raise typer.Exit(DefinitionError.exit_code)


RECORDS = (Command(name="draft", line="Draft a definition from a file, by a few questions.", call=draft, order=5),)
