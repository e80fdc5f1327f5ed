"""The tidy responses: one row per respondent and unit as text, and one row per record of the files.

Both frames are text as it was read. `records` accounts for every row of every file; `table` holds what the rows that
could be read say. `record.response` joins them: null where the reader itself had to put a record aside.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.responses.columnar import write_records
from bpo_index.responses.headings import name_fields
from bpo_index.responses.identity import sum_rows
from bpo_index.responses.rows import RECORD_SCHEMA

__all__ = ["RECORD_SCHEMA", "Original", "Responses", "describe_table", "list_tidy_columns", "make_missing_ids"]


@dataclass(frozen=True)
class Original:
    """The rows of a file that has columns of values and no text."""

    source_file: str
    rows: pl.DataFrame
    """Row n of it, from 1, is that of this `source_row`."""


@dataclass(frozen=True)
class Responses:
    """What the reader made of the files.

    Attributes
    ----------
    table
        One row per respondent and unit, all columns text but `response` and `source_row` (integers): `response,
        source_file, source_row, respondent_id, unit, design_weight, cluster, started_at, finished_at, finished,
        duration, status, data_origin, importance_<category>, background_<variable>, <question ids>`. Null
        means an empty cell or no such column.
    records
        One row per non-blank record after the headers, or per block of columns with answers in it:
        `source_file, source_row, text` (the original text; null where `originals` has the row), `response` (null where
        the reader put the record aside), `reason` and `sentence` (null where it did not).
    decisions
        One sentence each: how the files were read.
    refusals
        One paragraph each, for files that cannot be used at all; then every record is quarantined.
    input_hash
        SHA-256 over the bytes of all files, whatever their names and order.
    contents
        What counts of every record, as frames of text columns: of a record that can be read its cells under the names
        of tidy columns, of another its fault and its text. Empty where a file is refused.
    originals
        The rows of files that have values and no text; `write_texts` makes their texts.
    """

    table: pl.DataFrame
    records: pl.DataFrame
    decisions: list[str]
    refusals: list[str] = field(default_factory=list)
    input_hash: str = ""
    contents: tuple[pl.DataFrame, ...] = ()
    not_kept: int = 0
    originals: tuple[Original, ...] = ()

    @property
    def is_synthetic(self) -> bool:
        """Whether every row of every file could be read and is marked as synthetic."""
        origins = [frame["data_origin"] for frame in self.contents if "data_origin" in frame.columns]
        marked = sum(int((origin.str.to_lowercase() == "synthetic").sum()) for origin in origins)
        return 0 < marked == sum(frame.height for frame in self.contents)

    def write_texts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows of a frame with `source_file, source_row, text`, such as `records`, each with its text.

        The text of a row of values is what a CSV file would hold.
        """
        parts = [pl.DataFrame(schema={"source_file": pl.String, "source_row": pl.Int64, "_written": pl.String})]
        for original in self.originals:
            lacking = rows.filter(pl.col("text").is_null(), pl.col("source_file") == original.source_file)[
                "source_row"
            ].unique()
            texts = [record.text for record in write_records(original.rows[(lacking - 1).to_list()])]
            parts.append(
                pl.DataFrame(
                    {"source_file": original.source_file, "source_row": lacking, "_written": texts},
                    schema=parts[0].schema,
                )
            )
        written = pl.concat(parts)
        if written.is_empty():
            return rows
        found = rows.join(written, on=["source_file", "source_row"], how="left", maintain_order="left")
        return found.with_columns(text=pl.coalesce("text", "_written")).drop("_written")

    def sum_rows(self, secret: bytes) -> int:
        """Return the keyed identity of all rows, 0 to 2^256 - 1, without file names, row numbers and order."""
        return sum_rows(self.contents, secret)


def list_tidy_columns(definition: IndexDefinition) -> list[str]:
    """Return the columns of the tidy table that hold text, in order."""
    return [*name_fields(definition), *definition.question_ids]


def describe_table(definition: IndexDefinition) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Return the schema of `Responses.table`."""
    return {
        "response": pl.Int64,
        "source_file": pl.String,
        "source_row": pl.Int64,
        **dict.fromkeys(list_tidy_columns(definition), pl.String),
    }


def make_missing_ids(table: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Give every row without a respondent id one made from its content and its occurrence number.

    Rows of the same content are interchangeable, so neither the order of rows nor that of files changes any id's
    answers. The id is ``row-<first 24 hexadecimal digits of SHA-256>-<occurrence>``. The blocks of one record are one
    respondent's: their content is that of all of them.
    """
    without = table.filter(pl.col("respondent_id").is_null())
    if without.height == 0:
        return table
    place = ["source_file", "source_row"]
    content = pl.struct(list_tidy_columns(definition)).struct.json_encode()
    records = without.select(*place, "response", _content=content)
    if records.select(pl.struct(place).is_duplicated().any()).item():
        joined = pl.col("_content").sort().str.join("\n")
        records = records.group_by(place, maintain_order=True).agg(joined, pl.col("response"))
    made = pl.format(
        "{}-{}",
        pl.col("_content").map_elements(name_content, return_dtype=pl.String),
        pl.int_range(1, pl.len() + 1).over("_content"),
    )
    ids = records.select("response", made.alias("_made"))
    ids = ids.explode("response") if ids.schema["response"] == pl.List else ids
    return (
        table.join(ids, on="response", how="left", maintain_order="left")
        .with_columns(respondent_id=pl.coalesce("respondent_id", "_made"))
        .drop("_made")
    )


def name_content(content: str) -> str:
    """Return the name of a row without an id: ``row-`` and the start of the SHA-256 of its content."""
    return f"row-{hashlib.sha256(content.encode('utf-8')).hexdigest()[:24]}"
