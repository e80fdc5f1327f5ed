"""What the ranking supports, in sentences: a few for whoever asks first, all of them for tables and report."""

from __future__ import annotations

from collections.abc import Mapping, Set

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.numbers import count_noun, list_names, show_percentage
from bpo_index.publication.standard_phrases import name_heading, name_level
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW, VERSIONS

#: A change of weights is small where it moves less than this share of the total weight.
_SMALL_CHANGE = 0.05
#: Pairs named, at most.
_NAMED_PAIRS = 3
#: Units behind the leader that are named, at most.
_NAMED_BEHIND = 5
#: One assumption counts far less than another whose effect is more than so many times as large.
_FAR = 3
_ASSUMPTIONS = {
    "respondents": "which {respondents} answered",
    "weights": "the weights of categories",
    "normalisation": "the normalisation",
    "aggregation": "the aggregation",
    "missing_answers": "the treatment of missing answers",
    "excluded category": "which category is left out",
    "excluded question": "which question is left out",
}
_WORDS = ("none", "one", "two", "three", "four", "five")


def name_assumption(assumption: str, words: Words) -> str:
    """Return what an assumption is in words, such as "the weights of categories"."""
    return _ASSUMPTIONS.get(assumption, assumption).replace("{respondents}", words.respondents)


def describe_support(
    ranking: pl.DataFrame, tables: Mapping[str, pl.DataFrame], definition: IndexDefinition
) -> list[str]:
    """Return sentences on how far a ranking can be trusted and what drives it; none with fewer than two ranked units.

    Parameters
    ----------
    ranking
        As the table of this name.
    tables
        The others, by name.
    definition
        For the confidence level, the words and the titles of categories.
    """
    ranked = ranking.filter(pl.col("rank").is_not_null())
    if ranked.height < 2:
        return []
    words = definition.words
    return [
        *_describe_lead(ranked, tables["first_ranks"], definition),
        *_describe_pairs(ranked, tables["pairs"]),
        *_describe_first(ranked.height, tables["first_ranks"], words),
        *_describe_shift(tables["replicate_ranks"], words),
        *_describe_assumptions(tables["sensitivity"], words),
        *_describe_swaps(ranked, tables["weight_swaps"]),
        *_describe_influence(ranked.height, tables["influence"], definition),
    ]


