"""The command line. It imports a stage only when it runs it, so that help answers at once.

Exit codes: 0 done; 1 the data was refused; 2 the command line or the definition is wrong; 3 the environment failed;
4 a published fact does not hold; 130 interrupted. Errors are one paragraph on stderr; a traceback is a fault, and is
shown only where BPO_INDEX_DEBUG is set.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bpo_index.cli.process import DEBUG, HeldOutput, check_environment, describe_fault, open_closed_streams
from bpo_index.display.labels import show_text
from bpo_index.errors import BpoIndexError, DataRefused, EnvironmentFailed, FactDoesNotHold
from bpo_index.version import __version__

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="bpo-index",
    help="From managers' answers to a published confidence index: every row accounted for, every rank with its error.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Files = Annotated[
    list[str],
    typer.Argument(metavar="RESPONSES", help="Files of one edition, or a folder of them.", show_default=False),
]
Definition = Annotated[str, typer.Option(metavar="NAME|PATH", help="A built-in definition or a YAML file.")]
AuditDir = Annotated[str, typer.Option(metavar="DIR", help="Private folder: every row not used, and why.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DEFAULT_DEFINITION = "offshore-bpo-2021"
_INTERRUPTED = 130


@app.command()
def run(
    responses: Files,
    definition: Definition = DEFAULT_DEFINITION,
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of all releases.")] = "releases",
    audit_dir: AuditDir = "audit",
    replicates: Annotated[int | None, typer.Option(help="A trial with other replicates.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="A trial with another seed.", show_default=False)] = None,
    method: Annotated[
        str | None, typer.Option(metavar="FILE", help="A trial: YAML with other keys of the method: block.")
    ] = None,
    margins: Annotated[
        str | None, typer.Option(metavar="FILE", help="CSV: shares of the population to weigh respondents to.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler (tcp://…) that evaluates the replicates.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compute an index and publish a release; what departs from the definition is a trial, and private."""
    from bpo_index import pipeline  # noqa: PLC0415
    from bpo_index.cli import terminal  # noqa: PLC0415

    settings = pipeline.Settings(
        tuple(responses), definition, out, audit_dir, replicates, seed, method, margins, scheduler
    )
    with terminal.show_progress("Replicates", is_long=(replicates or 0) >= terminal.BAR_FROM) as progress:
        outcome = pipeline.run(settings, progress)
    if as_json:
        _print_json(
            {
                "release": outcome.release.release_id,
                "path": str(outcome.release.path),
                "is_new": outcome.release.is_new,
                "standing": outcome.release.standing.kind,
                "departures": outcome.release.standing.departures,
                "warnings": outcome.release.warnings,
                "data_origin": outcome.result.data_origin,
                "ranking": outcome.result.ranking.to_dicts(),
                "audit": asdict(outcome.checked.audit),
                "audit_folder": str(outcome.checked.audit_folder),
                "reading": outcome.responses.decisions,
                "exclusions": outcome.exclusions.public.to_dicts(),
                "findings": outcome.result.findings,
                "notes": outcome.result.notes,
            }
        )
        return
    terminal.print_outcome(outcome, _make_console())


@app.command()
def check(
    responses: Files,
    definition: Definition = DEFAULT_DEFINITION,
    audit_dir: AuditDir = "audit",
    as_json: Json = False,
) -> None:
    """Check survey files and write the audit."""
    from bpo_index import pipeline  # noqa: PLC0415
    from bpo_index.cli import terminal  # noqa: PLC0415

    outcome = pipeline.check(pipeline.Settings(tuple(responses), definition, audit_dir=audit_dir))
    if as_json:
        _print_json(
            {
                "audit": asdict(outcome.checked.audit),
                "audit_folder": str(outcome.checked.audit_folder),
                "reading": outcome.responses.decisions,
                "exclusions": outcome.exclusions.exact.to_dicts() if outcome.exclusions else None,
                "no_ranking": outcome.refusal,
            }
        )
        return
    terminal.print_check(outcome, _make_console())


