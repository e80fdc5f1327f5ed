"""Survey files in, tidy responses out.

Any format (`grids.py`), any survey tool's form of headings (`exports.py`), wide (a column a question), long (a row a
respondent and question) or in blocks (a column a question and unit). What a file is, is found by looking into it, and
reported. Nothing is dropped: a record that cannot be read is quarantined with a reason, and so are all records of a
file that cannot be used. Rows that `source.keep` leaves out are counted apart.

Stages: `open_sources`, `read_grids`, `choose_view` (which separator or sheet, which rows of headings), `map_headings`,
`translate_rows`, then `collect_wide`, `collect_long` or `collect_blocks`. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import DataRefused
from bpo_index.responses.collect import collect_blocks, collect_long, collect_wide
from bpo_index.responses.grids import Unreadable
from bpo_index.responses.kept_rows import keep_rows
from bpo_index.responses.open_grids import read_grids
from bpo_index.responses.sources import Source, open_sources
from bpo_index.responses.tidy import RECORD_SCHEMA, Original, Responses, describe_table, make_missing_ids
from bpo_index.responses.tools.registry import list_tools
from bpo_index.responses.translate import translate_rows
from bpo_index.responses.views import choose_view, refuse_view, report_view

_COLLECT = {"wide": collect_wide, "long": collect_long, "blocks": collect_blocks}


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
    parts = [_read_file(source, definition, is_alone=len(sources) == 1) for source in sources]
    refusals = [refusal for part in parts for refusal in part.refusals]

    not_kept = sum(part.not_kept for part in parts)
    if not_kept and not refusals and not any(part.records.height for part in parts):
        said = " ".join(decision for part in parts for decision in part.decisions if "`source.keep`" in decision)
        refusals.append(f"`source.keep` of the definition leaves out all {not_kept:,} rows. {said}")
    tables, records, offset = [], [], 0
    for part in parts:
        tables.append(part.table.with_columns(pl.col("response") + offset))
        records.append(part.records.with_columns(pl.col("response") + offset))
        offset += part.table.height
    table = make_missing_ids(pl.concat(tables), definition)
    record = pl.concat(records)
    if refusals:
        table, record = _quarantine_all(table, record)
    originals = tuple(original for part in parts for original in part.originals)
    contents = () if refusals else tuple(frame for part in parts for frame in part.contents)
    digests = sorted(hashlib.sha256(source.original).hexdigest() for source in sources)
    return Responses(
        table,
        record,
        [*passed, *(decision for part in parts for decision in part.decisions)],
        refusals,
        hashlib.sha256("".join(digests).encode()).hexdigest(),
        contents,
        not_kept,
        originals,
    )


def _read_file(source: Source, definition: IndexDefinition, *, is_alone: bool) -> Responses:
    name = source.name
    table = pl.DataFrame(schema=describe_table(definition))
    try:
        view = choose_view(read_grids(source, definition.source), definition)
    except Unreadable as error:
        return Responses(table, pl.DataFrame(schema=RECORD_SCHEMA), [], [f"The file {name} {error}."])
    records = view.rows.frame_records(name, view.width)
    decisions = report_view(name, view, definition)
    refusal = refuse_view(name, view, definition)
    contents: list[pl.DataFrame] = []
    not_kept = 0
    if not refusal:
        try:
            kept = keep_rows(view, records, definition)
            columns, said = translate_rows(kept.rows, view.mapping, view.grid, definition, width=view.width)
        except DataRefused as error:
            refusal = f"The file {name} is refused: {error}."
        else:
            tool = list_tools().get(view.headings.export)
            if tool and tool.counts_ids and "respondent_id" in view.mapping.fields and not is_alone:
                columns["respondent_id"] = f"{name} " + columns["respondent_id"]
                said.append("ids with the name of the file, since the tool counts from 1 in each")
            decisions += [f"{name}: {sentence}." for sentence in (*kept.said, *said)]
            records, not_kept = kept.records, kept.left_out
            faults = records.filter(pl.col("reason").is_not_null())
            table, records, content = _COLLECT[view.mapping.layout](records, columns, definition)
            if view.mapping.blocks:
                decisions.append(f"{name}: {_count_blocks(table, len(kept.rows), definition)}.")
            contents = [content, faults.select("reason", "text").rename(lambda name: f"record.{name}")]
    if refusal:
        table, records = _quarantine_all(table, records)
    original = view.rows.original
    return Responses(
        table,
        records,
        decisions,
        [refusal] if refusal else [],
        contents=tuple(contents),
        not_kept=not_kept,
        originals=() if original is None else (Original(name, original),),
    )


def _count_blocks(table: pl.DataFrame, rows: int, definition: IndexDefinition) -> str:
    """Return how many rows of a file with blocks hold how many answers on a unit."""
    return (
        f"{rows:,} row{'' if rows == 1 else 's'} of the file with answers on {definition.words.units} in "
        f"{table.height:,} block{'' if table.height == 1 else 's'}, each of which counts as a row"
    )


def _quarantine_all(table: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return table.clear(), records.with_columns(
        response=pl.lit(None, pl.Int64),
        reason=pl.coalesce("reason", pl.lit("file_refused")),
        sentence=pl.coalesce("sentence", pl.lit("The file was refused as a whole.")),
    )
