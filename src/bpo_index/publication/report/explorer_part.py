"""The explorer's part of the page: its numbers as JSON, its choices, and what a reader has to know of it."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import list_names, show_score
from bpo_index.display.table_view import DEEPEST_LEVEL
from bpo_index.publication.category_tree import INDEX
from bpo_index.publication.explorer import AGGREGATIONS, AS_PUBLISHED, NORMALISATIONS, Explorer, read_place_shares
from bpo_index.publication.result import Result
from bpo_index.scoring.methods.registry import get_aggregation, get_normalisation
from bpo_index.scoring.structure import IndexStructure

#: The largest value of a slider is this many times the largest weight, at least and at most so many points.
_SLIDER_TIMES, _SLIDER_LEAST, _SLIDER_MOST = 3, 30, 100


@dataclass(frozen=True)
class SliderGroup:
    """The sliders of the categories that one node holds."""

    title: str
    """Of the category that holds them; empty: the index does."""
    path: list[str]
    """The titles of the categories in which that one lies, the outermost first."""
    own: str
    """The aggregation that it keeps, in words; empty: the reader chooses."""
    sliders: list[tuple[int, str]]
    """Number and title of each category."""

    @property
    def level(self) -> int:
        """How many steps it is set in, at most as many as the style sheet knows."""
        return min(len(self.path), DEEPEST_LEVEL)


def group_sliders(explorer: Explorer, definition: IndexDefinition) -> list[SliderGroup]:
    """Return the sliders by what holds their categories, the index first; where one lies alone there is none."""
    nodes, groups = definition.category_nodes, []
    for number, held in reversed(explorer.tree.holders):
        if number != INDEX and len(held) < 2:
            continue
        path: list[str] = []
        above = INDEX if number == INDEX else nodes[number].parent - 1
        while above != INDEX:
            path.insert(0, nodes[above].title)
            above = nodes[above].parent - 1
        own = explorer.tree.own.get(number)
        groups.append(
            SliderGroup(
                title="" if number == INDEX else nodes[number].title,
                path=path,
                own=_name_aggregation(explorer, own) if own else "",
                sliders=[(n, nodes[n].title) for n in held.tolist()],
            )
        )
    return groups


def _name_aggregation(explorer: Explorer, name: str) -> str:
    return get_aggregation(name).explorer.format(power=explorer.power).partition(":")[0]


def list_aggregations(explorer: Explorer) -> list[tuple[str, str]]:
    """Return names and words of the aggregations on offer, that of the ranking first."""
    return [
        (name, get_aggregation(name).explorer.format(power=explorer.power))
        for name in dict.fromkeys((explorer.aggregation, *AGGREGATIONS))
    ]


def list_normalisations() -> list[tuple[str, str]]:
    """Return names and words of the normalisations on offer."""
    words = {AS_PUBLISHED: "as published"}
    return [(name, words.get(name) or get_normalisation(name).explorer) for name in NORMALISATIONS]


def find_slider_most(explorer: Explorer) -> int:
    """Return the largest value of a slider, in points of which the weights of the ranking have 100."""
    most = math.ceil(_SLIDER_TIMES * 100 * float(explorer.weights.max()))
    return min(_SLIDER_MOST, max(_SLIDER_LEAST, most))


def collect_explorer_data(explorer: Explorer, result: Result, definition: IndexDefinition) -> dict[str, Any]:
    """Return the explorer's numbers as values that JSON has; the template writes them with `tojson`."""
    ranking = {row["unit"]: row for row in result.ranking.iter_rows(named=True)}
    ranked = result.ranking.filter(pl.col("rank").is_not_null())
    shares = read_place_shares(result.tables["rank_shares"], ranked["unit"].to_list())
    codes = ranked["unit"].to_list()
    without = {code for code, places in zip(codes, shares, strict=True) if np.isnan(places).any()}
    return {
        "units": explorer.units,
        "names": [ranking[code]["name"] for code in explorer.units],
        "ranks": (ranks := [ranking[code]["rank"] for code in explorer.units]),
        # The published order of those that take part.
        "order": [1 + sum(other < own for other in ranks) for own in ranks],
        "categories": explorer.categories,
        "titles": [node.title for node in definition.category_nodes],
        "parents": explorer.tree.parents.tolist(),
        "own": {str(number): name for number, name in explorer.tree.own.items()},
        "scores": explorer.scores.tolist(),
        "weights": explorer.weights.tolist(),
        "aggregation": explorer.aggregation,
        "power": explorer.power,
        "range": list(explorer.normalisation_range),
        "slider_most": find_slider_most(explorer),
        "step": explorer.step,
        "draws": base64.b64encode(explorer.draws.astype("<i2").tobytes()).decode(),
        "draw_weights": explorer.draw_weights.tolist(),
        # A unit without a variance of its own is drawn for the sake of the others.
        "has_shares": [code not in without for code in explorer.units],
        "published": [
            {
                "code": row["unit"],
                "name": row["name"],
                "rank": row["rank"],
                "published": row["rank"],
                "score": show_score(row),
                "first": row["p_first"],
                "top": row["p_top3"],
                "places": None if np.isnan(places).any() else places.tolist(),
            }
            for row, places in zip(ranked.iter_rows(named=True), shares, strict=True)
        ],
    }


