"""The package as a library: every public name is there, typed and documented, and costs nothing until it is used."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import subprocess
import sys
import typing
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

import bpo_index
from bpo_index.definition.blocks import Words
from bpo_index.display import notebook
from bpo_index.handover.summary import list_ranking_rows
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.standard_phrases import choose_notice
from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

SOURCE = Path(bpo_index.__file__)
NASTY = "<script>alert(1)</script> \"'&$مصر$"
SLOW = (
    "polars",
    "numpy",
    "sklearn",
    "scipy",
    "pandera",
    "pydantic",
    "prefect",
    "vl_convert",
    "rich",
    "typer",
    "jinja2",
)


class Reader(HTMLParser):
    """Reads the tags, the attributes and the cells of tables; a row is a list of texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=HANG_SECONDS, encoding="utf-8"
    ).stdout


@pytest.fixture(scope="module")
def completed(tmp_path_factory: pytest.TempPathFactory) -> bpo_index.CompletedRun:
    folder = tmp_path_factory.mktemp("library")
    sample = str(bpo_index.find_resource("sample_data", "offshore-bpo-2021.csv"))
    out, audit_dir = str(folder / "releases"), str(folder / "audit")
    return bpo_index.run(bpo_index.Settings((sample,), out=out, audit_dir=audit_dir, definition=quick_definition()))


@pytest.fixture(scope="module")
def scores(completed: bpo_index.CompletedRun) -> bpo_index.Scores:
    return bpo_index.score_units(completed.checked.validation.accepted, completed.definition)


@pytest.fixture(scope="module")
def robustness(completed: bpo_index.CompletedRun, scores: bpo_index.Scores) -> bpo_index.Robustness:
    accepted = completed.checked.validation.accepted
    return bpo_index.assess_robustness(accepted, scores, completed.definition, replicates=200)


@pytest.fixture(scope="module")
def shown(
    completed: bpo_index.CompletedRun, scores: bpo_index.Scores, robustness: bpo_index.Robustness
) -> dict[str, typing.Any]:
    """Return everything that notebooks show, by the name of its class."""
    checked = bpo_index.CompletedCheck(completed.definition, completed.responses, completed.checked, None, "too <few>")
    values = (
        *(
            completed,
            completed.definition,
            completed.checked,
            completed.checked.audit,
            completed.result,
            completed.release,
        ),
        *(scores, robustness, checked),
    )
    return {type(value).__name__: value for value in values}


def rename(completed: bpo_index.CompletedRun, name: str) -> bpo_index.CompletedRun:
    """Return the completed as if every text that comes from outside were another."""
    ranking = completed.result.ranking.with_columns(name=pl.lit(name), note=pl.lit(name))
    words = Words(unit=name, respondent=name)
    result = dataclasses.replace(completed.result, ranking=ranking, findings=[name], notes=[name], words=words)
    definition = completed.definition.model_copy(update={"title": name, "words": words})
    release = dataclasses.replace(completed.release, path=Path(name))
    return dataclasses.replace(completed, result=result, definition=definition, release=release)


