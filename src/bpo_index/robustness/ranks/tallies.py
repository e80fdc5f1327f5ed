"""Count the ranks of replicates: tallies that add up over chunks, and shares of replicates from them.

Ranks are standard competition ranks. Places share ties: t units tied from rank r hold each of the places r to r + t - 1
with 1 / t, so that places sum to one over units and over places. Method page: docs/methods/replicates.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.ranking import TIE_TOLERANCE


@dataclass(frozen=True)
class RankTally:
    """Sums over replicates of one ranking of p units; tallies of chunks add up."""

    replicates: int
    """Replicates in which every unit had a score."""
    ranks: Ints
    """Units x ranks: how often the unit had the rank."""
    places: Floats
    """Units x places: the same, ties shared equally."""
    wins: Ints
    """Units x units: how often the unit of the row was ahead of that of the column; ties count for neither."""
    holds: Ints
    """Ranks: how often the first k of the nominal ranking were the first k."""
    shifts: Ints
    """How often the shifts of rank against the nominal ranking summed to 0, 1, 2, ... over units, without sign."""

    def __add__(self, other: RankTally) -> RankTally:
        """Return the tally of both."""
        mine, theirs = vars(self), vars(other)
        return RankTally(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def p_ahead(self) -> Floats:
        """Units x units: the share of replicates with the row ahead of the column, ties half; NaN without any."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.wins + self.replicates - self.wins.T) / 2 / np.float64(self.replicates))

    @property
    def place_shares(self) -> Floats:
        """Units x places: the share of replicates in which the unit holds the place; rows and columns sum to one."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.places / np.float64(self.replicates))

    def share_top(self, k: int) -> Floats:
        """Return for each unit the share of replicates in which it is among the first k."""
        return np.asarray(self.place_shares[:, :k].sum(axis=1))

    def find_quantiles(self, share: float) -> Ints:
        """Return for each unit the least rank that it or a better one has in at least `share` of the replicates."""
        if not len(self.ranks):
            return np.empty(0, dtype=np.int64)
        heaped = np.cumsum(self.ranks, axis=1)
        return np.asarray((heaped >= share * self.replicates - 1e-9).argmax(axis=1) + 1)

    @property
    def mean_shift(self) -> float:
        """The mean over replicates and units of the shift of rank against the nominal ranking; NaN without any.

        The measure R_S of Saisana, Saltelli and Tarantola (2005, JRSS A 168, 307-323).
        """
        if not self.replicates:
            return float("nan")
        return float(self.shifts @ np.arange(len(self.shifts)) / (self.replicates * len(self.ranks)))


def tally_ranks(scores: Floats, nominal: Ints) -> RankTally:
    """Return the tally of a chunk.

    Parameters
    ----------
    scores
        Units x replicates, without NaN.
    nominal
        Units: the ranks without uncertainty.

    Examples
    --------
    >>> tally = tally_ranks(np.array([[90.0, 90.0], [80.0, 95.0], [70.0, 90.0]]), np.array([1, 2, 3]))
    >>> tally.places.tolist()
    [[1.0, 0.5, 0.5], [1.0, 1.0, 0.0], [0.0, 0.5, 1.5]]
    >>> tally.holds.tolist(), round(tally.mean_shift, 3)
    ([1, 2, 2], 0.5)
    """
    units, size = scores.shape
    scores = np.ascontiguousarray(scores)
    wins = np.empty((units, units), dtype=np.int64)
    behind = np.ones((units, size), dtype=np.int16)
    for unit in range(units):
        is_ahead = scores[unit] - scores > TIE_TOLERANCE
        wins[unit] = np.count_nonzero(is_ahead, axis=1)
        behind += is_ahead
    width = units + 1
    offsets = (np.arange(units) * width)[:, np.newaxis]
    counted = np.bincount((behind + offsets).reshape(-1), minlength=units * width)
    ranks = counted.reshape(units, width)[:, 1:]

    places = ranks.astype(float)
    tied = np.flatnonzero(behind.sum(axis=0, dtype=np.int64) != units * (units + 1) // 2)
    if len(tied):
        places += share_places(scores[:, tied].T).sum(axis=0) - _count_ranks(behind[:, tied])
    order = np.argsort(nominal, kind="stable")
    worst = np.maximum.accumulate(behind[order], axis=0)
    firsts = np.arange(1, units + 1)
    holds = np.count_nonzero(worst <= firsts[:, np.newaxis], axis=1)
    # Where the nominal ranking ties the k-th and the next unit there are no first k.
    ordered = nominal[order]
    holds[:-1][ordered[1:] == ordered[:-1]] = 0
    shifts = np.abs(behind - nominal[:, np.newaxis]).sum(axis=0, dtype=np.int64)
    return RankTally(
        replicates=size,
        ranks=ranks,
        places=places,
        wins=wins,
        holds=holds,
        shifts=np.bincount(shifts, minlength=units * (units - 1) + 1),
    )


def _count_ranks(ranks: np.ndarray) -> Ints:
    units = len(ranks)
    return np.stack([np.bincount(row, minlength=units + 1)[1:] for row in ranks])


def share_places(scores: Floats) -> Floats:
    """Return ... x units x places: which place each unit holds, ties shared equally; scores ... x units.

    Examples
    --------
    >>> share_places(np.array([70.0, 90.0, 70.0])).tolist()
    [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]
    """
    gap = scores[..., np.newaxis, :] - scores[..., np.newaxis]
    ahead = (gap > TIE_TOLERANCE).sum(axis=-1)[..., np.newaxis]
    tied = (np.abs(gap) <= TIE_TOLERANCE).sum(axis=-1)[..., np.newaxis]
    place = np.arange(scores.shape[-1])
    return np.where((place >= ahead) & (place < ahead + tied), 1.0 / np.maximum(tied, 1), 0.0)
