"""A page a unit: score and ranks, strengths and weaknesses against the others, and what decides its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import list_names, show_level, show_number, show_range, show_score
from bpo_index.display.table_view import DEEPEST_LEVEL
from bpo_index.display.words import start_sentence
from bpo_index.publication.report.categories import Names, collect_names
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_points

#: With more other units than this a page shows their range instead of each, and one neighbour instead of two.
MOST_UNITS_SHOWN = 24
#: Strengths and weaknesses named, each.
_NAMED = 3
#: Contributions that are named in a sentence, in score points, at least.
_LEAST_NAMED = 0.05


@dataclass(frozen=True)
class CategoryLine:
    """One category of a unit, against the others."""

    title: str
    place: str
    """The title and that of the category in which it lies, for a sentence."""
    level: int
    """Steps under the first level."""
    holds_questions: bool
    score: str
    interval: str
    rank: str
    difference: str
    """Score less the mean of the other units."""
    is_beyond: bool
    """Whether that mean lies outside the score's interval."""
    qualification: str
    """What weakens the difference, for a sentence; empty: nothing."""
    value: float | None
    low: float | None
    high: float | None
    others: list[float]
    """Scores of the other units."""
    note: str


@dataclass(frozen=True)
class Contribution:
    """What one category adds to the lead over a neighbour."""

    title: str
    level: int
    """Steps under the first level; what lies in a category follows it."""
    is_head: bool
    """Whether what lies in it follows."""
    points: str
    value: float
    share: float
    """Of the largest contribution in the table, 0 to 1."""


@dataclass(frozen=True)
class Neighbour:
    """The difference from the unit before or behind, by category."""

    sentence: str
    caption: str
    contributions: list[Contribution]
    total: str

    @property
    def is_nested(self) -> bool:
        """Whether a category is shown with what lies in it."""
        return any(part.level for part in self.contributions)


@dataclass(frozen=True)
class UnitPage:
    """The page of one unit."""

    code: str
    name: str
    region: str
    rank: int | None
    facts: list[tuple[str, str]]
    """Terms and what stands for them."""
    sentences: list[str]
    lines: list[CategoryLine]
    neighbours: list[Neighbour]
    note: str


def write_unit_pages(result: Result, definition: IndexDefinition) -> list[UnitPage]:
    """Return the pages in the order of the ranking."""
    level, points = show_level(definition.method.confidence_level), name_points(definition)
    names = collect_names(result, definition)
    ranked = int(result.ranking["rank"].count())
    pages = []
    for row in result.ranking.iter_rows(named=True):
        own = result.categories.filter(unit=row["unit"])
        lines = [_compare(line, result.categories, names) for line in own.iter_rows(named=True)]
        pages.append(
            UnitPage(
                code=row["unit"],
                name=row["name"],
                region=row["region"] or "",
                rank=row["rank"],
                facts=_list_facts(row, result, names, level=level, points=points),
                sentences=_write_sentences(row, lines, ranked=ranked, points=points, level=level),
                lines=lines if not row["suppressed"] else [],
                neighbours=_find_neighbours(row, result, names),
                note=row["note"],
            )
        )
    return pages


def _compare(row: dict[str, Any], categories: pl.DataFrame, names: Names) -> CategoryLine:
    # A score that is told as a bound counts as the bound, as in the figures.
    peers = categories.filter((pl.col("category") == row["category"]) & (pl.col("unit") != row["unit"]))["score"]
    peers, value = peers.drop_nulls(), row["score"]
    mean = float(peers.to_numpy().mean()) if len(peers) else None
    low, high = row["ci_low"], row["ci_high"]
    return CategoryLine(
        title=row["category_title"],
        place=names.tell_place(row["category"]),
        level=min(names.find_level(row["category"]), DEEPEST_LEVEL),
        holds_questions=bool(names.nodes[row["category"]].questions),
        score=show_score(row),
        interval=show_range(low, high),
        rank=show_number(row["rank"]),
        difference=show_number(None if value is None or mean is None else value - mean, signed=True),
        is_beyond=mean is not None and low is not None and not low <= mean <= high,
        qualification=_qualify(row, mean),
        value=value,
        low=low,
        high=high,
        others=peers.to_list(),
        note=row["note"],
    )


def _qualify(row: dict[str, Any], mean: float | None) -> str:
    if row["score_bound"] is not None:
        return f", from a score of {show_score(row)}"
    if row["ci_low"] is None:
        return ", without an interval"
    return ", within its interval" if mean is not None and row["ci_low"] <= mean <= row["ci_high"] else ""


