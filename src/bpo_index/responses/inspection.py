"""How a file would be read, before anything is read for good: for the person who has to name its columns.

`inspect_file` looks at one file as `read_responses` does and says what it found: format, headings, which column is what
and how sure that is, the units and answers that occur. What it could not match it compares with what is missing;
near matches are proposals and are never taken. Method page: docs/methods/inspecting.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import fold_label
from bpo_index.errors import DataRefused
from bpo_index.responses.answer_texts import find_unit, map_answers
from bpo_index.responses.columnar import write_cell
from bpo_index.responses.fragment import write_fragment
from bpo_index.responses.grids import Unreadable
from bpo_index.responses.headings import (
    LEAST_ALIKE,
    Proposal,
    measure_alike,
)
from bpo_index.responses.kept_rows import keep_rows
from bpo_index.responses.open_grids import read_grids
from bpo_index.responses.sources import Source, open_sources
from bpo_index.responses.translate import count_texts, translate_rows
from bpo_index.responses.views import View, choose_view, propose_columns, refuse_view, report_view

#: Different texts of each kind that proposals are made for, and that a terminal shows, at most.
MOST_LISTED = 30


@dataclass(frozen=True)
class ColumnFound:
    """A column of the file that is used."""

    target: str
    """The tidy column or question id."""
    heading: str
    """The column's name in the file."""
    found_by: str
    """`id`, `text` or `alias` of a question; `heading` of the definition; `block` of columns; `survey tool`."""
    confidence: float = 1.0
    """1 for exact matches; nothing else is taken."""


@dataclass(frozen=True)
class Inspection:
    """What one file looks like."""

    file: str
    rows: int = 0
    decisions: tuple[str, ...] = ()
    """Format, headings and layout, as sentences."""
    refusal: str | None = None
    """Why the file cannot be used as it is."""
    columns: tuple[ColumnFound, ...] = ()
    missing: tuple[str, ...] = ()
    """What the index needs and the file does not have."""
    proposals: tuple[Proposal, ...] = ()
    """Headings near to what is missing, with how alike they are."""
    unused: tuple[str, ...] = ()
    units: dict[str, int] = field(default_factory=dict)
    """Unit code to rows."""
    unknown_units: dict[str, int] = field(default_factory=dict)
    """Texts that name no unit, to rows; the most frequent first."""
    unit_proposals: tuple[Proposal, ...] = ()
    """Unknown texts near to the name of a unit, of the most frequent ones."""
    ratings: dict[str, int] = field(default_factory=dict)
    """Rating to answers, in rising order."""
    not_ratings: dict[str, int] = field(default_factory=dict)
    """`dont_know`, `skipped`, `not_asked`, `empty`, to answers."""
    unknown_answers: dict[str, int] = field(default_factory=dict)
    """Texts that are neither, to answers; the most frequent first."""
    fragment: str = ""
    """The keys of a definition that make all of this explicit, as YAML."""
    headings: tuple[str, ...] = ()
    """The names of all columns."""


def inspect_files(paths: Iterable[str | Path], definition: IndexDefinition) -> list[Inspection]:
    """Look at files without using them.

    Raises
    ------
    UsageError, EnvironmentFailed
        As `read_responses`.
    """
    sources, passed = open_sources(list(paths))
    inspections = [_inspect_source(source, definition) for source in sources]
    # What of a folder is no file of answers is said once, before the first that is.
    return [replace(inspections[0], decisions=(*passed, *inspections[0].decisions)), *inspections[1:]]


