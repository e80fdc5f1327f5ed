"""Weights of respondents: post-stratification, raking to margins, trimming, Kish's design effect.

Raking (iterative proportional fitting) multiplies the weights of each level h of one variable after another::

    w_i <- w_i  N_h / sum_{j in h} w_j          N_h: the level's share of the population x the sum of all weights

until every margin holds. With one variable a single round does: post-stratification. Sources: Deming and Stephan
(1940), Annals of Mathematical Statistics 11(4), 427-444; Holt and Smith (1979), JRSS A 142(1), 33-46; Potter (1990)
for trimming; Kish (1965), Survey Sampling, section 11.7, for ``deff = n sum w^2 / (sum w)^2``.
Method page: docs/methods/respondent-weights.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bpo_index.display.labels import fold_label, show_text
from bpo_index.errors import UsageError
from bpo_index.files.given_paths import read_regular, refuse_address
from bpo_index.scoring.arrays import Floats, Ints

MARGIN_COLUMNS = ("unit", "variable", "level", "share")
_MARGIN_SCHEMA = {"unit": pl.String, "variable": pl.String, "level": pl.String, "share": pl.Float64}
_TRIMMINGS = 1_000
#: Values of a variable named in a message, at most.
_SHOWN = 20
#: Bytes of a margin file, and levels of one variable in it.
MOST_BYTES, MOST_LEVELS = 2**24, 1_000
#: Shares may be counts of a population; beyond these ends sums of them lose their digits.
LEAST_SHARE, MOST_SHARE = 1e-9, 1e12


@dataclass(frozen=True)
class Margin:
    """The population's shares of one background variable, and where the respondents of a unit stand."""

    variable: str
    levels: tuple[str, ...]
    shares: Floats
    """Levels: from 0, sum one."""
    level_of: Ints
    """Respondents: the number of each one's level."""


@dataclass(frozen=True)
class RakedWeights:
    """Weights fitted to margins."""

    weights: Floats
    """... x respondents; the sum is that of the weights before."""
    converged: np.ndarray
    """...: true where every share is within the tolerance."""
    largest_gap: Floats
    """...: the largest difference between a share that is reached and the one wanted."""


def rake(weights: Floats, margins: Sequence[Margin], *, tolerance: float = 1e-9, iterations: int = 500) -> RakedWeights:
    """Fit weights to the margins of one or more variables.

    Parameters
    ----------
    weights
        ... x respondents, from 0.
    margins
        One for each variable.
    tolerance
        The largest gap at which the weights count as fitted.
    iterations
        The largest number of rounds over all variables.

    Returns
    -------
    RakedWeights
        Where a level has no weight (nobody of it was drawn in a replicate), the shares of the levels that are there are
        divided by their sum. In the answers themselves such a level is an error: `find_margin_problems`. Weights that
        are all zero stay so.

    Examples
    --------
    >>> size = Margin("size", ("small", "large"), np.array([0.5, 0.5]), np.array([0, 0, 0, 1]))
    >>> raked = rake(np.ones(4), [size])
    >>> raked.weights.round(3), bool(raked.converged)
    (array([0.667, 0.667, 0.667, 2.   ]), True)
    """
    total = weights.sum(axis=-1, keepdims=True)
    members = [_mark_members(margin) for margin in margins]
    wanted = [_find_wanted(weights, margin, member) for margin, member in zip(margins, members, strict=True)]
    fitted = weights.astype(float)
    gap = _find_gap(fitted, total, members, wanted)
    for _ in range(iterations):
        active = gap > tolerance
        if not active.any():
            break
        moved = fitted
        for member, shares in zip(members, wanted, strict=True):
            reached = moved @ member
            factors = np.divide(shares * total, reached, out=np.zeros_like(reached), where=reached > 0)
            moved = moved * (factors @ member.T)
        # NOTE: what is fitted rests, so that a replicate's weights do not depend on the others.
        fitted = np.where(active[..., np.newaxis], moved, fitted)
        gap = _find_gap(fitted, total, members, wanted)
    return RakedWeights(fitted, gap <= tolerance, gap)


def post_stratify(weights: Floats, margin: Margin) -> Floats:
    """Return the weights fitted to the margin of one variable.

    Parameters
    ----------
    weights
        ... x respondents, from 0.
    margin
        The strata and their shares; for a stratum without weight as in `rake`.

    Examples
    --------
    >>> size = Margin("size", ("small", "large"), np.array([0.25, 0.75]), np.array([0, 0, 1, 1]))
    >>> post_stratify(np.ones(4), size)
    array([0.5, 0.5, 1.5, 1.5])
    """
    member = _mark_members(margin)
    reached = weights @ member
    wanted = _find_wanted(weights, margin, member) * weights.sum(axis=-1, keepdims=True)
    factors = np.divide(wanted, reached, out=np.zeros_like(reached), where=reached > 0)
    return np.asarray(weights * (factors @ member.T))