def summarise_support(
    ranking: pl.DataFrame, tables: Mapping[str, pl.DataFrame], definition: IndexDefinition
) -> list[str]:
    """Return at most five sentences without technical words: who leads, what is certain, what moves ranks.

    Parameters
    ----------
    ranking, tables, definition
        As for `describe_support`; none is said with fewer than two ranked units.
    """
    ranked = ranking.filter(pl.col("rank").is_not_null())
    words = definition.words
    if ranked.height < 2:
        return [f"Fewer than two {words.units} have a rank, so there is nothing to compare."]
    sure = set(tables["pairs"].filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    level = name_level(definition.method.confidence_level)
    return [
        _summarise_lead(ranked, tables["first_ranks"]["candidates_count"][0], words, level),
        *_summarise_leader(ranked, sure),
        _summarise_pairs(len(sure), tables["pairs"].height, words, level),
        *_summarise_causes(tables["sensitivity"], words),
        f"{name_heading(words.respondents)} rate their own {words.unit} only, so a high score may also come from "
        f"generous {words.respondents}.",
    ]


def _summarise_lead(ranked: pl.DataFrame, candidates: int, words: Words, level: str) -> str:
    leaders = ranked.filter(pl.col("rank") == 1)["name"].to_list()
    named = list_names(leaders) if len(leaders) <= _NAMED_PAIRS else words.count_units(len(leaders))
    said = f"{named} {'has' if len(leaders) == 1 else 'share'} the highest score"
    if candidates > 1:
        of = "any" if candidates == ranked.height else f"{candidates}"
        return (
            f"{said}, but the first place is not certain: {of} of the {words.count_units(ranked.height)} may be first."
        )
    return f"{said} and the first place is certain, with {level} confidence."


def _summarise_leader(ranked: pl.DataFrame, sure: Set[tuple[str, str]]) -> list[str]:
    """Say who is behind a single leader for certain, where those are few enough to be named."""
    leaders = ranked.filter(pl.col("rank") == 1)
    if leaders.height > 1:
        return []
    behind = [name for code, name in ranked.select("unit", "name").iter_rows() if (leaders["unit"][0], code) in sure]
    if not behind:
        return [f"None of the others is certain to be behind {leaders['name'][0]}."]
    if len(behind) > _NAMED_BEHIND or len(behind) == ranked.height - 1:
        return []
    only = "Only " if len(behind) < ranked.height / 2 else ""
    are = "is" if len(behind) == 1 else "are"
    return [f"{only}{list_names(behind)} {are} certain to be behind {leaders['name'][0]}."]


def _summarise_pairs(sure: int, pairs: int, words: Words, level: str) -> str:
    of = f"the {pairs} pairs of {words.units}"
    if not sure:
        return f"In none of {of} is it certain who is ahead (at {level} confidence)."
    if sure == pairs:
        return f"In all of {of} it is certain who is ahead (at {level} confidence)."
    return (
        f"In {sure} of {of} it is certain who is ahead (at {level} confidence); in the other {pairs - sure} the "
        "order may be chance."
    )


def _summarise_causes(sensitivity: pl.DataFrame, words: Words) -> list[str]:
    effects = sensitivity.filter((pl.col("output") == "all_ranks") & pl.col("shapley").is_not_null())
    if effects.is_empty():
        return []
    (first, most), *others = effects.head(2).select("assumption", "shapley").iter_rows()
    said = f"The ranks depend most on {name_assumption(first, words)}"
    for name, share in others:
        less = "far less" if most > _FAR * share else "less"
        said += f", and {less} on {name_assumption(name, words)}"
    return [f"{said}."]


def _describe_lead(ranked: pl.DataFrame, first: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    leaders = ranked.filter(pl.col("rank") == 1)["name"].to_list()
    row = ranked.row(0, named=True)
    lead = f"{leaders[0]} leads" if len(leaders) == 1 else f"{list_names(leaders)} share the lead"
    low, high = row["rank_set_low"], row["rank_set_high"]
    range_ = f"is {low}" if low == high else f"lies between {low} and {high}"
    whose = "its rank" if len(leaders) == 1 else f"the rank of {row['name']}"
    candidates = first["candidates_count"][0]
    may = f", and {definition.words.count_units(candidates)} may be first" if candidates > 1 else ""
    level = name_level(definition.method.confidence_level)
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


def _describe_first(units: int, first: pl.DataFrame, words: Words) -> list[str]:
    k = min(FIRST_FEW, units - 1)
    row = first.row(k - 1, named=True)
    if row["holds_sampling"] is None or row["holds_all_assumptions"] is None:
        return []
    named = f"The first {_WORDS[k]} are" if k > 1 else "The first is"
    sampling, everything = (show_percentage(row[f"holds_{version}"]) for version in VERSIONS)
    candidates = words.count_units(row["candidates_count"])
    return [
        f"{named} the same in {sampling} of replicates with {words.respondents} drawn anew, and in {everything} with "
        f"all assumptions drawn; {candidates} may be {f'among the best {_WORDS[k]}' if k > 1 else 'the best'}."
    ]


def _describe_shift(replicates: pl.DataFrame, words: Words) -> list[str]:
    sampling, everything = (
        replicates.filter(pl.col("version") == version)["mean_rank_shift"].drop_nulls() for version in VERSIONS
    )
    if sampling.is_empty() or everything.is_empty():
        return []
    return [
        f"In the average replicate a rank lies {sampling.to_numpy().mean():.1f} places from that of the ranking with "
        f"{words.respondents} drawn anew, and {everything.to_numpy().mean():.1f} with all assumptions drawn."
    ]


def _describe_assumptions(sensitivity: pl.DataFrame, words: Words) -> list[str]:
    effects = sensitivity.filter((pl.col("output") == "all_ranks") & pl.col("shapley").is_not_null())
    if effects.is_empty():
        return []
    first, *others = effects.head(2).select("assumption", "shapley").iter_rows()
    said = (
        f"What moves ranks most is {name_assumption(first[0], words)} ({show_percentage(first[1])} of their variance)"
    )
    said += "".join(f", then {name_assumption(name, words)} ({show_percentage(share)})" for name, share in others)
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


def _describe_influence(units: int, influence: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    if units <= FIRST_FEW:
        return []
    sentences = []
    for row in influence.filter(pl.col("left_out") == "respondent").iter_rows(named=True):
        items = row["items"] - row["not_computed"]
        sentences.append(
            f"Leaving out one {definition.words.respondent} changes the first in {row['changing_first']} and the "
            f"first five in {row['changing_first_five']} of {items} cases."
        )
    categories = influence.filter((pl.col("left_out") == "category") & pl.col("changing_first_five").is_not_null())
    changing = [
        definition.category_titles[item] for item in categories.filter(pl.col("changing_first_five") > 0)["item"]
    ]
    if changing:
        listed = f"{', '.join(changing[:-1])} or {changing[-1]}" if len(changing) > 1 else changing[0]
        sentences.append(f"Without the category {listed} the first five would not be the same.")
    elif not categories.is_empty():
        sentences.append("Without any one category the first five would stay the same.")
    return sentences
