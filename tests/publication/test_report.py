"""The report: its sentences say what the tables say, it is one file that asks for nothing, and texts stay texts."""

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from bpo_index.methods import CATALOGUE
from bpo_index.pipeline import Settings, run
from bpo_index.publication.report.answer import write_answer
from bpo_index.publication.report.categories import collect_names, tabulate_category_ends
from bpo_index.publication.report.method import FORMULAS
from bpo_index.publication.report.unit_pages import write_unit_pages
from bpo_index.publication.result import build_result
from bpo_index.publication.wording import SYNTHETIC_NOTICE
from tests.publication.reports import publish_with_a_hidden_category, rename, render
from tests.publication.test_nasty_texts import ALL, NASTY
from tests.test_disclosure import MEANS, make_people, write_files

PAGES = (
    "answer",
    "explorer",
    "categories",
    "units",
    "robustness",
    "respondents",
    "method",
    "limits",
    "provenance",
    "downloads",
)


class Reader(HTMLParser):
    """Elements, their attributes and the text of a page; complains of what is not closed."""

    VOID = ("meta", "input", "br", "link", "img", "hr")

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open):
            self.texts.append(data)

    def list_attributes(self, name):
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module")
def report(sample):
    return (sample.release.path / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(report):
    return Reader(report)


def test_the_report_is_one_file_under_a_megabyte_and_a_half_that_asks_for_nothing(report, page):
    assert len(report.encode()) < 1_500_000
    assert not re.findall(r"""(?:src|srcset|poster|action)=|@import|url\((?!#)""", report)
    outside = [address for address in page.list_attributes("href") if not address.startswith(("#", "data:text/csv"))]
    assert outside == []
    namespaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"'<>)]+", report)) <= namespaces
    policy = next(attributes["content"] for tag, attributes in page.elements if attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    script = re.search(r"<script>(.*?)</script>", report, flags=re.DOTALL)[1]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy


def test_every_page_is_there_and_is_marked_as_synthetic(report, page, sample):
    ids = page.list_attributes("id")
    assert len(ids) == len(set(ids))
    assert [name for name in ids if name in PAGES] == list(PAGES)
    assert {f"unit-{unit.code}" for unit in sample.definition.units} <= set(ids)
    for address in page.list_attributes("href"):
        assert not address.startswith("#") or address[1:] in ids
    for name in (*PAGES, *(f"unit-{unit.code}" for unit in sample.definition.units)):
        start = report.index(f'id="{name}"')
        assert "Synthetic data" in report[start : start + 600], name
    # On paper, at the foot of every sheet.
    assert f'@bottom-left {{ content: "{SYNTHETIC_NOTICE}"' in report


def test_headings_and_tables_are_marked_up_for_readers_who_listen(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tables = [n for n, (tag, _) in enumerate(page.elements) if tag == "table"]
    for n in tables:
        assert page.elements[n + 1][0] == "caption"
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")


def test_a_survey_is_not_called_synthetic(sample):
    real = replace(sample.result, data_origin="survey")
    text = render(real, sample.definition, sample.checked.audit)
    assert "ynthetic data" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    assert SYNTHETIC_NOTICE not in text


# ---- what it says ---------------------------------------------------------------------------------------------------


def test_the_answer_names_the_leader_and_what_is_sure(sample):
    ranking, pairs = sample.result.ranking, sample.result.tables["pairs"]
    answer = write_answer(sample.result, sample.definition, "Score (%)")
    names = dict(ranking.select("unit", "name").iter_rows())
    assert answer.headline.startswith(f"{ranking['name'][0]} leads with {ranking['score'][0]:.1f} %")
    sure = pairs.filter("surely")
    said = [sentence for sentence in answer.supported if "ahead of" in sentence]
    assert {sentence.split(" is ahead")[0] for sentence in said} == {names[code] for code in sure["ahead"]}
    for sentence in said:
        ahead = next(code for code, name in names.items() if sentence.startswith(f"{name} is ahead"))
        behind = sure.filter(ahead=ahead)["behind"].to_list()
        listed = sentence.split(" ahead of ")[1]
        assert all(names[code] in listed for code in behind) or f"{len(behind)} others" in listed
    neighbours = list(pairwise(ranking["unit"]))
    apart = sum((one, other) in set(sure.select("ahead", "behind").iter_rows()) for one, other in neighbours)
    assert apart == 0
    assert "The order of neighbours: none of the 11 pairs of neighbours can be told apart." in answer.unsupported


def test_where_everything_is_sure_nothing_is_called_unsupported_but_what_always_is(sample):
    result = sample.result
    tables = result.tables | {
        "pairs": result.tables["pairs"].with_columns(surely=pl.lit(True)),
        "first_ranks": result.tables["first_ranks"].with_columns(
            surely=pl.col("units"), candidates_count=pl.col("k"), candidates=pl.col("units")
        ),
    }
    sure = replace(result, tables=tables, ranking=result.ranking.with_columns(rank_set_high=pl.col("rank")))
    answer = write_answer(sure, sample.definition, "Score (%)")
    assert len(answer.unsupported) == 1
    assert answer.supported[0] == "Colombia is ahead of 11 others."
    assert len(answer.supported) == 11


def test_unit_pages_hold_the_numbers_of_the_tables(sample):
    result = sample.result
    pages = write_unit_pages(result, sample.definition, "Score (%)")
    assert [page.code for page in pages] == result.ranking["unit"].to_list()
    for page, row in zip(pages, result.ranking.iter_rows(named=True), strict=True):
        facts = dict(page.facts)
        assert facts["Score"] == f"{row['score']:.1f} %"
        assert facts["95% interval"] == f"{row['ci_low']:.1f} to {row['ci_high']:.1f}"
        own = result.categories.filter(unit=row["unit"])
        assert [line.score for line in page.lines] == [f"{score:.1f}" for score in own["score"]]
        for line, cell in zip(page.lines, own.iter_rows(named=True), strict=True):
            others = result.categories.filter(pl.col("unit") != row["unit"], category=cell["category"])["score"]
            gap = cell["score"] - others.mean()
            assert float(line.difference.replace("−", "-")) == pytest.approx(gap, abs=0.051)
            assert line.is_beyond is not (cell["ci_low"] <= others.mean() <= cell["ci_high"])
        best = max(page.lines, key=lambda line: float(line.difference.replace("−", "-")))
        strengths = next(sentence for sentence in page.sentences if sentence.startswith("Strengths"))
        assert (best.title in strengths) is (float(best.difference.replace("−", "-")) > 0)


def test_neighbours_are_told_apart_by_contributions_that_add_up(sample):
    result = sample.result
    scores = dict(result.ranking.select("name", "score").iter_rows())
    pages = write_unit_pages(result, sample.definition, "Score (%)")
    assert [len(page.neighbours) for page in pages] == [1, *[2] * 10, 1]
    for page in pages:
        for one in page.neighbours:
            other = re.fullmatch(r".* less (.*), by category", one.caption)[1]
            gap = scores[page.name] - scores[other]
            assert sum(part.value for part in one.contributions) == pytest.approx(gap, abs=1e-6)
            assert float(one.total.replace("−", "-")) == pytest.approx(gap, abs=0.0051)
            assert (" ahead of " in one.sentence) is (gap > 0)
            assert max(part.share for part in one.contributions) == 1


def test_hidden_cells_are_not_told_by_any_page(tmp_path):
    outcome = publish_with_a_hidden_category(tmp_path)
    text = (outcome.release.path / "report.html").read_text(encoding="utf-8")
    page = next(
        page for page in write_unit_pages(outcome.result, outcome.definition, "Score (%)") if page.code == "BBB"
    )
    hidden = outcome.result.categories.filter("suppressed", unit="BBB")["category_title"].to_list()
    assert hidden
    assert [line.title for line in page.lines if line.score == "–"] == hidden
    assert page.neighbours == []
    data = json.loads(html.unescape(re.search(r'id="explorer-data">(.*?)</script>', text, flags=re.DOTALL)[1]))
    assert "BBB" not in data["units"]
    assert len(data["scores"]) == 5
    means = outcome.result.tables["neighbours"]
    assert "BBB" not in {*means["ahead"], *means["behind"]}


def publish_ends(folder):
    """Publish six units of which Aland has a category at the top, where Beland and Celand are level at the bottom."""
    people = make_people(MEANS)
    for n, (unit, ratings, done) in enumerate(people):
        if unit == "Aland":
            people[n] = (unit, [10, 10, *ratings[2:]], done)
    survey, definition = write_files(folder, people, "confidence_level: 0.999")
    settings = Settings((str(survey),), str(definition), str(folder / "out"), str(folder / "audit"), 200, 1)
    return run(settings)


def test_a_bound_is_the_first_of_its_category_and_a_strength(tmp_path):
    outcome = publish_ends(tmp_path)
    table = tabulate_category_ends(outcome.result, collect_names(outcome.result, outcome.definition))
    row = next(row for row in table.rows if row[0] == "Trade")
    assert row[1] == "Aland (at least 99)"
    assert row[3] == "–"
    page = write_unit_pages(outcome.result, outcome.definition, "Score (%)")[0]
    assert page.code == "AAA"
    strengths = next(sentence for sentence in page.sentences if sentence.startswith("Strengths"))
    assert re.search(r"Trade \(\+[\d.]+, from a score of at least 99\)", strengths)
    others = outcome.result.categories.filter(pl.col("unit") != "AAA", category="trade")["score"]
    line = next(line for line in page.lines if line.title == "Trade")
    assert float(line.difference) == pytest.approx(99 - others.mean(), abs=0.051)
    assert not line.is_beyond


def test_level_units_are_all_named_as_first(sample):
    top = pl.col("unit").is_in(["COL", "IND"]) & (pl.col("category") == "security")
    level = sample.result.categories.with_columns(
        rank=pl.when(top).then(1).when(category="security").then(pl.col("rank") + 2).otherwise("rank"),
        score=pl.when(top).then(95.0).otherwise("score"),
    )
    changed = replace(sample.result, categories=level)
    table = tabulate_category_ends(changed, collect_names(changed, sample.definition))
    assert next(row for row in table.rows if row[0] == "Security")[1] == "Colombia and India (95.0)"


def test_a_level_close_to_one_is_not_rounded_to_certainty(tmp_path):
    outcome = publish_ends(tmp_path)
    text = (outcome.release.path / "report.html").read_text(encoding="utf-8")
    assert "99.9% confidence" in text
    assert "100% confidence" not in text


def test_every_step_of_every_method_has_its_formula():
    for step in ("missing_answers", "outcome", "outliers", "normalisation", "aggregation"):
        assert set(FORMULAS[step]) == {entry.name for entry in CATALOGUE[step]}


# ---- texts that are code elsewhere ----------------------------------------------------------------------------------


def test_texts_stay_texts(computed):
    definition, scores, robustness, audit, nonresponse = computed
    texts = [*NASTY.values(), *"ABCDEFGHIJKL"][:12]
    changed = rename(definition, ALL, texts, texts[:10])
    result = build_result(scores, robustness, audit, changed, nonresponse)
    text = render(result, changed, audit)
    read = Reader(text)
    plain = Reader(render(build_result(scores, robustness, audit, definition, nonresponse), definition, audit))
    # Other names, the same elements: nothing of a name became one.
    count = {tag: 0 for tag, _ in read.elements}
    for tag, _ in read.elements:
        count[tag] += 1
    for tag in ("script", "style", "b", "input", "section", "article", "table", "img", "a"):
        assert count.get(tag, 0) == sum(other == tag for other, _ in plain.elements), tag
    shown = " ".join(" ".join(read.texts).split())
    for name in texts:
        assert " ".join(name.split()) in shown
    assert not [name for name in read.list_attributes("href") if name.startswith("javascript")]
    assert not any(key.startswith("on") for _, attributes in read.elements for key in attributes)
