"""What the ranking supports, in plain words: sentences for the terminal, the tables and the report."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bpo_index.display.numbers import count_noun, list_names, show_percentage
from bpo_index.publication.standard_phrases import name_level
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW, VERSIONS

#: A change of weights is small where it moves less than this share of the total weight.
_SMALL_CHANGE = 0.05
#: Pairs named, at most.
_NAMED_PAIRS = 3
_ASSUMPTIONS = {
    "respondents": "which respondents answered",
    "weights": "the weights of categories",
    "normalisation": "the normalisation",
    "aggregation": "the aggregation",
    "missing_answers": "the treatment of missing answers",
    "excluded category": "which category is left out",
    "excluded question": "which question is left out",
}
_WORDS = ("none", "one", "two", "three", "four", "five")


def name_assumption(assumption: str) -> str:
    """Return what an assumption is in words, such as "the weights of categories"."""
    return _ASSUMPTIONS.get(assumption, assumption)


def describe_support(
    ranking: pl.DataFrame, tables: Mapping[str, pl.DataFrame], *, confidence_level: float, titles: Mapping[str, str]
) -> list[str]:
    """Return sentences on how far a ranking can be trusted and what drives it; none with fewer than two ranked units.

    Parameters
    ----------
    ranking
        As the table of this name.
    tables
        The others, by name.
    confidence_level
        Of the rank sets.
    titles
        Id to title of every category.
    """
    ranked = ranking.filter(pl.col("rank").is_not_null())
    if ranked.height < 2:
        return []
    return [
        *_describe_lead(ranked, tables["first_ranks"], name_level(confidence_level)),
        *_describe_pairs(ranked, tables["pairs"]),
        *_describe_first(ranked.height, tables["first_ranks"]),
        *_describe_shift(tables["replicate_ranks"]),
        *_describe_assumptions(tables["sensitivity"]),
        *_describe_swaps(ranked, tables["weight_swaps"]),
        *_describe_influence(ranked.height, tables["influence"], titles),
    ]


def _describe_lead(ranked: pl.DataFrame, first: pl.DataFrame, level: str) -> list[str]:
    leaders = ranked.filter(pl.col("rank") == 1)["name"].to_list()
    row = ranked.row(0, named=True)
    lead = f"{leaders[0]} leads" if len(leaders) == 1 else f"{list_names(leaders)} share the lead"
    # NOTE: a unit that is looked at for its rank is read from the sets that hold for all units at once.
    low, high = row["rank_set_low"], row["rank_set_high"]
    range_ = f"is {low}" if low == high else f"lies between {low} and {high}"
    whose = "its rank" if len(leaders) == 1 else f"the rank of {row['name']}"
    candidates = first["candidates_count"][0]
    may = f", and {candidates} units may be the best" if candidates > 1 else ""
    return [f"{lead}; at {level} confidence {whose} {range_}{may}."]


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
    k = min(FIRST_FEW, units - 1)
    row = first.row(k - 1, named=True)
    if row["holds_sampling"] is None or row["holds_all_assumptions"] is None:
        return []
    named = f"The first {_WORDS[k]} are" if k > 1 else "The first is"
    sampling, everything = (show_percentage(row[f"holds_{version}"]) for version in VERSIONS)
    candidates = count_noun(row["candidates_count"], "unit")
    return [
        f"{named} the same in {sampling} of replicates with respondents drawn anew, and in {everything} with all "
        f"assumptions drawn; {candidates} may be {f'among the best {_WORDS[k]}' if k > 1 else 'the best'}."
    ]


def _describe_shift(replicates: pl.DataFrame) -> list[str]:
    sampling, everything = (
        replicates.filter(pl.col("version") == version)["mean_rank_shift"].drop_nulls() for version in VERSIONS
    )
    if sampling.is_empty() or everything.is_empty():
        return []
    return [
        f"In the average replicate a rank lies {sampling.to_numpy().mean():.1f} places from that of the ranking with "
        f"respondents drawn anew, and {everything.to_numpy().mean():.1f} with all assumptions drawn."
    ]


def _describe_assumptions(sensitivity: pl.DataFrame) -> list[str]:
    effects = sensitivity.filter((pl.col("output") == "all_ranks") & pl.col("shapley").is_not_null())
    if effects.is_empty():
        return []
    first, *others = effects.head(2).select("assumption", "shapley").iter_rows()
    said = f"What moves ranks most is {name_assumption(first[0])} ({show_percentage(first[1])} of their variance)"
    said += "".join(f", then {name_assumption(name)} ({show_percentage(share)})" for name, share in others)
    return [f"{said}."]


def _describe_swaps(ranked: pl.DataFrame, swaps: pl.DataFrame) -> list[str]:
    swaps = swaps.filter(pl.col("parent").is_null())
    if swaps.is_empty():
        return []
    small = swaps.filter(pl.col("weight_moved") < _SMALL_CHANGE).sort("weight_moved", maintain_order=True)
    if small.is_empty():
        return [f"Moving less than {_SMALL_CHANGE:.0%} of the weight between categories swaps no pair."]
    names = dict(ranked.select("unit", "name").iter_rows())
    shown = [
        f"{names[ahead]} and {names[behind]} ({moved:.1%})"
        for ahead, behind, moved in small.head(_NAMED_PAIRS).select("ahead", "behind", "weight_moved").iter_rows()
    ]
    which = ": " if small.height <= _NAMED_PAIRS else ", soonest "
    return [
        f"Moving less than {_SMALL_CHANGE:.0%} of the weight between categories is enough to swap "
        f"{count_noun(small.height, 'pair')}{which}{list_names(shown)}."
    ]


def _describe_influence(units: int, influence: pl.DataFrame, titles: Mapping[str, str]) -> list[str]:
    if units <= FIRST_FEW:
        return []
    sentences = []
    for row in influence.filter(pl.col("left_out") == "respondent").iter_rows(named=True):
        items = row["items"] - row["not_computed"]
        sentences.append(
            f"Leaving out one respondent changes the first in {row['changing_first']} and the first five in "
            f"{row['changing_first_five']} of {items} cases."
        )
    categories = influence.filter((pl.col("left_out") == "category") & pl.col("changing_first_five").is_not_null())
    changing = [titles[item] for item in categories.filter(pl.col("changing_first_five") > 0)["item"]]
    if changing:
        listed = f"{', '.join(changing[:-1])} or {changing[-1]}" if len(changing) > 1 else changing[0]
        sentences.append(f"Without the category {listed} the first five would not be the same.")
    elif not categories.is_empty():
        sentences.append("Without any one category the first five would stay the same.")
    return sentences
