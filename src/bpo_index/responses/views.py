"""A file as it is read: which separator or sheet, which rows of headings, which column is what.

`choose_view` looks at a file in every way and takes the one under which its headings name most columns of the
definition; `report_view` says what was decided, `refuse_view` why a file cannot be used. Method page:
docs/methods/reading.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.display.labels import fold_label, show_text
from bpo_index.responses.answer_texts import find_unit, map_answers, parse_number
from bpo_index.responses.cell_texts import write_plainly
from bpo_index.responses.choice_marks import find_choice_marks, may_have_stem
from bpo_index.responses.encodings import has_undecodable
from bpo_index.responses.exports import Headings, find_headings
from bpo_index.responses.grids import Grid, Unreadable
from bpo_index.responses.headings import (
    Mapping,
    Proposal,
    label_questions,
    list_question_columns,
    map_headings,
    name_heading,
    propose_headings,
)
from bpo_index.responses.records import Record
from bpo_index.responses.rows import Rows
from bpo_index.responses.tools.record import Cells
from bpo_index.responses.tools.registry import PLAIN, describe_export

#: Rows that are searched for the names of units where no column has the heading, and the share that must be.
_LOOKED_AT, _LEAST_UNITS = 1_000, 0.5
#: Ratings beside a unit's name that make an answer of a line, whatever its columns, at least.
_LEAST_ANSWERS = 3
#: Columns and headings named in a message, at most.
_SHOWN = 12
#: The same of columns that are missing.
_MOST_LACKING = 30


@dataclass(frozen=True)
class View:
    """One file as it is read: which grid, which rows of headings, which column is what."""

    grid: Grid
    headings: Headings
    mapping: Mapping
    refusal: str | None = None
    """Why it is not clear that this is how the file has to be read, as the end of a sentence on the file."""
    not_read: tuple[str, ...] = ()
    """Other sheets of the workbook that hold anything."""

    @property
    def header(self) -> list[Record]:
        """The rows of headings; none where the format names its columns itself."""
        return self.grid.start[self.headings.first : self.headings.first + self.headings.rows]

    @property
    def rows(self) -> Rows:
        """The records below the headings that are not blank: the rows."""
        return self.grid.read_rows(self.headings.first + self.headings.rows, self.width)

    def list_readable(self, records: pl.DataFrame) -> Rows:
        """Return the rows that `Rows.frame_records` found no fault with."""
        return self.rows.keep(records["reason"].is_null())

    @property
    def width(self) -> int:
        """How many cells a row must have."""
        return len(self.headings.names)


def choose_view(grids: list[Grid], definition: IndexDefinition) -> View:
    """Return the view of a file under which its headings name most columns of the definition.

    Of those that have all that is needed the one with headings nearest to the top; of equals the one with more columns,
    then the first: separators in the order of `DELIMITERS`, sheets as in the workbook.

    Where two sheets of a workbook look like answers it says so as its `refusal`.

    Raises
    ------
    Unreadable
        There is no row of headings.
    """
    views = [view for grid in grids for view in _list_views(grid, definition)]
    if not views:
        raise Unreadable("is empty: it has no header row. Export the survey again")

    def rate(view: View) -> tuple[bool, int, int, int]:
        found = len(view.mapping.matches) + len(view.mapping.fields)
        found += sum(len(block.columns) for block in view.mapping.blocks)
        is_whole = not view.mapping.missing
        first = -view.headings.first
        return is_whole, first if is_whole else found, found if is_whole else first, len(view.headings.names)

    best = _leave_out_choice_marks(max(views, key=rate), definition)
    if "sheet" not in best.grid.explicit:
        return best
    rivals = dict.fromkeys(view.grid.explicit["sheet"] for view in views if _has_answers(view.mapping, definition))
    refusal = None
    if len(rivals) > 1:
        named = ", ".join(repr(sheet) for sheet in rivals)
        refusal = f"has several sheets that look like responses: {named}. Name one as `source.sheet`"
    others = tuple(grid.explicit["sheet"] for grid in grids if grid is not best.grid)
    return replace(best, refusal=refusal, not_read=others)


def _leave_out_choice_marks(view: View, definition: IndexDefinition) -> View:
    """Return the view without columns that hold the marks of a multiple choice, as what the questions are."""
    known = list_question_columns(view.headings, definition)
    asked = [
        n
        for n in known
        if not any(
            match.position == n
            and (scale := definition.question_scales.get(tidy))
            and scale.maximum - scale.minimum <= 1
            for tidy, match in view.mapping.matches.items()
        )
    ]
    has_stem = [n for n in asked if any(may_have_stem(label) for label in view.headings.labels[n])]
    if not has_stem or view.mapping.layout != "wide":
        return view
    marks = find_choice_marks(view.headings.labels, view.rows, has_stem)
    return replace(view, mapping=map_headings(view.headings, definition, frozenset(marks))) if marks else view


def _has_answers(mapping: Mapping, definition: IndexDefinition) -> bool:
    """Return whether nothing is missing, or the units and half of the questions are there."""
    found = len(mapping.matches.keys() & set(definition.question_ids))
    return not mapping.missing or ("unit" in mapping.matches and 2 * found >= len(definition.question_ids))


def _list_views(grid: Grid, definition: IndexDefinition) -> list[View]:
    if not grid.has_headings:
        labels = [
            tuple(part for part in (name, grid.codebook.headings.get(n, "")) if part)
            for n, name in enumerate(grid.named)
        ]
        found = find_headings(
            [list(grid.named), [grid.codebook.headings.get(n, "") for n in range(len(labels))]],
            0,
            definition.source.model_copy(update={"header_rows": None}),
        )
        headings = Headings(PLAIN, 0, 0, list(grid.named), labels)
        if found.export != PLAIN:
            both = [tuple(dict.fromkeys((*own, *tool))) for own, tool in zip(labels, found.labels, strict=True)]
            headings = Headings(found.export, 0, 0, list(grid.named), both, found.fields, found.coded)
        return [View(grid, headings, map_headings(headings, definition))]
    start: list[Cells] = [record.cells for record in grid.start]
    views = []
    for first in range(len(start)):
        headings = find_headings(start, first, definition.source)
        views.append(View(grid, headings, map_headings(headings, definition)))
    return views


def refuse_view(name: str, view: View, definition: IndexDefinition) -> str | None:
    """Return why a file cannot be used, as a paragraph."""
    if view.refusal:
        return f"The file {name} {view.refusal}."
    lines = [record.line for record in view.header]
    where = f"The header row of {name} (line {lines[0]})" if lines else f"The file {name}"
    if len(lines) > 1:
        where = f"The header of {name} (lines {lines[0]} to {lines[-1]})"
    mapping = view.mapping
    for record in view.header:
        if record.fault:
            return f"{where} cannot be read: {record.fault}. Correct the line or export the survey again."
        if has_undecodable(record.text):
            return f"{where} holds bytes that are not text. Save the file as CSV (UTF-8)."
    wanted = definition.source.export
    if wanted not in (None, PLAIN, view.headings.export):
        return (
            f"{where} is not in the form of a {describe_export(wanted)} that `source:` of the definition names (export "
            f"{wanted}, header_rows {definition.source.header_rows or 'not given'}). Correct the block, or leave it "
            "out."
        )
    if mapping.ambiguous:
        return f"{where} can be read in two ways: {_join_some(mapping.ambiguous)}. Rename the columns or take one out."
    if mapping.repeated:
        return (
            f"{where} gives {_list_columns(mapping.repeated)} more than once, so it is not clear which column counts. "
            "Take the surplus columns out."
        )
    if mapping.missing:
        return _refuse_missing(where, view, definition)
    strange = _find_strange_row(view, definition)
    if strange:
        return f"{where} does not fit: {strange}"
    if not len(view.rows):
        return (
            f"The file {name} has {'a header row' if lines else 'columns'} and no responses. Export the survey again."
        )
    return None


def _find_strange_row(view: View, definition: IndexDefinition) -> str | None:
    """Return why the rows of headings are not all: one of them is an answer, or another stands among the answers."""
    unit = view.mapping.matches.get("unit")
    if unit is None:
        return None
    for record in view.header[1:]:
        text = record.cells[unit.position] if unit.position < len(record.cells) else ""
        if find_unit(text, definition.unit_by_label):
            return (
                f"line {record.line} names {show_text(text)} where the units stand, so it is an answer and no heading. "
                "Correct `source.header_rows` of the definition."
            )
    for n, record in enumerate(view.grid.start[: view.headings.first]):
        rows_below = view.headings.first - n - 1
        again = map_headings(find_headings([record.cells], 0, HowToRead()), definition)
        if (
            _is_answer(record.cells, view.mapping, definition)
            or _may_be_answer(record.cells, view.mapping.layout, definition)
            or (rows_below and _has_answers(again, definition))
        ):
            return (
                f"line {record.line}, above it, looks like an answer, or like the header row of other answers. Take "
                "out what does not belong to the answers, or give the parts as files of their own."
            )
    # A row of headings names at least what the index needs.
    needed = 2 if view.mapping.layout == "long" else 1 + len(definition.question_ids)
    for line, cells in view.rows.find_cell(unit.heading):
        if len(cells) >= needed:
            again = map_headings(find_headings([cells], 0, definition.source), definition)
            own = {tidy: match.position for tidy, match in again.matches.items()}
            if not again.missing and own != view.mapping.positions:
                return (
                    f"line {line} is a header row too, with other columns, so that the rows below it would be "
                    "read wrongly. Give the parts as files of their own."
                )
    return None


def _is_answer(cells: Cells, mapping: Mapping, definition: IndexDefinition) -> bool:
    """Return whether cells name a unit where the units stand, and answer half of the questions."""
    place = mapping.positions

    def read(tidy: str) -> str:
        return cells[place[tidy]] if tidy in place and place[tidy] < len(cells) else ""

    asked = [tidy for tidy in ("rating", *definition.question_ids) if tidy in place]
    answered = 0
    for tidy in asked:
        text = write_plainly(read(tidy), ",", has_thousands=False)
        scale = definition.question_scales.get(tidy, definition.scale)
        answered += bool(text) and not map_answers([text], scale).unreadable
    return bool(find_unit(read("unit"), definition.unit_by_label)) and 2 * answered >= len(asked)


def _may_be_answer(cells: Cells, layout: str, definition: IndexDefinition) -> bool:
    """Return whether cells, of whatever columns, name a unit in words and answer half of the questions, at least three.

    More answers than units: lists of units, or of units and numbers, are none. In long layout a question, one answer.
    """
    units = sum(parse_number(text) is None and bool(find_unit(text, definition.unit_by_label)) for text in cells)
    texts = [write_plainly(text, ",", has_thousands=False) for text in cells if text]
    kinds: set[str] = set()
    for scale, _ in definition.scale_groups:
        answers = map_answers(texts, scale)
        kinds |= {text for text, rating in answers.ratings.items() if scale.minimum <= rating <= scale.maximum}
        kinds |= answers.dont_know | answers.skipped | answers.not_asked
    answered = sum(text in kinds for text in texts)
    if layout == "long":
        questions = label_questions(definition)
        return bool(units and answered) and any(fold_label(text) in questions for text in cells)
    return 0 < units < answered and answered >= max(_LEAST_ANSWERS, len(definition.question_ids) / 2)


def _refuse_missing(where: str, view: View, definition: IndexDefinition) -> str:
    missing, proposals = view.mapping.missing, propose_columns(view, definition)
    offered = "; ".join(
        f"{show_text(one.heading)} may be {one.target} (confidence {one.confidence:.2f})"
        for one in proposals[:_MOST_LACKING]
    )
    if len(proposals) > _MOST_LACKING:
        offered += f"; and {len(proposals) - _MOST_LACKING:,} more (inspect --json lists all)"
    lacking = _list_columns([name_heading(tidy, definition) for tidy in missing], _MOST_LACKING)
    rename = "Rename the columns"
    start = f"{where} lacks {len(missing)} column{'s' if len(missing) > 1 else ''} that the index needs"
    if _is_other_survey(view, proposals, definition):
        start += (
            f", so this is not the survey of {definition.title} ({definition.index} {definition.edition}); give the "
            "definition of this survey with --definition. Lacking are"
        )
        rename = "If it is that survey, rename the columns"
    else:
        start += ":"
    return (
        f"{start} {lacking}. "
        f"It has: {_list_columns(view.headings.names)}. "
        + (f"In it {_say_not_ratings(view.mapping)}. " if view.mapping.not_ratings else "")
        + (f"Near, and not taken: {offered}. " if offered else "")
        + f"{rename}, or name them in the definition (`columns:` and the questions' `aliases:`); `bpo-index inspect` "
        "writes these lines."
    )


def _is_other_survey(view: View, proposals: Sequence[Proposal], definition: IndexDefinition) -> bool:
    """Return whether a file has none of the questions, and nothing near to them, or one in twenty of them at most."""
    asked = set(definition.question_ids)
    if view.mapping.layout != "wide":
        return False
    near = {proposal.target for proposal in proposals} & asked
    found = view.mapping.matches.keys() & asked
    return len(found | near) <= len(asked) / 20


def propose_columns(view: View, definition: IndexDefinition) -> list[Proposal]:
    """Return the columns that are nearly what is missing: by their headings, and that of the units by its cells."""
    missing, unused = view.mapping.missing, set(view.mapping.unused)
    proposals = propose_headings(missing, view.mapping.unused, definition)
    if "unit" not in missing or any(proposal.target == "unit" for proposal in proposals):
        return proposals
    rows = list(view.rows.list_cells(_LOOKED_AT))
    best = Proposal("unit", "", 0.0)
    for n, heading in enumerate(view.headings.names):
        texts = Counter(row[n] for row in rows if n < len(row) and row[n]) if heading in unused else Counter()
        known = sum(count for text, count in texts.items() if find_unit(text, definition.unit_by_label))
        share = known / texts.total() if texts else 0.0
        # Numbers alone are no sign: codes of units are answers of other questions.
        if (
            share > max(best.confidence, _LEAST_UNITS)
            and len(texts) > 1
            and not all(parse_number(text) is not None for text in texts)
        ):
            best = Proposal("unit", heading, round(share, 2))
    return [best, *proposals] if best.heading else proposals


def join_headings(texts: Sequence[str], most: int = _SHOWN) -> str:
    """Return headings for a message; the first of them where there are many."""
    shown = ", ".join(show_text(text) for text in texts[:most])
    return shown + (f" and {len(texts) - most:,} more" if len(texts) > most else "")


def _list_columns(texts: Sequence[str], most: int = _SHOWN) -> str:
    """Return columns for a message; where there are many the first of them, and how to see all."""
    return join_headings(texts, most) + (" (inspect --json lists all)" if len(texts) > most else "")


def _join_all(sentences: Sequence[str]) -> str:
    return "; ".join(show_text(sentence, 300) for sentence in sentences)


def _say_not_ratings(mapping: Mapping) -> str:
    named = _list_columns(mapping.not_ratings)
    return f"0 and 1 mark the options of a multiple choice, so no ratings: {named}"


def _say_blocks(mapping: Mapping, definition: IndexDefinition) -> str:
    """Return which columns are the answers on which unit."""
    names, given = definition.unit_names, [block.unit for block in mapping.blocks]
    pairs = [
        f"{question} on {names[block.unit]} from {show_text(one.heading)}"
        for block in mapping.blocks
        for question, one in block.columns.items()
    ]
    said = "; ".join(pairs[:_MOST_LACKING])
    if len(pairs) > _MOST_LACKING:
        said += f"; and {len(pairs) - _MOST_LACKING:,} more (inspect --json lists all)"
    none = [name for code, name in names.items() if code not in given]
    lacking = f"; none for {join_headings(none, len(none))}" if none else ""
    return f"a block of columns for each of {len(given)} {definition.words.units}: {said}{lacking}"


def _join_some(sentences: Sequence[str]) -> str:
    shown = "; ".join(show_text(sentence, 300) for sentence in sentences[:_SHOWN])
    return shown + (f"; and {len(sentences) - _SHOWN:,} more" if len(sentences) > _SHOWN else "")


def report_view(name: str, view: View, definition: IndexDefinition) -> list[str]:
    """Return one sentence each: how a file is read."""
    mapping, lines = view.mapping, [record.line for record in view.header]
    header = "columns named by the format"
    if lines:
        header = f"header row on line {lines[0]}"
    if len(lines) > 1:
        header = f"{len(lines)} header rows on lines {lines[0]} to {lines[-1]}"
    tool = "" if view.headings.export == PLAIN else f", {describe_export(view.headings.export)}"
    decisions = [f"{name}: {view.grid.form}, {header}, {mapping.layout} layout{tool}."]
    if view.not_read:
        decisions.append(f"{name}: sheets not read: {join_headings(view.not_read, len(view.not_read))}.")
    above = view.grid.start[: view.headings.first]
    if above:
        texts = [record.text for record in above]
        decisions.append(f"{name}: above the header row and not read: {join_headings(texts, len(texts))}.")
    by_tool = [f"{tidy} from {show_text(one.heading)}" for tidy, one in mapping.fields.items()]
    if by_tool:
        decisions.append(f"{name}: by the tool's own columns: {', '.join(by_tool)}.")
    by_part = [
        f"{tidy} from {show_text(match.heading)}"
        for tidy, match in mapping.matches.items()
        if match.is_part or (tidy not in definition.question_ids and match.label != match.heading)
    ]
    if by_part:
        decisions.append(f"{name}: by a part of the heading or its wording: {', '.join(by_part)}.")
    if mapping.blocks:
        decisions.append(f"{name}: {_say_blocks(mapping, definition)}.")
    if mapping.passed:
        decisions.append(f"{name}: of headings that fit: {_join_all(mapping.passed)}.")
    if mapping.not_ratings:
        decisions.append(f"{name}: {_say_not_ratings(mapping)}.")
    if mapping.absent:
        columns = definition.columns
        effects = {columns.respondent: "every row counts as a respondent of its own"}
        effects[columns.company] = "every respondent counts as a company of its own"
        effect = " and ".join(effect for column, effect in effects.items() if column in mapping.absent)
        decisions.append(f"{name}: no column {_list_columns(mapping.absent)}{effect and f'; so {effect}'}.")
    if mapping.unused:
        decisions.append(f"{name}: columns not used: {_list_columns(mapping.unused)}.")
    return decisions