def _list_facts(row: dict[str, Any], result: Result, names: Names, *, level: str, points: str) -> list[tuple[str, str]]:
    respondents, heading = str(row["respondents"]), start_sentence(names.words.respondents)
    if row["score"] is None:
        return [(heading, respondents)]
    if row["effective_n"] is not None:
        respondents += f" (effective {show_number(row['effective_n'])})"
    facts = [
        ("Score", f"{show_score(row)} {points}"),
        (f"{level} interval", show_range(row["ci_low"], row["ci_high"])),
        (f"Rank set, {level}", show_range(row["rank_set_low"], row["rank_set_high"])),
        (heading, respondents),
    ]
    for other in result.tables["sampling_error"].filter(pl.col("category").is_null(), unit=row["unit"]).to_dicts():
        if other["shrunken"] is not None:
            facts.append(("Score drawn towards the mean of all", f"{show_number(other['shrunken'])} {points}"))
    return facts


def _write_sentences(
    row: dict[str, Any], lines: list[CategoryLine], *, ranked: int, points: str, level: str
) -> list[str]:
    if row["score"] is None or row["rank"] is None:
        why = str(row["note"]) or "it takes no rank"
        return [f"{row['name']} has no rank: {why}."]
    low, high = row["rank_set_low"], row["rank_set_high"]
    place = f"at {level} confidence its rank "
    place += f"is {low}" if low == high else f"lies between {low} and {high}"
    sentences = [f"{row['name']} has rank {row['rank']} of {ranked} with {show_score(row)} {points}; {place}."]
    placed = sorted(
        (line for line in lines if line.holds_questions and line.value is not None and line.others),
        key=_measure,
        reverse=True,
    )
    if not placed:
        return sentences
    told = [line for line in lines if line.holds_questions]
    nothing = "none" if len(placed) == len(told) else "none in the categories that are told"
    for label, chosen in (
        ("Strengths against the others", [line for line in placed if _measure(line) > 0][:_NAMED]),
        ("Weaknesses against the others", [line for line in reversed(placed) if _measure(line) < 0][:_NAMED]),
    ):
        if chosen:
            named = [f"{line.place} ({line.difference}{line.qualification})" for line in chosen]
            sentences.append(f"{label}: {list_names(named)}.")
        else:
            sentences.append(f"{label}: {nothing}.")
    return sentences


def _measure(line: CategoryLine) -> float:
    assert line.value is not None
    return line.value - sum(line.others) / len(line.others)


def _find_neighbours(row: dict[str, Any], result: Result, names: Names) -> list[Neighbour]:
    units = names.units
    table = result.tables["neighbours"]
    found = []
    sides = (("behind", -1.0), ("ahead", 1.0))
    for side, sign in sides if len(units) <= MOST_UNITS_SHOWN + 1 else sides[:1]:
        part = table.filter(pl.col(side) == row["unit"])
        if part.is_empty():
            continue
        other = units[part["ahead" if side == "behind" else "behind"][0]]
        gap = float(part["difference"][0])
        found_of = {category: sign * value for category, value in part.select("category", "contribution").iter_rows()}
        parts = _order_contributions(found_of, names)
        largest = max(abs(value) for _, value in parts) or 1.0
        where = "level with" if abs(gap) < 1e-7 else ("behind" if sign < 0 else "ahead of")
        points = "" if abs(gap) < 1e-7 else f"{show_number(gap, 2)} points "
        sentence = f"{row['name']} is {points}{where} {other}"
        named = [
            (f"{names.categories[category]} ({show_number(value, signed=True)})", value)
            for category, value in parts
            if not names.find_level(category)
        ]
        gains = [words for words, value in named if value >= _LEAST_NAMED][:2]
        losses = [words for words, value in reversed(named) if value <= -_LEAST_NAMED][:2]
        said = [
            f"{word} {list_names(shown)}" for word, shown in (("in its favour", gains), ("against it", losses)) if shown
        ]
        found.append(
            Neighbour(
                f"{sentence}; {', '.join(said)}." if said else f"{sentence}.",
                f"{row['name']} minus {other}, by category",
                [
                    Contribution(
                        names.categories[category],
                        min(names.find_level(category), DEEPEST_LEVEL),
                        any(names.nodes[one].parent_id == category for one, _ in parts),
                        show_number(value, 2, signed=True),
                        value,
                        abs(value) / largest,
                    )
                    for category, value in parts
                ],
                show_number(sign * gap, 2, signed=True),
            )
        )
    return found


def _order_contributions(found: dict[str, float], names: Names) -> list[tuple[str, float]]:
    """Return ids and contributions, the largest first among those that one category holds, what each holds after it."""
    groups = names.group_by_parent()

    def walk(parent: str | None) -> list[tuple[str, float]]:
        held = sorted((one for one in groups.get(parent, ()) if one in found), key=lambda one: -found[one])
        return [pair for one in held for pair in ((one, found[one]), *walk(one))]

    return walk(None)
