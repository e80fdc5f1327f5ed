"""The tables for readers, before any format: which columns, rounded how, in which words, with which notes.

`lay_out_ranking` and `lay_out_categories` make a `Page` of plain texts; Markdown, HTML and LaTeX only write it down, so
that all three show the same cells. Numbers are rounded as `Column.decimals` says and bounds told in words. Method page:
docs/methods/release.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import NOTHING, show_number, show_range, show_score, show_share
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_level, name_unit, names_percentage

#: Where in a row of a page the name of the unit stands; it alone is text, aligned to the left.
NAME_AT = 1
# NOTE: not allowed in XML and HTML, so that a file with one of them would not open.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_DESCRIBED = {column.name: column for column in RANKING.columns}


@dataclass(frozen=True)
class Row:
    """One row of a table for readers."""

    cells: tuple[str, ...]
    """As many as there are headings."""
    mark: str
    """The mark of its note, to stand behind the name; empty: no note."""


@dataclass(frozen=True)
class Section:
    """A part of a table for readers, with a title over its rows."""

    title: str
    """Empty: the table is in one piece."""
    rows: tuple[Row, ...]
    level: int = 1
    """Of the tree of categories: how far the title is set in."""


@dataclass(frozen=True)
class Page:
    """A table for readers with all that is printed round it, as plain texts that no format has escaped yet."""

    title: str
    caption: str
    """What the table holds, in a line."""
    notice: str
    """That it is a trial or a draft, that the data is synthetic; empty: neither."""
    mark: str
    """The notice in two or three words."""
    headings: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[tuple[str, str], ...]
    """Marks and what they mean."""
    legend: tuple[str, ...]
    """How to read it, findings, provenance: one paragraph each."""


def replace_controls(text: str) -> str:
    """Return a text with U+FFFD in place of characters that no document may hold.

    Examples
    --------
    >>> replace_controls("a\\x00b\\tc")
    'a\ufffdb\\tc'
    """
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def lay_out_ranking(result: Result, definition: IndexDefinition) -> Page:
    """Return the ranking as a page for readers: a row per unit, as in `Result.ranking`."""
    return _make_page([("", 1, result.ranking)], result, definition, caption="Ranking", findings=result.findings)


def lay_out_categories(result: Result, definition: IndexDefinition) -> Page:
    """Return the scores by category as a page for readers: a section per category, a row per unit.

    Sections are in the order of the tree, each category before those that it holds.
    """
    parts = result.categories.partition_by("category", maintain_order=True)
    sections = [(str(part["category_title"][0]), int(part["level"][0] or 1), part) for part in parts]
    return _make_page(sections, result, definition, caption="Scores by category", findings=[])


def _make_page(
    sections: Sequence[tuple[str, int, pl.DataFrame]],
    result: Result,
    definition: IndexDefinition,
    *,
    caption: str,
    findings: Sequence[str],
) -> Page:
    level = name_level(definition.method.confidence_level)
    said = dict.fromkeys(note for _, _, frame in sections for note in frame["note"] if note)
    marks = {"": ""} | {note: _make_mark(number) for number, note in enumerate(said)}
    return Page(
        title=definition.title,
        caption=caption,
        notice=result.notice,
        mark=result.mark,
        headings=(
            "Rank",
            name_unit(definition.columns.unit),
            _DESCRIBED["score"].name_heading(is_percentage=names_percentage(definition)),
            f"{level} interval",
            f"Ranks, {level}",
            "Ranks, all at once",
            "Respondents",
            _DESCRIBED["p_first"].name_heading(),
        ),
        sections=tuple(Section(title, _lay_out_rows(frame, marks), level) for title, level, frame in sections),
        notes=tuple((marks[note], f"{note}.") for note in said),
        legend=(
            describe_reading(level, definition.columns.unit),
            *findings,
            definition.provenance.note,
            *result.notes,
        ),
    )


def describe_reading(level: str, unit: str) -> str:
    """Return how the columns of a table for readers are to be read, as a paragraph.

    Parameters
    ----------
    level
        The confidence level, from `name_level`.
    unit
        What is ranked.
    """
    return (
        f"Interval and ranks: {level} confidence, from the sampling of respondents only. “Ranks, {level}” holds for "
        "one row by itself, “all at once” for all rows of its table together. P(first) is the share of replicates, "
        f"respondents drawn anew, in which a row is first. {NOTHING}: not published, or not ranked. Each respondent "
        f"rates one {unit} only, so rater and {unit} are confounded."
    )


def _make_mark(number: int) -> str:
    """Return a letter, or two, for a number from 0: a to z, aa, ab and so on."""
    before, last = divmod(number, len(ascii_lowercase))
    return (_make_mark(before - 1) if before else "") + ascii_lowercase[last]


def _lay_out_rows(frame: pl.DataFrame, marks: Mapping[str, str]) -> tuple[Row, ...]:
    return tuple(
        Row(
            (
                show_number(row["rank"]),
                row["name"],
                show_score(row),
                show_range(row["ci_low"], row["ci_high"]),
                show_range(row["marginal_rank_set_low"], row["marginal_rank_set_high"]),
                show_range(row["rank_set_low"], row["rank_set_high"]),
                show_number(row["respondents"]),
                show_share(row["p_first"]),
            ),
            marks[row["note"]],
        )
        for row in frame.iter_rows(named=True)
    )