@app.command()
def inspect(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Survey files, or a folder of them.")],
    definition: Definition = DEFAULT_DEFINITION,
    as_json: Json = False,
) -> None:
    """Show how a file would be read, and what a definition would say to make it explicit."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.responses.inspection import inspect_files  # noqa: PLC0415

    index = load_definition(definition)
    inspections = inspect_files(files, index)
    if as_json:
        _print_json([asdict(inspection) for inspection in inspections])
        return
    from bpo_index.cli.terminal_inspection import print_inspection  # noqa: PLC0415

    for inspection in inspections:
        print_inspection(inspection, index, _make_console())


@app.command()
def template(
    definition: Annotated[str, typer.Argument(metavar="DEFINITION", help="A built-in definition or a YAML file.")],
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of both files.")] = "template",
    as_json: Json = False,
) -> None:
    """Write an empty questionnaire (CSV) and its codebook."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.responses.template import write_template  # noqa: PLC0415

    written = write_template(load_definition(definition), Path(out))
    if as_json:
        _print_json({"questionnaire": str(written[0]), "codebook": str(written[1])})
        return
    console = _make_console()
    console.print(f"Questionnaire: {written[0]}", markup=False, soft_wrap=True)
    console.print(f"Codebook: {written[1]}", markup=False, soft_wrap=True)
    console.print(
        "One row a respondent; `bpo-index check` says whether the filled file can be used.",
        markup=False,
        soft_wrap=True,
    )


