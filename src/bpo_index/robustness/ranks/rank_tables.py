"""Tables of rank inference and of replicate ranks, one row a fact.

Confidence statements (`surely`, `candidates`) come from rank sets, that is from the sampling of respondents only;
shares come from replicates, in two versions: `sampling` (respondents drawn) and `all_assumptions`.
Method pages: docs/methods/rank-sets.md, docs/methods/replicates.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.publication.columns.ranks import FIRST_RANKS, PAIRS, RANK_SHARES, REPLICATE_RANKS
from bpo_index.robustness.ranks.rank_sets import RankSets
from bpo_index.robustness.ranks.tallies import RankTally
from bpo_index.robustness.rounding import round_table
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.ranking import rank_units

VERSIONS = ("sampling", "all_assumptions")
#: How many first ranks readers ask about, beside the first.
FIRST_FEW = 5


@dataclass(frozen=True)
class RankTables:
    """What is known of ranks; tables over ranked units."""

    pairs: pl.DataFrame
    """One row per pair: `ahead, behind, difference, surely` (simultaneously over all pairs), `adjusted_p,
    p_ahead_sampling, p_ahead_all_assumptions`."""
    rank_shares: pl.DataFrame
    """One row per version, unit and place: `version, unit, place, share`, ties shared equally."""
    replicate_ranks: pl.DataFrame
    """One row per version and unit: `version, unit, rank, median_rank, replicate_rank_range_low,
    replicate_rank_range_high, p_first, p_first_shrunken, p_top3, p_top5, mean_rank_shift`."""
    first_ranks: pl.DataFrame
    """One row per k: `k, units` (the first k), `candidates` (which may be among the k best), `candidates_count`,
    `surely` (which surely are), `holds_sampling, holds_all_assumptions`. Codes are separated by spaces."""


def tabulate_ranks(
    codes: list[str],
    scores: Floats,
    ranked: np.ndarray,
    sets: RankSets,
    *,
    tallies: Mapping[str, RankTally],
    has_shares: np.ndarray,
    first_shrunken: Floats,
    confidence_level: float,
) -> RankTables:
    """Return the tables.

    Parameters
    ----------
    codes, scores, ranked
        All units of the definition: codes, overall scores, and whether they are ranked.
    sets
        Of the same units.
    tallies
        Version to tally, over the ranked units.
    has_shares
        Of all units: whether shares of replicates are published of the unit.
    first_shrunken
        Of all units: the share of draws round shrunken scores in which the unit is first.
    confidence_level
        The level of the range of replicate ranks.
    """
    place = np.flatnonzero(ranked)
    names = [codes[n] for n in place]
    ranks, shown = rank_units(scores[place]), has_shares[place]
    order = np.argsort(-scores[place], kind="stable")
    shrunken = np.where(shown, first_shrunken[place], np.nan)
    return RankTables(
        _frame_pairs(names, scores[place], order, place, sets=sets, tallies=tallies, shown=shown),
        pl.concat([_frame_places(version, names, order, tally, shown=shown) for version, tally in tallies.items()]),
        pl.concat(
            [
                _frame_ranks(
                    version,
                    names,
                    ranks,
                    order,
                    tally=tally,
                    shown=shown,
                    shrunken=shrunken if version == "sampling" else np.full(len(names), np.nan),
                    confidence_level=confidence_level,
                )
                for version, tally in tallies.items()
            ]
        ),
        _frame_first(names, ranks, order, place, sets=sets, tallies=tallies, shown=shown),
    )


def _frame_pairs(
    names: list[str],
    scores: Floats,
    order: Ints,
    place: Ints,
    *,
    sets: RankSets,
    tallies: Mapping[str, RankTally],
    shown: np.ndarray,
) -> pl.DataFrame:
    both = shown[:, np.newaxis] & shown
    p_ahead = {version: np.where(both, tally.p_ahead, np.nan) for version, tally in tallies.items()}
    rows = []
    for n, i in enumerate(order):
        for j in order[n + 1 :]:
            inner = place[i], place[j]
            shares = [float(p_ahead[version][i, j]) for version in VERSIONS]
            rows.append(
                (
                    names[i],
                    names[j],
                    float(scores[i] - scores[j]),
                    bool(sets.surely_ahead[inner]),
                    float(sets.adjusted_p[inner]),
                    *shares,
                )
            )
    return round_table(pl.DataFrame(rows, schema=PAIRS.schema, orient="row"))


def _frame_places(version: str, names: list[str], order: Ints, tally: RankTally, *, shown: np.ndarray) -> pl.DataFrame:
    shares = np.where(shown[:, np.newaxis], tally.place_shares, np.nan)[order]
    units = len(order)
    return round_table(
        pl.DataFrame(
            {
                "version": [version] * units * units,
                "unit": [names[n] for n in order for _ in range(units)],
                "place": list(range(1, units + 1)) * units,
                "share": shares.reshape(-1),
            },
            schema=RANK_SHARES.schema,
        )
    )


def _frame_ranks(
    version: str,
    names: list[str],
    ranks: Ints,
    order: Ints,
    *,
    tally: RankTally,
    shown: np.ndarray,
    shrunken: Floats,
    confidence_level: float,
) -> pl.DataFrame:
    places = np.arange(1, len(names) + 1)
    shift = np.abs(places - ranks[:, np.newaxis])
    with np.errstate(invalid="ignore"):
        moved = (tally.ranks * shift).sum(axis=1) / np.float64(tally.replicates)
    tail = (1 - confidence_level) / 2
    known = (tally.replicates > 0) & shown
    quantiles = [tally.find_quantiles(share) for share in (0.5, tail, 1 - tail)]
    median, low, high = ([int(found[n]) if known[n] else None for n in order] for found in quantiles)
    first, top3, top5 = (np.where(shown, tally.share_top(k), np.nan)[order] for k in (1, 3, FIRST_FEW))
    return round_table(
        pl.DataFrame(
            {
                "version": [version] * len(names),
                "unit": [names[n] for n in order],
                "rank": ranks[order],
                "median_rank": median,
                "replicate_rank_range_low": low,
                "replicate_rank_range_high": high,
                "p_first": first,
                "p_first_shrunken": shrunken[order],
                "p_top3": top3,
                "p_top5": top5,
                "mean_rank_shift": np.where(shown, moved, np.nan)[order],
            },
            schema=REPLICATE_RANKS.schema,
        )
    )


def _frame_first(
    names: list[str],
    ranks: Ints,
    order: Ints,
    place: Ints,
    *,
    sets: RankSets,
    tallies: Mapping[str, RankTally],
    shown: np.ndarray,
) -> pl.DataFrame:
    rows = []
    for k in range(1, len(names) + 1):
        first = [names[n] for n in order if ranks[n] <= k]
        candidates = [names[n] for n in order if sets.find_best(k)[place[n]]]
        surely = [names[n] for n in order if sets.set_high[place[n]] <= k]
        # Where units are tied across the k-th rank there are no first k.
        exact = len(first) == k and shown[ranks <= k].all() and shown.any()
        holds = [
            float(tallies[version].holds[k - 1] / tallies[version].replicates)
            if exact and tallies[version].replicates
            else None
            for version in VERSIONS
        ]
        rows.append((k, " ".join(first), " ".join(candidates), len(candidates), " ".join(surely), *holds))
    return round_table(pl.DataFrame(rows, schema=FIRST_RANKS.schema, orient="row"))
