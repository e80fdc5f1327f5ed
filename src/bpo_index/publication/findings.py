"""What the ranking supports, in sentences: a few for whoever asks first, all of them for tables and report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items
from bpo_index.display.numbers import list_names, show_level, show_number, show_percent, show_percentage
from bpo_index.display.words import start_sentence
from bpo_index.publication.reversals import describe_reversals
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW, VERSIONS

#: A change of weights is small where it moves less than this share of the total weight.
_SMALL_CHANGE = 0.05
#: Pairs named, at most.
_NAMED_PAIRS = 3
#: Units behind the leader that are named, at most.
_NAMED_BEHIND = 5
#: One assumption counts far less than another whose effect is more than so many times as large.
_FAR = 3
#: In the words of the catalogue; an assumption of another name is called by it.
_ASSUMPTIONS = (
    "respondents",
    "weights",
    "normalisation",
    "aggregation",
    "missing_answers",
    "excluded category",
    "excluded question",
)


def name_assumption(assumption: str, words: Words) -> str:
    """Return what an assumption is in words.

    Examples
    --------
    >>> name_assumption("respondents", Words(unit="hospital", respondent="nurse")), name_assumption("weights", Words())
    ('which nurses answered', 'the weights of categories')
    """
    if assumption not in _ASSUMPTIONS:
        return assumption
    return phrase(f"findings.assumption_{assumption.replace(' ', '_')}", respondents=words.respondents)


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
        *describe_assumptions(tables["sensitivity"], words),
        *describe_swaps(ranked, tables["weight_swaps"]),
        *describe_influence(ranked.height, tables["influence"], definition),
        *_describe_reversals(ranked, tables["ranks_without_unit"], words),
    ]


def summarise_support(
    ranking: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    definition: IndexDefinition,
    *,
    rates_several: bool = False,
) -> list[str]:
    """Return at most five sentences without technical words: who leads, what is certain, what moves ranks.

    Parameters
    ----------
    ranking, tables, definition
        As for `describe_support`; none is said with fewer than two ranked units.
    rates_several
        Whether respondents rate several units.
    """
    ranked = ranking.filter(pl.col("rank").is_not_null())
    words = definition.words
    if ranked.height < 2:
        return [phrase("findings.nothing_to_compare", units=words.units)]
    sure = set(tables["pairs"].filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    level = show_level(definition.method.confidence_level)
    # In the place of who is behind the leader: one screen holds five sentences.
    reversals = _describe_reversals(ranked, tables["ranks_without_unit"], words)[:1]
    return [
        _summarise_lead(ranked, tables["first_ranks"]["candidates_count"][0], words, level),
        *([] if reversals else _summarise_leader(ranked, sure)),
        summarise_certain_pairs(tables["pairs"], definition),
        *reversals,
        *summarise_causes(tables["sensitivity"], words),
        phrase(
            "findings.several_units" if rates_several else "findings.own_unit_only",
            respondents_capital=start_sentence(words.respondents),
            respondents=words.respondents,
            unit=words.unit,
            units=words.units,
        ),
    ]


def rate_several(notes: Collection[str], words: Words) -> bool:
    """Return whether respondents rate several units: the notes of a result say so."""
    return phrase("notes.rate_several_units", **words.names) in notes


def _summarise_lead(ranked: pl.DataFrame, candidates: int, words: Words, level: str) -> str:
    leaders = ranked.filter(pl.col("rank") == 1)["name"].to_list()
    count, units = len(leaders), words.count_units(ranked.height)
    named = list_names(leaders) if count <= _NAMED_PAIRS else words.count_units(count)
    if candidates <= 1:
        return phrase("findings.highest_certain", count=count, leaders=named, level=level)
    if candidates == ranked.height:
        return phrase("findings.highest_any", count=count, leaders=named, units=units)
    return phrase("findings.highest_some", count=count, leaders=named, candidates=candidates, units=units)


def _summarise_leader(ranked: pl.DataFrame, sure: Set[tuple[str, str]]) -> list[str]:
    """Say who is behind a single leader for certain, where those are few enough to be named."""
    leaders = ranked.filter(pl.col("rank") == 1)
    if leaders.height > 1:
        return []
    leader = leaders["name"][0]
    behind = [name for code, name in ranked.select("unit", "name").iter_rows() if (leaders["unit"][0], code) in sure]
    if not behind:
        return [phrase("findings.none_behind", leader=leader)]
    if len(behind) > _NAMED_BEHIND or len(behind) == ranked.height - 1:
        return []
    named = list_names(behind)
    if len(behind) < ranked.height / 2:
        return [phrase("findings.only_behind", count=len(behind), names=named, leader=leader)]
    return [phrase("findings.behind", count=len(behind), names=named, leader=leader)]


def summarise_certain_pairs(table: pl.DataFrame, definition: IndexDefinition) -> str:
    """Return in how many pairs of units it is certain who is ahead, as a sentence.

    Parameters
    ----------
    table
        `pairs`, as it is published.
    definition
        For the confidence level and the words.
    """
    words, level = definition.words, show_level(definition.method.confidence_level)
    sure, pairs = int(table["surely"].sum()), table.height
    if not sure:
        return phrase("findings.no_pair_certain", count=pairs, units=words.units, level=level)
    if sure == pairs:
        return phrase("findings.all_pairs_certain", count=pairs, units=words.units, level=level)
    return phrase(
        "findings.some_pairs_certain", sure=sure, pairs=pairs, units=words.units, level=level, others=pairs - sure
    )


def summarise_causes(sensitivity: pl.DataFrame, words: Words) -> list[str]:
    """Return what the ranks depend on most, as a sentence without numbers; none where that is not known."""
    causes = _find_causes(sensitivity, words)
    if not causes:
        return []
    (first, most), *others = causes
    if not others:
        return [phrase("findings.cause", first=first)]
    second, share = others[0]
    if most > _FAR * share:
        return [phrase("findings.cause_far_less", first=first, second=second)]
    return [phrase("findings.cause_less", first=first, second=second)]


def _find_causes(sensitivity: pl.DataFrame, words: Words) -> list[tuple[str, float]]:
    """Return the two assumptions that move ranks most, in words, and their shares of the variance."""
    effects = sensitivity.filter((pl.col("output") == "all_ranks") & pl.col("shapley").is_not_null())
    return [
        (name_assumption(name, words), share)
        for name, share in effects.head(2).select("assumption", "shapley").iter_rows()
    ]


def _describe_lead(ranked: pl.DataFrame, first: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    leaders = ranked.filter(pl.col("rank") == 1)["name"].to_list()
    row, candidates = ranked.row(0, named=True), first["candidates_count"][0]
    low, high = row["rank_set_low"], row["rank_set_high"]
    variant = (
        "one" if len(leaders) == 1 else "shared",
        "fixed" if low == high else "between",
        "open" if candidates > 1 else "certain",
    )
    said = phrase(
        f"findings.lead_{'_'.join(variant)}",
        leaders=list_names(leaders),
        leader=row["name"],
        level=show_level(definition.method.confidence_level),
        rank=low,
        low=low,
        high=high,
        count=candidates,
        candidates=definition.words.count_units(candidates),
    )
    return [said]


def _describe_pairs(ranked: pl.DataFrame, pairs: pl.DataFrame) -> list[str]:
    codes = ranked["unit"].to_list()
    sure = set(pairs.filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    together = 1
    while together < len(codes) and not any((code, codes[together]) in sure for code in codes[:together]):
        together += 1
    if together == 1:
        return [phrase("findings.first_distinguished", count=pairs.height, sure=len(sure))]
    return [phrase("findings.first_not_distinguished", count=pairs.height, sure=len(sure), last=together)]


def _describe_first(units: int, first: pl.DataFrame, words: Words) -> list[str]:
    k = min(FIRST_FEW, units - 1)
    row = first.row(k - 1, named=True)
    if row["holds_sampling"] is None or row["holds_all_assumptions"] is None:
        return []
    sampling, everything = (show_percentage(row[f"holds_{version}"]) for version in VERSIONS)
    said = phrase(
        "findings.first_same",
        count=k,
        few=phrase(f"findings.few_{k}") if k > 1 else "",
        sampling=sampling,
        everything=everything,
        respondents=words.respondents,
        candidates=words.count_units(row["candidates_count"]),
    )
    return [said]


def _describe_shift(replicates: pl.DataFrame, words: Words) -> list[str]:
    sampling, everything = (
        replicates.filter(pl.col("version") == version)["mean_rank_shift"].drop_nulls() for version in VERSIONS
    )
    if sampling.is_empty() or everything.is_empty():
        return []
    said = phrase(
        "findings.rank_shift",
        sampling=show_number(float(sampling.to_numpy().mean())),
        everything=show_number(float(everything.to_numpy().mean())),
        respondents=words.respondents,
    )
    return [said]


def describe_assumptions(sensitivity: pl.DataFrame, words: Words) -> list[str]:
    """Return which two assumptions move ranks most, and how much, as a sentence; none where that is not known."""
    causes = _find_causes(sensitivity, words)
    if not causes:
        return []
    (first, share), *others = causes
    if not others:
        return [phrase("findings.moves_most", first=first, share=show_percentage(share))]
    second, less = others[0]
    said = phrase(
        "findings.moves_most_then",
        first=first,
        share=show_percentage(share),
        second=second,
        second_share=show_percentage(less),
    )
    return [said]


def describe_swaps(ranked: pl.DataFrame, swaps: pl.DataFrame) -> list[str]:
    """Return how little weight has to move until a pair swaps, as a sentence; none where that is not known."""
    swaps = swaps.filter(pl.col("parent").is_null())
    if swaps.is_empty():
        return []
    share = show_percent(_SMALL_CHANGE)
    small = swaps.filter(pl.col("weight_moved") < _SMALL_CHANGE).sort("weight_moved", maintain_order=True)
    if small.is_empty():
        return [phrase("findings.no_swaps", share=share)]
    names = dict(ranked.select("unit", "name").iter_rows())
    shown = [
        phrase("findings.swapped_pair", ahead=names[ahead], behind=names[behind], share=_show_moved(moved))
        for ahead, behind, moved in small.head(_NAMED_PAIRS).select("ahead", "behind", "weight_moved").iter_rows()
    ]
    if small.height <= _NAMED_PAIRS:
        return [phrase("findings.swaps", count=small.height, share=share, pairs=list_names(shown))]
    return [phrase("findings.swaps_soonest", count=small.height, share=share, pairs=list_names(shown))]


def _show_moved(share: float) -> str:
    """Return how much weight moves, in per cent with a decimal; what is more than none is not called none."""
    if 0 < share < 0.0005:
        return phrase("numbers.less_than", value=show_percent(0.001, decimals=1))
    return show_percent(share, decimals=1)


def _describe_reversals(ranked: pl.DataFrame, table: pl.DataFrame, words: Words) -> list[str]:
    return describe_reversals(table, dict(ranked.select("unit", "name").iter_rows()), words)


def describe_influence(units: int, influence: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    """Return what changes without one respondent or one category, as sentences; none with few ranked units."""
    if units <= FIRST_FEW:
        return []
    sentences = [
        phrase(
            "findings.one_respondent_less",
            respondent=definition.words.respondent,
            first=row["changing_first"],
            first_five=row["changing_first_five"],
            count=row["items"] - row["not_computed"],
        )
        for row in influence.filter(pl.col("left_out") == "respondent").iter_rows(named=True)
    ]
    categories = influence.filter((pl.col("left_out") == "category") & pl.col("changing_first_five").is_not_null())
    changing = [
        definition.category_titles[item] for item in categories.filter(pl.col("changing_first_five") > 0)["item"]
    ]
    if changing:
        sentences.append(phrase("findings.categories_decide", categories=list_items(changing, style="or")))
    elif not categories.is_empty():
        sentences.append(phrase("findings.no_category_decides"))
    return sentences
