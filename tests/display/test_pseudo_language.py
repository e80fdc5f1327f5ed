"""In a language whose every text is known, no English is left where readers look, and longer texts have their room."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
import yaml
from rich.console import Console

from bpo_index.cli.print_run import print_run
from bpo_index.completed import CompletedRun
from bpo_index.definition.blocks import Words
from bpo_index.display.language import use_language
from bpo_index.files.resources import find_resource
from bpo_index.pipeline import run
from bpo_index.publication.figures import Figure, draw_figures
from bpo_index.publication.figures.labels import ELLIPSIS, measure
from bpo_index.publication.figures.plan import draw_plan
from bpo_index.robustness.planning import LastSurvey, Plan, Wanted
from bpo_index.settings import Settings
from bpo_index.simulation.survey_plan import describe_plan
from tests.pseudo_language import PSEUDO, write_catalogues
from tests.publication.reading import Document
from tests.quick import put_key

SVG = "{http://www.w3.org/2000/svg}"
#: An index of one level, and one whose categories hold categories.
SAMPLES = {"flat": "offshore-bpo-2021", "tree": "service-locations-2023"}
#: Two words and more of English, with nothing but spaces and stops between them. Ids with lines in them are one word.
ENGLISH = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?:[,;:.]?\s+[A-Za-z]{2,})+(?![\w-])")
WORDS = Words(unit="χώρα", units="χώρες", respondent="διευθυντής", respondents="διευθυντές")
TABLES = [f"{name}.{form}" for name in ("ranking", "categories") for form in ("md", "html", "tex")]


@dataclass(frozen=True)
class Published:
    """A run in the language, and how to speak it again."""

    languages: Path
    completed: CompletedRun

    @contextmanager
    def speak(self):
        with use_language(PSEUDO, self.languages):
            yield


def rename(definition: dict[str, Any]) -> dict[str, Any]:
    """Return a definition whose every text is Greek; answers name units as they did."""
    units = [
        unit | {"name": f"Χώρα {n}", "region": "Περιοχή", "aliases": [unit["name"], *unit.get("aliases", ())]}
        for n, unit in enumerate(definition["units"], start=1)
    ]
    given = {"note": "Σημείωση.", "published": ["Πηγή."], "own_choices": ["Επιλογή."]}
    changed = definition | {"title": "Δείκτης", "words": WORDS.model_dump(), "units": units, "provenance": given}
    if "labels" in changed["scale"]:
        labels = {f"Βαθμός {n}": value for n, value in enumerate(changed["scale"]["labels"].values())}
        changed["scale"] = changed["scale"] | {"labels": labels}
    return changed | {"categories": [rename_category(one, f"{n}") for n, one in enumerate(definition["categories"])]}


def rename_category(category: dict[str, Any], number: str) -> dict[str, Any]:
    held = [rename_category(one, f"{number}.{n}") for n, one in enumerate(category.get("categories", ()))]
    asked = [one | {"text": f"Ερώτηση {number}.{n};"} for n, one in enumerate(category.get("questions", ()))]
    parts = {"categories": held, "questions": asked}
    return category | {"title": f"Θέμα {number}"} | {name: part for name, part in parts.items() if part}


@pytest.fixture(scope="module", params=SAMPLES)
def published(request, tmp_path_factory):
    """Return a run on a sample, published in the language."""
    folder, name = tmp_path_factory.mktemp(request.param), SAMPLES[request.param]
    survey = find_resource("sample_data", f"{name}.csv")
    place = ("schemas", "definitions") if request.param == "flat" else ("sample_data",)
    source = find_resource(*place, f"{name}.yaml")
    definition = rename(yaml.safe_load(source.read_text(encoding="utf-8")))
    definition["method"]["replicates"] = 100
    path = folder / "definition.yaml"
    path.write_text(yaml.safe_dump(definition, sort_keys=False, allow_unicode=True), encoding="utf-8")
    languages = write_catalogues(folder / "languages")
    with use_language(PSEUDO, languages):
        completed = run(Settings((str(survey),), str(path), str(folder / "out"), str(put_key(folder / "audit"))))
    return Published(languages, completed)


def find_english(text: str, *excepted: str) -> list[str]:
    """Return the runs of English words in a text; texts that are excepted are taken out of it first."""
    for one in excepted:
        text = text.replace(one, " | ")
    return ENGLISH.findall(text)


def test_english_is_found_and_ids_and_other_letters_are_not():
    assert find_english("[Đöţ: šçöŕé] Rank set 1, ~ Bar: its interval. pol_stable own-choice one, 2") == [
        "Rank set",
        "Bar: its interval",
    ]
    assert find_english("Rank set, Bar: its", "Rank set") == ["Bar: its"]


# ---- figures --------------------------------------------------------------------------------------------------------


def read_figure(svg: bytes) -> tuple[str, list[str]]:
    """Return name and description of a figure, and the texts in it."""
    root = ElementTree.fromstring(svg)
    nodes = list(root.iter(f"{SVG}text"))
    texts = [line.text for node in nodes for line in (list(node) or [node]) if line.text]
    return " ".join(filter(None, (root.findtext(f"{SVG}{tag}") for tag in ("title", "desc")))), texts


def list_ends(svg: bytes) -> list[tuple[str, float, float]]:
    """Return each text that runs from left to right with its left and right end, as parts of the width of the whole."""
    root, found = ElementTree.fromstring(svg), []
    width = float(root.get("viewBox").split()[2])

    def walk(node: ElementTree.Element, left: float, size: str = "", anchor: str = "start") -> None:
        moved = re.fullmatch(r"translate\(([-\d.]+),[-\d.]+\)", node.get("transform", "translate(0,0)"))
        if moved is None:
            return
        left += float(moved[1])
        size, anchor = node.get("font-size", size), node.get("text-anchor", anchor)
        if node.tag == f"{SVG}text":
            for line in list(node) or [node]:
                long = measure(line.text or "") * float(size.removesuffix("px"))
                at = left + float(line.get("x", node.get("x", "0")))
                start = at - {"middle": long / 2, "end": long}.get(anchor, 0.0)
                found.append((line.text, start / width, (start + long) / width))
            return
        for inner in node:
            walk(inner, left, size, anchor)

    for node in root:
        walk(node, 0.0)
    return [entry for entry in found if entry[0]]


def change_few(published: Published) -> dict[str, Figure]:
    """Return the figures of the run with a bound, a unit without a rank, one that is withheld, and weights missing."""
    result, definition = published.completed.result, published.completed.definition
    bound, unranked, withheld = (pl.col("unit") == code for code in result.ranking["unit"].to_list()[:3])

    def empty(frame: pl.DataFrame, test: pl.Expr, *names: str) -> pl.DataFrame:
        return frame.with_columns(pl.when(~test).then(name).alias(name) for name in names)

    def set_bound(frame: pl.DataFrame, test: pl.Expr) -> pl.DataFrame:
        frame = empty(frame, test, "ci_low", "ci_high").with_columns(pl.col("score_bound").cast(pl.String))
        return frame.with_columns(score_bound=pl.when(test).then(pl.lit("at least")).otherwise("score_bound"))

    ranking = empty(set_bound(result.ranking, bound), unranked | withheld, "rank", "rank_set_low", "rank_set_high")
    ranking = empty(ranking, withheld, "score", "ci_low", "ci_high")
    category = result.categories["category"].to_list()[-1]
    hidden, missing = withheld | (bound & (pl.col("category") == category)), unranked & (pl.col("category") == category)
    cells = empty(set_bound(result.categories, bound), hidden | missing, "score", "ci_low", "ci_high", "score_bound")
    weights = result.tables["weights"].with_columns(weight=pl.when(pl.col("category") != category).then("weight"))
    changed = replace(
        result,
        ranking=ranking.with_columns(suppressed=withheld),
        categories=cells.with_columns(suppressed=hidden),
        tables=result.tables | {"weights": weights},
    )
    with published.speak(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("vl_convert.svg_to_png", lambda svg, ppi: b"")
        return draw_figures(changed, definition)


def list_figures(published: Published) -> dict[str, bytes]:
    """Return the figures of the release, and those of the changed result."""
    folder = published.completed.release.path / "figures"
    release = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.svg"))}
    return release | {f"{name}, changed": figure.svg for name, figure in change_few(published).items()}


def test_no_english_is_left_in_figures(published):
    drawn = list_figures(published)
    assert len(drawn) == 12
    for name, svg in drawn.items():
        spoken, texts = read_figure(svg)
        assert find_english(spoken) == [], name
        assert find_english(" ".join(texts)) == [], name
        assert [text for text in texts if text.startswith("[")], name


def test_longer_texts_are_neither_cut_nor_outside_of_figures(published):
    for name, svg in list_figures(published).items():
        _, texts = read_figure(svg)
        assert [text for text in texts if ELLIPSIS in text] == [], name
        outside = [text for text, left, right in list_ends(svg) if left < -0.01 or right > 1.01]
        assert outside == [], name


SURVEY = LastSurvey(("A", "B"), *3 * (None,), bounds=(0.0, 100.0), confidence_level=0.95)


@pytest.mark.parametrize("wanted", [Wanted(width=3.0), Wanted(neighbours=0.5), Wanted(3.0, 0.5)], ids=str)
@pytest.mark.parametrize("needed", [None, 12])
def test_no_english_is_left_in_a_plan(tmp_path, wanted, needed):
    sizes = {"respondents": [5, 12, 1200], "needed": [size == needed for size in (5, 12, 1200)]}
    shares = {"rank_set_width": 4.5, "rank_set_width_low": 4.0, "rank_set_width_high": 5.0}
    shares |= {"neighbours_apart": 0.5, "pairs_apart": 0.5, "reached": 0.9}
    table = pl.DataFrame(sizes).with_columns(pl.lit(value).alias(name) for name, value in shares.items())
    with use_language(PSEUDO, write_catalogues(tmp_path)):
        said = describe_plan(Plan(needed, table, 300), wanted, SURVEY, words=WORDS, origin="survey")
        svg = draw_plan(table, title="Δείκτης", subtitle=said, words=WORDS, wanted=wanted)
    assert [find_english(sentence) for sentence in said] == [[], []]
    _, texts = read_figure(svg)
    assert find_english(" ".join(texts)) == []
    assert [text for text, left, right in list_ends(svg) if left < -0.01 or right > 1.01] == []


# ---- terminal and tables --------------------------------------------------------------------------------------------

#: What is no text: paths, commands and options to be typed, names of files, columns and keys of a definition.
CODE = re.compile(r"\S*/\S+|--[a-z-]+|`[^`]*`|\S+\.(?:html|json|csv|yaml)\b|\b[a-z]+(?:[_-][a-z]+)+\b")


@pytest.mark.parametrize("verbose", [False, True])
def test_no_english_is_left_in_the_terminal(published, verbose):
    # So wide that nothing is broken in two.
    console = Console(file=StringIO(), width=2000, highlight=False)
    with published.speak():
        print_run(published.completed, console, verbose=verbose)
    printed = console.file.getvalue()
    # What was decided in reading is said by the reader of answers, in English.
    for decision in published.completed.responses.decisions:
        printed = printed.replace(str(decision), " | ")
    printed = CODE.sub(" | ", printed)
    assert "Χώρα 1" in printed
    assert [found for line in printed.splitlines() for found in find_english(line)] == []


def read_document(path: Path) -> str:
    """Return the texts of a table for readers, without the tags and commands of its format."""
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".html":
            read = Document(text)
            labels = [element.get("aria-label") or "" for element in read.elements]
            said = [element["text"] for tag in ("title", "main") for element in read.find(tag)]
            return "\n".join([*labels, *said])
        case ".tex":
            # Comments, names of environments with their columns, labels and lengths; then all other commands.
            text = re.sub(
                r"(?m)^%.*$|\\(?:begin|end)\{\w+\}\S*|\\(?:label|setlength)\{[^}]*\}(?:\{[^}]*\})?", "\n", text
            )
            return re.sub(r"\\[A-Za-z]+\*?(?:\[[^]]*\])?", " | ", text)
        case _:
            return re.sub(r"</?\w+>", " | ", text)


@pytest.mark.parametrize("name", TABLES)
def test_no_english_is_left_in_tables_for_readers(published, name):
    text = CODE.sub(" | ", read_document(published.completed.release.path / name))
    assert "Χώρα 1" in text
    assert [found for line in text.splitlines() for found in find_english(line)] == []
