"""The figures: the numbers of the tables, said to those who do not see them too, whatever names hold, without calls."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import polars as pl
import pytest

from bpo_index.display.numbers import show_score
from bpo_index.display.words import start_sentence
from bpo_index.errors import EnvironmentFailed
from bpo_index.publication.columns import list_tables
from bpo_index.publication.figures import draw_figures, list_figures
from bpo_index.publication.figures.fonts import STACK
from bpo_index.publication.figures.frame import Said, frame_drawing
from bpo_index.publication.figures.labels import measure, shorten, wrap
from bpo_index.publication.figures.profile_cells import compare_with_others, list_units
from bpo_index.publication.figures.rank_shares import list_runs
from bpo_index.publication.figures.ranking import find_ranking
from bpo_index.publication.figures.record import Chart
from bpo_index.publication.figures.style import BLUE, HEAT, PALETTE, PAPER, SKY, shade, write_page_style
from bpo_index.publication.figures.svg import read_svg, shrink, write_node
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import choose_notice
from tests.limits import HANG_SECONDS
from tests.publication import figure_marks
from tests.publication.figure_marks import SVG, find_ends, list_lengths, list_marks, read_size

#: Pixels: places are written to a tenth of one.
MISFIT = 0.2
NAMES = [record.name for record in list_figures()]
TAGS = {"svg", "title", "desc", "style", "rect", "g", "path", "circle", "text"}
NASTY = [
    "<script>alert('x')</script> & \"quotes\"",
    "=1+1",
    "datum['row'] || (function(){throw 1})() \\ ' \" `${1}`",
    "كولومبيا والجزر القريبة منها",
    "x" * 300,
    "line\nbreak\ttab\x00\x1b[31m\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202eturned\u2066",
    "Z\u0301" * 150,
    "]]> <!-- -- ?> </svg>",
    'role="img" id="x" url(#y)',
]


@pytest.fixture(scope="module")
def definition(computed):
    return computed[0]


@pytest.fixture(scope="module")
def result(rendered):
    return rendered[0]


@pytest.fixture(scope="module")
def figures(result, definition):
    return draw_figures(result, definition, "0123456789abcdef")


@pytest.fixture
def without_png(monkeypatch):
    """Leave out what takes half of the time where only the SVG is looked at."""
    monkeypatch.setattr("vl_convert.svg_to_png", lambda svg, ppi: b"")


@pytest.fixture(scope="module")
def nasty(result, definition):
    """Return result, definition and figures of the sample with names that break things, two of them the same."""
    renamed = {unit.code: NASTY[n % len(NASTY)] for n, unit in enumerate(definition.units)}
    titles = {category.id: NASTY[-1 - n] for n, category in enumerate(definition.categories)}
    changed = definition.model_copy(
        update={
            "title": " ".join(NASTY),
            "units": tuple(unit.model_copy(update={"name": renamed[unit.code]}) for unit in definition.units),
            "categories": tuple(
                category.model_copy(update={"title": titles[category.id]}) for category in definition.categories
            ),
        }
    )
    named = pl.col("unit").replace_strict(renamed)
    other = replace(
        result,
        ranking=result.ranking.with_columns(name=named),
        categories=result.categories.with_columns(name=named, category_title=pl.col("category").replace_strict(titles)),
    )
    return other, changed, draw_figures(other, changed)


def make_result(definition, units: int, categories: int = 10) -> tuple[Result, object]:
    """Return a made-up result of so many units and categories, and its definition."""
    codes = [f"U{n:02}" for n in range(units)]
    ids = [f"category-{n}" for n in range(categories)]
    scores = [95.0 - 60 * n / units for n in range(units)]
    empty = {
        name: pl.DataFrame(schema=dict.fromkeys([column.name for column in table.columns], pl.Float64))
        for name, table in list_tables().items()
        if table.folder
    }
    ranking = [
        {
            "rank": n + 1,
            "unit": code,
            "name": f"Unit number {n}",
            "score": score,
            "ci_low": score - 4,
            "ci_high": score + 3,
        }
        | {"rank_set_low": max(1, n - 3), "rank_set_high": min(units, n + 5), "suppressed": False, "note": ""}
        for n, (code, score) in enumerate(zip(codes, scores, strict=True))
    ]
    cells = [
        {"category": id_, "category_title": f"Title of category {id_[9:]}", "unit": row["unit"], "name": row["name"]}
        | {"score": row["score"] + (7 * n * m) % 11 - 5, "suppressed": False, "note": "", "rank": row["rank"]}
        for n, id_ in enumerate(ids)
        for m, row in enumerate(ranking)
    ]
    shares = [
        {"version": version, "unit": code, "place": place, "share": max(0.0, 0.3 - 0.1 * abs(n + 1 - place))}
        for version in ("sampling", "all_assumptions")
        for n, code in enumerate(codes)
        for place in range(1, units + 1)
    ]
    weights = [
        {"category": id_, "question": None, "nominal_weight": 1 / categories, "weight": (n + 1) / 100}
        | {"effective_importance": (n + 1) * 2 / categories / (categories + 1)}
        for n, id_ in enumerate(ids)
    ]
    kinds = {"question": pl.String, "score_bound": pl.String, "note": pl.String}
    first = definition.categories[0]
    made = definition.model_copy(
        update={"categories": tuple(first.model_copy(update={"id": id_, "title": f"Title {id_}"}) for id_ in ids)}
    )
    return Result(
        ranking=fill_columns(ranking, list_tables()["ranking"].columns, kinds),
        categories=fill_columns(cells, list_tables()["categories"].columns, kinds),
        tables=empty
        | {
            "rank_shares": fill_columns(shares, list_tables()["rank_shares"].columns, kinds),
            "weights": fill_columns(weights, list_tables()["weights"].columns, kinds),
            "sensitivity": empty["sensitivity"].cast({"output": pl.String, "unit": pl.String, "assumption": pl.String}),
        },
        notes=[],
        findings=[],
        data_origin="survey",
        replicates=1,
        replicates_not_ranked=0,
        assumptions_not_ranked=0,
    ), made


def fill_columns(rows, columns, kinds) -> pl.DataFrame:
    names = [column.name for column in columns]
    full = [{name: row.get(name) for name in names} for row in rows]
    return pl.DataFrame(full, schema_overrides={name: kind for name, kind in kinds.items() if name in names})


def read_texts(figure) -> list[str]:
    """Return what is written in a figure, line by line, in its order."""
    return figure_marks.read_texts(figure.svg)


def read_places(figure, fills: set[str]) -> list[float]:
    """Return how far from the left of its panel each symbol with one of these fillings lies, in its order."""
    return [
        mark.own_place[0]
        for mark in list_marks(figure.svg)
        if mark.looks.get("fill") in fills
        and (mark.tag == "circle" or "transform" in mark.looks)
        and mark.tag != "text"
    ]


def find_misfit(places: list[float], values: list[float]) -> float:
    """Return how far places are from a straight axis of values, pixels."""
    assert len(places) == len(values)
    (low, at_low), (high, at_high) = min(zip(values, places, strict=True)), max(zip(values, places, strict=True))
    slope = (at_high - at_low) / (high - low)
    assert slope > 0
    return max(abs(at_low + slope * (value - low) - place) for value, place in zip(values, places, strict=True))


def withhold(frame: pl.DataFrame, test: pl.Expr, **replaced: object) -> pl.DataFrame:
    """Return a frame with values replaced in the rows of a test."""
    return frame.with_columns(
        pl.when(test).then(pl.lit(value, dtype=frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in replaced.items()
    )


@pytest.fixture(scope="module")
def bounded(result, definition):
    """Return the figures of the sample with a first unit published as a bound, one not ranked, one not published."""
    first, unranked, unpublished = (pl.col("unit") == code for code in ("COL", "HND", "NIC"))
    no_interval = {"ci_low": None, "ci_high": None}
    bound = {"score": 99.0, "score_bound": "at least", **no_interval, "note": "at an end of the scale"}
    ranking = result.ranking.with_columns(pl.col("score_bound").cast(pl.String))
    ranking = withhold(ranking, first, **bound)
    ranking = withhold(ranking, unranked, rank=None, rank_set_low=None, rank_set_high=None)
    ranking = withhold(ranking, unpublished, rank=None, score=None, suppressed=True, **no_interval)
    cells = result.categories.with_columns(pl.col("score_bound").cast(pl.String))
    cells = withhold(cells, unpublished, score=None, suppressed=True, **no_interval)
    cells = withhold(cells, first & (pl.col("category") == "security"), score=None, suppressed=True, **no_interval)
    cells = withhold(cells, first & (pl.col("category") == "scalability"), **bound)
    changed = replace(result, ranking=ranking, categories=cells, data_origin="partly synthetic")
    return changed, draw_figures(changed, definition)


def test_the_sample_has_every_figure(figures):
    assert NAMES == ["ranking", "rank-shares", "profiles", "sensitivity", "weights"]
    assert list(figures) == NAMES


def test_the_page_on_releases_names_every_figure(project):
    page = (project / "docs" / "methods" / "release.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith("| `figures/*.svg *.png` |"))
    named = row.replace("_", " ")
    assert [record.name for record in list_figures() if record.name.replace("-", " ") not in named] == []
    assert all(record.line and record.title for record in list_figures())


def test_an_error_of_another_packages_figure_names_it(result, definition, monkeypatch):
    def fail(*_):
        raise KeyError("nothing")

    record = replace(list_figures()[0], name="broken", chart=fail)
    monkeypatch.setattr("bpo_index.publication.figures.list_figures", lambda: (record,))
    with pytest.raises(EnvironmentFailed, match=r"The figure broken cannot be drawn: KeyError: 'nothing'"):
        draw_figures(result, definition)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_names_and_describes_itself(figures, name):
    figure = figures[name]
    root = ElementTree.fromstring(figure.svg)
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert title.text == figure.title
    assert figure.title in " ".join(read_texts(figure))
    record = next(record for record in list_figures() if record.name == name)
    assert f"{record.title}: Offshore BPO Confidence Index 2021" in read_texts(figure)
    assert description.text == figure.alt
    assert figure.alt.startswith(f"{figure.title}. {record.title}: Offshore BPO Confidence Index 2021. ")
    assert choose_notice("synthetic") in read_texts(figure)
    source = "Source: Offshore BPO Confidence Index 2021, edition 2021, release 0123456789abcdef. Synthetic data."
    assert read_texts(figure)[-1] == source


def list_files(figures) -> dict[str, bytes]:
    wide = {name: figure.svg for name, figure in figures.items()}
    return wide | {f"{name}-narrow": figure.narrow for name, figure in figures.items() if figure.narrow}


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_scales_on_its_ground_in_one_font_without_outside_calls(figures, name):
    figure = figures[name]
    for svg in filter(None, (figure.svg, figure.narrow)):
        root = ElementTree.fromstring(svg)
        _, _, width, height = map(float, root.get("viewBox").split())
        first = list_marks(svg)[0]
        assert (first.tag, first.looks["fill"]) == ("rect", PAPER)
        assert (float(first.looks["width"]), float(first.looks["height"])) == (width, height)
        assert root.get("font-family") == STACK
        assert not [node for node in root.iter() if node is not root and node.get("font-family")]
        assert b"http" not in svg.replace(b'xmlns="http://www.w3.org/2000/svg"', b"", 1)
        assert not re.search(r"<(script|image|foreignObject|a)\b|\bon[a-z]+=", svg.decode())
        assert set(re.findall(r"url\((.{5})", svg.decode())) == {"data:"}
    width, height = read_size(figure.svg)
    size = [int.from_bytes(figure.png[start : start + 4], "big") for start in (16, 20)]
    assert figure.png.startswith(b"\x89PNG")
    assert all(abs(pixels - 2 * side) <= 1 for pixels, side in zip(size, (width, height), strict=True))
    # 144 points an inch, as a layout program reads it: 5669 a metre.
    assert b"pHYs" + (5669).to_bytes(4, "big") * 2 in figure.png


def test_only_ranking_and_profiles_have_a_kind_for_phones(figures):
    assert [name for name, figure in figures.items() if figure.narrow] == ["ranking", "profiles"]
    for name in ("ranking", "profiles"):
        assert read_size(figures[name].narrow)[0] <= 366
        narrow = set(figure_marks.read_texts(figures[name].narrow))
        assert {"Colombia", "India", "90.9" if name == "ranking" else "86.6"} <= narrow


@pytest.mark.parametrize("made", ["figures", "nasty", "many"])
def test_no_text_is_cut_off(figures, nasty, many, made):
    drawn = {"figures": figures, "nasty": nasty[2], "many": many}[made]
    for name, svg in list_files(drawn).items():
        width, height = read_size(svg)
        for mark in list_marks(svg):
            if mark.tag == "text":
                left, right = find_ends(mark)
                assert left >= 2, (name, mark)
                assert right <= width - 2, (name, mark)
                assert 8 <= mark.down + mark.own_place[1] <= height, (name, mark)


def test_colours_are_those_that_have_dark_kin(figures, nasty):
    light = {colour.light for colour in (*PALETTE, *HEAT)} | {"none"}
    for svg in (*list_files(figures).values(), *list_files(nasty[2]).values()):
        drawn = svg.decode().split("</style>")[1]
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) <= light
    style = figures["ranking"].svg.decode().split("<style>")[1].split("</style>")[0]
    dark = style.split("@media screen and (prefers-color-scheme:dark)")[1]
    for colour in (*PALETTE, *HEAT):
        assert f'[fill="{colour.light}"]{{fill:var(--{colour.name},{colour.light})}}' in style
        assert f"--{colour.name}:{colour.dark};" in dark


def test_a_page_takes_figures_without_font_and_colours_of_their_own(figures):
    for figure in figures.values():
        assert "<style" not in figure.page + figure.page_narrow
        assert "<style" in figure.svg.decode()
        assert len(figure.page) < 40_000
    assert figures["weights"].page_narrow == ""
    assert "--ink:" not in write_page_style()
    assert 'figure [fill="#1b1f24"]{fill:var(--ink,#1b1f24)}' in write_page_style()


def test_ids_are_those_of_one_figure_each(figures, nasty):
    for drawn in (figures, nasty[2]):
        ids = {
            name: [node.get("id") for node in ElementTree.fromstring(figure.svg).iter() if node.get("id")]
            for name, figure in drawn.items()
        }
        every = [id_ for listed in ids.values() for id_ in listed]
        assert len(every) == len(set(every)) >= 2 * len(NAMES)
        assert all(id_.startswith(f"{name}-") for name, listed in ids.items() for id_ in listed)


def test_ids_within_a_drawing_and_what_points_to_them_move_together():
    drawn = (
        '<svg width="9" height="9" xmlns="http://www.w3.org/2000/svg"><g id="clip0" clip-path="url(#clip0)">'
        '<path d="M1.23456,-0.999h2"/></g><text transform="translate(1,2)" font-size="9px">id="x" 1.23456</text></svg>'
    )
    file, bare = frame_drawing(drawn, "some", Said('A "title" & more', "<desc>"))
    assert '<g id="some-clip0" clip-path="url(#some-clip0)"><path d="M1.2,-1h2"/></g>' in bare
    assert '<text x="1" y="2" font-size="9">id="x" 1.23456</text>' in bare
    root = ElementTree.fromstring(file)
    assert [node.text for node in root][:2] == ['A "title" & more', "<desc>"]


def test_marks_of_one_look_become_one_path_and_share_what_they_say():
    drawn = (
        '<svg width="9" height="9" xmlns="http://www.w3.org/2000/svg"><g class="mark-rule">'
        '<line transform="translate(1,2)" x2="5" y2="0" stroke="red" opacity="1"/>'
        '<line transform="translate(1,3)" x2="0" y2="4" stroke="red"/></g><g class="mark-text">'
        '<text transform="translate(1,2)" font-size="9px" fill="red" font-family="X">a</text>'
        '<text transform="translate(1,4)" font-size="9px" fill="red">b</text></g>'
        '<path transform="translate(7,8)" d="M3,0A3,3,0,1,1,-3,0A3,3,0,1,1,3,0" fill="red"/></svg>'
    )
    assert write_node(shrink(read_svg(drawn))) == (
        '<svg width="9" height="9"><path d="M1,2h5M1,3v4" stroke="red"/><g fill="red" font-size="9">'
        '<text x="1" y="2">a</text><text x="1" y="4">b</text></g><circle cx="7" cy="8" r="3" fill="red"/></svg>'
    )


def test_ranking_holds_the_scores_intervals_and_ranks_of_the_table(figures, result):
    texts = read_texts(figures["ranking"])
    for row in result.ranking.iter_rows(named=True):
        name = row["name"] + (" *" if row["note"] else "")
        low, high = row["rank_set_low"], row["rank_set_high"]
        assert {name, f"{row['score']:.1f}", f"{low} to {high}" if low < high else f"{low}"} <= set(texts)
    scores = result.ranking["score"].to_list()
    assert [text for text in texts if re.fullmatch(r"\d+\.\d", text)] == [f"{score:.1f}" for score in scores]
    assert find_misfit(read_places(figures["ranking"], {BLUE}), scores) < MISFIT
    leader = result.ranking.row(0, named=True)
    interval = f"interval {leader['ci_low']:.1f} to {leader['ci_high']:.1f}"
    assert f"{leader['name']} with {leader['score']:.1f}% ({interval})" in figures["ranking"].alt
    assert "Score (%)" in texts


def test_intervals_of_the_ranking_are_as_wide_as_the_table_says(figures, result):
    ends = result.ranking.select("ci_low", "ci_high").rows()
    assert find_misfit(read_widths(figures["ranking"]), [high - low for low, high in ends]) < MISFIT


def read_widths(figure) -> list[float]:
    """Return the widths of the interval bars of a ranking."""
    return list_lengths(figure.svg, SKY)


def test_shares_of_places_are_those_of_the_table(figures, result):
    texts = read_texts(figures["rank-shares"])
    shares = result.tables["rank_shares"]["share"].to_list()
    assert sorted(text for text in texts if re.fullmatch(r"\d+", text)) == sorted(
        [f"{100 * share:.0f}" for share in shares if share >= 0.05]
        + 2 * [str(place) for place in range(1, result.ranking.height + 1)]
        + [str(edge) for edge in range(10, 80, 10)]
    )
    sampling = result.tables["rank_shares"].filter(version="sampling", unit="COL", place=1)["share"][0]
    assert f"Managers drawn anew: Colombia is first in {sampling:.0%}" in figures["rank-shares"].alt


def measure_luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((measure_luminance(one), measure_luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_numbers_in_cells_and_texts_stand_out_and_grey_keeps_the_order():
    dark = {colour.light: colour.dark for colour in PALETTE}
    for level, colour in enumerate(HEAT):
        fill, ink = shade(level)
        assert contrast(fill, ink) >= 4.5
        assert contrast(colour.dark, dark[ink]) >= 4.5
    for side, sign in (("light", -1), ("dark", 1)):
        bright = [measure_luminance(getattr(colour, side)) for colour in HEAT]
        assert bright == sorted(bright, reverse=sign < 0)
        texts = {colour.name: getattr(colour, side) for colour in PALETTE}
        assert all(contrast(texts[name], texts["paper"]) >= 4.5 for name in ("ink", "muted", "warn"))
        assert all(contrast(texts[name], texts["paper"]) >= 3 for name in ("accent", "contrast"))


def test_profiles_hold_the_category_scores_of_the_table(figures, result):
    texts = read_texts(figures["profiles"])
    assert set(result.ranking["name"]) <= set(texts)
    order = {code: n for n, code in enumerate(result.ranking["unit"])}
    by_panel = result.categories.with_columns(panel=pl.col("unit").replace_strict(order)).sort(
        "panel", maintain_order=True
    )
    places = read_places(figures["profiles"], {BLUE, PAPER})
    assert find_misfit(places, by_panel["score"].drop_nulls().to_list()) < MISFIT


def test_profiles_compare_with_the_other_units_only():
    cells = [
        {"panel": panel, "row": row, "score": score}
        for row, scores in enumerate([[80.0, 60.0, 70.0], [None, 50.0, None]])
        for panel, score in enumerate(scores)
    ]
    compared = compare_with_others(cells)
    assert [cell["mean"] for cell in compared] == [65.0, 75.0, 70.0, 50.0, None, 50.0]
    assert [(cell["low"], cell["high"]) for cell in compared[:3]] == [(60.0, 70.0), (70.0, 80.0), (60.0, 80.0)]
    assert [cell["fill"] for cell in compared] == [BLUE, PAPER, BLUE, BLUE, BLUE, BLUE]


def test_sensitivity_shows_the_indices_of_all_ranks_in_plain_words(figures, result, definition):
    texts = read_texts(figures["sensitivity"])
    table = result.tables["sensitivity"].filter(output="all_ranks").sort("shapley", descending=True)
    assert table.height > 3
    labels = [start_sentence(name_assumption(name, definition.words)) for name in table["assumption"]]
    assert [text for text in texts if text in labels] == labels
    written = [f"{100 * share:.0f}" for share in table["shapley"]]
    assert [text for text in texts if re.fullmatch(r"\d+", text) and int(text) % 25][: len(written)] == [
        text for text in written if int(text) % 25
    ]
    assert find_misfit(read_places(figures["sensitivity"], {BLUE})[:-1], table["first_order"].to_list()) < MISFIT
    assert f"{labels[0]} {written[0]}%, {labels[1]} {written[1]}%" in figures["sensitivity"].alt


def test_weights_show_nominal_and_effective_ones(figures, result, definition):
    texts = read_texts(figures["weights"])
    table = result.tables["weights"].filter(pl.col("question").is_null()).sort("effective_importance", descending=True)
    shown = [f"{100 * share:.1f}" for name in ("nominal_weight", "effective_importance") for share in table[name]]
    assert [text for text in texts if re.fullmatch(r"\d+\.\d", text)] == shown
    assert "weight used" not in texts
    titles = {category.id: category.title for category in definition.categories}
    assert f"Largest effective importance: {titles[table['category'][0]]}, {shown[10]}%" in figures["weights"].alt


def test_weights_that_were_used_are_shown_where_they_differ(definition, without_png):
    figure = draw_figures(*make_result(definition, 3, 4))["weights"]
    texts = read_texts(figure)
    assert "weight used" in texts
    assert [text for text in texts if re.fullmatch(r"\d\.0", text)] == ["4.0", "3.0", "2.0", "1.0"]


def test_a_bound_is_published_as_a_bound(bounded):
    _, drawn = bounded
    texts = read_texts(drawn["ranking"])
    assert "at least 99" in texts
    assert "99.0" not in texts
    assert "Triangle: the score lies beyond this bound; no interval." in " ".join(texts)
    assert "First is Colombia with at least 99%, rank 1" in drawn["ranking"].alt
    assert "Scalability of operations (at least 99%)" in drawn["profiles"].alt
    # Two further category scores of the sample are bounds.
    for name, bounds in (("ranking", 1), ("profiles", 3)):
        assert sum(is_triangle(mark) for mark in list_marks(drawn[name].svg)) == bounds


def is_triangle(mark: figure_marks.Mark) -> bool:
    return mark.tag == "path" and mark.looks.get("fill") == BLUE and mark.looks["d"].count("L") == 2


def test_units_that_are_not_ranked_or_not_published_are_named_as_such(bounded):
    changed, drawn = bounded
    texts = read_texts(drawn["ranking"])
    assert len(read_widths(drawn["ranking"])) == changed.ranking["ci_low"].is_not_null().sum() == 10
    assert {"not ranked", "not published", "Honduras", "Nicaragua *"} <= set(texts)
    assert "Without a rank: Honduras and Nicaragua." in drawn["ranking"].alt
    profiles = read_texts(drawn["profiles"])
    # One, and those beside the two bounds of the sample.
    assert profiles.count("withheld") == 3
    assert "Nicaragua" not in profiles
    assert "Left out, because none of their scores is published: 1 of 12 countries." in " ".join(profiles)
    assert "Nicaragua" not in read_texts(drawn["rank-shares"])
    assert any(text.startswith("PARTLY SYNTHETIC DATA") for text in profiles)


def test_a_survey_is_not_called_synthetic(definition, without_png):
    drawn = draw_figures(*make_result(definition, 3, 2))
    assert list(drawn) == ["ranking", "rank-shares", "profiles", "weights"]
    assert all("SYNTHETIC" not in figure.svg.decode().upper() for figure in drawn.values())


def test_scores_of_methods_that_compare_units_are_points(result, definition, without_png):
    method = definition.method.model_copy(update={"normalisation": "z_score", "confidence_level": 0.975})
    drawn = draw_figures(result, definition.model_copy(update={"method": method}))
    for name in ("ranking", "profiles"):
        assert "Score (points)" in read_texts(drawn[name])
        assert "Score (%)" not in read_texts(drawn[name])
    assert "Colombia with 90.9 points (interval" in drawn["ranking"].alt


def test_names_of_any_kind_come_out_as_text(nasty):
    changed, _, drawn = nasty
    assert list(drawn) == NAMES
    for figure in drawn.values():
        root = ElementTree.fromstring(figure.svg)
        assert {node.tag.removeprefix(SVG) for node in root.iter()} <= TAGS
        assert max(len(text) for text in read_texts(figure)) < 250
        assert "x" * 300 in figure.alt
        assert "<script>alert('x')</script> & \"quotes\"" in figure.alt
        assert not re.search(r"[\x00-\x1f\u202e\u2066]", figure.alt)
        assert any("…" in text for text in read_texts(figure))
    ranking = read_texts(drawn["ranking"])
    for name in ("=1+1", "<script>alert('x')</script> & \"quotes\"", "كولومبيا والجزر القريبة منها", "turned"):
        assert name in ranking
    assert ranking.count("=1+1") == changed.ranking["name"].to_list().count("=1+1") == 2


def test_names_of_any_kind_leave_the_layout_alone(figures, nasty):
    for name, figure in nasty[2].items():
        wide, usual = (
            [float(part) for part in ElementTree.fromstring(one.svg).get("viewBox").split()[2:]]
            for one in (figure, figures[name])
        )
        assert wide[0] < 1.45 * usual[0]
        assert wide[1] < 1.15 * usual[1] + 60


@pytest.fixture(scope="module")
def many(definition):
    """Return the figures of 100 units with ten categories, without PNG."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vl_convert.svg_to_png", lambda svg, ppi: b"")
        return draw_figures(*make_result(definition, 100, 10))