def _inspect_source(source: Source, definition: IndexDefinition) -> Inspection:
    name = source.name
    try:
        view = choose_view(read_grids(source, definition.source), definition)
    except Unreadable as error:
        return Inspection(name, refusal=f"The file {name} {error}.")
    records = view.rows.frame_records(name, view.width)
    refusal = refuse_view(name, view, definition)
    decisions = report_view(name, view, definition)
    texts: dict[str, pl.Series] = {}
    try:
        kept = keep_rows(view, records, definition)
        texts, said = translate_rows(kept.rows, view.mapping, view.grid, definition, width=view.width)
        said = [*kept.said, *said]
        texts = _drop_empty_blocks(texts, definition) if view.mapping.blocks else texts
        decisions += [f"{name}: {sentence}." for sentence in said]
    except DataRefused as error:
        refusal = refusal or f"The file {name} is refused: {error}."
    mapping = view.mapping
    proposals = propose_columns(view, definition)
    units, unknown_units = _count_units(texts.get("unit", pl.Series(dtype=pl.String)), definition)
    ratings, not_ratings, unknown_answers = _count_answers(texts, definition)
    unit_proposals = _propose_units(list(unknown_units)[:MOST_LISTED], definition)
    return Inspection(
        name,
        len(view.rows),
        tuple(decisions),
        refusal,
        _list_columns(view, definition),
        tuple(mapping.missing),
        tuple(proposals),
        tuple(mapping.unused),
        units,
        unknown_units,
        tuple(unit_proposals),
        ratings,
        not_ratings,
        unknown_answers,
        write_fragment(view, proposals, unit_proposals, list(unknown_answers), definition=definition),
        tuple(view.headings.names),
    )


def _drop_empty_blocks(texts: dict[str, pl.Series], definition: IndexDefinition) -> dict[str, pl.Series]:
    """Return the texts without the blocks in which no question has any: they are no rows."""
    asked = pl.DataFrame({question: texts[question] for question in definition.question_ids if question in texts})
    given = asked.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return {tidy: column.filter(given) for tidy, column in texts.items()}


def _list_columns(view: View, definition: IndexDefinition) -> tuple[ColumnFound, ...]:
    questions = {question.id: question for question in definition.questions}
    found = []
    for tidy, match in view.mapping.matches.items():
        by = "heading"
        if tidy in questions:
            label = fold_label(match.label)
            wording = fold_label(questions[tidy].text)
            by = "id" if label == fold_label(tidy) else "text" if label == wording else "alias"
        found.append((match.position, ColumnFound(tidy, match.heading, by)))
    for block in view.mapping.blocks:
        found += [
            (one.position, ColumnFound(f"{question} ({definition.unit_names[block.unit]})", one.heading, "block"))
            for question, one in block.columns.items()
        ]
    for tidy, tool_field in view.mapping.fields.items():
        found.append((tool_field.position, ColumnFound(tidy, tool_field.heading, "survey tool")))
    return tuple(column for _, column in sorted(found, key=lambda one: (one[0], one[1].target)))


def _count_units(texts: pl.Series, definition: IndexDefinition) -> tuple[dict[str, int], dict[str, int]]:
    known: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for text, count in count_texts(texts).items():
        code = find_unit(text, definition.unit_by_label)
        if code:
            known[code] += count
        else:
            unknown[text] += count
    ordered = {unit.code: known[unit.code] for unit in definition.units if known[unit.code]}
    return ordered, _list_most_frequent(unknown)


def _count_answers(
    texts: Mapping[str, pl.Series], definition: IndexDefinition
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    ratings: Counter[float] = Counter()
    kinds: Counter[str] = Counter(dont_know=0, skipped=0, not_asked=0, empty=0)
    unknown: Counter[str] = Counter()
    for scale, held in ((definition.scale, ("rating",)), *definition.scale_groups):
        counts: Counter[str] = Counter()
        for tidy in held:
            counts.update(count_texts(texts[tidy]) if tidy in texts else {})
        answers = map_answers([text for text in counts if text], scale)
        for text, rating in answers.ratings.items():
            ratings[rating] += counts[text]
        for kind in ("dont_know", "skipped", "not_asked"):
            kinds[kind] += sum(counts[text] for text in getattr(answers, kind))
        kinds["empty"] += counts[""]
        unknown.update({text: counts[text] for text in answers.unreadable})
    return (
        {write_cell(rating): ratings[rating] for rating in sorted(ratings)},
        dict(kinds),
        _list_most_frequent(unknown),
    )


def _list_most_frequent(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _propose_units(unknown: Iterable[str], definition: IndexDefinition) -> list[Proposal]:
    proposals = []
    for text in unknown:
        alike = [
            (measure_alike(fold_label(label), fold_label(text)[:200]), unit.code)
            for unit in definition.units
            for label in (unit.name, *unit.aliases)
            if text
        ]
        best = max(alike, default=(0.0, ""))
        if best[0] >= LEAST_ALIKE:
            proposals.append(Proposal(best[1], text, round(best[0], 2)))
    return proposals
