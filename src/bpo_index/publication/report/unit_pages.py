"""Pages of single units, `units/<code>.html`: the card with both neighbours, all scores, places held, what is missing.

Each is one file without a script, which prints on one or two A4 pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_number, show_range, show_score, show_share
from bpo_index.publication.report.categories import Names, collect_names
from bpo_index.publication.report.page import ASSETS, list_words, render_page
from bpo_index.publication.report.unit_cards import MOST_CARDS, UnitCard, write_unit_cards
from bpo_index.publication.report.unit_files import FOLDER, name_unit_files
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import show_score_with_unit

#: Of more places than these a page lists a few, those that the unit holds most often.
_MOST_PLACES, _FEW_PLACES = 12, 6


def collect_unit_cards(result: Result, definition: IndexDefinition) -> dict[str, Any]:
    """Return what the report shows of units: a card each, or links to their pages where there are many."""
    found = write_unit_cards(result, definition)
    reading = _read_cards(definition, has_regions=found.has_regions)
    if found.has_pairs:
        reading.append(phrase("units.how_to_read_bars", **list_words(definition)))
    return {
        "shows_cards": len(found.cards) <= MOST_CARDS,
        "cards": found.cards,
        "low": found.low,
        "high": found.high,
        "folder": FOLDER,
        "reading": " ".join(reading),
    }


def link_units(result: Result) -> dict[str, str]:
    """Return code of a unit to the address of its card in the report, or of its page where there are no cards."""
    codes = result.ranking["unit"].to_list()
    files = name_unit_files(codes)
    has_cards = len(codes) <= MOST_CARDS
    return {code: f"#unit-{code}" if has_cards else f"{FOLDER}/{files[code]}" for code in codes}


def render_unit_pages(result: Result, definition: IndexDefinition, *, release_id: str) -> dict[str, bytes]:
    """Return path within the release to the page of each unit, as UTF-8 HTML.

    Parameters
    ----------
    result, definition
        What is published.
    release_id
        From `identify_release`.
    """
    found, names = write_unit_cards(result, definition), collect_names(result, definition)
    cards = {card.code: card for card in found.cards}
    words = list_words(definition)
    shares = _share_places(result)
    differences = {
        (row["unit"], row["category"], row["against"]): row
        for row in result.tables["category_differences"].iter_rows(named=True)
    }
    cells = {(row["unit"], row["category"]): row for row in result.categories.iter_rows(named=True)}
    source = phrase("units.source", title=definition.title, edition=definition.edition, release=release_id)
    pages, style = {}, _read_style()
    for row in result.ranking.iter_rows(named=True):
        card = cards[row["unit"]]
        own = {category: cells[card.code, category] for category in names.categories}
        ranks, rest = _list_places(shares.get(card.code, []))
        page = render_page(
            "unit.html",
            result,
            definition,
            own_style=style,
            page_title=phrase("units.page_title", name=card.name, title=definition.title),
            description=_describe(row, card, int(result.ranking["rank"].count()), definition),
            card=card,
            unit_cards=found,
            anchor=f"#unit-{card.code}" if len(cards) <= MOST_CARDS else "",
            before=cards[card.before.code] if card.before else None,
            after=cards[card.after.code] if card.after else None,
            scores=_tabulate_scores(card, own, differences) if card.lines else None,
            ranks=ranks,
            ranks_rest=rest,
            ranks_note=phrase("units.ranks_held_note", name=card.name, **words),
            withheld=_list_missing(card, own, names),
            reading=_read_page(card, definition),
            source=source,
        )
        pages[f"{FOLDER}/{card.file}"] = page
    return pages


def _read_cards(definition: IndexDefinition, *, has_regions: bool) -> list[str]:
    """Return how the marks of a card are read, and when a strength is named."""
    words = list_words(definition)
    return [
        phrase("units.how_to_read", **words),
        *([phrase("units.how_to_read_region")] if has_regions else []),
        phrase("units.how_to_read_distinct", **words),
    ]


def _read_page(card: UnitCard, definition: IndexDefinition) -> list[str]:
    """Return how the page of a unit is read, as far as there is something to read."""
    words, said = list_words(definition), []
    if card.lines:
        said += [*_read_cards(definition, has_regions=card.has_region), phrase("units.reading_others", **words)]
    if any(pair.bars for pair in card.pairs):
        said.append(phrase("units.reading_bars", **words))
    return [*said, phrase("report.overlap", **words)]


def _read_style() -> str:
    """Return the style of a page: the colours of the report, its own rules and those of cards; without white space."""
    report, own, cards = (
        (ASSETS / name).read_text(encoding="utf-8") for name in ("report.css", "unit_page.css", "card.css")
    )
    # NOTE: the report begins with its colours; what follows is not for these pages.
    style = report.partition("* { box-sizing")[0] + own + cards
    return re.sub(r"\s*([{};,])\s*|(:)\s+", r"\1\2", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)).strip()


def _describe(row: Mapping[str, Any], card: UnitCard, count: int, definition: IndexDefinition) -> str:
    if row["rank"] is None:
        return phrase("units.description_unranked", name=card.name, title=definition.title)
    return phrase(
        "units.description",
        name=card.name,
        title=definition.title,
        score=show_score_with_unit(row, definition),
        rank=row["rank"],
        count=count,
        ranks=show_range(row["rank_set_low"], row["rank_set_high"]),
        level=list_words(definition)["level"],
    )


def _tabulate_scores(
    card: UnitCard,
    own: Mapping[str, Mapping[str, Any]],
    differences: Mapping[tuple[str, str, str], Mapping[str, Any]],
) -> dict[str, Any]:
    """Return headings and one line per category: score, rank and differences, each with its range."""
    headings = [phrase("units.category"), phrase("units.score"), phrase("units.rank"), phrase("units.difference")]
    if card.has_region:
        headings.append(phrase("units.difference_region"))
    lines = []
    for line in card.lines:
        cell = own[line.category]
        cells = [
            (show_score(cell), _show_ends(cell, "ci")),
            (show_number(cell["rank"]), _show_ends(cell, "rank_set")),
        ]
        for against in ("all", *(["region"] if card.has_region else [])):
            found = differences.get((card.code, line.category, against), {})
            cells.append((show_number(found.get("difference"), signed=True), _show_ends(found, "ci")))
        lines.append({"title": line.title, "level": line.level, "is_head": line.is_head, "cells": cells})
    return {"headings": headings, "lines": lines}


def _show_ends(row: Mapping[str, Any], name: str) -> str:
    """Return a range; empty where there is none."""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return "" if low is None or high is None else show_range(low, high)


def _share_places(result: Result) -> dict[str, list[tuple[int, float]]]:
    """Return unit to its places with the shares of replicates in which it holds them, respondents alone drawn anew."""
    table = result.tables["rank_shares"].filter(pl.col("version") == "sampling", pl.col("share") >= 0.005)
    found: dict[str, list[tuple[int, float]]] = {}
    for unit, place, share in table.sort("place").select("unit", "place", "share").iter_rows():
        found.setdefault(unit, []).append((place, share))
    return found


def _list_places(shares: list[tuple[int, float]]) -> tuple[list[tuple[str, str, str]], str]:
    """Return place, share and bar of the places that a unit holds most often, and how many more there are."""
    most_held = sorted(shares, key=lambda one: (-one[1], one[0]))
    kept = sorted(most_held if len(shares) <= _MOST_PLACES else most_held[:_FEW_PLACES])
    most = max((share for _, share in kept), default=1.0)
    rows = [
        (
            show_number(place),
            show_share(share),
            f'<svg viewBox="0 0 160 14"><path d="M0 2H{160 * share / most:.1f}V12H0z"/></svg>',
        )
        for place, share in kept
    ]
    rest = len(shares) - len(kept)
    return rows, phrase("units.ranks_rest", count=rest) if rest else ""


def _list_missing(card: UnitCard, own: Mapping[str, Mapping[str, Any]], names: Names) -> list[str]:
    """Return what of a unit is missing, or to be read with care, and why."""
    said = [phrase("units.note_of_unit", note=card.note)] if card.note else []
    if card.lines:
        said += [
            phrase("units.note_of", category=names.tell_place(category), note=cell["note"])
            for category, cell in own.items()
            if cell["note"]
        ]
    return said or [phrase("units.nothing_withheld", name=card.name)]