def test_many_units_are_all_drawn_small_and_legible(many, definition, without_png):
    assert list(many) == ["ranking", "rank-shares", "profiles", "weights"]
    for name, svg in list_files(many).items():
        assert read_size(svg)[0] < (366 if name.endswith("-narrow") else 900)
        assert len(svg) < 150_000
        texts = [mark for mark in list_marks(svg) if mark.tag == "text"]
        assert min(float(mark.looks["font-size"]) for mark in texts) >= 8
        if name != "weights":
            assert {f"Unit number {n}" for n in range(100)} <= {mark.text for mark in texts}


def test_scores_stand_in_the_heat_map_of_many_units(many, definition):
    result, _ = make_result(definition, 100, 10)
    scores = sorted(f"{score:.1f}" for score in result.categories["score"])
    for svg in (many["profiles"].svg, many["profiles"].narrow):
        written = [text for text in figure_marks.read_texts(svg) if re.fullmatch(r"\d+\.\d", text)]
        assert sorted(written) == scores


def test_two_units_have_figures(definition, without_png):
    assert list(draw_figures(*make_result(definition, 2, 2))) == ["ranking", "rank-shares", "profiles", "weights"]


def test_runs_of_one_shade_are_one():
    shares = [0.05, 0.06, 0.06, 0.0, 0.3, 0.31, 0.06]
    cells = [{"row": row, "place": n, "share": share} for row in (0, 1) for n, share in enumerate(shares, start=1)]
    ends = [(1, 0.5, 3.5), (6, 4.5, 6.5), (1, 6.5, 7.5)]
    runs = list_runs(cells, 0.4, joined=True)
    assert [(run["level"], run["start"], run["end"]) for run in runs] == ends + ends
    assert len(list_runs(cells, 0.4, joined=False)) == 2 * 6


