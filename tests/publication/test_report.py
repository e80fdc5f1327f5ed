"""The report: its sentences say what the tables say, it is one file that asks for nothing, and texts stay texts."""

import base64
import hashlib
import html
import json
import math
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from bpo_index.disclosure.publishable import disclose
from bpo_index.display.numbers import show_range, show_score
from bpo_index.display.table_view import make_table
from bpo_index.pipeline import run
from bpo_index.publication.columns.groups import GROUPS
from bpo_index.publication.figures import Figure
from bpo_index.publication.report.answer import write_answer
from bpo_index.publication.report.categories import collect_names, tabulate_category_ends, tabulate_category_scores
from bpo_index.publication.report.drivers import (
    tabulate_influence,
    tabulate_sensitivity,
    tabulate_swaps,
    tabulate_weights,
)
from bpo_index.publication.report.method import (
    describe_intervals,
    list_steps,
    tabulate_own_methods,
    tabulate_questionnaire,
)
from bpo_index.publication.report.quality import tabulate_reliability
from bpo_index.publication.report.ranks import tabulate_ranks
from bpo_index.publication.report.unit_cards import write_unit_cards
from bpo_index.publication.result import build_result
from bpo_index.publication.standard_phrases import choose_notice, names_percentage
from bpo_index.scoring.methods.record import AnswerScale
from bpo_index.scoring.methods.registry import list_methods
from bpo_index.scoring.steps import aggregate, normalise
from bpo_index.settings import Settings
from tests.disclosure.people import MEANS, make_people, write_files
from tests.publication.nasty import ALL, NASTY
from tests.publication.reports import publish_with_a_withheld_category, rename, render, render_annex_of

PAGES = {
    "report": ("answer", "explorer", "categories", "units", "trust", "method", "limits", "downloads"),
    "annex": ("ranking", "categories", "robustness", "respondents", "method", "limits", "provenance", "files"),
}


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