@app.command()
def plan(
    definition: Annotated[str, typer.Argument(metavar="DEFINITION", help="A built-in definition or a YAML file.")],
    responses: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Last edition's answers, once a file; default: the synthetic sample."),
    ] = None,
    width: Annotated[
        float | None, typer.Option(help="Wanted: mean ranks in a rank set, at most; default: half of the units.")
    ] = None,
    neighbours: Annotated[float | None, typer.Option(help="Wanted: share of neighbours told apart, at least.")] = None,
    assurance: Annotated[float, typer.Option(help="Share of surveys that have to reach it.")] = 0.8,
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of table and figure.")] = "plan",
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 2021,
    method: Annotated[
        str | None, typer.Option(metavar="FILE", help="YAML: other keys of the definition's method: block.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan the next survey: respondents needed for a wanted precision of ranks."""
    from bpo_index.cli import terminal  # noqa: PLC0415
    from bpo_index.publication import survey_plan as planning  # noqa: PLC0415

    settings = planning.PlanSettings(
        definition, tuple(responses or ()), width, neighbours, assurance, out, seed, method
    )
    with terminal.show_progress("Surveys") as progress:
        outcome = planning.plan_next_survey(settings, progress)
    if as_json:
        sys.stdout.write(outcome.files[1].read_text(encoding="utf-8"))
        return
    terminal.print_plan(outcome, _make_console())


@app.command()
def verify(
    release: Annotated[str | None, typer.Argument(help="A release's folder; without it the sample data.")] = None,
    as_json: Json = False,
) -> None:
    """Check the published facts, one a line, and that a release is as it was published."""
    from bpo_index.cli import terminal  # noqa: PLC0415
    from bpo_index.publication import verification  # noqa: PLC0415

    if release is None:
        checks, synthetic = verification.verify_sample(), True
    else:
        checks, synthetic = verification.verify_release(Path(release))
    if as_json:
        _print_json([asdict(item.fact) | {"outcome": item.outcome, "found": item.found} for item in checks])
    else:
        terminal.print_facts(checks, _make_console(), synthetic=synthetic, release=release)
    broken = [item for item in checks if item.outcome == "does not hold"]
    if broken:
        raise FactDoesNotHold(
            f"{len(broken)} published fact{'' if len(broken) == 1 else 's'} of {len(checks)} do not hold; the lines "
            "above say which. Either the answers are not those of the edition, or the computation changed."
        )


@app.command()
def definitions(
    as_json: Json = False,
) -> None:
    """List the built-in index definitions."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.files.resources import list_definitions  # noqa: PLC0415

    rows = []
    for name, path in list_definitions().items():
        index = load_definition(name)
        counts = {"units": len(index.units), "categories": len(index.categories), "questions": len(index.questions)}
        rows.append({"name": name, "title": index.title, **counts, "path": str(path)})
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        text = "{name}  {title}: {units} units, {categories} categories, {questions} questions\n  {path}"
        _make_console().print(text.format(**row), markup=False, highlight=False, soft_wrap=True)


@app.command()
def methods(
    as_json: Json = False,
) -> None:
    """List the built-in methods, a line each."""
    from bpo_index.scoring.methods.registry import list_methods  # noqa: PLC0415

    listed = {step: list(records.values()) for step, records in list_methods().items()}
    if as_json:
        keys = ("name", "line", "page", "formula", "source")
        _print_json(
            {
                step: [
                    {key: getattr(entry, key) for key in keys} | {"options": [one.name for one in entry.options]}
                    for entry in entries
                ]
                for step, entries in listed.items()
            }
        )
        return
    console = _make_console()
    for step, entries in listed.items():
        console.print(f"{step}", style="bold", markup=False)
        for entry in entries:
            console.print(f"  {entry.name:<22} {entry.line}", markup=False, highlight=False, soft_wrap=True)
    console.print("Formulas, sources and limits: docs/methods/<page>.md; the page of each is in --json.", markup=False)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"bpo-index {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # noqa: ARG001  (typer calls `_print_version`)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    check_environment()


def _make_console() -> Console:
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, width=None if sys.stdout.isatty() else 100)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit code; what is printed is written when the command is done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    output = HeldOutput(sys.stdout)
    with redirect_stdout(output):
        problem, code = _run_command(argv)
    failure = output.deliver()
    if failure and code == 0:
        code = EnvironmentFailed.exit_code
        problem = f"The command is done, but what it prints could not be written: {failure}."
    if problem:
        prefix = "bpo-index: refused: " if code == DataRefused.exit_code else "bpo-index: "
        with suppress(OSError, ValueError, AttributeError):  # nobody listens, and the exit code says it too
            sys.stderr.write(f"{prefix}{_show_all(problem)}\n")
    return code


def _show_all(problem: str) -> str:
    """Return a message with what cannot be seen, in a path or a text of the user's, written out."""
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in problem)


def _run_command(argv: list[str] | None) -> tuple[str, int]:
    """Run a command and return what is to be said of its failure, if it failed, and the exit code."""
    try:
        code = app(args=argv, standalone_mode=False)
    except BpoIndexError as error:
        return str(error), error.exit_code
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except OSError as error:
        where = f" ({show_text(str(error.filename), 200)})" if error.filename else ""
        said = f"The system refused: {error.strerror or error}{where}. Check disk space and permissions."
        return said, EnvironmentFailed.exit_code
    except MemoryError:
        return "Not enough memory for this input. Use a larger machine or split the run.", EnvironmentFailed.exit_code
    except SystemExit:
        raise
    except BaseException as error:  # a panic in a library is no Exception
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            return f"{error.format_message().rstrip('.')}. See bpo-index --help.", int(error.exit_code)
        return describe_fault(error), EnvironmentFailed.exit_code
    if code == _INTERRUPTED:  # typer turns Ctrl-C into this code and says nothing
        return "Interrupted. Releases that were there before are whole.", _INTERRUPTED
    return "", code if isinstance(code, int) else 0


def run_and_exit() -> NoReturn:
    """Run the command line and leave the process; after an interruption without waiting for threads at work."""
    open_closed_streams()
    if not sys.warnoptions and not os.environ.get(DEBUG):
        warnings.simplefilter("ignore")  # they are for developers
    code = main()
    if code == _INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    run_and_exit()
