"""What is given in Python: answers, a definition, paths and numbers, each refused in a sentence where it cannot be."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bpo_index.definition import IndexDefinition, change_method, load_definition
from bpo_index.definition.changes import name_value, propose
from bpo_index.errors import UsageError
from bpo_index.files.resources import list_definitions
from bpo_index.notebook.drafted import DraftedDefinition
from bpo_index.notebook.frames import is_frame, write_frame
from bpo_index.settings import LEAST_REPLICATES, MOST_REPLICATES, check_seed

_NEEDED = "A path or a frame is needed"


@contextmanager
def open_answers(given: object, name: str = "frame") -> Iterator[tuple[str, ...]]:
    """Yield the paths of answers; frames lie meanwhile as files in a private folder.

    Parameters
    ----------
    given
        A path of a file or folder, a frame, or several of them.
    name
        What a frame is called, as the name of a file without its ending.

    Raises
    ------
    UsageError
        When it is something else, or a frame that no file could be.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,99}", name):
        raise UsageError(f"name= needs a name as a file has it, without folder; found {name_value(name)}.")
    answers = _list_answers(given)
    frames = sum(not isinstance(one, str) for one in answers)
    # NOTE: only whoever runs this may look into the folder, which goes at the end whatever happens.
    with tempfile.TemporaryDirectory(prefix="bpo-index-frame-") as folder:
        paths = []
        for one in answers:
            if isinstance(one, str):
                paths.append(one)
                continue
            number = f"-{len(paths) + 1}" if frames > 1 else ""
            path = Path(folder) / f"{name}{number}"
            write_frame(one, path)
            paths.append(str(path))
        yield tuple(paths)


def _list_answers(given: object) -> list[object]:
    """Return paths, as texts, and frames."""
    if is_frame(given) or isinstance(given, str | os.PathLike | IndexDefinition):
        return [_check_answer(given)]
    if not isinstance(given, Iterable) or isinstance(given, bytes | Mapping) or hasattr(given, "shape"):
        return [_check_answer(given)]
    answers = [_check_answer(one) for one in given]
    if not answers:
        raise UsageError(f"{_NEEDED}; found {name_value(given)}.")
    return answers


def _check_answer(one: object) -> object:
    if is_frame(one):
        return one
    if isinstance(one, os.PathLike):
        return str(os.fspath(one))
    if isinstance(one, str):
        if len(one) == 1 and not Path(one).exists():
            raise UsageError(f"{_NEEDED}; found a text of one letter: did you forget the brackets?")
        return one
    advice = ""
    if isinstance(one, Mapping):
        advice = " Make a frame of it first, such as polars.DataFrame(...)."
    elif isinstance(one, IndexDefinition | DraftedDefinition):
        advice = " The answers come first, then the definition."
    elif type(one).__name__ == "Series" or hasattr(one, "shape"):
        advice = " Its columns need names: give the whole frame."
    elif isinstance(one, list | tuple):
        advice = " A list holds paths or frames, not rows of answers: make a frame of them."
    raise UsageError(f"{_NEEDED}; found {name_value(one)}.{advice}")


def settle_definition(
    given: object,
    *,
    weights: Mapping[str, float] | None = None,
    method: Mapping[str, object] | str | os.PathLike[str] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> IndexDefinition:
    """Return a definition, given as an object, by name or path, changed as asked; it knows from which it departs.

    Raises
    ------
    UsageError
        When there is no such definition, or it cannot be changed so.
    """
    definition = find_definition(given)
    if weights is not None or method is not None:
        definition = definition.replace(weights=weights, method=method)
    if replicates is not None and not LEAST_REPLICATES <= _check_whole("replicates", replicates) <= MOST_REPLICATES:
        raise UsageError(
            f"replicates= must be from {LEAST_REPLICATES:,} to {MOST_REPLICATES:,}; found {name_value(replicates)}."
        )
    if seed is not None:
        check_seed(_check_whole("seed", seed), "seed=")
    return change_method(definition, replicates=replicates, seed=seed)


def find_definition(given: object) -> IndexDefinition:
    """Return a definition that is given as an object, a draft, the name of a built-in one, or a path."""
    if isinstance(given, DraftedDefinition):
        return given.definition
    if isinstance(given, IndexDefinition):
        return given
    if isinstance(given, os.PathLike):
        return load_definition(os.fspath(given))
    built_in = list_definitions()
    if isinstance(given, str) and given:
        is_name = given not in built_in and not Path(given).exists() and not re.search(r"[/\\.\n]", given)
        if is_name:
            raise UsageError(f"There is no definition {given!r}{propose(given, built_in)} Else give a path.")
        return load_definition(given)
    raise UsageError(
        "A definition is needed: an object, the path of a YAML file, or the name of a built-in one "
        f"({', '.join(built_in)}); found {name_value(given)}. bpo_index.draft(answers) drafts one."
    )


def settle_path(name: str, given: object) -> str:
    """Return a path as text; `name` is the argument's."""
    if isinstance(given, os.PathLike) or (isinstance(given, str) and given):
        return str(os.fspath(given))
    raise UsageError(f"{name}= needs a path; found {name_value(given)}.")


def _check_whole(name: str, given: object) -> int:
    if isinstance(given, bool) or not hasattr(given, "__index__"):
        raise UsageError(f"{name}= needs a whole number; found {name_value(given)}.")
    return int(given.__index__())
