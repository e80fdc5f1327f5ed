"""Read margins (shares of a population) from a file and match them to the respondents of a unit.

Method page: docs/methods/respondent-weights.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from bpo_index.display.labels import fold_label, show_text
from bpo_index.errors import UsageError
from bpo_index.files.given_paths import read_regular, refuse_address
from bpo_index.scoring.methods.respondent_weights import Margin

MARGIN_COLUMNS = ("unit", "variable", "level", "share")
_MARGIN_SCHEMA = {"unit": pl.String, "variable": pl.String, "level": pl.String, "share": pl.Float64}
#: Values of a variable named in a message, at most.
_SHOWN = 20
#: Bytes of a margin file, and levels of one variable in it.
MOST_BYTES, MOST_LEVELS = 2**24, 1_000
#: Shares may be counts of a population; beyond these ends sums of them lose their digits.
LEAST_SHARE, MOST_SHARE = 1e-9, 1e12


def read_margins(path: str | Path) -> pl.DataFrame:
    """Read a margin file: CSV with the columns `unit, variable, level, share`, in any order.

    Returns
    -------
    DataFrame
        `unit, variable, level, share`. An empty unit means every unit. Shares, percentages or counts: they are divided
        by their sum within unit and variable.

    Raises
    ------
    UsageError
        Listing every problem with its line.
    """
    refuse_address(path, "the margin file")
    try:
        text = read_regular(path, MOST_BYTES).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", error)
        raise UsageError(f"The margin file {path} cannot be read: {reason}. Give a CSV file (UTF-8).") from None
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise UsageError(f"The margin file {path} breaks the rules of CSV: {error}. Save it again as CSV.") from None
    lines = [(number, cells) for number, cells in lines if any(cells)]
    header = [fold_label(cell) for cell in lines[0][1]] if lines else []
    lacking = [name for name in MARGIN_COLUMNS if header.count(name) != 1]
    if lacking:
        raise UsageError(
            f"The margin file {path} needs each of the columns {', '.join(MARGIN_COLUMNS)} once in its first line; "
            f"not so: {', '.join(lacking)}."
        )
    rows, problems = _read_margin_rows(lines[1:], header)
    if not rows and not problems:
        problems = ["it has no rows"]
    if problems:
        shown = "; ".join(problems[:20]) + (f"; and {len(problems) - 20} more" if len(problems) > 20 else "")
        raise UsageError(f"The margin file {path} cannot be used: {shown}.")
    return pl.DataFrame(rows, schema=_MARGIN_SCHEMA, orient="row")


def hash_margins(margins: pl.DataFrame) -> str:
    """Return the SHA-256 of margins, whatever the order of their rows."""
    rows = margins.with_columns(pl.col("share").map_elements(float.hex, return_dtype=pl.String)).rows()
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()


def build_margins(table: pl.DataFrame, unit: str, background: Mapping[str, Sequence[str | None]]) -> list[Margin]:
    """Return the margins of one unit.

    Parameters
    ----------
    table
        From `read_margins`. For each variable the rows of the unit count where there are any, else those of no unit.
    unit
        The unit's code.
    background
        Variable to the respondents' values; null where there is none.

    Raises
    ------
    ValueError
        Naming every respondent count without a value or with one that has no share.

    Examples
    --------
    >>> table = pl.DataFrame({"unit": ["", ""], "variable": ["size"] * 2, "level": ["S", "L"], "share": [1.0, 3.0]})
    >>> (margin,) = build_margins(table, "COL", {"size": ["l", "S", "L"]})
    >>> margin.shares, margin.level_of
    (array([0.25, 0.75]), array([1, 0, 1]))
    """
    margins, problems = [], []
    for (variable,), rows in table.group_by("variable", maintain_order=True):
        own = rows.filter(pl.col("unit") == unit)
        if not own.height:
            own = rows.filter(pl.col("unit") == "")
        if not own.height:
            problems.append(f"unit {unit}, {variable}: the margin file has no shares for it")
            continue
        levels = tuple(own["level"].to_list())
        number = {fold_label(level): n for n, level in enumerate(levels)}
        values = [None if value is None else fold_label(value) for value in background[variable]]
        nothing = sum(value is None for value in values)
        strange = sorted({value for value in values if value is not None and value not in number})
        if nothing:
            problems.append(f"unit {unit}, {variable}: {nothing} respondent{'s' * (nothing > 1)} without a value")
        problems += [
            f"unit {unit}, {variable}: {show_text(value)!r} has respondents and no share" for value in strange[:_SHOWN]
        ]
        if len(strange) > _SHOWN:
            problems.append(f"unit {unit}, {variable}: {len(strange) - _SHOWN:,} more values have no share")
        if nothing or strange:
            continue
        shares = own["share"].to_numpy()
        level_of = np.array([number[value] for value in values if value is not None], dtype=np.int64)
        margins.append(Margin(variable, levels, shares / math.fsum(shares), level_of))
    if problems:
        raise ValueError("; ".join(problems))
    return margins


def _read_margin_rows(
    lines: list[tuple[int, list[str]]], header: list[str]
) -> tuple[list[tuple[str, str, str, float]], list[str]]:
    rows: list[tuple[str, str, str, float]] = []
    problems: list[str] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in lines:
        if len(cells) != len(header):
            problems.append(f"line {number} has {len(cells)} cells where the first line has {len(header)}")
            continue
        row = dict(zip(header, cells, strict=True))
        try:
            share = float(row["share"].replace(",", ".") if row["share"].count(",") == 1 else row["share"])
        except ValueError:
            share = math.nan
        if not (share == 0 or LEAST_SHARE <= share <= MOST_SHARE):  # not a number is neither
            problems.append(
                f"line {number}: the share {show_text(row['share'])!r} is not 0 or a number from {LEAST_SHARE:.0e} to "
                f"{MOST_SHARE:,.0f}"
            )
        if not row["variable"] or not row["level"]:
            problems.append(f"line {number}: variable or level is empty")
        key = (row["unit"], row["variable"], fold_label(row["level"]))
        if key in seen:
            problems.append(f"line {number} gives the same level as line {seen[key]}")
        seen[key] = number
        rows.append((row["unit"], row["variable"], row["level"], share))
    levels = Counter((unit, variable) for unit, variable, _ in seen)
    problems += [
        f"{show_text(variable)} has {count:,} levels, more than {MOST_LEVELS:,}"
        for (_, variable), count in levels.items()
        if count > MOST_LEVELS
    ]
    sums: dict[tuple[str, str], float] = {}
    for unit, variable, _, share in rows:
        sums[unit, variable] = sums.get((unit, variable), 0.0) + share
    problems += [
        f"the shares of {show_text(variable)} sum to zero" for (_, variable), total in sums.items() if total == 0
    ]
    return rows, problems
