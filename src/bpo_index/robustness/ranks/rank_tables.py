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
    replicate_rank_range_high, p_first, p_top3, p_top5, mean_rank_shift`."""
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
    confidence_level
        The level of the range of replicate ranks.
    """
    place = np.flatnonzero(ranked)
    names = [codes[n] for n in place]
    ranks = rank_units(scores[place])
    order = np.argsort(-scores[place], kind="stable")
    return RankTables(
        _frame_pairs(names, scores[place], order, place, sets=sets, tallies=tallies),
        pl.concat([_frame_places(version, names, order, tally) for version, tally in tallies.items()]),
        pl.concat(
            [
                _frame_ranks(version, names, ranks, order, tally=tally, confidence_level=confidence_level)
                for version, tally in tallies.items()
            ]
        ),
        _frame_first(names, ranks, order, place, sets=sets, tallies=tallies),
    )


def _frame_pairs(
    names: list[str],
    scores: Floats,
    order: Ints,
    place: Ints,
    *,
    sets: RankSets,
    tallies: Mapping[str, RankTally],
) -> pl.DataFrame:
    p_ahead = {version: tally.p_ahead for version, tally in tallies.items()}
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


def _frame_places(version: str, names: list[str], order: Ints, tally: RankTally) -> pl.DataFrame:
    shares = tally.place_shares[order]
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
    version: str, names: list[str], ranks: Ints, order: Ints, *, tally: RankTally, confidence_level: float
) -> pl.DataFrame:
    places = np.arange(1, len(names) + 1)
    shift = np.abs(places - ranks[:, np.newaxis])
    with np.errstate(invalid="ignore"):
        moved = (tally.ranks * shift).sum(axis=1) / np.float64(tally.replicates)
    tail = (1 - confidence_level) / 2
    known = tally.replicates > 0
    median, low, high = (
        [int(n) if known else None for n in tally.find_quantiles(share)[order]] for share in (0.5, tail, 1 - tail)
    )
    return round_table(
        pl.DataFrame(
            {
                "version": [version] * len(names),
                "unit": [names[n] for n in order],
                "rank": ranks[order],
                "median_rank": median,
                "replicate_rank_range_low": low,
                "replicate_rank_range_high": high,
                "p_first": tally.share_top(1)[order],
                "p_top3": tally.share_top(3)[order],
                "p_top5": tally.share_top(5)[order],
                "mean_rank_shift": moved[order],
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
) -> pl.DataFrame:
    rows = []
    for k in range(1, len(names) + 1):
        first = [names[n] for n in order if ranks[n] <= k]
        candidates = [names[n] for n in order if sets.find_best(k)[place[n]]]
        surely = [names[n] for n in order if sets.set_high[place[n]] <= k]
        # Where units are tied across the k-th rank there are no first k.
        exact = len(first) == k
        holds = [
            float(tallies[version].holds[k - 1] / tallies[version].replicates)
            if exact and tallies[version].replicates
            else None
            for version in VERSIONS
        ]
        rows.append((k, " ".join(first), " ".join(candidates), len(candidates), " ".join(surely), *holds))
    return round_table(pl.DataFrame(rows, schema=FIRST_RANKS.schema, orient="row"))