@pytest.fixture(scope="module", params=list(PAGES))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def report(sample, name):
    return (sample.release.path / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(report):
    return Reader(report)


def test_each_is_one_file_under_a_megabyte_and_a_half_that_asks_for_nothing(report, page, sample, name):
    assert len(report.encode()) < 1_500_000
    assert not re.findall(r"""(?:src|srcset|poster|action)=|@import|url\((?!#|data:font)""", report)
    addresses = page.list_attributes("href")
    outside = {one.partition("#")[0] for one in addresses if not one.startswith(("#", "data:text/csv"))}
    # Links to the files beside it, and to nothing else; the annex lists them all.
    beside = {path.relative_to(sample.release.path).as_posix() for path in sample.release.path.rglob("*.*")}
    assert outside <= beside - {f"{name}.html"}
    assert name == "report" or outside == beside - {"annex.html"}
    other = {"report": "annex", "annex": "report"}[name]
    theirs = (sample.release.path / f"{other}.html").read_text(encoding="utf-8")
    for one in addresses:
        file, _, place = one.partition("#")
        assert file != f"{other}.html" or not place or f'id="{place}"' in theirs, one
    namespaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"'<>)]+", report)) <= namespaces
    policy = next(attributes["content"] for tag, attributes in page.elements if attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    script = re.search(r"<script>(.*?)</script>", report, flags=re.DOTALL)[1]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy


def test_every_section_is_there_and_is_marked_as_synthetic(report, page, sample, name):
    ids = page.list_attributes("id")
    assert len(ids) == len(set(ids))
    assert [one for one in ids if one in PAGES[name]] == list(PAGES[name])
    units = [f"unit-{unit.code}" for unit in sample.definition.units] if name == "report" else []
    assert set(units) <= set(ids)
    for address in page.list_attributes("href"):
        assert not address.startswith("#") or address[1:] in ids
    # The first section stands under the notice itself, which stays at the top of the window.
    assert report.index('class="notice"') < report.index(f'id="{PAGES[name][0]}"')
    for one in (*PAGES[name][1:], *units):
        start = report.index(f'id="{one}"')
        assert "Synthetic data" in report[start : start + 600], one
    # On paper, at the foot of every sheet.
    assert f'@bottom-left {{ content: "{choose_notice("synthetic")}"' in report


def test_headings_and_tables_are_marked_up_for_readers_who_listen(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tables = [n for n, (tag, _) in enumerate(page.elements) if tag == "table"]
    for n in tables:
        # The table of a card is called as the card.
        assert page.elements[n + 1][0] == "caption" or "aria-labelledby" in dict(page.elements[n][1])
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")


def test_a_survey_is_not_called_synthetic(sample):
    real = replace(sample.result, data_origin="survey")
    text = render(real, sample.definition, sample.checked.audit, {})
    assert "ynthetic data" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    assert choose_notice("synthetic") not in text


# ---- what it says ---------------------------------------------------------------------------------------------------


def test_the_answer_names_the_leader_and_what_is_sure(sample):
    ranking, pairs = sample.result.ranking, sample.result.tables["pairs"]
    answer = write_answer(sample.result, sample.definition)
    names = dict(ranking.select("unit", "name").iter_rows())
    assert answer.headline == sample.result.summary[0]
    assert answer.headline.startswith(f"{ranking['name'][0]} has the highest score")
    row = ranking.row(0, named=True)
    ends = show_range(row["ci_low"], row["ci_high"]), show_range(row["rank_set_low"], row["rank_set_high"])
    assert answer.lead.startswith(
        f"{row['name']} scores {row['score']:.1f}%; at 95% confidence its interval is {ends[0]} and its rank set, the "
        f"places that it may have, {ends[1]}."
    )
    sure = pairs.filter("surely")
    said = [sentence for sentence in answer.supported if "is ahead of" in sentence]
    assert [sentence.split(" is ahead")[0] for sentence in said] == [
        name for code, name in names.items() if code in set(sure["ahead"])
    ][:3]
    for sentence in said:
        ahead = next(code for code, name in names.items() if sentence.startswith(f"{name} is ahead"))
        behind = sure.filter(ahead=ahead)["behind"].to_list()
        listed = sentence.split(" ahead of ")[1]
        assert all(names[code] in listed for code in behind) or f"{len(behind)} countries" in listed
    neighbours = list(pairwise(ranking["unit"]))
    apart = sum((one, other) in set(sure.select("ahead", "behind").iter_rows()) for one, other in neighbours)
    assert apart == 0
    assert "The order of neighbours: in none of the 11 pairs is it certain who is ahead." in answer.unsupported
    assert max(len(answer.supported), len(answer.unsupported)) <= 5


def test_groups_have_a_table_where_there_are_any(computed):
    definition, checked, scores, robustness = computed
    audit = checked.audit
    plain = build_result(disclose(checked, scores, robustness, definition), definition)
    for pages in (render, render_annex_of):
        assert 'id="t-groups"' not in pages(plain, definition, audit, {})
    group = {
        "group": "<b>North</b>",
        "category": None,
        "units": 3,
        "members": "BGR POL ZAF",
        "respondents": 21,
        "weights": "size",
        "score": 81.26,
        "se": 2.5,
        "ci_low": 74.04,
        "ci_high": 85.96,
        "rank": 1,
        "marginal_rank_set_low": 1,
        "marginal_rank_set_high": 2,
        "rank_set_low": 1,
        "rank_set_high": 3,
        "note": "",
    }
    other = group | {"category": "security", "group": "South"}
    grouped = replace(robustness, groups=pl.DataFrame([group, other], schema=GROUPS.schema))
    by_size = definition.model_copy(update={"groups": "region", "group_weights": "size"})
    result = build_result(disclose(checked, scores, grouped, by_size), by_size)
    shown = render(result, by_size, audit, {}).split('id="t-groups"')[1].split("</table>")[0]
    row = [html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", shown)]
    assert row == ["1", "81.374.0 to 86.0", "74.0 to 86.0", "1 to 3"]
    assert "&lt;b&gt;North&lt;/b&gt; <small>3 countries</small>" in shown
    text = render_annex_of(result, by_size, audit, {})
    part = text.split('id="t-groups"')[1].split("</table>")[0]
    cells = [html.unescape(cell) for cell in re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", part)]
    headings = ["Rank", "Group", "Score (%)", "95% interval", "Rank set", "Marginal rank set"]
    assert cells[:9] == [*headings, "Countries", "Managers", "Note"]
    assert cells[9:] == ["1", "<b>North</b>", "81.3", "74.0 to 86.0", "1 to 3", "1 to 2", "3", "21", "–"]
    assert "weighed by their size" in text


def test_where_everything_is_sure_nothing_is_called_unsupported_but_what_always_is(sample):
    result = sample.result
    tables = result.tables | {
        "pairs": result.tables["pairs"].with_columns(surely=pl.lit(True)),
        "first_ranks": result.tables["first_ranks"].with_columns(
            surely=pl.col("units"), candidates_count=pl.col("k"), candidates=pl.col("units")
        ),
    }
    sure = replace(result, tables=tables, ranking=result.ranking.with_columns(rank_set_high=pl.col("rank")))
    answer = write_answer(sure, sample.definition)
    assert len(answer.unsupported) == 1
    assert answer.supported[:4] == [
        "Colombia is ahead of 11 countries.",
        "India is ahead of 10 countries.",
        "Bulgaria is ahead of 9 countries.",
        "8 more countries are ahead of at least one other.",
    ]
    assert len(answer.supported) <= 5


def test_withheld_cells_are_not_published_by_any_page(tmp_path):
    completed = publish_with_a_withheld_category(tmp_path)
    text = (completed.release.path / "report.html").read_text(encoding="utf-8")
    cards = write_unit_cards(completed.result, completed.definition).cards
    page = next(card for card in cards if card.code == "BBB")
    withheld = completed.result.categories.filter("suppressed", unit="BBB")["category_title"].to_list()
    assert withheld
    assert [line.title for line in page.lines if line.score == "–"] == withheld
    assert [pair.bars for pair in page.pairs] == [{}] * len(page.pairs)
    data = json.loads(html.unescape(re.search(r'id="explorer-data">(.*?)</script>', text, flags=re.DOTALL)[1]))
    assert "BBB" not in data["units"]
    assert len(data["scores"]) == 5
    means = completed.result.tables["neighbours"]
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


def test_a_bound_is_the_first_of_its_category_and_no_strength(tmp_path):
    completed = publish_ends(tmp_path)
    table = tabulate_category_ends(completed.result, collect_names(completed.result, completed.definition))
    row = next(row for row in table.rows if row[0] == "Trade")
    assert row[1] == "Aland (at least 92)"
    assert row[3] == "–"
    card = write_unit_cards(completed.result, completed.definition).cards[0]
    assert card.code == "AAA"
    line = next(line for line in card.lines if line.title == "Trade")
    assert line.score == "at least 92"
    # A bound is an arrow, and no difference from it is stated.
    assert 'class="interval"' not in line.strip
    assert '<path class="own"' in line.strip
    assert not any("Trade" in sentence for sentence in card.sentences)


def test_level_units_are_all_named_as_first(sample):
    top = pl.col("unit").is_in(["COL", "IND"]) & (pl.col("category") == "security")
    level = sample.result.categories.with_columns(
        rank=pl.when(top).then(1).when(category="security").then(pl.col("rank") + 2).otherwise("rank"),
        score=pl.when(top).then(95.0).otherwise("score"),
    )
    changed = replace(sample.result, categories=level)
    table = tabulate_category_ends(changed, collect_names(changed, sample.definition))
    assert next(row for row in table.rows if row[0] == "Security")[1] == "Colombia and India (95.0)"


def test_a_category_in_which_nobody_is_ranked_has_no_first(sample):
    nobody = pl.when(category="security").then(None).otherwise(pl.col("rank"))
    changed = replace(sample.result, categories=sample.result.categories.with_columns(rank=nobody))
    table = tabulate_category_ends(changed, collect_names(changed, sample.definition))
    assert next(row for row in table.rows if row[0] == "Security") == ("Security", "–", "–", "–")


def test_a_level_close_to_one_is_not_rounded_to_certainty(tmp_path):
    completed = publish_ends(tmp_path)
    text = (completed.release.path / "report.html").read_text(encoding="utf-8")
    assert "99.9% confidence" in text
    assert "100% confidence" not in text


def test_a_figure_that_is_too_large_lies_beside_the_page(sample):
    svg = b"<svg>" + b"x" * 200_000 + b"</svg>"
    figures = {"profiles": Figure("Profiles", "", svg, b""), "weights": Figure("Weights", "", b"<svg>w</svg>", b"")}
    text = render(sample.result, sample.definition, sample.checked.audit, figures)
    assert "x" * 200 not in text
    assert "figures/profiles.svg in the folder of the release" in text
    assert "<svg>w</svg>" in render_annex_of(sample.result, sample.definition, sample.checked.audit, figures)


def test_every_step_of_every_method_has_its_formula():
    for step in ("missing_answers", "outcome", "outliers", "normalisation", "aggregation"):
        assert all(entry.formula for entry in list_methods()[step].values())


VALUES = np.array([[80.0, 60.0], [50.0, 90.0], [20.0, 30.0]])
WEIGHTS = np.array([0.7, 0.3])


def compute_as_printed(formula, row, others):
    """Return a score worked out from a formula of the page, for one unit of `VALUES`."""
    beaten = [sum((own > other) + 0.5 * (own == other) for other in others[:, c]) for c, own in enumerate(row)]
    support = [sum(w * (a > b) for w, a, b in zip(WEIGHTS, row, other, strict=True)) for other in others]
    return {
        "S = Σ w y": lambda: sum(WEIGHTS * row),
        "S = exp(Σ w ln y)": lambda: math.exp(sum(WEIGHTS * np.log(row))),
        "S = 1 / Σ (w / y)": lambda: 1 / sum(WEIGHTS / row),
        "S = (Σ w y^p)^(1/p)": lambda: sum(WEIGHTS * row**3.0) ** (1 / 3.0),
        "S: the value with half of the weight on either side": lambda: row[0],
        "S = 100 · pairwise majorities won, ties half / other units": lambda: 100 * sum(s > 0.5 for s in support) / 2,
        "S = 100 Σ w · units beaten, ties half / other units": lambda: 100 * sum(WEIGHTS * np.array(beaten)) / 2,
        "S = 100 (units − place) / (units − 1), place in the order that agrees most with all weighted pairs": (
            lambda: 100 * (3 - (1 + sum(s < 0.5 for s in support))) / 2
        ),
    }[formula]()


@pytest.mark.parametrize("name", list_methods()["aggregation"])
def test_aggregations_are_what_the_page_prints(name):
    found = aggregate(VALUES, WEIGHTS, name, power=3.0)
    by_hand = [
        compute_as_printed(list_methods()["aggregation"][name].show_formula(), VALUES[n], np.delete(VALUES, n, axis=0))
        for n in range(3)
    ]
    assert found == pytest.approx(by_hand)


NORMALISED = {
    "scale": lambda x: 100 * (x - 1) / (9 - 1),
    "min_max": lambda x: 10 + 80 * (x - 2) / (8 - 2),
    "z_score": lambda x: 50 + 10 * (x - 4.5) / np.std([2, 3, 5, 8], ddof=1),
    "robust": lambda x: 50 + 10 * (x - 4) / (1.4826 * 1.5),
    "rank": lambda x: 100 * (1 + np.array([0, 1, 2, 3])) / 4,
    "borda": lambda x: 10 + 80 * np.array([0, 1, 2, 3]) / 3,
    "percentile_rank": lambda x: 100 * (np.array([0, 1, 2, 3]) + 0.5) / 4,
    "distance_to_maximum": lambda x: 10 + 80 * (1 - (8 - x) / 6),
    "distance_to_target": lambda x: np.minimum(10 + 80 * (x - 2) / (7 - 2), 90),
    "distance_to_reference": lambda x: 100 * (x - 1) / (5 - 1),
    "fraction_of_maximum": lambda x: 10 + 80 * (x - 1) / (8 - 1),
    "goalposts": lambda x: np.clip(10 + 80 * (x - 3) / (6 - 3), 10, 90),
}


@pytest.mark.parametrize("name", list_methods()["normalisation"])
def test_normalisations_are_what_the_page_prints(name):
    x = np.array([2.0, 3.0, 5.0, 8.0])
    scale = AnswerScale(minimum=1, maximum=9, reference=2)
    options = {"normalisation_range": (10, 90), "target": 7, "goalposts": (3, 6)}
    assert normalise(x[:, np.newaxis], name, scale, **options).ravel() == pytest.approx(NORMALISED[name](x))


def change_method(definition, **changes):
    return definition.model_copy(update={"method": definition.method.model_copy(update=changes)})


def test_the_steps_are_those_of_the_method(sample):
    doubt = list_steps(change_method(sample.definition, weighting="benefit_of_the_doubt"))
    assert [step.title for step in doubt][-1] == "Weights of categories"
    assert "for every country v" in doubt[-1].formula
    plain = list_steps(sample.definition)
    assert plain[0].line == "all weigh the same"
    assert plain[-1].formula == "S = Σ w y"
    weighed = list_steps(change_method(sample.definition, trim_weights=3.0), fits_margins=True)
    assert weighed[0].line.endswith(
        "fitted to shares of the population within countries, none above 3 times the mean of the country"
    )


def test_the_intervals_are_those_of_the_method(sample):
    (only,) = describe_intervals(sample.definition, sample.result.tables["weights"])
    assert "logit" in only[1]
    (only,) = describe_intervals(
        change_method(sample.definition, normalisation="z_score"), sample.result.tables["weights"]
    )
    assert only[1].startswith("S ± t(d) · se;  d = 1 / Σ q² − 1")
    both = describe_intervals(
        change_method(sample.definition, normalisation="z_score", aggregation="copeland"),
        sample.result.tables["weights"],
    )
    assert [("logit" in formula) for _, formula in both] == [True, False]


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ({}, True),
        ({"outcome": "top_two_box"}, True),
        ({"outcome": "net_balance"}, False),
        ({"normalisation": "borda"}, False),
        ({"aggregation": "copeland"}, False),
        ({"question_aggregation": "borda"}, False),
        ({"weighting": "benefit_of_the_doubt"}, False),
    ],
    ids=str,
)
def test_scores_are_per_cent_only_where_they_are(sample, changes, percent):
    changed = change_method(sample.definition, **changes)
    assert names_percentage(changed) is percent
    unit = "%" if percent else " points"
    assert f" scores 90.9{unit}; at 95% confidence" in write_answer(sample.result, changed).lead


def test_what_is_not_published_of_one_rule_is_not_published_of_their_sum(sample):
    rules = sample.result.tables["influence"].filter(left_out="quality_rule")
    names = ("changing_first", "changing_first_five", "changing_any_rank")
    row = next(
        row
        for row in tabulate_influence(sample.result, collect_names(sample.result, sample.definition)).rows
        if row[0] == "One quality rule"
    )
    assert row[2:5] == tuple("–" if rules[name].null_count() else str(rules[name].sum()) for name in names)
    assert "–" in row
    questions = sample.result.tables["influence"].filter(left_out="question")
    row = next(
        row
        for row in tabulate_influence(sample.result, collect_names(sample.result, sample.definition)).rows
        if row[0] == "One question"
    )
    assert row[2:5] == tuple(str(questions[name].sum()) for name in names)


def test_an_effect_without_an_interval_is_published_without(sample):
    table = sample.result.tables["sensitivity"].with_columns(
        pl.lit(None, dtype=pl.Float64).alias(f"shapley_{end}") for end in ("low", "high")
    )
    changed = replace(sample.result, tables=sample.result.tables | {"sensitivity": table})
    row = tabulate_sensitivity(changed, collect_names(changed, sample.definition), "95%").rows[0]
    assert re.fullmatch(r"0\.\d\d", row[1])
    assert re.fullmatch(r"0\.\d\d \(0\.\d\d to 0\.\d\d\)", row[2])


def test_partly_synthetic_data_is_called_that(sample):
    partly = replace(sample.result, data_origin="partly synthetic")
    text = render(partly, sample.definition, sample.checked.audit, {})
    assert "nobody was asked" not in text
    assert text.count("PARTLY SYNTHETIC DATA: some answers were made by a program.") == 2
    assert "Partly synthetic data" in text


def test_ranks_that_no_replicate_has_are_a_dash(sample):
    table = sample.result.tables["replicate_ranks"].with_columns(
        median_rank=pl.lit(None, dtype=pl.Int64),
        replicate_rank_range_low=pl.lit(None, dtype=pl.Int64),
        replicate_rank_range_high=pl.lit(None, dtype=pl.Int64),
    )
    changed = replace(sample.result, tables=sample.result.tables | {"replicate_ranks": table})
    rows = tabulate_ranks(changed, collect_names(changed, sample.definition), "95%").rows
    assert all(row[7:] == ("–",) * 4 for row in rows)
    assert "None" not in "".join(cell for row in rows for cell in row)


# ---- texts that are code elsewhere ----------------------------------------------------------------------------------


def test_texts_stay_texts(computed):
    definition, *exact = computed
    texts = [*NASTY.values(), *"ABCDEFGHIJKL"][:12]
    changed = rename(definition, ALL, texts, texts[:10])
    public = disclose(*exact, changed)
    read = Reader(render(build_result(public, changed), changed, public.audit, {}))
    # One text as the region of all, as in the changed one.
    plain_names = rename(definition, "T", [f"N{n}" for n in range(12)], [f"C{n}" for n in range(10)])
    public = disclose(*exact, plain_names)
    plain = Reader(render(build_result(public, plain_names), plain_names, public.audit, {}))
    # Other names, the same elements: nothing of a name became one (the other definition lists fewer statements).
    found, wanted = (Counter(tag for tag, _ in page.elements if tag != "li") for page in (read, plain))
    assert found == wanted
    shown = " ".join(" ".join(read.texts).split())
    for name in texts:
        assert " ".join(name.split()) in shown
    assert not [name for name in read.list_attributes("href") if name.startswith("javascript")]
    assert not any(key.startswith("on") for _, attributes in read.elements for key in attributes)


# ---- categories in categories ---------------------------------------------------------------------------------------


def to_number(text):
    return float(text.replace("−", "-"))


def test_rows_of_categories_stand_in_the_order_of_the_tree_set_in_by_level(tree):
    result, definition = tree.result, tree.definition
    nodes = definition.category_nodes
    names = collect_names(result, definition)
    ends = tabulate_category_ends(result, names)
    reliability = tabulate_reliability(result, names, "95%")
    assert [row[0] for row in ends.rows] == [node.title for node in nodes]
    assert [row[0] for row in reliability.rows] == ["All questions", *(node.title for node in nodes)]
    for table, before in ((ends, []), (reliability, [0])):
        assert [table.find_level(n) for n in range(len(table.rows))] == before + [node.level - 1 for node in nodes]
        heads = [table.rows[row][0] for row in sorted(table.heads)]
        assert heads == [node.title for node in nodes if not node.questions]
    for page in write_unit_cards(result, definition).cards:
        if page.lines:
            assert [(line.title, line.level) for line in page.lines] == [(node.title, node.level - 1) for node in nodes]


def test_scores_are_shown_of_the_first_level_and_then_of_what_each_holds(tree):
    result, definition = tree.result, tree.definition
    names = collect_names(result, definition)
    first, *others = tabulate_category_scores(result, names)
    assert first.headings[1:] == ("People", "Places", "Rules")
    assert first.fold == ""
    holders = [node for node in definition.category_nodes if not node.questions]
    assert [table.headings[1] for table in others] == [node.title for node in holders]
    scores = {row["unit"]: row for row in result.ranking.iter_rows(named=True)}
    for table, node in zip(others, holders, strict=True):
        held = [one for one in definition.category_nodes if one.parent_id == node.id]
        assert table.headings[2:] == tuple(one.title for one in held)
        assert node.title in table.fold
        for row, unit in zip(table.rows, scores, strict=True):
            for cell, category in zip(row[1:], [node.id, *(one.id for one in held)], strict=True):
                stated = result.categories.filter(unit=unit, category=category).row(0, named=True)
                assert cell.startswith("–" if stated["score"] is None else show_score(stated))
    assert len({table.key for table in (first, *others)}) == 1 + len(others)


def test_weights_and_swaps_are_published_by_what_holds_the_categories(tree):
    result, definition = tree.result, tree.definition
    names = collect_names(result, definition)
    tables = tabulate_weights(result, names)
    nodes = {node.title: node for node in definition.category_nodes}
    sets = [[row[0] for row in table.rows] for table in tables]
    assert sets[0] == ["People", "Places", "Rules"]
    used = dict(result.tables["weights"].filter(pl.col("question").is_null()).select("category", "weight").iter_rows())
    whole = {}
    for table in tables:
        assert sum(float(row[2]) for row in table.rows) == pytest.approx(1, abs=0.002)
        assert len({nodes[row[0]].parent for row in table.rows}) == 1
        for row in table.rows if table.fold else ():
            whole[row[0]] = float(row[4])
    for title, share in whole.items():
        node, product = nodes[title], 1.0
        while node.category is not None:
            product *= used[node.id]
            node = definition.nodes[node.parent]
        assert share == pytest.approx(product, abs=0.0006)
    lowest = [whole[node.title] for node in nodes.values() if node.questions]
    assert sum(lowest) == pytest.approx(1, abs=0.005)
    swaps = tabulate_swaps(result, names)
    for table, parent in zip(swaps, names.group_by_parent(), strict=True):
        held = {node.title for node in nodes.values() if node.parent_id == parent}
        stated = result.tables["weight_swaps"].drop_nulls("weight_moved")
        assert bool(table.rows) is bool(stated.filter(pl.col("parent").eq_missing(pl.lit(parent, pl.String))).height)
        assert {row[3] for row in table.rows} <= held


def test_findings_on_weights_are_those_of_the_index(tree):
    swaps = tree.result.tables["weight_swaps"].filter(pl.col("parent").is_null(), pl.col("weight_moved") < 0.05)
    (said,) = (one for one in tree.result.findings if one.startswith("Moving less than 5%"))
    assert (f"swap {swaps.height} pair" in said) or (not swaps.height and "swaps no pair" in said)


def test_the_page_on_method_says_which_category_has_methods_of_its_own(four_levels, sample):
    result, definition = four_levels.result, four_levels.definition
    table = tabulate_own_methods(definition, collect_names(result, definition))
    assert table.headings == (
        "Category",
        "Weights of categories",
        "From categories to what holds them",
        "Questions needed for a score",
    )
    assert table.rows == [
        ("Talent, in People", "–", "harmonic", "–"),
        ("Places", "–", "geometric", "–"),
        ("Rules", "–", "–", "2"),
        ("State, in Rules", "equal", "–", "–"),
    ]
    steps = {step.title: step.name for step in list_steps(definition)}
    assert steps["From categories to what holds them, and to the index"] == "arithmetic"
    assert steps["From categories to Talent"] == "harmonic"
    assert steps["From categories to Places"] == "geometric"
    assert steps["Weights of categories in State"] == "equal"
    assert tabulate_own_methods(sample.definition, collect_names(sample.result, sample.definition)) is None
    questions = tabulate_questionnaire(result, definition, collect_names(result, definition))
    assert [row[0] for row in questions.rows][:4] == [*["Posts, in Talent"] * 3, "Schools, in Talent"]


def test_the_report_of_a_tree_is_whole(tree):
    text = (tree.release.path / "report.html").read_text(encoding="utf-8")
    page = Reader(text)
    ids = page.list_attributes("id")
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    said = " ".join(" ".join(page.texts).split())
    assert "in talent:" not in said
    assert "Weights in People, rescaled to 100%" in said
    for node in tree.definition.category_nodes:
        assert said.count(node.title) > 12
    data = json.loads(re.search(r'id="explorer-data">(.*?)</script>', text, flags=re.DOTALL)[1])
    assert data["parents"] == [node.parent - 1 for node in tree.definition.category_nodes]


def test_what_lies_deeper_than_the_style_sheet_knows_stands_with_the_last(project):
    assets = project / "src/bpo_index/publication/report/assets"
    style = "".join((assets / f"{name}.css").read_text(encoding="utf-8") for name in ("report", "explorer"))
    table = make_table("deep", "Deep", ("Category",), [(str(n),) for n in range(12)], levels=range(12))
    found = [table.find_level(n) for n in range(12)]
    assert found == [*range(7), *[6] * 5]
    for level in set(found) - {0}:
        assert f"th.in{level} " in style
        assert f"fieldset.in{level} " in style
    assert table.heads == frozenset(range(11))
