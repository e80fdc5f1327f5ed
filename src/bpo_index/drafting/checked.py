"""A draft checked before anybody sees it: what the loader would refuse is left to do.

A drafter that meets a file of a kind that nobody thought of must not write a definition that is none.
"""

from __future__ import annotations

import io
from collections.abc import MutableMapping, MutableSequence
from typing import Any

from bpo_index.definition import parse_definition
from bpo_index.definition.left_to_do import TODO, is_left_to_do, list_left_to_do
from bpo_index.definition.yaml_places import read_yaml
from bpo_index.display.catalogue import phrase
from bpo_index.drafting.document import BESIDE
from bpo_index.drafting.yaml_text import make_yaml
from bpo_index.errors import DefinitionError

#: Rounds of checking; each leaves at least one more key to do.
_MOST_ROUNDS = 10


def leave_refused_to_do(text: str) -> str:
    """Return the text of a fresh draft with `TODO` at each place that the loader refuses, and why in a comment.

    Parameters
    ----------
    text
        From `write_document`.

    Examples
    --------
    >>> print(leave_refused_to_do("scale:\\n  minimum: 5\\n  maximum: 1\\n").splitlines()[2])
      maximum: TODO                               # was to be 1, but must be above 5; found 1
    """
    for _ in range(_MOST_ROUNDS):
        problems = _list_problems(text)
        if not problems:
            break
        yaml = make_yaml()
        raw = yaml.load(text)
        changed = [_leave_to_do(raw, problem) for problem in problems]
        if not any(changed):
            break
        stream = io.StringIO()
        yaml.dump(raw, stream)
        text = stream.getvalue()
    return text


def _list_problems(text: str) -> list[str]:
    """Return what the loader refuses, with what is left to do settled for the moment; none where it cannot be."""
    if any(True for _ in list_left_to_do(read_yaml(text).value)):
        return []
    try:
        parse_definition(text, source="draft")
    except DefinitionError as error:
        return list(error.problems)
    return []


def _leave_to_do(raw: Any, problem: str) -> bool:
    """Put `TODO` at the place that a problem names; return whether there is one."""
    place, _, says = problem.partition(": ")
    keys = [part for part in place.split(" (")[0].replace("[", ".[").split(".") if part]
    holder: Any = raw
    for n, key in enumerate(keys):
        step: Any = int(key[1:-1]) if key.startswith("[") and key[1:-1].isdigit() else key
        try:
            value = holder[step]
        except (KeyError, IndexError, TypeError):
            return False
        if n == len(keys) - 1 or not isinstance(value, (MutableMapping, MutableSequence)):
            if is_left_to_do(value):
                return False
            shown = value if isinstance(value, str | int | float) else place
            holder[step] = TODO
            note = phrase("drafting.refused", value=str(shown), problem=" ".join(says.split()))
            holder.yaml_add_eol_comment(note, step, column=BESIDE)
            return True
        holder = value
    return False
