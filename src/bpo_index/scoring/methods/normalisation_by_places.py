"""Normalisation by places: how many units each one beats, equals and is beaten by, any number of leading axes.

Of n units::

    rank                   100 (below + (equal + 1) / 2) / n            average rank from the worst
    borda                  lo + (hi - lo) (below + (equal - 1) / 2) / (n - 1)      units beaten, ties half
    percentile_rank        100 (below + equal / 2) / n

With `rank_ties: lowest`, the rule of R's `rank(ties.method = "min")` and so of COINr, tied units have the place of the
lowest of them: `rank` is 100 (below + 1) / n, `borda` lo + (hi - lo) below / (n - 1).

`borda` of a single unit is the middle of the range. Sources: OECD/JRC Handbook on Constructing Composite Indicators
(2008), part 2, step 5; the page has one for each case. Method page: docs/methods/normalisation.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.constant_items import find_limit
from bpo_index.scoring.methods.normalisation import RANGE, find_low_end, find_range
from bpo_index.scoring.methods.record import PERCENT, AnswerScale, Normalisation, Option


@dataclass(frozen=True)
class Places:
    """Places among the units that were fitted."""

    share: Callable[[Any, Any, Any], Any]
    """From units beaten less units that beat, units present, and units fitted, to a share of one."""
    fitted: Floats
    """... x units x items: the values to compare with."""
    tolerance: Floats
    """... x 1 x items: values no farther apart are tied."""
    ends: tuple[float, float] = (0.0, 100.0)
    """What shares of zero and of one become."""
    adds_itself: bool = False
    """Whether a value that equals none of the fitted is one more among them."""
    ties_lowest: bool = False
    """Whether tied units have the place of the lowest of them, not the mean of theirs."""

    def apply(self, values: Floats) -> Floats:
        """Return ... x units x items; a unit that was not fitted stands between its neighbours; NaN stays NaN."""
        fitted = self.fitted
        n = (~np.isnan(fitted)).sum(axis=-2, keepdims=True)
        # Beaten less beating; what is left of n is equal.
        if values is fitted:
            balance = _balance_among_themselves(values, self.tolerance, ties_lowest=self.ties_lowest)
            present = n
        else:
            # ... x items x units x fitted units; NaN compares false.
            gap = np.swapaxes(values, -1, -2)[..., :, np.newaxis] - np.swapaxes(fitted, -1, -2)[..., np.newaxis, :]
            tolerance = np.swapaxes(self.tolerance, -1, -2)[..., np.newaxis]
            above, below = ((sign * gap > tolerance).sum(axis=-1) for sign in (1, -1))
            balance = np.swapaxes(above - below, -1, -2)
            equal = n - np.swapaxes(above + below, -1, -2)
            present = n + (equal == 0) if self.adds_itself else n
            if self.ties_lowest:
                balance = balance - np.maximum(equal - 1, 0)
        share = self.share(balance, present, n)
        low, high = self.ends
        share *= high - low
        share += low
        if np.isnan(values.sum()):
            share[np.isnan(values)] = np.nan
        return np.asarray(share)


def _balance_among_themselves(values: Floats, tolerance: Floats, *, ties_lowest: bool) -> Any:
    """Return for each value how many of the units it beats less how many beat it, or tie with it; 0 for NaN."""
    units = values.shape[-2]
    # Kept in the order in memory of the values, so that what lies side by side is compared side by side.
    balance: Any = np.zeros_like(values, dtype=np.int8 if units < 128 else np.int64)
    higher = values + tolerance
    for one in range(units):
        for other in range(one + 1, units):
            beats = values[..., one, :] > higher[..., other, :]
            beaten = values[..., other, :] > higher[..., one, :]
            change = beats.view(np.int8) - beaten.view(np.int8)
            balance[..., one, :] += change
            balance[..., other, :] -= change
            if ties_lowest:
                both = ~np.isnan(values[..., one, :] + values[..., other, :])
                ties = (both & ~beats & ~beaten).view(np.int8)
                balance[..., one, :] -= ties
                balance[..., other, :] -= ties
    return balance


def _find_tolerance(values: Floats, scale: AnswerScale) -> Floats:
    return find_limit(np.fmax.reduce(np.abs(values), axis=-2, keepdims=True), scale)


def _learn_rank(values: Floats, scale: AnswerScale, rank_ties: str) -> Places:
    return Places(_share_rank, values, _find_tolerance(values, scale), ties_lowest=rank_ties == "lowest")


def _learn_borda(
    values: Floats, scale: AnswerScale, normalisation_range: tuple[float, float], rank_ties: str
) -> Places:
    return Places(
        _share_beaten,
        values,
        _find_tolerance(values, scale),
        normalisation_range,
        # A value that equals none of the fitted is one more, between its neighbours.
        adds_itself=True,
        ties_lowest=rank_ties == "lowest",
    )


def _learn_percentile_rank(values: Floats, scale: AnswerScale) -> Places:
    return Places(_share_below, values, _find_tolerance(values, scale))


def _share_rank(balance: Any, present: Any, n: Any) -> Any:
    del present
    return (balance + (n + 1)) / (2 * np.maximum(n, 1))


def _share_beaten(balance: Any, present: Any, n: Any) -> Any:
    return np.where(n > 1, (balance + (present - 1)) / (2 * np.maximum(n - 1, 1)), 0.5)


def _share_below(balance: Any, present: Any, n: Any) -> Any:
    del present
    return (balance + n) / (2 * np.maximum(n, 1))


TIES = Option(
    name="rank_ties",
    type=Literal["average", "lowest"],
    default="average",
    line="What `rank` and `borda` make of tied units: the `average` of their places, or the `lowest`, as COINr does.",
)

RECORDS = (
    Normalisation(
        name="rank",
        line="rank from the worst, as a share of the {units}",
        formula="y(u,q) = 100 · rank from the worst, of those tied the mean or the lowest (rank_ties) / {units}",
        page="normalisation",
        source="oecd2008",
        options=(TIES,),
        order=5,
        learn=_learn_rank,
        bounds=PERCENT,
        lowest=1.0,
        needs_scale=False,
    ),
    Normalisation(
        name="borda",
        line="{units} beaten, as a share of the others",
        formula="y(u,q) = lo + (hi − lo) · {units} beaten, ties half or none (rank_ties) / other {units}",
        page="normalisation",
        options=(RANGE, TIES),
        order=6,
        learn=_learn_borda,
        bounds=find_range,
        lowest=find_low_end,
        needs_scale=False,
        explorer="units beaten (Borda)",
    ),
    Normalisation(
        name="percentile_rank",
        line="share of {units} below, and half of those equal",
        formula="y(u,q) = 100 ({units} below + half of those equal) / {units}",
        page="normalisation",
        order=7,
        learn=_learn_percentile_rank,
        bounds=PERCENT,
        lowest=1.0,
        needs_scale=False,
    ),
)
