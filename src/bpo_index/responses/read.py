"""Survey files in, tidy responses out.

Any format (`grids.py`), any survey tool's form of headings (`exports.py`), wide (a column a question) or long (a row a
respondent and question). What a file is, is found by looking into it, and reported. Nothing is dropped: a record that
cannot be read is put aside with a reason, and a file that cannot be used puts all of its records aside.

Stages: `open_sources`, `read_grids`, `choose_view` (which separator or sheet, which rows of headings), `map_headings`,
`translate_cells`, then `collect_wide` or `collect_long`. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import DataRefused
from bpo_index.responses.collect import collect_long, collect_wide, frame_records
from bpo_index.responses.encodings import has_undecodable, show_undecodable
from bpo_index.responses.exports import TOOL_NAMES, Cells, Headings, find_headings
from bpo_index.responses.grids import Grid, Unreadable, read_grids
from bpo_index.responses.headings import Mapping, map_headings, name_heading, propose_headings
from bpo_index.responses.records import Record
from bpo_index.responses.sources import Source, open_sources
from bpo_index.responses.tidy import RECORD_SCHEMA, Responses, describe_table, make_missing_ids
from bpo_index.responses.translate import translate_cells

#: Columns and headings named in a message, at most.
_SHOWN = 12


def read_responses(paths: Sequence[str | Path], definition: IndexDefinition) -> Responses:
    """Read survey files into tidy responses.

    Parameters
    ----------
    paths
        One or more files of one edition, or folders of them; their order does not matter.
    definition
        The index definition; it gives the headings.

    Returns
    -------
    Responses
        All rows of all files. `refusals` is not empty where a file cannot be used.

    Raises
    ------
    UsageError
        No such file, a folder without files of answers, or the same file given twice.
    EnvironmentFailed
        A file that is there and cannot be read.
    """
    sources, passed = open_sources(paths)
    parts = [_read_file(source, definition) for source in sources]
    refusals = [refusal for part in parts for refusal in part.refusals]

    tables, records, offset = [], [], 0
    for part in parts:
        tables.append(part.table.with_columns(pl.col("response") + offset))
        records.append(part.records.with_columns(pl.col("response") + offset))
        offset += part.table.height
    table = make_missing_ids(pl.concat(tables), definition)
    record = pl.concat(records)
    if refusals:
        table, record = _put_all_aside(table, record)
    digests = sorted(hashlib.sha256(source.original).hexdigest() for source in sources)
    return Responses(
        table,
        record,
        [*passed, *(decision for part in parts for decision in part.decisions)],
        refusals,
        hashlib.sha256("".join(digests).encode()).hexdigest(),
    )


def _read_file(source: Source, definition: IndexDefinition) -> Responses:
    name = source.name
    empty = pl.DataFrame(schema=describe_table(definition))
    try:
        view = choose_view(read_grids(source, definition.source), definition)
    except Unreadable as error:
        return Responses(empty, pl.DataFrame(schema=RECORD_SCHEMA), [], [f"The file {name} {error}."])
    records = frame_records(name, view.rows, view.width)
    decisions = _report_decisions(name, view, definition)
    refusal = _refuse_view(name, view, definition)
    table = empty
    if not refusal:
        readable = records["reason"].is_null()
        cells = [row.cells for row, keep in zip(view.rows, readable, strict=True) if keep]
        try:
            columns, said = translate_cells(cells, view.mapping, view.grid.codebook, definition)
        except DataRefused as error:
            refusal = f"The file {name} is refused: {error}."
        else:
            decisions += [f"{name}: {sentence}." for sentence in said]
            collect = collect_long if view.mapping.layout == "long" else collect_wide
            table, records = collect(records, columns, definition)
    if refusal:
        table, records = _put_all_aside(empty, records)
    return Responses(table, records, decisions, [refusal] if refusal else [])


@dataclass(frozen=True)
class View:
    """One file as it is read: which grid, which rows of headings, which column is what."""

    grid: Grid
    headings: Headings
    mapping: Mapping

    @property
    def header(self) -> list[Record]:
        """The rows of headings; none where the format names its columns itself."""
        return self.grid.start[self.headings.first : self.headings.first + self.headings.rows]

    @property
    def rows(self) -> list[Record]:
        """The records below the headings that are not blank: the rows."""
        return self.grid.records[self.headings.first + self.headings.rows :]

    @property
    def width(self) -> int:
        """How many cells a row must have."""
        return len(self.headings.names)


def choose_view(grids: list[Grid], definition: IndexDefinition) -> View:
    """Return the view of a file under which its headings name most columns of the definition.

    Of equals the one with headings nearer to the top, then with more columns, then the first: separators in the order
    of `DELIMITERS`, sheets as in the workbook.

    Raises
    ------
    Unreadable
        Two sheets of a workbook look like the answers.
    """
    views = [view for grid in grids for view in _list_views(grid, definition)]
    if not views:
        raise Unreadable("is empty: it has no header row. Export the survey again")

    def rate(view: View) -> tuple[int, int, int]:
        found = len(view.mapping.matches) + len(view.mapping.fields)
        return found, -view.headings.first, len(view.headings.names)

    best = max(views, key=rate)
    rivals = [view for view in views if view.grid is not best.grid and rate(view)[0] == rate(best)[0]]
    if "sheet" in best.grid.explicit and rivals and not best.mapping.missing:
        named = ", ".join(repr(view.grid.explicit["sheet"]) for view in (best, *rivals))
        raise Unreadable(f"has several sheets that look like responses: {named}. Name one as `source.sheet`")
    return best


def _list_views(grid: Grid, definition: IndexDefinition) -> list[View]:
    if not grid.has_headings:
        labels = [
            tuple(part for part in (name, grid.codebook.headings.get(n, "")) if part)
            for n, name in enumerate(grid.named)
        ]
        headings = Headings("plain", 0, 0, list(grid.named), labels)
        return [View(grid, headings, map_headings(headings, definition))]
    start: list[Cells] = [record.cells for record in grid.start]
    views = []
    for first in range(len(start)):
        headings = find_headings(start, first, definition.source)
        views.append(View(grid, headings, map_headings(headings, definition)))
    return views


def _refuse_view(name: str, view: View, definition: IndexDefinition) -> str | None:
    """Return why a file cannot be used, as a paragraph."""
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
    if mapping.ambiguous:
        return f"{where} can be read in two ways: {'; '.join(mapping.ambiguous)}. Rename the columns or take one out."
    if mapping.repeated:
        return (
            f"{where} gives {_join(mapping.repeated)} more than once, so it is not clear which column counts. "
            "Take the surplus columns out."
        )
    if mapping.missing:
        return _refuse_missing(where, view, definition)
    if not view.rows:
        return f"The file {name} has a header row and no responses. Export the survey again."
    return None


def _refuse_missing(where: str, view: View, definition: IndexDefinition) -> str:
    missing, unused = view.mapping.missing, view.mapping.unused
    proposals = propose_headings(missing, unused, definition)
    offered = "; ".join(f"{_show(one.heading)} may be {one.target} ({one.confidence:.2f} alike)" for one in proposals)
    return (
        f"{where} lacks {len(missing)} column{'s' if len(missing) > 1 else ''} that the index needs: "
        f"{', '.join(name_heading(tidy, definition) for tidy in missing)}. It has: {_join(view.headings.names)}. "
        + (f"Near, and not taken: {offered}. " if offered else "")
        + "Rename the columns, or name them in the definition (`columns:` and the questions' `aliases:`); "
        "`bpo-index inspect` writes these lines."
    )


def _show(text: str) -> str:
    return show_undecodable(text)[:60]


def _join(texts: Sequence[str]) -> str:
    shown = ", ".join(_show(text) for text in texts[:_SHOWN])
    return shown + (f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "")


def _report_decisions(name: str, view: View, definition: IndexDefinition) -> list[str]:
    mapping, lines = view.mapping, [record.line for record in view.header]
    header = "columns named by the format"
    if lines:
        header = f"header row on line {lines[0]}"
    if len(lines) > 1:
        header = f"{len(lines)} header rows on lines {lines[0]} to {lines[-1]}"
    tool = "" if view.headings.export == "plain" else f", {TOOL_NAMES[view.headings.export]}"
    decisions = [f"{name}: {view.grid.form}, {header}, {mapping.layout} layout{tool}."]
    above = view.grid.start[: view.headings.first]
    if above:
        decisions.append(f"{name}: above the header row and not read: {_join([record.text for record in above])}.")
    by_tool = [f"{tidy} from {_show(one.heading)}" for tidy, one in mapping.fields.items()]
    if by_tool:
        decisions.append(f"{name}: by the tool's own columns: {', '.join(by_tool)}.")
    company = definition.columns.company
    for heading in mapping.absent:
        effect = ": every respondent counts as a company of its own" if heading == company else ""
        decisions.append(f"{name}: no column {heading}{effect}.")
    if mapping.unused:
        decisions.append(f"{name}: columns not used: {_join(mapping.unused)}.")
    return decisions


def _put_all_aside(table: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return table.clear(), records.with_columns(
        response=pl.lit(None, pl.Int64),
        reason=pl.coalesce("reason", pl.lit("file_refused")),
        sentence=pl.coalesce("sentence", pl.lit("The file was refused as a whole.")),
    )