@pytest.mark.parametrize(
    ("leaders", "candidates", "said"),
    [
        (1, 9, "Colombia scores highest, but 9 of 12 countries may be first"),
        (1, 1, "Colombia scores highest, and no other country may be first at 95% confidence"),
        (2, 9, "Colombia and India share the highest score, but 9 of 12 countries may be first"),
        (2, 2, "Colombia and India share the highest score, and no other country may be first at 95% confidence"),
        (1, None, "Colombia scores highest"),
        (4, None, "4 countries share the highest score"),
    ],
)
def test_the_ranking_says_who_leads_and_how_sure_that_is(result, definition, leaders, candidates, said):
    first = (
        result.tables["first_ranks"]
        .filter(pl.col("k") == 1)
        .with_columns(candidates_count=pl.lit(candidates, dtype=pl.Int64))
    )
    ranking = result.ranking.with_columns(rank=pl.when(pl.col("rank") <= leaders).then(1).otherwise("rank"))
    changed = replace(result, ranking=ranking, tables=result.tables | {"first_ranks": first})
    assert find_ranking(changed, definition) == said


def test_headings_name_numbers_of_the_tables(figures, result):
    ends = (
        result.categories.filter(pl.col("score_bound").is_null())
        .group_by("category_title")
        .agg(low=pl.col("score").min(), high=pl.col("score").max())
    )
    widest = ends.sort(pl.col("high") - pl.col("low"), descending=True).row(0, named=True)
    spread = f"from {widest['low']:.1f} to {widest['high']:.1f}%"
    assert figures["profiles"].title == f"{widest['category_title']}: here countries lie furthest apart, {spread}"
    share = result.tables["rank_shares"].filter(version="sampling", unit="COL", place=1)["share"][0]
    assert figures["rank-shares"].title == f"Colombia comes first in {share:.0%} of draws of managers"
    effects = result.tables["sensitivity"].filter(output="all_ranks")["shapley"]
    assert figures["sensitivity"].title.endswith(f"this moves the ranks most, {effects.max():.0%} of their variance")
    assert f"{result.tables['weights']['effective_importance'].max():.1%}, against" in figures["weights"].title


