"""The tables for readers, before any format: which columns, rounded how, in which words, with which notes.

`lay_out_ranking` and `lay_out_categories` make a `Page` of plain texts; Markdown, HTML and LaTeX only write it down, so
that all three show the same cells. Method page:
docs/methods/release.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import NOTHING
from bpo_index.display.table_view import TableView, ViewColumn
from bpo_index.publication.columns.scores import RANKING, SHOWN
from bpo_index.publication.columns.views import view_frame
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import describe_ranges, name_columns, names_percentage

#: The folder of the templates of Markdown, HTML and LaTeX.
TEMPLATES = Path(__file__).resolve().parent / "templates"
# NOTE: not allowed in XML and HTML, so that a file with one of them would not open.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class Section:
    """A part of a table for readers, with a title over its rows."""

    title: str
    """Empty: the table is in one piece."""
    level: int
    """Of the tree of categories: how far the title is set in."""
    table: TableView


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
    full_title: str
    """The title, and what the table holds."""
    columns: tuple[ViewColumn, ...]
    """Of all sections."""
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


def view_units(
    frame: pl.DataFrame,
    definition: IndexDefinition,
    *,
    caption: str = "",
    marks: Mapping[str, str] | None = None,
    note: str = "",
) -> TableView:
    """Return what readers see of the ranking, or of one category: `SHOWN`, headed in the words of the definition.

    Parameters
    ----------
    frame
        A row per unit, as in `Result.ranking` or `Result.categories`.
    definition
        The index.
    caption, marks, note
        As in `view_frame`.
    """
    return view_frame(
        RANKING,
        SHOWN,
        frame,
        caption=caption,
        is_percentage=names_percentage(definition),
        headings=name_columns(definition.words),
        marks=marks,
        note=note,
    )


def lay_out_ranking(result: Result, definition: IndexDefinition) -> Page:
    """Return the ranking as a page for readers: a row per unit, as in `Result.ranking`."""
    return _make_page(
        [("", 1, result.ranking)], result, definition, caption=phrase("tables.ranking"), findings=result.findings
    )


def lay_out_categories(result: Result, definition: IndexDefinition) -> Page:
    """Return the scores by category as a page for readers: a section per category, a row per unit.

    Sections are in the order of the tree, each category before those that it holds.
    """
    parts = result.categories.partition_by("category", maintain_order=True)
    sections = [(str(part["category_title"][0]), int(part["level"][0] or 1), part) for part in parts]
    return _make_page(sections, result, definition, caption=phrase("tables.categories"), findings=[])


def _make_page(
    sections: Sequence[tuple[str, int, pl.DataFrame]],
    result: Result,
    definition: IndexDefinition,
    *,
    caption: str,
    findings: Sequence[str],
) -> Page:
    said = dict.fromkeys(note for _, _, frame in sections for note in frame["note"] if note)
    marks = {note: _make_mark(number) for number, note in enumerate(said)}
    return Page(
        title=definition.title,
        caption=caption,
        notice=result.notice,
        mark=result.mark,
        full_title=phrase("tables.page_title", title=definition.title, caption=caption),
        columns=view_units(result.ranking.clear(), definition).columns,
        sections=tuple(
            Section(title, level, view_units(frame, definition, marks=marks)) for title, level, frame in sections
        ),
        notes=tuple((mark, phrase("tables.note", note=note)) for note, mark in marks.items()),
        legend=(
            describe_reading(definition),
            *findings,
            definition.provenance.note,
            *result.notes,
        ),
    )


def describe_reading(definition: IndexDefinition) -> str:
    """Return how the columns of a table for readers are to be read, as a paragraph."""
    return phrase(
        "tables.reading",
        ranges=describe_ranges(definition),
        nothing=NOTHING,
        respondent=definition.words.respondent,
        unit=definition.words.unit,
    )


def _make_mark(number: int) -> str:
    """Return a letter, or two, for a number from 0: a to z, aa, ab and so on."""
    before, last = divmod(number, len(ascii_lowercase))
    return (_make_mark(before - 1) if before else "") + ascii_lowercase[last]
