"""The explorer's part of the page: its numbers as JSON, its choices, and what a reader has to know of it."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase, translate
from bpo_index.display.language import localise, localise_percentage
from bpo_index.display.numbers import list_names, show_count, show_number, show_percent, show_score
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
    def heading(self) -> str:
        """What stands above them."""
        whole = show_percent(1)
        if not self.title:
            return phrase("explorer.weights", whole=whole)
        path = self.title
        for outer in reversed(self.path):
            path = phrase("explorer.within", inner=path, outer=outer)
        return phrase("explorer.weights_in", path=path, whole=whole)

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
    return _say_aggregation(explorer, name).partition(":")[0]


def _say_aggregation(explorer: Explorer, name: str) -> str:
    said = translate(f"methods.aggregation.{name}.explorer", get_aggregation(name).explorer)
    return said.format(power=explorer.power)


def list_aggregations(explorer: Explorer) -> list[tuple[str, str]]:
    """Return names and words of the aggregations on offer, that of the ranking first."""
    return [(name, _say_aggregation(explorer, name)) for name in dict.fromkeys((explorer.aggregation, *AGGREGATIONS))]


def list_normalisations() -> list[tuple[str, str]]:
    """Return names and words of the normalisations on offer."""
    return [
        (
            name,
            phrase("explorer.as_published")
            if name == AS_PUBLISHED
            else translate(f"methods.normalisation.{name}.explorer", get_normalisation(name).explorer),
        )
        for name in NORMALISATIONS
    ]


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
        "texts": collect_texts(len(explorer.units)),
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


def list_found(rows: int) -> list[str]:
    """Return what a search says that has found none, one, and so on up to all rows of a table."""
    return [phrase("explorer.found", count=count, all=show_count(rows)) for count in range(rows + 1)]


def collect_texts(units: int) -> dict[str, Any]:
    """Return the sentences that the script writes; those with plural forms for every number up to that of all units."""
    share, category, rank = "{share}", "{category}", "{rank}"
    return {
        "decimal": localise("0.1").strip("01"),
        "percent": localise_percentage("1").replace(localise("1"), "{number}"),
        "of_weight": phrase("explorer.of_weight", share=share),
        "of_weight_in": phrase("explorer.of_weight_in", share=share, category=category),
        "published": phrase("explorer.is_published"),
        "first": phrase("explorer.first", leaders="{leaders}"),
        "moved": [phrase("explorer.moved", count=count, all=show_count(units)) for count in range(units + 1)],
        "other_scale": phrase("explorer.other_scale"),
        "no_score": phrase("explorer.no_score"),
        "give_weight": phrase("explorer.give_weight"),
        "give_weight_in": phrase("explorer.give_weight_in", category=category),
        "most_often": phrase("explorer.most_often", rank=rank, share=share),
        "rank_share": phrase("explorer.rank_share", rank=rank, share=share),
        "copied": phrase("explorer.copied"),
        "link": phrase("explorer.link", link="{link}"),
    }


def write_share_notes(explorer: Explorer, result: Result, definition: IndexDefinition) -> list[str]:
    """Return what is to be known of the shares of replicates of a ranking in the explorer: where they come from."""
    if not len(explorer.draws):
        return [phrase("explorer.no_draws")]
    effective = 1.0 / float((explorer.draw_weights**2).sum())
    return [
        phrase(
            "explorer.drawn",
            replicates=show_count(len(explorer.draws)),
            scores=_name_scores(explorer),
            error=show_number(1.96 * 0.5 / math.sqrt(effective), 2),
        ),
        phrase(
            "explorer.drawn_published",
            replicates=show_count(result.replicates),
            respondents=definition.words.respondents,
        ),
    ]


def _name_scores(explorer: Explorer) -> str:
    is_tree = len(explorer.nodes) > len(explorer.categories)
    return phrase("explorer.scores_of_lowest") if is_tree else phrase("explorer.scores_of_all")


def write_explorer_notes(explorer: Explorer, result: Result, definition: IndexDefinition) -> list[str]:
    """Return what is to be known of the ranking in the explorer."""
    notes = []
    if explorer.tree.own:
        kept = [
            phrase(
                "explorer.kept_one",
                category=definition.category_nodes[number].title,
                method=_name_aggregation(explorer, name),
            )
            for number, name in explorer.tree.own.items()
        ]
        notes.append(phrase("explorer.kept", kept=list_names(kept)))
    notes.append(phrase("explorer.normalises_scores", scores=_name_scores(explorer)))
    if explorer.left_out:
        names = dict(result.ranking.select("unit", "name").iter_rows())
        notes.append(phrase("explorer.left_out", names=list_names([names[code] for code in explorer.left_out])))
    if not explorer.reproduces:
        methods = "; ".join(_name_methods(definition))
        method = _name_aggregation(explorer, explorer.aggregation)
        notes.append(phrase("explorer.not_reproduced", methods=methods, method=method))
    return notes


def _name_methods(definition: IndexDefinition) -> list[str]:
    """Return weighting and aggregation of the index, and of categories that have others."""
    structure = IndexStructure.from_definition(definition)
    named: dict[tuple[str, str], list[str]] = {}
    for node in structure.holders:
        methods = (node.method.weighting.replace("_", " "), node.method.aggregation.replace("_", " "))
        named.setdefault(methods, []).append(definition.nodes[node.number].title)
    return [
        phrase("explorer.methods_in", weighting=weighting, aggregation=aggregation, categories=list_names(titles))
        if all(titles)
        else phrase("explorer.methods", weighting=weighting, aggregation=aggregation)
        for (weighting, aggregation), titles in named.items()
    ]
