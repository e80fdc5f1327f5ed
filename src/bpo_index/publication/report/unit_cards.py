"""A card a unit: place, score and rank set, its profile against the others, and what it has before its neighbours.

Everything on a card is of the published tables. A strength or weakness is named where `category_differences` says that
the unit stands out, a contribution where `neighbours` says that it lies beyond its error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_number, show_range, show_score
from bpo_index.display.table_view import DEEPEST_LEVEL
from bpo_index.publication.report.categories import Names, collect_names
from bpo_index.publication.report.page import list_words
from bpo_index.publication.report.unit_files import name_unit_files
from bpo_index.publication.report.unit_marks import draw_bar, draw_strip
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import show_score_with_unit

#: Of more units the report has no cards, but links to a page for each.
MOST_CARDS = 60
#: Categories named in one sentence, at most: those that differ most.
_NAMED = 5
#: A difference of scores below this is none.
_LEVEL = 1e-7


@dataclass(frozen=True)
class CategoryLine:
    """One category of a unit."""

    category: str
    title: str
    level: int
    """Steps under the first level."""
    is_head: bool
    """Whether it holds others."""
    score: str
    strip: str
    """SVG: interval, score, and the means of the others and of those of its region; empty: no score."""


@dataclass(frozen=True)
class Bar:
    """What one category adds to the lead over a neighbour."""

    points: str
    drawn: str
    """SVG."""
    value: float
    is_distinct: bool


@dataclass(frozen=True)
class Pair:
    """A unit and the one before or behind it."""

    side: str
    """Where the other one is: `ahead` or `behind`."""
    code: str
    """Of the other one."""
    name: str
    sentences: list[str]
    bars: dict[str, Bar]
    """By category; empty: the difference cannot be split."""
    total: str


@dataclass(frozen=True)
class UnitCard:
    """The card of one unit."""

    code: str
    name: str
    region: str
    file: str
    """Its own page, within the folder of units."""
    facts: list[tuple[str, str]]
    sentences: list[str]
    lines: list[CategoryLine]
    """None of a unit of which nothing is published."""
    pairs: list[Pair]
    """With the unit ahead and the one behind, as far as there are any."""
    note: str
    has_region: bool
    """Whether it is compared with others of its region."""

    @property
    def after(self) -> Pair | None:
        """The pair with the unit behind, which stands on this card."""
        return next((pair for pair in self.pairs if pair.side == "behind"), None)

    @property
    def before(self) -> Pair | None:
        """The pair with the unit ahead, which stands on the card of that one."""
        return next((pair for pair in self.pairs if pair.side == "ahead"), None)


@dataclass(frozen=True)
class Cards:
    """The cards of all units, in the order of the ranking, and what all share."""

    cards: list[UnitCard]
    low: float
    high: float
    """Ends of the axis of scores."""
    reach: float
    """Points at the ends of the axis of contributions."""
    has_regions: bool
    has_pairs: bool


class _Material:
    """The published tables by what is looked for in them."""

    def __init__(self, result: Result, definition: IndexDefinition) -> None:
        self.result, self.definition = result, definition
        self.names: Names = collect_names(result, definition)
        self.words = list_words(definition)
        self.units = {row["unit"]: row for row in result.ranking.iter_rows(named=True)}
        self.cells = {(row["unit"], row["category"]): row for row in result.categories.iter_rows(named=True)}
        self.neighbours = _group(result.tables["neighbours"].iter_rows(named=True), "ahead")

    @cached_property
    def differences(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Rows by unit and `against`."""
        rows = self.result.tables["category_differences"].iter_rows(named=True)
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault((row["unit"], row["against"]), []).append(row)
        return found

    @cached_property
    def sure(self) -> set[tuple[str, str]]:
        """Pairs of which the order is certain."""
        pairs = self.result.tables["pairs"]
        return set(pairs.filter(pairs["surely"]).select("ahead", "behind").iter_rows())

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The axis of scores: whole tens round every score and interval of a category."""
        return find_ends(
            row[name] for row in self.cells.values() for name in ("score", "ci_low", "ci_high") if row[name] is not None
        )

    @cached_property
    def reach(self) -> float:
        """The largest contribution, its interval included."""
        rows = (row for rows in self.neighbours.values() for row in rows)
        ends = (abs(row[name] or 0.0) for row in rows for name in ("contribution", "ci_low", "ci_high"))
        return max(ends, default=0.0) or 1.0


def write_unit_cards(result: Result, definition: IndexDefinition) -> Cards:
    """Return the cards in the order of the ranking."""
    material = _Material(result, definition)
    files = name_unit_files(list(material.units))
    ranked = [code for code, row in material.units.items() if row["rank"] is not None]
    places = {code: n for n, code in enumerate(ranked)}
    cards = []
    for code, row in material.units.items():
        pairs = []
        if code in places:
            n = places[code]
            if n:
                pairs.append(_compare(material, ranked[n - 1], code, "ahead"))
            if n + 1 < len(ranked):
                pairs.append(_compare(material, code, ranked[n + 1], "behind"))
        cards.append(
            UnitCard(
                code=code,
                name=row["name"],
                region=row["region"] or "",
                file=files[code],
                facts=_list_facts(row, material, len(ranked)),
                sentences=_describe_profile(row, material),
                lines=[] if row["suppressed"] else _list_lines(code, material),
                pairs=pairs,
                note=row["note"],
                has_region=(code, "region") in material.differences,
            )
        )
    low, high = material.ends
    return Cards(
        cards=cards,
        low=low,
        high=high,
        reach=material.reach,
        has_regions=any(against == "region" for _, against in material.differences),
        has_pairs=bool(material.neighbours),
    )


def find_ends(values: Iterable[float]) -> tuple[float, float]:
    """Return the ends of an axis: whole tens round all values; 0 and 100 where there is none.

    Examples
    --------
    >>> find_ends([43.2, 91.0]), find_ends([-0.3, 0.4]), find_ends([])
    ((40.0, 100.0), (-1.0, 1.0), (0.0, 100.0))
    """
    known = list(values)
    if not known:
        return 0.0, 100.0
    step = 10.0 if max(known) - min(known) > 10 else 1.0
    low, high = step * (min(known) // step), step * -(-max(known) // step)
    return low, high if high > low else low + step


def _group(rows: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _list_facts(row: Mapping[str, Any], material: _Material, ranked: int) -> list[tuple[str, str]]:
    words = material.words
    respondents = (words["respondents_capital"], show_number(row["respondents"]))
    if row["score"] is None:
        return [respondents]
    facts = []
    if row["rank"] is not None:
        facts.append((phrase("report.place"), phrase("units.place_of", place=row["rank"], count=ranked)))
    facts.append((phrase("units.score"), show_score_with_unit(row, material.definition)))
    facts.append((phrase("report.interval_heading", level=words["level"]), show_range(row["ci_low"], row["ci_high"])))
    if row["rank"] is not None:
        ranks = show_range(row["rank_set_low"], row["rank_set_high"])
        facts.append((phrase("report.rank_set"), ranks))
    return [*facts, respondents]


def _describe_profile(row: Mapping[str, Any], material: _Material) -> list[str]:
    """Return in which categories a unit stands out from the others, and from those of its region."""
    name, words = row["name"], material.words
    if row["rank"] is None:
        return [phrase("units.no_rank", name=name, note=row["note"]) if row["note"] else phrase("units.no_rank_at_all")]
    rows = material.differences.get((row["unit"], "all"), [])
    if not rows:
        return [phrase("units.not_compared", name=name, **words)]
    above, below = _split(rows, "difference")
    if not above and not below:
        said = [phrase("units.nothing_distinct", name=name, **words)]
    else:
        said = [
            phrase(f"units.profile_{key}", categories=_name(found, "difference", material), **words)
            for key, found in (("above", above), ("below", below))
            if found
        ]
        if len(above) + len(below) < len(rows):
            said.append(phrase("units.rest_not_distinct"))
    above, below = _split(material.differences.get((row["unit"], "region"), []), "difference")
    said += [
        phrase(f"units.region_{key}", categories=_name(found, "difference", material), region=row["region"])
        for key, found in (("above", above), ("below", below))
        if found
    ]
    return said


def _split(rows: Sequence[Mapping[str, Any]], column: str) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the rows beyond their errors, those above zero and those below, the largest first."""
    beyond = sorted((row for row in rows if row["is_distinct"]), key=lambda row: -abs(row[column]))
    return [row for row in beyond if row[column] > 0], [row for row in beyond if row[column] < 0]


