"""Find files whose ratings were given on another scale; they are refused, not rescaled.

`find_other_scales` looks at the ratings of each file together, then at those of all. A file is refused where

- at least half of its ratings lie outside the scale (0 to 100 against 0 to 10), or
- its ratings on the scale are whole numbers that reach both ends of a usual shorter scale and never leave it (1 to 5
  against 0 to 10): 50 of them from 10 rows where the shorter scale has up to half of the range of the definition's, 200
  from 30 rows where it has up to seven tenths, or
- its ratings on the scale lie between 0 and 1 and are not whole, 50 of them from 10 rows, on a scale with a range of 5
  or more.

`scale.may_be_narrow` switches the last two off.
Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from bpo_index.definition.blocks import Scale
from bpo_index.validation.schema import is_in_range

#: Ends of answer scales in use: no and yes, 0 or 1 to 3 … 7, and those round zero.
USUAL_SCALES = ((0, 1), *((low, high) for high in range(3, 8) for low in (0, 1)), (-1, 1), (-2, 2), (-3, 3))
#: Share of the definition's range that a shorter scale has at most, and the ratings and rows that are then needed.
_NARROW = ((0.5, 50, 10), (0.7, 200, 30))
#: Range of a scale on which answers between 0 and 1 are taken for shares, and the ratings and rows that are needed.
_FRACTIONS_FROM, _FRACTIONS = 5, (50, 10)
#: Ratings that a file must have for its share outside the scale to count.
_FEWEST = 10


def find_other_scales(typed: pl.DataFrame, scale: Scale, questions: list[str]) -> dict[str, str]:
    """Return each file on another scale with a paragraph that says why it is refused; files may share one.

    Parameters
    ----------
    typed
        `source_file` and `<question ids>`, as `cast_responses` returns them.
    scale, questions
        Of the definition.
    """
    rated = [pl.col(question) for question in questions]
    on_scale = [
        column.filter(is_in_range(question, scale.minimum, scale.maximum))
        for question, column in zip(questions, rated, strict=True)
    ]
    summary = {
        "ratings": pl.sum_horizontal(column.count() for column in rated).cast(pl.Int64),
        "lowest": pl.min_horizontal(column.min() for column in rated),
        "highest": pl.max_horizontal(column.max() for column in rated),
        "inside": pl.sum_horizontal(column.count() for column in on_scale).cast(pl.Int64),
        "low": pl.min_horizontal(column.min() for column in on_scale),
        "high": pl.max_horizontal(column.max() for column in on_scale),
        "whole": pl.all_horizontal((column == column.round()).all() for column in on_scale),
        "rows": pl.any_horizontal(is_in_range(question, scale.minimum, scale.maximum) for question in questions)
        .sum()
        .cast(pl.Int64),
    }
    # NOTE: file by file, not grouped: several times as fast, and files are few.
    answers = typed.select("source_file", *questions)
    names = answers["source_file"].unique().sort()
    some = [answers] if len(names) < 2 else [answers.filter(pl.col("source_file") == name) for name in names]
    files = pl.concat(one.select(pl.col("source_file").first(), **summary) for one in some).filter(
        pl.col("ratings") > 0
    )
    refusals = {}
    for file in files.iter_rows(named=True):
        reason = _describe_outside(file) or _describe_narrow(file, scale)
        if reason:
            name = file["source_file"]
            refusals[name] = _write_refusal(f"The file {name} seems", reason, scale)
    if files.height < 2 or refusals:
        return refusals
    # Each file may hold too few rows to tell.
    together = files.select(
        pl.col("ratings", "inside", "rows").sum(),
        pl.col("low").min(),
        pl.col("high").max(),
        pl.col("whole").all(),
    ).row(0, named=True)
    reason = _describe_narrow(together, scale)
    if not reason:
        return {}
    return dict.fromkeys(files["source_file"], _write_refusal(f"The {files.height} files together seem", reason, scale))


def _write_refusal(start: str, reason: str, scale: Scale) -> str:
    return (
        f"{start} to be on another scale than the definition's {scale.minimum:g} to {scale.maximum:g}: {reason}. "
        "Nothing was rescaled. Change `scale:` in the definition, or name what each answer stands for under "
        "scale.labels."
    )


def _describe_outside(file: dict[str, Any]) -> str | None:
    outside = file["ratings"] - file["inside"]
    if file["ratings"] < _FEWEST or outside < file["ratings"] / 2:
        return None
    ends = f"from {file['lowest']:g} to {file['highest']:g}"
    return f"{outside:,} of its {file['ratings']:,} ratings lie outside; all are {ends}"


def _describe_narrow(file: dict[str, Any], scale: Scale) -> str | None:
    low, high = file["low"], file["high"]
    given = file["inside"], file["rows"]
    if scale.may_be_narrow or not file["inside"]:
        return None
    which = "all" if file["inside"] == file["ratings"] else f"all on the scale, {file['inside']:,}"
    ratings = f"{which} of {file['ratings']:,} ratings"
    is_fraction = not file["whole"] and low >= 0 and high <= 1 and scale.maximum - scale.minimum >= _FRACTIONS_FROM
    if is_fraction and _are_enough(given, _FRACTIONS):
        return (
            f"{ratings} lie between 0 and 1 and are not whole, as shares are, and cells shown as percentages. If they "
            "are on the definition's scale, set scale.may_be_narrow"
        )
    share = (high - low) / (scale.maximum - scale.minimum)
    needed = next((needed for most, *needed in _NARROW if share <= most), None)
    if not file["whole"] or needed is None or (low, high) not in USUAL_SCALES or not _are_enough(given, needed):
        return None
    return (
        f"{ratings} are whole numbers from {low:g} to {high:g}, both ends included. If they are on the definition's "
        "scale, set scale.may_be_narrow"
    )


def _are_enough(given: Sequence[int], needed: Sequence[int]) -> bool:
    return all(have >= least for have, least in zip(given, needed, strict=True))