def test_whatever_gives_vega_lite_by_to_dict_is_drawn(result, definition, monkeypatch, without_png):
    class Bars:
        def to_dict(self):
            values = [{"score": 1}]
            return {"data": {"values": values}, "mark": "bar", "encoding": {"x": {"field": "score"}}}

    record = replace(list_figures()[0], chart=lambda *_: Chart(Bars(), []), finding=None, narrow=None)
    monkeypatch.setattr("bpo_index.publication.figures.list_figures", lambda: (record,))
    figure = draw_figures(result, definition)["ranking"]
    assert figure.title == "Scores and ranks: Offshore BPO Confidence Index 2021"
    assert "score" in read_texts(figure)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"ranking": ["score", "rank", "ci_low"]}, {"ranking", "rank-shares"}),
        ({"categories": ["score"]}, {"profiles"}),
        ({"rank_shares": ["share"]}, {"rank-shares"}),
        ({"sensitivity": ["shapley", "first_order", "total"]}, {"sensitivity"}),
        ({"weights": ["effective_importance"]}, {"weights"}),
    ],
)
def test_where_there_is_nothing_to_draw_the_figure_is_left_out(result, definition, monkeypatch, change, missing):
    # Nothing is drawn here: what a figure needs is found before.
    monkeypatch.setattr("bpo_index.publication.figures.draw", lambda name, **_: name)
    monkeypatch.setattr("bpo_index.publication.figures.prepare_drawing", lambda: None)
    for empty in (False, True):
        tables, frames = dict(result.tables), {"ranking": result.ranking, "categories": result.categories}
        for name, columns in change.items():
            place = frames if name in frames else tables
            nothing = place[name].with_columns(
                pl.lit(None, dtype=place[name].schema[column]).alias(column) for column in columns
            )
            place[name] = nothing.clear() if empty else nothing
        drawn = draw_figures(replace(result, tables=tables, **frames), definition)
        gone = missing | ({"profiles"} if empty and "ranking" in change else set())
        assert set(drawn) == set(NAMES) - gone


