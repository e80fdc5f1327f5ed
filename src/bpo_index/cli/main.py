"""The command line: its commands are records (`commands/`), which import a stage only when they run it.

Exit codes: 0 done; 1 the data was refused; 2 the command line or the definition is wrong; 3 the environment failed;
4 a published fact does not hold; 130 interrupted. Errors are one paragraph on stderr; a traceback is a fault, and is
shown only where BPO_INDEX_DEBUG is set.
"""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import redirect_stdout, suppress
from typing import Annotated, NoReturn

import typer

from bpo_index.cli.command import list_commands
from bpo_index.cli.process import DEBUG, HeldOutput, check_environment, describe_fault, open_closed_streams
from bpo_index.display.labels import show_text
from bpo_index.errors import BpoIndexError, DataRefused, EnvironmentFailed
from bpo_index.version import __version__

_INTERRUPTED = 130


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"bpo-index {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[  # noqa: ARG001  (typer calls `_print_version`)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    check_environment()


def build_app() -> typer.Typer:
    """Return the program with all commands, those of other packages too.

    Raises
    ------
    EnvironmentFailed
        When a command of another package cannot be loaded.
    """
    app = typer.Typer(
        name="bpo-index",
        help="From survey answers to a published confidence index: every row accounted for, every rank with its error.",
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for command in list_commands():
        app.command(command.name, help=command.line)(command.call)
    return app


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
        code = build_app()(args=argv, standalone_mode=False)
    except DataRefused as error:
        return error.for_owner, error.exit_code
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
