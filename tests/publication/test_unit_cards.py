"""Cards and pages of units: numbers of the tables, strengths only beyond their errors, bars of exact length, links."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest

from bpo_index.definition import parse_definition
from bpo_index.display.numbers import show_number, show_range, show_score
from bpo_index.pipeline import run
from bpo_index.publication.report import unit_cards, unit_pages
from bpo_index.publication.report.unit_cards import write_unit_cards
from bpo_index.publication.report.unit_files import name_unit_files
from bpo_index.publication.report.unit_marks import BAR, STRIP
from bpo_index.publication.report.unit_pages import collect_unit_cards, link_units, render_unit_pages
from bpo_index.settings import Settings
from tests.publication.reports import publish_with_a_withheld_category, render
from tests.quick import put_key
from tests.trees import make_raw

EDGE = 6


@pytest.fixture(scope="module")
def cards(sample):
    return write_unit_cards(sample.result, sample.definition)


def test_cards_hold_the_numbers_of_the_tables(sample, cards):
    result = sample.result
    assert [card.code for card in cards.cards] == result.ranking["unit"].to_list()
    for card, row in zip(cards.cards, result.ranking.iter_rows(named=True), strict=True):
        facts = dict(card.facts)
        assert facts["Place"] == f"{row['rank']} of 12"
        assert facts["Score"] == f"{row['score']:.1f}%"
        assert facts["95% interval"] == show_range(row["ci_low"], row["ci_high"])
        assert facts["Rank set"] == show_range(row["rank_set_low"], row["rank_set_high"])
        own = result.categories.filter(unit=row["unit"])
        assert [line.score for line in card.lines] == [show_score(cell) for cell in own.iter_rows(named=True)]


def test_strengths_and_weaknesses_are_those_beyond_their_errors(sample, cards):
    table = sample.result.tables["category_differences"]
    titles = sample.definition.category_titles
    named = 0
    for card in cards.cards:
        text = " ".join(card.sentences)
        for against, place in (("all", r"the other countries"), ("region", rf"the others in {card.region}")):
            rows = table.filter(unit=card.code, against=against)
            beyond = rows.filter("is_distinct").sort(pl.col("difference").abs(), descending=True)
            for word, part in (
                ("Above", beyond.filter(pl.col("difference") > 0)),
                ("Below", beyond.filter(pl.col("difference") < 0)),
            ):
                said = re.search(rf"{word} the mean of {place}: (.*?)\.(?: |$)(?!\d)", text)
                assert bool(said) is bool(part.height)
                for category, difference in part.select("category", "difference").iter_rows():
                    # The five that differ most are named, the others counted.
                    assert f"{titles[category]} ({show_number(difference, signed=True)})" in said[1]
                    named += 1
            if against == "all" and beyond.is_empty():
                assert text.startswith(f"In no category is {card.name} distinguishable from the mean of the other")
        assert "average" not in text
    assert named == table["is_distinct"].sum() > 0


def test_pairs_add_up_and_each_stands_once_in_the_report(sample, cards):
    scores = dict(sample.result.ranking.select("unit", "score").iter_rows())
    codes = [card.code for card in cards.cards]
    assert [[pair.side for pair in card.pairs] for card in cards.cards] == [
        ["behind"],
        *[["ahead", "behind"]] * 10,
        ["ahead"],
    ]
    assert [card.after.code for card in cards.cards[:-1]] == codes[1:]
    assert [card.before.code for card in cards.cards[1:]] == codes[:-1]
    for card in cards.cards:
        for pair in card.pairs:
            gap = scores[card.code] - scores[pair.code]
            assert sum(bar.value for bar in pair.bars.values()) == pytest.approx(gap, abs=1e-6)
            assert pair.total == show_number(gap, signed=True)
            assert (" ahead of " in pair.sentences[0]) is (gap > 0)
            for bar in pair.bars.values():
                assert bar.points == show_number(bar.value, signed=True)
    text = render(sample.result, sample.definition, sample.checked.audit, {})
    assert text.count('<svg class="bar"') == 11 * 10
    for one, other in pairwise(cards.cards):
        part = text.split(f'<article id="unit-{one.code}"')[1].split("</article>")[0]
        assert f"over {other.name}</th>" in part
        assert f'href="units/{one.file}"' in part
        part = text.split(f'<article id="unit-{other.code}"')[1].split("</article>")[0]
        assert f'<a href="#unit-{one.code}">Ahead: {one.name}</a>' in part


def test_bars_have_exact_lengths_on_one_scale_and_begin_at_zero(sample, cards):
    rows = sample.result.tables["neighbours"]
    ends = [rows[name].abs().max() for name in ("contribution", "ci_low", "ci_high")]
    scale = (BAR / 2 - EDGE) / max(ends)
    for card in cards.cards:
        for pair in card.pairs:
            for category, bar in pair.bars.items():
                end, zero = re.search(r'd="M([\d.]+) 4H([\d.]+)V16H\1z"', bar.drawn).groups()
                assert float(zero) == BAR / 2
                # To the left where it is below zero.
                assert float(end) == pytest.approx(BAR / 2 + scale * bar.value, abs=0.051)
                sides = (card.code, pair.code) if pair.side == "behind" else (pair.code, card.code)
                row = rows.filter(ahead=sides[0], behind=sides[1], category=category).row(0, named=True)
                assert bar.is_distinct is bool(row["is_distinct"])
                assert ('class="error"' in bar.drawn) is (row["ci_low"] is not None)
                if row["ci_low"] is not None:
                    drawn = re.search(r'd="M([\d.]+) 7v6m0-3H([\d.]+)m0-3v6"', bar.drawn)
                    low, high = (
                        sorted((row["ci_low"], row["ci_high"]))
                        if pair.side == "behind"
                        else (-row["ci_high"], -row["ci_low"])
                    )
                    assert float(drawn[1]) == pytest.approx(BAR / 2 + scale * low, abs=0.051)
                    assert float(drawn[2]) == pytest.approx(BAR / 2 + scale * high, abs=0.051)


def test_strips_show_score_interval_and_means(sample, cards):
    table = sample.result.tables["category_differences"]

    def place(value):
        return pytest.approx(EDGE + (STRIP - 2 * EDGE) * (value - cards.low) / (cards.high - cards.low), abs=0.051)

    regions = 0
    for card in cards.cards:
        for line in card.lines:
            row = sample.result.categories.filter(unit=card.code, category=line.category).row(0, named=True)
            if row["score"] is not None and row["score_bound"] is None:
                assert float(re.search(r'cx="([\d.]+)"', line.strip)[1]) == place(row["score"])
            if row["ci_low"] is not None:
                low, high = re.search(r'class="interval" d="M([\d.]+) 10H([\d.]+)"', line.strip).groups()
                assert (float(low), float(high)) == (place(row["ci_low"]), place(row["ci_high"]))
                assert show_range(row["ci_low"], row["ci_high"]) in line.strip
            for against, mark in (("all", "mean"), ("region", "region")):
                stated = table.filter(unit=card.code, category=line.category, against=against)
                drawn = re.search(rf'class="{mark}" d="M([\d.]+) ', line.strip)
                assert bool(drawn) is bool(stated.height)
                if drawn:
                    assert float(drawn[1]) == place(stated["others_mean"][0])
                    regions += against == "region"
    assert regions > 10


def test_every_page_is_published_listed_and_leads_on(sample):
    folder = sample.release.path
    files = name_unit_files(sample.result.ranking["unit"].to_list())
    pages = {path.name: path.read_text(encoding="utf-8") for path in (folder / "units").iterdir()}
    assert set(pages) == set(files.values())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {f"units/{name}" for name in pages} <= set(manifest["files"])
    for name, text in pages.items():
        assert "<script" not in text
        assert "SYNTHETIC DATA" in text
        assert sample.release.release_id in text
        levels = [int(level) for level in re.findall(r"<h(\d)", text)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        for address in re.findall(r'href="([^"]*)"', text):
            path, _, place = address.partition("#")
            target = (folder / "units" / path).resolve()
            assert target.is_file(), address
            assert not place or f'id="{place}"' in target.read_text(encoding="utf-8")
        assert re.search(r"<title>[^<]+ – [^<]+</title>", text), name
        assert re.search(r'<meta name="description" content="[^"]+place \d+ of 12, rank set', text), name
    assert {one["path"] for one in package["resources"]} & {f"units/{name}" for name in pages} in (
        set(),
        {f"units/{name}" for name in pages},
    )


def test_what_is_withheld_stands_on_the_page_with_its_reason(tmp_path):
    completed = publish_with_a_withheld_category(tmp_path)
    withheld = completed.result.categories.filter("suppressed", unit="BBB")
    text = (completed.release.path / "units/BBB.html").read_text(encoding="utf-8")
    missing = text.split("What is missing, and why")[1].split("</section>")[0]
    for title, note in withheld.select("category_title", "note").iter_rows():
        assert f"{title}: {note}." in missing
    card = next(card for card in write_unit_cards(completed.result, completed.definition).cards if card.code == "BBB")
    assert [line.title for line in card.lines if not line.strip] == withheld["category_title"].to_list()
    for pair in card.pairs:
        assert pair.bars == {}
        assert "cannot be split by category" in pair.sentences[0]


def test_a_unit_without_a_rank_says_so(sample):
    first = pl.col("unit") == "COL"
    empty = {name: pl.when(~first).then(name) for name in ("rank", "score", "ci_low", "ci_high", "rank_set_low")}
    ranking = sample.result.ranking.with_columns(
        **empty, suppressed=first, note=pl.when(first).then(pl.lit("too few managers")).otherwise("note")
    ).sort("rank", nulls_last=True)
    tables = {
        "category_differences": sample.result.tables["category_differences"].filter(pl.col("unit") != "COL"),
        "neighbours": sample.result.tables["neighbours"].filter(pl.col("ahead") != "COL"),
    }
    changed = replace(sample.result, ranking=ranking, tables=sample.result.tables | tables)
    card = write_unit_cards(changed, sample.definition).cards[-1]
    assert (card.code, card.lines, card.pairs) == ("COL", [], [])
    assert card.sentences == ["Colombia has no rank: too few managers."]
    assert [term for term, _ in card.facts] == ["Managers"]
    page = render_unit_pages(changed, sample.definition, release_id="0123456789abcdef")["units/COL.html"].decode()
    assert "All categories: too few managers." in page
    assert "<svg" not in page.split("Places in replicates")[0]


def test_of_many_units_the_report_links_to_their_pages(sample, monkeypatch):
    for module in (unit_cards, unit_pages):
        monkeypatch.setattr(module, "MOST_CARDS", 5)
    assert not collect_unit_cards(sample.result, sample.definition)["shows_cards"]
    text = render(sample.result, sample.definition, sample.checked.audit, {})
    assert "<article" not in text
    assert text.count('href="units/COL.html"') == 2
    assert link_units(sample.result)["IND"] == "units/IND.html"
    page = render_unit_pages(sample.result, sample.definition, release_id="0123456789abcdef")["units/COL.html"]
    assert b'href="../report.html"' in page


def test_cards_of_a_tree_are_in_its_order_and_contributions_nest(tree):
    result, definition = tree.result, tree.definition
    nodes = {node.id: node for node in definition.category_nodes}
    count = 0
    for card in write_unit_cards(result, definition).cards:
        if card.lines:
            assert [(line.title, line.level) for line in card.lines] == [
                (node.title, node.level - 1) for node in nodes.values()
            ]
        for pair in card.pairs:
            for category, bar in pair.bars.items():
                inside = [pair.bars[one].value for one in pair.bars if nodes[one].parent_id == category]
                if inside:
                    count += 1
                    assert sum(inside) == pytest.approx(bar.value, abs=0.011)
    assert count > 20


TWO_UNITS = make_raw(
    [{"id": "only", "title": "Only", "questions": [{"id": "q", "text": "Q"}]}], units=2, words={"unit": "ward"}
)


def test_two_units_and_one_category(tmp_path):
    import yaml

    definition, survey = tmp_path / "two.yaml", tmp_path / "two.csv"
    definition.write_text(yaml.safe_dump(TWO_UNITS), encoding="utf-8")
    # Forty whole ratings from 0 to 4 of one, from 5 to 9 of the other.
    rows = [f"r{n},Unit {n % 2},{5 * (n % 2) + (3 * n * n + n // 2) % 5}" for n in range(80)]
    survey.write_text("\n".join(["id,country,q", *rows]) + "\n", encoding="utf-8")
    completed = run(Settings((str(survey),), str(definition), str(tmp_path / "out"), str(put_key(tmp_path / "audit"))))
    assert parse_definition(definition.read_text(encoding="utf-8")).words.unit == "ward"
    cards = write_unit_cards(completed.result, completed.definition).cards
    assert [len(card.pairs) for card in cards] == [1, 1]
    assert re.fullmatch(r"Above the mean of the other wards: Only \(\+[\d.]+\)\.", cards[0].sentences[0])
    assert re.fullmatch(
        r"Unit 1 is [\d.]+ points ahead of Unit 0; that order is certain at 95% confidence\.",
        cards[0].pairs[0].sentences[0],
    )
    assert len(list((completed.release.path / "units").iterdir())) == 2


def test_names_of_files_are_safe_and_differ_by_more_than_case():
    codes = ["IND", "ind", "Ind", "con", "a/../b", "ä", "x" * 99, "..", "COL", "A B"]
    names = name_unit_files(codes)
    assert names["COL"] == "COL.html"
    assert len({name.casefold() for name in names.values()}) == len(codes)
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,69}\.html", name)
    assert not names["con"].startswith("con.")
