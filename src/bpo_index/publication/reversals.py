"""Sentences on rank reversal: where the first, the first five or the order of two units hang on a third one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW

#: Units that a sentence names, at most.
_NAMED = 4


def describe_reversals(table: pl.DataFrame, names: Mapping[str, str], words: Words) -> list[str]:
    """Return sentences on what hangs on the presence of a unit, the gravest first; none where nothing does.

    Parameters
    ----------
    table
        `ranks_without_unit`, as it is published.
    names
        Code of a unit to its name.
    words
        Of the definition.

    Examples
    --------
    Without C the order of A and B is another, and so the first:

    >>> table = pl.DataFrame(
    ...     {"left_out": ["C", "C", "B", "B"], "unit": ["A", "B", "A", "C"],
    ...      "rank": [1, 2, 1, 2], "rank_without": [2, 1, 1, 2]}
    ... )
    >>> for sentence in describe_reversals(table, {"A": "Aland", "B": "Beland", "C": "Celand"}, Words()):
    ...     print(sentence)
    The first place hangs on which units take part: without Celand, another of the others would be first.
    The order of 1 pair of units hangs on which others take part, of 3 in all.
    """
    known = table.drop_nulls("rank_without")
    sentences = []
    for key, most in (("first", 1), ("first_five", FIRST_FEW)):
        gone = [
            str(code)
            for (code,), part in known.group_by("left_out", maintain_order=True)
            if part.height > most and ((part["rank"] <= most) != (part["rank_without"] <= most)).any()
        ]
        if gone:
            named = [names.get(code, code) for code in gone[:_NAMED]]
            if len(gone) > _NAMED:
                named = [*named[:-1], phrase("findings.reversal_others", count=len(gone) - _NAMED + 1, **words.names)]
            shown = list_items(named, style="or")
            sentences.append(phrase(f"findings.reversal_{key}", without=shown, units=words.units))
    pairs, every = _count_pairs(known)
    if pairs:
        sentences.append(phrase("findings.reversal_pairs", count=pairs, pairs=every, units=words.units))
    return sentences


def _count_pairs(known: pl.DataFrame) -> tuple[int, int]:
    """Return how many pairs change their order without some third unit, and how many pairs there are."""
    codes = sorted({*known["unit"]})
    changed = np.zeros((len(codes), len(codes)), dtype=bool)
    place = pl.col("unit").replace_strict(codes, range(len(codes)), return_dtype=pl.Int64)
    for _, part in known.with_columns(place=place).group_by("left_out", maintain_order=True):
        here = part["place"].to_numpy()
        before, after = (
            np.sign(np.subtract.outer(part[name].to_numpy(), part[name].to_numpy()))
            for name in ("rank", "rank_without")
        )
        changed[np.ix_(here, here)] |= before != after
    return int(np.triu(changed, 1).sum()), len(codes) * (len(codes) - 1) // 2