def test_the_same_result_gives_the_same_bytes(figures, result, definition):
    assert draw_figures(result, definition, "0123456789abcdef") == figures


def test_all_figures_of_the_sample_fit_a_page(figures):
    assert sum(len(figure.page) + len(figure.page_narrow) for figure in figures.values()) < 110_000


def test_labels_are_cut_to_their_width():
    assert shorten("Peru", 10) == "Peru"
    for text in (*NASTY, "W" * 50, "i" * 500, "中" * 40):
        assert measure(shorten(text, 12)) <= 12
        assert all(measure(line) <= 20 for line in wrap(text, 20, 3))
        assert len(wrap(text, 20, 3)) <= 3
    assert " ".join(wrap("one two three four five", 4, 9)) == "one two three four five"
    assert wrap("one two three four five", 4, 2)[-1].endswith("…")


def test_publication_is_imported_without_what_draws():
    code = (
        "import sys, bpo_index.publication, bpo_index.publication.figures\n"
        "print([name for name in ('vl_convert',) if name in sys.modules])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=HANG_SECONDS
    )
    assert finished.stdout.strip() == "[]"


# ---- categories in categories ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(tree):
    return draw_figures(tree.result, tree.definition)


def read_labels(figure, titles) -> list[tuple[str, float, bool]]:
    """Return text, distance from the left and boldness of each text that is one of the titles."""
    found = []
    for mark in list_marks(figure.svg):
        if mark.tag == "text" and mark.text in titles:
            right, down = mark.own_place
            found.append((down, mark.text, right, mark.is_bold))
    return [entry[1:] for entry in sorted(found)]