def _name(rows: Sequence[Mapping[str, Any]], column: str, material: _Material) -> str:
    """Return categories with their numbers, as a sentence has them."""
    named = [
        phrase(
            "units.category_points",
            category=material.names.tell_place(row["category"]),
            points=show_number(row[column], signed=True),
        )
        for row in rows[:_NAMED]
    ]
    if len(rows) > _NAMED:
        named.append(phrase("units.further", count=len(rows) - _NAMED))
    return list_names(named)


def _list_lines(code: str, material: _Material) -> list[CategoryLine]:
    names = material.names
    means = {
        (against, row["category"]): row["others_mean"]
        for against in ("all", "region")
        for row in material.differences.get((code, against), [])
    }
    lines = []
    for category, title in names.categories.items():
        row = material.cells[code, category]
        lines.append(
            CategoryLine(
                category=category,
                title=title,
                level=min(names.find_level(category), DEEPEST_LEVEL),
                is_head=not names.nodes[category].questions,
                score=show_score(row),
                strip=draw_strip(
                    row,
                    (means.get(("all", category)), means.get(("region", category))),
                    material.ends,
                    _read_strip(row, means.get(("all", category)), material),
                ),
            )
        )
    return lines


def _read_strip(row: Mapping[str, Any], mean: float | None, material: _Material) -> str:
    """Return what a strip shows, for those who do not see it."""
    interval = show_range(row["ci_low"], row["ci_high"])
    if row["ci_low"] is None:
        return phrase("units.strip_bare") if mean is None else phrase("units.strip_mean", mean=show_number(mean))
    if mean is None:
        return phrase("units.strip_interval", interval=interval, level=material.words["level"])
    return phrase("units.strip", interval=interval, mean=show_number(mean), level=material.words["level"])