def write_share_notes(explorer: Explorer, result: Result, definition: IndexDefinition) -> list[str]:
    """Return what is to be known of the shares of replicates of a ranking in the explorer: where they come from."""
    if not len(explorer.draws):
        return ["There are no standard errors: as soon as anything is moved there are no shares of replicates."]
    effective = 1.0 / float((explorer.draw_weights**2).sum())
    return [
        f"Shares are of {len(explorer.draws)} replicates of the {_name_lowest(explorer)}, drawn from normal "
        f"distributions with their standard errors, and good to about ±{1.96 * 0.5 / math.sqrt(effective):.2f}.",
        "At the published weights and methods the table shows the published numbers, from "
        f"{result.replicates:,} replicates with {definition.words.respondents} drawn anew.",
    ]


def _name_lowest(explorer: Explorer) -> str:
    is_tree = len(explorer.nodes) > len(explorer.categories)
    return "scores of the categories that hold questions" if is_tree else "category scores"


def write_explorer_notes(explorer: Explorer, result: Result, definition: IndexDefinition) -> list[str]:
    """Return what is to be known of the ranking in the explorer."""
    notes = []
    if explorer.tree.own:
        kept = [
            f"{definition.category_nodes[number].title} ({_name_aggregation(explorer, name)})"
            for number, name in explorer.tree.own.items()
        ]
        notes.append(
            "The choice of aggregation holds for the index and for all categories in it that have none of their own. "
            f"Put together in the way of the definition, whatever is chosen: {list_names(kept)}."
        )
    notes.append(
        f"The choices of normalisation work on {_name_lowest(explorer)}. The ranks under other methods on the page of "
        "robustness normalise questions, and can differ."
    )
    if explorer.left_out:
        names = dict(result.ranking.select("unit", "name").iter_rows())
        left_out = list_names([names[code] for code in explorer.left_out])
        notes.append(
            f"Not every category score of {left_out} is published, so that no other score of it can be computed: it is "
            "left out as soon as anything is moved."
        )
    if not explorer.reproduces:
        notes.append(
            f"The published ranking ({'; '.join(_name_methods(definition))}) is not computed here: as soon "
            f"as anything is moved, scores are put together by the {_name_aggregation(explorer, explorer.aggregation)}."
        )
    return notes


def _name_methods(definition: IndexDefinition) -> list[str]:
    """Return weighting and aggregation of the index, and of categories that have others."""
    structure = IndexStructure.from_definition(definition)
    named: dict[tuple[str, str], list[str]] = {}
    for node in structure.holders:
        methods = (node.method.weighting.replace("_", " "), node.method.aggregation.replace("_", " "))
        named.setdefault(methods, []).append(definition.nodes[node.number].title)
    return [
        f"weighting {weighting}, aggregation {aggregation}" + (f" in {list_names(titles)}" if all(titles) else "")
        for (weighting, aggregation), titles in named.items()
    ]