def test_profiles_list_categories_in_the_order_of_the_tree_set_in_by_level(drawn, tree):
    nodes = tree.definition.category_nodes
    labels = read_labels(drawn["profiles"], {node.title for node in nodes})
    # A row of panels has them once: 11 panels make three rows of four, 10 panels two of five.
    rows = 3 if len(list_units(tree.result)) == 11 else 2
    assert [text for text, _, _ in labels][::rows] == [node.title for node in nodes]
    assert len(labels) == rows * len(nodes)
    left = {node.level: {at for text, at, _ in labels if text == node.title} for node in nodes}
    (first,) = left[1]
    assert left == {level: {first + 9 * (level - 1)} for level in left}
    assert {text for text, _, bold in labels if bold} == {node.title for node in nodes if not node.questions}
    assert any(text.startswith("Bold: a category that holds") for text in read_texts(drawn["profiles"]))


def test_profiles_of_a_tree_hold_the_scores_of_every_level(drawn, tree):
    order = {code: n for n, code in enumerate(tree.result.ranking["unit"])}
    table = tree.result.categories.drop_nulls("score").with_columns(panel=pl.col("unit").replace_strict(order))
    scores = table.sort("panel", maintain_order=True)["score"].to_list()
    assert find_misfit(read_places(drawn["profiles"], {BLUE, PAPER}), scores) < MISFIT