def _compare(material: _Material, ahead: str, behind: str, side: str) -> Pair:
    """Return a pair of neighbours as the page of one of them has it: numbers are of it less the other one."""
    sign = 1.0 if side == "behind" else -1.0
    own, other = (ahead, behind) if side == "behind" else (behind, ahead)
    rows = [row for row in material.neighbours.get(ahead, []) if row["behind"] == behind]
    turned = [_turn(row, sign) for row in rows]
    bars = {
        row["category"]: Bar(
            points=show_number(row["contribution"], signed=True),
            drawn=draw_bar(row, material.reach),
            value=row["contribution"],
            is_distinct=bool(row["is_distinct"]),
        )
        for row in turned
    }
    return Pair(
        side=side,
        code=other,
        name=material.units[other]["name"],
        sentences=_describe_pair(turned, own, other, sign=sign, material=material),
        bars=bars,
        total=show_number(turned[0]["difference"], signed=True) if turned else "",
    )


def _turn(row: Mapping[str, Any], sign: float) -> dict[str, Any]:
    """Return a row of neighbours as the one ahead (1) or the one behind (-1) sees it."""
    if sign > 0:
        return dict(row)
    ends = [None if row[name] is None else -row[name] for name in ("ci_high", "ci_low")]
    turned = {"difference": -row["difference"], "contribution": -row["contribution"]}
    return {**row, **turned, "ci_low": ends[0], "ci_high": ends[1]}


def _describe_pair(
    rows: Sequence[Mapping[str, Any]], own: str, other: str, *, sign: float, material: _Material
) -> list[str]:
    """Return how far two units are apart, whether their order is certain, and what decides it beyond its error."""
    name, others_name, level = material.units[own]["name"], material.units[other]["name"], material.words["level"]
    is_sure = ((own, other) if sign > 0 else (other, own)) in material.sure
    certain = phrase("units.order_certain", level=level) if is_sure else phrase("units.order_open")
    place = "behind" if sign < 0 else "ahead"
    if not rows:
        return [phrase(f"units.unsplit_{place}", name=name, other=others_name, order=certain)]
    gap = rows[0]["difference"]
    if abs(gap) < _LEVEL:
        said = [phrase("units.pair_level", name=name, other=others_name)]
    else:
        points = show_number(abs(gap))
        said = [phrase(f"units.pair_{place}", name=name, other=others_name, points=points, order=certain)]
    first = [row for row in rows if not material.names.find_level(row["category"])]
    gains, losses = _split(first, "contribution")
    for key, found in (("for", gains), ("against", losses)):
        if found:
            said.append(phrase(f"units.beyond_{key}", categories=_name(found, "contribution", material)))
    return said if gains or losses else [*said, phrase("units.none_beyond")]