@pytest.mark.parametrize("name", bpo_index.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(bpo_index, name)
    assert value.__name__ == name
    assert inspect.getdoc(value)
    assert value.__module__.startswith("bpo_index.")


@pytest.mark.parametrize("name", [name for name in bpo_index.__all__ if name[0].islower()])
def test_every_public_function_is_typed(name: str) -> None:
    function = getattr(bpo_index, name)
    hints = typing.get_type_hints(function)
    assert set(hints) == {*inspect.signature(function).parameters, "return"}


def test_the_names_for_type_checkers_are_those_that_are_imported() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imported = {
        alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imported == bpo_index._MODULE_OF
    assert sorted([*bpo_index.__all__, "__version__"]) == sorted(imported)


def test_completion_offers_the_public_names_only() -> None:
    assert dir(bpo_index) == sorted([*bpo_index.__all__, "__version__"])


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'bpo_index' has no attribute 'scoreunits'"):
        getattr(bpo_index, "scoreunits")  # noqa: B009
    assert not hasattr(bpo_index, "plan_survey")


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, json, bpo_index; dir(bpo_index); print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(run_python(code))
    assert [name for name in modules if name.startswith("bpo_index.")] == []
    assert [name for name in modules if name.split(".")[0] in SLOW] == []


def test_a_name_imports_its_own_part_only() -> None:
    code = "import sys; from bpo_index import UsageError; print([m for m in sys.modules if m.startswith('bpo_index.')])"
    assert run_python(code).strip() == "['bpo_index.errors']"


def test_all_names_come_with_a_star() -> None:
    code = "from bpo_index import *; print(len([name for name in dir() if not name.startswith('_')]))"
    assert int(run_python(code)) == len(bpo_index.__all__)


def test_the_ranking_shown_has_the_numbers_of_the_ranking(completed: bpo_index.CompletedRun) -> None:
    head, *rows = Reader(completed._repr_html_()).rows
    assert head == ["Rank", "Country", "Score", "Interval", "Rank set", "Managers"]
    assert len(rows) == completed.result.ranking.height
    assert rows == [list(row.values()) for row in list_ranking_rows(completed)]
    sets = completed.result.ranking.select("rank_set_low", "rank_set_high").iter_rows()
    assert [row[4] for row in rows] == [str(low) if low == high else f"{low} to {high}" for low, high in sets]
    assert [row[:6] for row in Reader(completed.result._repr_html_()).rows[1:]] == [row[:6] for row in rows]


def test_a_run_shows_what_the_ranking_supports_and_where_it_lies(completed: bpo_index.CompletedRun) -> None:
    text = Reader(completed._repr_html_()).text
    assert [sentence for sentence in completed.result.findings if sentence not in text] == []
    assert completed.definition.title in text
    assert str(completed.release.path) in text


def test_synthetic_data_says_so(completed: bpo_index.CompletedRun) -> None:
    assert choose_notice("synthetic") in completed._repr_html_()
    assert choose_notice("synthetic") in completed.result._repr_html_()
    asked = dataclasses.replace(completed, result=dataclasses.replace(completed.result, data_origin="survey"))
    assert choose_notice("synthetic") not in asked._repr_html_()


def test_the_report_is_linked_where_it_is_there(completed: bpo_index.CompletedRun, tmp_path: Path) -> None:
    release = dataclasses.replace(completed.release, path=tmp_path)
    assert "a" not in Reader(release._repr_html_()).tags
    (tmp_path / "report.html").write_text("report", encoding="utf-8")
    linked = Reader(release._repr_html_())
    assert dict(linked.attributes)["href"] == (tmp_path / "report.html").as_uri()


def test_a_link_below_the_working_folder_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (Path("a") / "b c" / "report.html", tmp_path / "a" / "b c" / "report.html"):
        assert 'href="a/b%20c/report.html"' in notebook.show_link(path, "Report")
    assert 'href="javascript%3Aalert%281%29"' in notebook.show_link(Path("javascript:alert(1)"), "Report")


def test_units_without_a_number_show_a_dash(completed: bpo_index.CompletedRun) -> None:
    numbers = [column.name for column in RANKING.columns if column.name not in ("unit", "name", "note", "respondents")]
    nothing = completed.result.ranking.with_columns(pl.lit(None).alias(name) for name in numbers)
    rows = Reader(dataclasses.replace(completed.result, ranking=nothing)._repr_html_()).rows
    assert {cell for row in rows[1:] for n, cell in enumerate(row) if n not in (1, 5)} == {"–"}


def test_a_score_at_an_end_of_the_scale_is_shown_as_a_bound(
    completed: bpo_index.CompletedRun, scores: bpo_index.Scores
) -> None:
    bound = {"score": pl.lit(99.0), "score_bound": pl.lit("at least")}
    result = dataclasses.replace(completed.result, ranking=completed.result.ranking.with_columns(**bound))
    assert {row[2] for row in Reader(result._repr_html_()).rows[1:]} == {"at least 99"}
    stated = dataclasses.replace(scores, units=scores.units.with_columns(**bound))
    assert {row[2] for row in Reader(stated._repr_html_()).rows[1:]} == {"at least 99"}


def test_names_from_outside_cannot_become_markup(completed: bpo_index.CompletedRun) -> None:
    changed = rename(completed, NASTY)
    html = changed._repr_html_()
    assert "<script" not in html
    reader = Reader(html)
    assert reader.tags.isdisjoint({"script", "img", "iframe", "object", "link"})
    assert {row[1] for row in reader.rows[1:]} == {NASTY}
    assert reader.text.count(NASTY) >= changed.result.ranking.height * 2
    category = completed.definition.categories[0].model_copy(update={"title": NASTY})
    definition = changed.definition.model_copy(update={"categories": (category,)})
    assert Reader(definition._repr_html_()).rows[1] == [NASTY, "100.0%", "3"]
    audit = dataclasses.replace(completed.checked.audit, notes=[NASTY])
    assert NASTY in Reader(audit._repr_html_()).text


def test_everything_shown_is_well_formed_and_fetches_nothing(
    completed: bpo_index.CompletedRun, shown: dict[str, typing.Any]
) -> None:
    for name, value in shown.items():
        html = value._repr_html_()
        reader = Reader(html)
        assert reader.open == [], name
        assert reader.tags <= {
            *("div", "p", "strong", "ul", "li", "a"),
            *("table", "caption", "thead", "tbody", "tr", "th", "td", "bdi"),
        }, name
        assert not any(attribute in ("src", "onclick", "onload") for attribute, _ in reader.attributes), name
        # Neither text nor ground has a colour of its own, so both themes of notebooks can be read.
        assert not re.search(r"color *:|background", html, flags=re.IGNORECASE), name
        assert not re.search(r"https?:|url\(", html), name
        links = [value for attribute, value in reader.attributes if attribute == "href"]
        assert all(link == (completed.release.path / "report.html").as_uri() for link in links), name


def test_no_answer_of_a_single_respondent_is_shown(
    completed: bpo_index.CompletedRun, shown: dict[str, typing.Any]
) -> None:
    ids = completed.checked.validation.accepted["respondent_id"].to_list()
    for name, value in shown.items():
        html = value._repr_html_()
        assert not any(respondent in html for respondent in ids), name


def test_the_account_of_rows_adds_up(completed: bpo_index.CompletedRun) -> None:
    rows = Reader(completed.checked.audit._repr_html_()).rows
    counts = {what: int(count) for what, count in rows[1:7]}
    assert counts["used"] + counts["quarantined"] == counts["read"] == 108
    reasons = {row[1]: int(row[3]) for row in rows[8:] if row[0] == "quarantined"}
    assert reasons == completed.checked.audit.reasons


def test_scores_and_robustness_show_their_units(scores: bpo_index.Scores, robustness: bpo_index.Robustness) -> None:
    rows = Reader(scores._repr_html_()).rows[1:]
    assert [row[0] for row in rows] == [str(rank) for rank in sorted(scores.units["rank"].to_list())]
    assert {row[1]: row[2] for row in rows} == {
        unit: f"{score:.1f}" for unit, score in scores.units.select("unit", "score").iter_rows()
    }
    rows = Reader(robustness._repr_html_()).rows[1:]
    assert {row[0]: row[1] for row in rows} == {
        unit: f"{se:.1f}" for unit, se in robustness.units.select("unit", "se").iter_rows()
    }


def test_the_run_shows_what_its_parts_say(completed: bpo_index.CompletedRun) -> None:
    html = completed._repr_html_()
    parts = completed.result.show_parts() + completed.release.show_parts()
    assert all(part in html for part in parts)
    assert "Rows read 108, used 100, quarantined 8." in html