def test_profiles_of_a_tree_are_described_by_categories_with_questions(drawn, tree):
    lowest = {node.id for node in tree.definition.nodes if node.questions}
    leader = tree.result.ranking["unit"][0]
    own = tree.result.categories.filter(pl.col("category").is_in(lowest), unit=leader).sort("score")
    name, high = tree.result.ranking["name"][0], own.row(-1, named=True)
    parent = tree.definition.category_titles[high["parent"]]
    assert f"{name}: highest in {high['category_title']}, in {parent} ({show_score(high)}%)" in drawn["profiles"].alt


def test_a_category_in_which_units_have_weights_of_their_own_is_named(three_levels, without_png):
    inside = pl.col("category").is_in(["infrastructure", "offices", "safety"]) & pl.col("question").is_null()
    weights = three_levels.result.tables["weights"].with_columns(weight=pl.when(~inside).then("weight"))
    changed = replace(three_levels.result, tables=three_levels.result.tables | {"weights": weights})
    texts = " ".join(read_texts(draw_figures(changed, three_levels.definition)["weights"]))
    assert "In Places every country has weights of its own: no weight used is shown." in texts


def test_weights_of_a_tree_are_shown_by_what_holds_them(drawn, tree):
    definition = tree.definition
    table = tree.result.tables["weights"].filter(pl.col("question").is_null())
    effective = dict(table.select("category", "effective_importance").iter_rows())
    shown, numbers = [], []
    for parent in (None, *(node.id for node in definition.category_nodes)):
        held = [node for node in definition.category_nodes if node.parent_id == parent]
        if len(held) < 2:
            continue
        shown.append("In the index" if parent is None else f"In {definition.category_titles[parent]}")
        for node in sorted(held, key=lambda node: -effective[node.id]):
            shown.append(node.title)
            numbers.append(f"{100 * effective[node.id]:.1f}")
    labels = read_labels(drawn["weights"], set(shown))
    assert [text for text, _, _ in labels] == shown
    assert {text for text, _, bold in labels if bold} == {text for text in shown if text.startswith("In ")}
    texts = [text for text in read_texts(drawn["weights"]) if re.fullmatch(r"\d+\.\d", text)]
    assert texts[-len(numbers) :] == numbers
    assert "In People: Largest effective importance: " in drawn["weights"].alt
