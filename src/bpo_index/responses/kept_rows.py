"""Rows that `source.keep` of a definition leaves out: other waves, other events, no consent.

They are rows of the file and not of the edition: neither accepted nor quarantined, but counted apart, and said. Texts
are compared as headings and labels are (case and white space apart), numbers by their value; where the file has labels
of its codes, a code is also what its label says. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import fold_label, show_text
from bpo_index.errors import DataRefused
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.exports import Headings
from bpo_index.responses.rows import Rows
from bpo_index.responses.views import View

#: Texts of a column that a sentence names, at most.
_SHOWN = 12


@dataclass(frozen=True)
class KeptRows:
    """The rows of a file that belong to the edition."""

    rows: Rows
    """The readable ones."""
    records: pl.DataFrame
    """From `frame_records`, without those left out."""
    left_out: int
    said: list[str]
    """Sentences on what was left out, and on values that no row has."""


def keep_rows(view: View, records: pl.DataFrame, definition: IndexDefinition) -> KeptRows:
    """Return the rows that `source.keep` keeps; of rows that cannot be read it is not known, so they stay.

    Parameters
    ----------
    view
        The file as it is read.
    records
        From `frame_records`.
    definition
        Whose `source.keep` says which.

    Raises
    ------
    DataRefused
        When the file has no column of that heading, or several.
    """
    rows, wanted = view.list_readable(records), definition.source.keep
    if not wanted:
        return KeptRows(rows, records, 0, [])
    is_kept, said = pl.Series([True]).new_from_index(0, len(rows)), []
    for heading, values in wanted.items():
        position = find_column(heading, view.headings)
        labels = view.grid.codebook.labels.get(position, {})
        texts = rows.read_columns([position])[0].fill_null("")
        counts = Counter(dict(texts.value_counts().iter_rows()))
        matching = {text: value for text in counts if (value := _find_value(text, values, labels)) is not None}
        is_kept &= texts.is_in(list(matching))
        left = Counter({text: count for text, count in counts.items() if text not in matching})
        if left:
            said.append(
                f"`source.keep` leaves out {left.total():,} of {len(rows):,} rows by {show_text(heading)}: "
                f"{_list_texts(left, labels)}"
            )
        said += [
            f"no row has the {show_text(heading)} {show_text(value)!r} that `source.keep` names"
            + (f"; it has {_list_texts(counts, labels)}" if not matching else "")
            for value in values
            if value not in matching.values()
        ]
    readable = records["reason"].is_null()
    stays = pl.Series([True]).new_from_index(0, records.height).scatter(readable.arg_true(), is_kept)
    return KeptRows(rows.keep(is_kept), records.filter(stays), int((~is_kept).sum()), said)


def find_column(heading: str, headings: Headings) -> int:
    """Return the position of the column with a heading: its name, or else its wording.

    Raises
    ------
    DataRefused
        When there is none, or there are several.
    """
    folded = fold_label(heading)
    found = [n for n, name in enumerate(headings.names) if fold_label(name) == folded]
    found = found or [n for n, labels in enumerate(headings.labels) if folded in map(fold_label, labels)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataRefused(
            f"it gives the column {show_text(heading)}, by which `source.keep` of the definition chooses rows, "
            f"{len(found)} times. Take the surplus columns out"
        )
    names = ", ".join(show_text(name) for name in headings.names[:_SHOWN])
    more = f" and {len(headings.names) - _SHOWN:,} more (inspect --json lists all)" * (len(headings.names) > _SHOWN)
    raise DataRefused(
        f"it has no column {show_text(heading)}, by which `source.keep` of the definition chooses rows. It has: {names}"
        f"{more}. Correct the heading under `source.keep`, or take it out"
    )


def _find_value(text: str, values: Sequence[str], labels: Mapping[str, str]) -> str | None:
    """Return which of the values a text is, by itself or by its label."""
    given = [text, labels[text]] if text in labels else [text]
    folded = {fold_label(one) for one in given}
    numbers = {number for one in given if (number := parse_number(one)) is not None}
    return next((value for value in values if fold_label(value) in folded or parse_number(value) in numbers), None)


def _list_texts(counts: Counter[str], labels: Mapping[str, str]) -> str:
    listed = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(
        (f"{show_text(text)!r}" if text else "an empty cell")
        + (f" ({show_text(labels[text])})" if text in labels else "")
        + f" {count:,}"
        for text, count in listed[:_SHOWN]
    )
    return shown + (f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else "")
