"""Survey files in, tidy responses out.

Reads delimited text, wide (a column a question) or long (a row a respondent and question). Separator and layout are
found from the header row and reported. Nothing is dropped: a record that cannot be read is put aside with a reason,
and a file that cannot be used puts all of its records aside.

Stages: `decode_text`, `choose_delimiter`, `map_headings`, then `collect_wide` or `collect_long`.
Known limits: UTF-8 and UTF-16; the first non-blank record is the header row. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.responses.collect import collect_long, collect_wide, frame_records
from bpo_index.responses.headings import Mapping, map_headings
from bpo_index.responses.records import Record, decode_text, has_undecodable, iterate_records, show_undecodable
from bpo_index.responses.tidy import RECORD_SCHEMA, Responses, describe_table, make_missing_ids

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_BINARY_STARTS = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"$FL2": "an SPSS file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}


def read_responses(paths: Sequence[str | Path], definition: IndexDefinition) -> Responses:
    """Read survey files into tidy responses.

    Parameters
    ----------
    paths
        One or more files of one edition; their order does not matter.
    definition
        The index definition; it gives the headings.

    Returns
    -------
    Responses
        All rows of all files. `refusals` is not empty where a file cannot be used.

    Raises
    ------
    UsageError
        No such file, a folder in place of a file, or the same file given twice.
    EnvironmentFailed
        A file that is there and cannot be read.
    """
    files = [Path(path) for path in paths]
    _check_paths(files)
    contents = [_read_bytes(path) for path in files]
    names = _name_sources(files)
    parts = [_read_file(name, content, definition) for name, content in zip(names, contents, strict=True)]
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
    return Responses(
        table,
        record,
        [decision for part in parts for decision in part.decisions],
        refusals,
        hashlib.sha256(
            "".join(sorted(hashlib.sha256(content).hexdigest() for content in contents)).encode()
        ).hexdigest(),
    )


def _check_paths(files: list[Path]) -> None:
    if not files:
        raise UsageError("No file of responses was given. Give at least one CSV file.")
    seen: dict[Path, Path] = {}
    for path in files:
        try:
            real, is_folder, exists = path.resolve(), path.is_dir(), path.exists()
        except (OSError, ValueError) as error:
            raise UsageError(f"The path {str(path)!r} cannot be used: {error}. Correct the path.") from None
        if is_folder:
            raise UsageError(f"{path} is a folder. Give the files in it, one by one.")
        if not exists:
            raise UsageError(f"There is no file {path}. Check the path; it is looked up from {Path.cwd()}.")
        if real in seen:
            raise UsageError(f"The file {path} is given twice (also as {seen[real]}). Give each file once.")
        seen[real] = path


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentFailed(f"The file {path} cannot be read: {error.strerror}. Check its permissions.") from None


def _name_sources(files: list[Path]) -> list[str]:
    short = [path.name for path in files]
    names = short if len(set(short)) == len(short) else [str(path) for path in files]
    return [show_undecodable(name) for name in names]


def _read_file(name: str, content: bytes, definition: IndexDefinition) -> Responses:
    refusal = _refuse_bytes(name, content)
    if refusal:
        return Responses(_empty_table(definition), pl.DataFrame(schema=RECORD_SCHEMA), [], [refusal])
    text, encoding = decode_text(content)
    delimiter = choose_delimiter(text, definition)
    records = [record for record in iterate_records(text, delimiter) if not record.is_blank]
    if not records:
        return Responses(
            _empty_table(definition),
            pl.DataFrame(schema=RECORD_SCHEMA),
            [],
            [f"The file {name} is empty: it has no header row. Export the survey again."],
        )
    header, rows = records[0], records[1:]
    mapping = map_headings(header.cells, definition)
    decisions = _report_decisions(name, encoding, delimiter, header, mapping, definition)
    refusal = _refuse_headings(name, header, mapping, rows)
    if refusal:
        table, record_frame = _put_all_aside(_empty_table(definition), frame_records(name, rows, header))
        return Responses(table, record_frame, decisions, [refusal])
    collect = collect_long if mapping.layout == "long" else collect_wide
    table, record_frame = collect(name, header, rows, mapping, definition)
    return Responses(table, record_frame, decisions)


def _refuse_bytes(name: str, content: bytes) -> str | None:
    if not content.strip():
        return f"The file {name} is empty. Export the survey again."
    for start, kind in _BINARY_STARTS.items():
        if content.startswith(start):
            return f"The file {name} is {kind}, not a CSV file. Save the responses as CSV (UTF-8) and give that file."
    return None


def choose_delimiter(text: str, definition: IndexDefinition) -> str:
    """Return the separator under which the header row names most columns of the definition; a comma in doubt."""

    def count_found(delimiter: str) -> tuple[int, int]:
        header = next((record for record in iterate_records(text, delimiter) if not record.is_blank), None)
        cells = header.cells if header else []
        return len(map_headings(cells, definition).positions), len(cells)

    return max(DELIMITERS, key=count_found)


def _refuse_headings(name: str, header: Record, mapping: Mapping, rows: list[Record]) -> str | None:
    where = f"The header row of {name} (line {header.line})"
    shown = ", ".join(show_undecodable(cell)[:60] for cell in header.cells[:12])
    shown += f" and {len(header.cells) - 12} more" if len(header.cells) > 12 else ""
    if header.fault:
        return f"{where} cannot be read: {header.fault}. Correct the line or export the survey again."
    if has_undecodable(header.text):
        return f"{where} holds bytes that are not UTF-8. Save the file as CSV (UTF-8)."
    if mapping.repeated:
        return (
            f"{where} gives {', '.join(mapping.repeated)} more than once, so it is not clear which column counts. "
            "Take the surplus columns out."
        )
    if mapping.missing:
        lacking = ", ".join(mapping.missing)
        return (
            f"{where} lacks {len(mapping.missing)} column{'s' if len(mapping.missing) > 1 else ''} that the index "
            f"needs: {lacking}. It has: {shown}. Rename the columns, or name them in the definition "
            "(`columns:` and the questions' `aliases:`)."
        )
    if not rows:
        return f"The file {name} has a header row and no responses. Export the survey again."
    return None


def _report_decisions(
    name: str, encoding: str, delimiter: str, header: Record, mapping: Mapping, definition: IndexDefinition
) -> list[str]:
    decisions = [
        f"{name}: {encoding}, separated by {DELIMITERS[delimiter]}, header row on line {header.line}, "
        f"{mapping.layout} layout."
    ]
    company = definition.columns.company
    for heading in mapping.absent:
        effect = ": every respondent counts as a company of its own" if heading == company else ""
        decisions.append(f"{name}: no column {heading}{effect}.")
    if mapping.unused:
        shown = ", ".join(show_undecodable(heading)[:60] for heading in mapping.unused[:10])
        more = f" and {len(mapping.unused) - 10} more" if len(mapping.unused) > 10 else ""
        decisions.append(f"{name}: columns not used: {shown}{more}.")
    return decisions


def _empty_table(definition: IndexDefinition) -> pl.DataFrame:
    return pl.DataFrame(schema=describe_table(definition))


def _put_all_aside(table: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return table.clear(), records.with_columns(
        response=pl.lit(None, pl.Int64),
        reason=pl.coalesce("reason", pl.lit("file_refused")),
        sentence=pl.coalesce("sentence", pl.lit("The file was refused as a whole.")),
    )
