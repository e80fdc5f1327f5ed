"""Whether a file's ratings were given on the scale of the definition: files on another scale are refused, not rescaled.

`find_other_scales` looks at the ratings of each file together. A file is refused where

- at least half of its ratings lie outside the scale (0 to 100 against 0 to 10), or
- its ratings are whole numbers that reach both ends of a usual shorter scale and never leave it (1 to 5 against 0 to
  10), in so many ratings that chance would hardly do it: 50 where the shorter scale has up to half of the range of the
  definition's, 200 where it has up to seven tenths. `scale.may_be_narrow` switches this part off.
- its ratings lie between 0 and 1 and are not whole, 50 or more of them, on a scale with a range of 5 or more.

Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from bpo_index.definition_blocks import Scale

#: Ends of answer scales in use: 0 or 1 to 3 … 7, and those round zero.
USUAL_SCALES = (*((low, high) for high in range(3, 8) for low in (0, 1)), (-1, 1), (-2, 2), (-3, 3))
#: Share of the definition's range that a shorter scale has at most, and the ratings that are then needed.
_NARROW = ((0.5, 50), (0.7, 200))
#: Range of a scale on which answers between 0 and 1 are taken for shares.
_FRACTIONS_FROM = 5
#: Ratings that a file must have for its share outside the scale to count.
_FEWEST = 10


def find_other_scales(typed: pl.DataFrame, scale: Scale, questions: list[str]) -> dict[str, str]:
    """Return, for every file that was answered on another scale, why it is refused, as a paragraph.

    Parameters
    ----------
    typed
        `source_file` and `<question ids>`, as `cast_responses` returns them.
    scale, questions
        Of the definition.
    """
    rated = [pl.col(question) for question in questions]
    in_scale = [column.is_between(scale.minimum, scale.maximum) for column in rated]
    files = (
        typed.group_by("source_file")
        .agg(
            ratings=pl.sum_horizontal(column.count() for column in rated).cast(pl.Int64),
            outside=pl.sum_horizontal((~inside).sum() for inside in in_scale).cast(pl.Int64),
            low=pl.min_horizontal(column.min() for column in rated),
            high=pl.max_horizontal(column.max() for column in rated),
            whole=pl.all_horizontal((column == column.round()).all() for column in rated),
        )
        .sort("source_file")
    )
    refusals = {}
    for file in files.filter(pl.col("ratings") > 0).iter_rows(named=True):
        reason = _describe_outside(file) or _describe_narrow(file, scale)
        if reason:
            name = file["source_file"]
            refusals[name] = (
                f"The file {name} seems to be on another scale than the definition's {scale.minimum:g} to "
                f"{scale.maximum:g}: {reason}. Nothing was rescaled. Change `scale:` in the definition, or name "
                "what each answer stands for under scale.labels."
            )
    return refusals


def _describe_outside(file: dict[str, Any]) -> str | None:
    if file["ratings"] < _FEWEST or file["outside"] < file["ratings"] / 2:
        return None
    return (
        f"{file['outside']:,} of its {file['ratings']:,} ratings lie outside, from {file['low']:g} to {file['high']:g}"
    )


def _describe_narrow(file: dict[str, Any], scale: Scale) -> str | None:
    low, high = file["low"], file["high"]
    if scale.may_be_narrow:
        return None
    is_fraction = not file["whole"] and low >= 0 and high <= 1 and scale.maximum - scale.minimum >= _FRACTIONS_FROM
    if is_fraction and file["ratings"] >= _NARROW[0][1]:
        return (
            f"all of its {file['ratings']:,} ratings lie between 0 and 1 and are not whole, as shares are, and cells "
            "shown as percentages. If they are on the definition's scale, set scale.may_be_narrow"
        )
    share = (high - low) / (scale.maximum - scale.minimum)
    needed = next((count for most, count in _NARROW if share <= most), None)
    if not file["whole"] or needed is None or (low, high) not in USUAL_SCALES:
        return None
    if file["ratings"] < needed:
        return None
    return (
        f"all of its {file['ratings']:,} ratings are whole numbers from {low:g} to {high:g}, both ends included. If "
        "they are on the definition's scale, set scale.may_be_narrow"
    )