def trim_weights(weights: Floats, ratio: float) -> Floats:
    """Return the weights with none above a multiple of their mean, the excess shared among the others.

    Parameters
    ----------
    weights
        ... x respondents, from 0; those of weight zero take no part.
    ratio
        The multiple, at least 1; at 1 all weigh the same.

    Returns
    -------
    ndarray
        Same shape and sums. The excess goes to the others in proportion to their weights, again and again until none is
        above.

    Raises
    ------
    ValueError
        When the ratio is below 1.

    Examples
    --------
    >>> trim_weights(np.array([1.0, 1.0, 1.0, 5.0]), 1.5)
    array([1.66666667, 1.66666667, 1.66666667, 3.        ])
    """
    if not ratio >= 1:
        msg = f"the ratio must be at least 1; found {ratio}"
        raise ValueError(msg)
    positive = weights > 0
    total = weights.sum(axis=-1, keepdims=True)
    cap = ratio * total / np.maximum(positive.sum(axis=-1, keepdims=True), 1)
    trimmed = weights.astype(float)
    for _ in range(_TRIMMINGS):
        above = trimmed > cap * (1 + 1e-12)
        if not above.any():
            break
        at_cap = trimmed >= cap * (1 - 1e-12)
        rest = np.where(at_cap, 0.0, trimmed)
        room = rest.sum(axis=-1, keepdims=True)
        left = total - np.where(at_cap & positive, cap, 0.0).sum(axis=-1, keepdims=True)
        factor = np.divide(left, room, out=np.ones_like(room), where=room > 0)
        moved = np.where(at_cap & positive, cap, rest * factor)
        trimmed = np.where(above.any(axis=-1, keepdims=True), moved, trimmed)
    return trimmed


def measure_effective_n(weights: Floats) -> Floats:
    """Return Kish's effective number of respondents, (sum w)^2 / sum w^2; 0 where all weights are zero.

    Examples
    --------
    >>> measure_effective_n(np.array([1.0, 1.0, 2.0])).round(4)
    np.float64(2.6667)
    """
    squares = (weights**2).sum(axis=-1)
    return np.asarray(weights.sum(axis=-1) ** 2 / np.where(squares > 0, squares, 1.0))[()]


def measure_design_effect(weights: Floats) -> Floats:
    """Return Kish's design effect of unequal weights, n sum w^2 / (sum w)^2 over the n with a weight; NaN for none.

    Examples
    --------
    >>> measure_design_effect(np.array([1.0, 1.0, 2.0]))
    np.float64(1.125)
    """
    n, effective = (weights > 0).sum(axis=-1), measure_effective_n(weights)
    return np.asarray(np.where(n > 0, n / np.where(n > 0, effective, 1.0), np.nan))[()]


def find_margin_problems(margin: Margin) -> list[str]:
    """Return what keeps respondents from being weighed to a margin, a sentence each.

    Examples
    --------
    >>> size = Margin("size", ("small", "large"), np.array([0.25, 0.75]), np.array([0, 0]))
    >>> find_margin_problems(size)
    ["size: 'large' has a share of 0.75 and no respondents"]
    """
    counts = np.bincount(margin.level_of, minlength=len(margin.levels))
    problems = []
    for level, share, count in zip(margin.levels, margin.shares, counts, strict=True):
        if share > 0 and not count:
            problems.append(f"{margin.variable}: {level!r} has a share of {share:.4g} and no respondents")
        if share == 0 and count:
            problems.append(f"{margin.variable}: {level!r} has {count} respondents and a share of zero")
    return problems


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


def _mark_members(margin: Margin) -> Floats:
    """Return respondents x levels: 1 at each one's level."""
    member = np.zeros((len(margin.level_of), len(margin.levels)))
    member[np.arange(len(margin.level_of)), margin.level_of] = 1.0
    return member


def _find_wanted(weights: Floats, margin: Margin, member: Floats) -> Floats:
    """Return ... x levels: the shares to reach, divided by the sum of those of the levels that have any weight."""
    shares = np.where(weights @ member > 0, margin.shares, 0.0)
    total = shares.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))


def _find_gap(weights: Floats, total: Floats, members: Sequence[Floats], wanted: Sequence[Floats]) -> Floats:
    gap = np.zeros(weights.shape[:-1])
    for member, shares in zip(members, wanted, strict=True):
        reached = np.divide(weights @ member, total, out=np.zeros_like(shares), where=total > 0)
        gap = np.maximum(gap, np.abs(reached - np.where(total > 0, shares, 0.0)).max(axis=-1))
    return np.asarray(gap)
