"""What the ranking supports, in plain words: sentences for the terminal, the tables and the report."""

from __future__ import annotations

import polars as pl

from bpo_index.robustness.rank_tables import VERSIONS

#: How many first ranks readers ask about.
_FIRST = 5
_WORDS = ("none", "one", "two", "three", "four", "five")


def describe_support(ranking: pl.DataFrame, tables: dict[str, pl.DataFrame], confidence_level: float) -> list[str]:
    """Return sentences on how far a ranking can be trusted; none where fewer than two units are ranked.

    Parameters
    ----------
    ranking
        As `columns.RANKING`.
    tables
        By name, as `columns.ROBUSTNESS_TABLES`.
    confidence_level
        Of rank sets.
    """
    ranked = ranking.filter(pl.col("rank").is_not_null())
    if ranked.height < 2:
        return []
    return [
        *_describe_lead(ranked, confidence_level),
        *_describe_pairs(ranked, tables["pairs"]),
        *_describe_first(ranked.height, tables["first_ranks"]),
        *_describe_shift(tables["replicate_ranks"]),
    ]


def _describe_lead(ranked: pl.DataFrame, confidence_level: float) -> list[str]:
    leaders = ranked.filter(pl.col("rank") == 1)["name"].to_list()
    row = ranked.row(0, named=True)
    alone = len(leaders) == 1
    lead = f"{leaders[0]} leads" if alone else f"{_list_names(leaders)} share the lead"
    low, high = row["rank_interval_low"], row["rank_interval_high"]
    range_ = f"is {low}" if low == high else f"lies between {low} and {high}"
    whose = "its rank" if alone else f"the rank of {row['name']}"
    return [f"{lead}; at {confidence_level:.0%} confidence {whose} {range_}."]


def _list_names(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _describe_pairs(ranked: pl.DataFrame, pairs: pl.DataFrame) -> list[str]:
    codes = ranked["unit"].to_list()
    sure = set(pairs.filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    together = 1
    while together < len(codes) and not any((code, codes[together]) in sure for code in codes[:together]):
        together += 1
    said = f"{len(sure)} of {pairs.height} pairs can be told apart, all pairs at once"
    if together == 1:
        return [f"The first rank can be told apart from the second; {said}."]
    return [f"Ranks 1 to {together} cannot be told apart from one another; {said}."]


def _describe_first(units: int, first: pl.DataFrame) -> list[str]:
    k = min(_FIRST, units - 1)
    row = first.row(k - 1, named=True)
    if row["holds_sampling"] is None or row["holds_all_assumptions"] is None:
        return []
    named = f"The first {_WORDS[k]} are" if k > 1 else "The first is"
    return [
        f"{named} the same in {row['holds_sampling']:.0%} of replicates with respondents drawn anew, and in "
        f"{row['holds_all_assumptions']:.0%} with all assumptions drawn; {row['candidates_count']} units may be among "
        f"the {'best ' + _WORDS[k] if k > 1 else 'best'}."
    ]


def _describe_shift(replicates: pl.DataFrame) -> list[str]:
    sampling, everything = (
        replicates.filter(pl.col("version") == version)["mean_rank_shift"].drop_nulls() for version in VERSIONS
    )
    if sampling.is_empty() or everything.is_empty():
        return []
    return [
        f"On average a rank lies {sampling.to_numpy().mean():.1f} places from that of the ranking in the former, and "
        f"{everything.to_numpy().mean():.1f} in the latter."
    ]
