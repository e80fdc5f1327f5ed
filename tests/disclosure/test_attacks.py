"""Attacks on a release: what a reader of all its files can work out about single respondents.

Each attack is first shown to succeed on numbers without the guard (the private audit, or a table put together here),
then to fail on the release.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from bpo_index.definition import IndexDefinition
from bpo_index.pipeline import check
from bpo_index.publication.explorer import prepare_explorer
from bpo_index.settings import Settings
from tests.disclosure.people import (
    CATEGORIES,
    CODES,
    MEANS,
    QUESTIONS,
    UNITS,
    Published,
    make_people,
    publish,
    write_files,
)

pytestmark = pytest.mark.usefixtures("without_figures")

#: Half of the scale has to stay open of what one or two people said (docs/adr/0010-what-is-published.md).
OPEN = 50.0
NOISE = 1e-4

# ---- with and without exclusions -----------------------------------------------------------------------------------


def infer_means(units: list[dict[str, object]], orders: list[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """Return between which values the mean of the rows readmitted of each unit lies, 0 to 100, by linear programming.

    Known are scores, numbers of respondents, changes of score where they are published, and pairs of which the first is
    ahead of the second or level without the exclusions. Weights are equal and nothing is skipped.
    """
    place = {row["unit"]: n for n, row in enumerate(units)}
    n, k = (np.array([row[name] for row in units], dtype=float) for name in ("respondents", "added"))
    score = np.array([row["score"] for row in units], dtype=float)
    # Score without: (n S + k m) / (n + k), m the mean of the rows readmitted.
    slope, start = k / (n + k), n * score / (n + k)
    rows, limits = [], []
    for ahead, behind in orders:
        row = np.zeros(len(units))
        row[place[ahead]], row[place[behind]] = -slope[place[ahead]], slope[place[behind]]
        rows.append(row)
        limits.append(start[place[ahead]] - start[place[behind]] + NOISE)
    boxes = []
    for row, own_slope, own_start in zip(units, slope, start, strict=True):
        change = row.get("score_change")
        if change is None or not row["added"]:
            boxes.append((0.0, 100.0))
            continue
        mean = (row["score"] + change - own_start) / own_slope
        boxes.append((max(0.0, mean - NOISE), min(100.0, mean + NOISE)))
    found = {}
    for row in units:
        if not row["added"]:
            continue
        goal = np.zeros(len(units))
        goal[place[row["unit"]]] = 1.0
        ends = [
            linprog(sign * goal, A_ub=np.array(rows) if rows else None, b_ub=limits or None, bounds=boxes)
            for sign in (1.0, -1.0)
        ]
        assert all(end.success for end in ends)
        found[row["unit"]] = float(ends[0].fun), float(-ends[1].fun)
    return found


def measure_open(interval: tuple[float, float], added: int, people: int) -> float:
    """Return how wide the mean of so many of the readmitted rows is open, the mean of all within an interval."""
    people = min(people, added)
    low = (added * interval[0] - 100.0 * (added - people)) / people
    return min(100.0, added * interval[1] / people) - max(0.0, low)


def list_units(published: Published) -> list[dict[str, object]]:
    table = published.read("robustness/exclusions")
    return table.with_columns(added=pl.col("respondents_without") - pl.col("respondents")).to_dicts()


def list_exact(published: Published) -> list[dict[str, object]]:
    table = published.read_private("exclusions").filter(pl.col("rank").is_not_null())
    return table.with_columns(added=pl.col("respondents_without") - pl.col("respondents")).to_dicts()


def order_pairs(low: dict[str, int | None], high: dict[str, int | None]) -> list[tuple[str, str]]:
    """Return the pairs of units of which the first is surely not behind, ranks between two values."""
    known = [unit for unit in low if low[unit] is not None and high[unit] is not None]
    return [(a, b) for a in known for b in known if a != b and high[a] <= low[b]]


LINES = {1: [10], 2: [10, 10], 3: [10, 10, 10], "two rows": [10, 9], "low": [0, 0]}


@pytest.fixture(scope="module", params=LINES, ids=str)
def with_lines(request, tmp_path_factory):
    """Five respondents a unit, and in Celand rows that straight-line."""
    lines = LINES[request.param]
    people = [*make_people(MEANS), *(("Celand", [line] * 7, "yes") for line in lines)]
    return lines, publish(tmp_path_factory.mktemp("lines"), people)


def test_differencing_scores_gives_a_straight_line_away_and_the_release_does_not(with_lines):
    lines, published = with_lines
    exact = infer_means(list_exact(published), [])["CCC"]
    assert exact == pytest.approx((10 * np.mean(lines),) * 2, abs=0.01)
    (row,) = [row for row in list_units(published) if row["added"]]
    assert row["added"] == len(lines)
    assert "score_change" not in row
    assert infer_means(list_units(published), [])["CCC"] == pytest.approx((0, 100))


def test_ranks_bound_a_straight_line_and_those_of_the_release_do_not(with_lines):
    lines, published = with_lines
    exact = list_exact(published)
    ranks = {row["unit"]: row["rank_without"] for row in exact}
    blind = [row | {"score_change": None} for row in exact]
    attack = infer_means(blind, order_pairs(ranks, ranks))["CCC"]
    assert attack[0] - NOISE <= 10 * np.mean(lines) <= attack[1] + NOISE
    assert measure_open(attack, len(lines), 2) < OPEN
    stated = list_units(published)
    low, high = ({row["unit"]: row[f"rank_without_{end}"] for row in stated} for end in ("low", "high"))
    assert all(low[unit] <= ranks[unit] <= high[unit] for unit in ranks)
    assert infer_means(stated, order_pairs(low, high))["CCC"] == pytest.approx((0, 100))


def test_ranks_without_one_rule_do_not_bound_it_either(with_lines):
    _, published = with_lines
    stated = list_units(published)
    table = published.read("robustness/ranks_without").filter(left_out="quality_rule", item="straight_line")
    ranks = dict(table.select("unit", "rank_without").iter_rows())
    assert ranks["AAA"] == 1
    assert ranks["CCC"] is None
    assert infer_means(stated, order_pairs(ranks, ranks))["CCC"] == pytest.approx((0, 100))


MEASURES = ("changing_first", "changing_first_five", "changing_any_rank", "largest_shift", "mean_rank_shift")


def test_counts_of_changes_do_not_bound_it_either(with_lines):
    _, published = with_lines
    stated = list_units(published)
    row = (
        published.read("robustness/influence").filter(left_out="quality_rule", item="straight_line").row(0, named=True)
    )
    private = published.read_private("influence").filter(item="straight_line").row(0, named=True)
    exact = {
        "changing_first": int(private["changes_first"]),
        "changing_first_five": int(private["changes_first_five"]),
        "changing_any_rank": int(private["ranks_changed"] > 0),
        "largest_shift": private["largest_shift"],
        "mean_rank_shift": private["mean_rank_shift"],
    }

    def find_consistent(measures: dict[str, object]) -> list[float]:
        """Return the means of the rows readmitted under which the counts would be these."""
        consistent = []
        for mean in np.arange(0, 100.1, 0.5):
            scores = np.array([row["score"] for row in stated])
            moved = np.array(
                [(r["respondents"] * r["score"] + r["added"] * mean) / (r["respondents"] + r["added"]) for r in stated]
            )
            before, after = ((values[:, np.newaxis] < values).sum(axis=1) + 1 for values in (scores, moved))
            shift = np.abs(after - before)
            would = (
                *(int(((before <= top) != (after <= top)).any()) for top in (1, 5)),
                *(int(shift.any()), int(shift.max()), round(float(shift.mean()), 6)),
            )
            if all(measures[name] in (None, value) for name, value in zip(MEASURES, would, strict=True)):
                consistent.append(float(mean))
        return consistent

    narrow, wide = find_consistent(exact), find_consistent(row)
    assert len(narrow) < 150
    assert (min(wide), max(wide), len(wide)) == (0, 100, 201)


def test_no_byte_hangs_on_what_one_or_two_people_said_who_are_kept_out(tmp_path):
    people = make_people(MEANS)
    first = [("Celand", [10] * 7, "yes"), ("Eland", [7, 10, 9, 8, 9, 10, 8], "no")]
    other = [("Celand", [0] * 7, "yes"), ("Eland", [1, 0, 2, 0, 1, 0, 3], "no")]
    ends = [publish(tmp_path / name, people + rows) for name, rows in (("first", first), ("other", other))]
    assert list_exact(ends[0]) != list_exact(ends[1])
    assert ends[0].comparable == ends[1].comparable


def test_a_method_that_compares_units_tells_nothing_of_ranks_without(tmp_path):
    people = [*make_people(MEANS), ("Celand", [10] * 7, "yes")]
    published = publish(tmp_path, people, "normalisation: z_score")
    stated = published.read("robustness/exclusions")
    assert stated.select("rank_without_low", "rank_without_high").null_count().row(0) == (6, 6)
    rules = published.read("robustness/ranks_without").filter(left_out="quality_rule", item="straight_line")
    assert rules["rank_without"].null_count() == 6
    assert published.read_private("exclusions")["rank_without"].null_count() == 0


# ---- units under the minimum ---------------------------------------------------------------------------------------

SMALL = dict.fromkeys(UNITS, 5) | {"Feland": 4}
METHODS = {
    "scale": "",
    "min_max": "normalisation: min_max",
    "z_score": "normalisation: z_score",
    "rank": "normalisation: rank",
    "weights from the answers": "normalisation: min_max, weighting: standard_deviation",
    "filled in": "missing_answers: knn",
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_no_byte_hangs_on_what_a_unit_under_the_minimum_said(tmp_path, method):
    people = make_people({name: mean for name, mean in MEANS.items() if name != "Feland"})
    people[0] = ("Aland", [9, None, 8, 9, 8, 7, 9], "yes")
    highest = [("Feland", [10, 10, 9, 10, 10, 10, 10], "yes")] * 4
    mixed = [("Feland", [None, 3, 10, 0, "dk", 2, 7], "yes")] * 4
    ends = [publish(tmp_path / str(n), people + rows, method) for n, rows in enumerate((highest, mixed))]
    assert ends[0].comparable == ends[1].comparable
    assert ends[0].read("ranking").filter(unit="FFF").row(0, named=True)["respondents"] == 4
    # A rule that had too few complete rows says how many there were, to the owner of the answers only.
    public, private = (
        [json.loads(files["audit.json"])["notes"] for files in ends_files]
        for ends_files in zip(*((end.files, end.private) for end in ends), strict=True)
    )
    assert public == [["The quality rule outlying does nothing."]] * 2
    assert private[0] != private[1]
    # Where single respondents may be published it is the best unit, and moves everything.
    open_to_all = f"minimum_respondents_to_publish: 1, minimum_respondents_to_rank: 1{', ' * bool(method)}{method}"
    seen = [publish(tmp_path / f"open{n}", people + rows, open_to_all) for n, rows in enumerate((highest, mixed))]
    assert seen[0].read("ranking")["unit"][0] == "FFF"
    assert seen[0].read("ranking").equals(seen[1].read("ranking")) is False


def test_nonresponse_of_a_unit_under_the_minimum_is_in_no_total(tmp_path):
    people = make_people(MEANS, SMALL)
    people[-1] = ("Feland", ["dk", None, None, 3, 4, 5, 6], "yes")
    published = publish(tmp_path, people)
    names = ["ratings", "dont_know", "skipped", "not_asked"]

    def subtract(audit: bytes, table: pl.DataFrame) -> list[int]:
        """Return the counts of what no shown unit has, from the totals of the audit."""
        shown = table.filter(pl.col("unit").is_not_null()).select(names).sum().row(0)
        return [json.loads(audit)[name] - own for name, own in zip(names, shown, strict=True)]

    table, exact = published.read("robustness/nonresponse"), published.read_private("nonresponse")
    withheld = exact.filter(unit="FFF")
    assert withheld.select(names).sum().row(0) == (25, 1, 2, 0)
    assert subtract(published.private["audit.json"], table) == [25, 1, 2, 0]
    assert subtract(published.files["audit.json"], table) == [0, 0, 0, 0]
    assert table.filter(unit="FFF").select("respondents", *names).null_count().row(0) == (7,) * 5
    totals = table.filter(pl.col("unit").is_null())
    by_unit = table.filter(pl.col("unit").is_not_null()).group_by("question").agg(pl.col(names).sum())
    assert totals.join(by_unit, on=["question", *names]).height == len(QUESTIONS)
    for name in ("categories", "robustness/outcomes"):
        cells = published.read(name).filter(unit="FFF").filter(pl.col("category").is_not_null())
        assert cells["respondents"].null_count() == cells.height == len(CATEGORIES)


# ---- withheld categories, and the ends of the scale ------------------------------------------------------------------


def infer_cells(overall: float, cells: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return between which values each category score lies; the overall score is the mean of the four."""
    names = list(cells)
    found = {}
    for n, name in enumerate(names):
        goal = np.eye(len(names))[n]
        ends = [
            linprog(
                sign * goal, A_eq=np.full((1, len(names)), 1 / len(names)), b_eq=[overall], bounds=list(cells.values())
            )
            for sign in (1.0, -1.0)
        ]
        assert all(end.success for end in ends)
        found[name] = float(ends[0].fun), float(-ends[1].fun)
    return found


def read_cells(published: Published, unit: str) -> dict[str, tuple[float, float]]:
    """Return between which values the category scores of a unit are known to lie."""
    cells = {}
    for row in published.read("categories").filter(unit=unit).iter_rows(named=True):
        match row["score_bound"]:
            case "at least":
                cells[row["category"]] = (row["score"], 100.0)
            case "at most":
                cells[row["category"]] = (0.0, row["score"])
            case _:
                cells[row["category"]] = (
                    (0.0, 100.0) if row["score"] is None else (row["score"] - 1e-7, row["score"] + 1e-7)
                )
    return cells


def read_overall(published: Published, unit: str) -> float:
    row = published.read("ranking").filter(unit=unit).row(0, named=True)
    assert row["score_bound"] is None
    return float(row["score"])


@pytest.mark.parametrize(("level", "stated"), [(5.0, 2), (7.8, 1)])
def test_a_category_with_few_raters_stays_open(tmp_path, level, stated):
    """One of the respondents of Beland rates security alone; the higher the level, the more has to be withheld."""
    people = make_people(MEANS | {"Beland": level})
    only = 0
    for n, (unit, ratings, done) in enumerate(people):
        if unit == "Beland":
            only += 1
            people[n] = (unit, [*ratings[:4], 9 if only == 1 else None, *ratings[5:]], done)
    published = publish(tmp_path, people)
    overall, cells = read_overall(published, "BBB"), read_cells(published, "BBB")
    exact = {
        category: 10
        * float(np.mean([ratings[QUESTIONS.index(q)] for unit, ratings, _ in people if unit == "Beland" for q in own]))
        for category, own in CATEGORIES.items()
        if category != "security"
    }
    # With one cell withheld the overall score gives it away.
    naive = {name: (value - 1e-7, value + 1e-7) for name, value in exact.items()} | {"security": (0.0, 100.0)}
    assert infer_cells(overall, naive)["security"] == pytest.approx((90, 90), abs=1e-3)
    low, high = infer_cells(overall, cells)["security"]
    assert high - low >= OPEN - NOISE
    assert sum(high - low < 1 for low, high in cells.values()) <= stated


def test_a_category_at_the_end_of_the_scale_is_a_bound_and_cannot_be_computed(tmp_path):
    people = make_people(MEANS)
    for n, (unit, ratings, done) in enumerate(people):
        if unit == "Beland":
            people[n] = (unit, [10, 10, *ratings[2:]], done)
    published = publish(tmp_path, people)
    overall, cells = read_overall(published, "BBB"), read_cells(published, "BBB")
    assert cells["trade"] == (92.0, 100.0)
    naive = {
        category: (value - 1e-7, value + 1e-7)
        for category, own in CATEGORIES.items()
        for value in [10 * np.mean([r[QUESTIONS.index(q)] for unit, r, _ in people if unit == "Beland" for q in own])]
    } | {"trade": (0.0, 100.0)}
    assert infer_cells(overall, naive)["trade"] == pytest.approx((100, 100), abs=1e-3)
    assert infer_cells(overall, cells)["trade"] == pytest.approx((92, 100), abs=1e-3)
    row = published.read("categories").filter(unit="BBB", category="trade").row(0, named=True)
    assert (row["rank"], row["se"], row["ci_low"], row["p_first"]) == (1, None, None, None)
    assert (row["rank_set_low"], row["rank_set_high"]) == (1, 5)
    # In no other table there is a number of the cell: not its error, and not the shares of ratings at the top.
    assert published.read("robustness/sampling_error").filter(unit="BBB", category="trade").is_empty()
    outcomes = published.read("robustness/outcomes").filter(unit="BBB")
    assert outcomes["top_two_box"].null_count() == outcomes.height
    assert "published as bounds" in "".join(json.loads(published.files["manifest.json"])["notes"])


@pytest.mark.parametrize("rating", [10, 0])
def test_no_byte_hangs_on_how_near_the_end_a_unit_is(tmp_path, rating):
    others = make_people({name: mean for name, mean in MEANS.items() if name != "Beland"})
    # Each skips another question, so that nobody straight-lines.
    rows = [[None if question == n else rating for question in range(7)] for n in range(5)]
    nearly = [[*rows[0][:6], 9 if rating else 1], *rows[1:]]
    ends = [
        publish(tmp_path / str(n), others + [("Beland", row, "yes") for row in said])
        for n, said in enumerate((rows, nearly))
    ]
    assert ends[0].comparable == ends[1].comparable
    row = ends[0].read("ranking").filter(unit="BBB").row(0, named=True)
    bound = ("at least", 97.0, 1) if rating else ("at most", 3.0, 6)
    assert (row["score_bound"], row["score"], row["rank"]) == bound
    assert row["se"] is None
    cells = ends[0].read("categories").filter(unit="BBB")
    assert cells["suppressed"].all()
    text = b"at least 97" if rating else b"at most 3"
    assert text in ends[0].files["ranking.md"]


def test_without_bounds_the_end_would_be_seen(tmp_path):
    """The same two surveys, scored without the guard, differ."""
    from bpo_index.scoring.chain import score_means
    from bpo_index.scoring.structure import IndexStructure

    structure = IndexStructure.of_categories([0, 0, 1, 1, 2, 3, 3], np.ones(7), np.ones(4))
    scores = score_means(np.array([[10.0] * 7, [9.8, *[10.0] * 6]]), structure)[:, 0]
    assert scores[0] == 100.0
    assert scores[1] < 100.0


# ---- replicates that travel with the report ------------------------------------------------------------------------


def read_explorer(published: Published) -> dict[str, Any]:
    """Return what the explorer of the report carries."""
    found = re.search(rb'id="explorer-data">(.*?)</script>', published.files["report.html"], flags=re.DOTALL)
    assert found
    carried: dict[str, Any] = json.loads(found[1])
    raw = np.frombuffer(base64.b64decode(carried["draws"]), dtype="<i2") * carried["step"]
    return carried | {"draws": raw.reshape(-1, len(carried["units"]), len(carried["categories"]))}


def average_categories(rows: Sequence[Sequence[object]]) -> np.ndarray:
    """Return rows x categories: scores of single respondents."""
    ratings = np.array(rows, dtype=float)
    return np.column_stack(
        [10 * ratings[:, [QUESTIONS.index(q) for q in own]].mean(axis=1) for own in CATEGORIES.values()]
    )


def find_seen(draws: np.ndarray, profiles: np.ndarray) -> np.ndarray:
    """Return which profiles some draw shows, to a hundredth of a point, as resamples of one and the same person do."""
    gap = np.abs(draws[:, np.newaxis] - profiles).max(axis=2).min(axis=0)
    return gap <= 0.011


def test_replicates_show_no_respondent_where_resamples_would(tmp_path):
    people = make_people(MEANS)
    published = publish(tmp_path, people)
    carried = read_explorer(published)
    rng = np.random.default_rng(4)
    naive, stated = 0, 0
    for unit, code in CODES.items():
        profiles = average_categories([ratings for name, ratings, _ in people if name == unit])
        # Rao and Wu's bootstrap: of five respondents four are drawn; one that is drawn four times is the draw.
        drawn = rng.multinomial(4, np.full(5, 0.2), size=600) / 4
        naive += int(find_seen(drawn @ profiles, profiles).any())
        stated += int(find_seen(carried["draws"][:, carried["units"].index(code)], profiles).any())
    assert naive >= 5
    assert stated == 0
    # That they are made from the published tables alone, as the next test holds, is what keeps them from telling more.


def test_the_replicates_are_made_from_the_published_tables_alone(tmp_path):
    published = publish(tmp_path, make_people(MEANS))
    definition = IndexDefinition.model_validate_json(published.files["definition.json"])
    tables = {
        name: published.read(f"robustness/{name}") for name in ("weights", "rank_shares", "sampling_error", "pairs")
    }
    tables["weights"] = tables["weights"].with_columns(pl.col("question").replace("", None))
    tables["sampling_error"] = tables["sampling_error"].with_columns(pl.col("category").replace("", None))
    frames = [
        published.read(name).with_columns(pl.col("score_bound").cast(pl.String)) for name in ("ranking", "categories")
    ]
    again = prepare_explorer(*frames, tables, definition)
    carried = read_explorer(published)
    assert np.array_equal(again.draws * again.step, carried["draws"])
    assert again.draw_weights.tolist() == carried["draw_weights"]


# ---- the command for the owner -------------------------------------------------------------------------------------


def test_check_tells_the_owner_everything_and_writes_it_to_the_private_audit_only(tmp_path):
    people = [*make_people(MEANS, SMALL), ("Celand", [10] * 7, "yes"), ("Feland", [7, 5, 6, 8, 4, 6, 5], "no")]
    survey, definition = write_files(tmp_path, people, "")
    completed = check(Settings((str(survey),), str(definition), audit_dir=str(tmp_path / "audit")))
    exact = completed.exclusions.exact
    row = exact.filter(unit="CCC").row(0, named=True)
    assert row["score_without"] == pytest.approx((5 * row["score"] + 100) / 6)
    # With the row readmitted Feland has five respondents.
    small = exact.filter(unit="FFF").row(0, named=True)
    assert (small["score"], small["rank"], small["rank_without"]) == (None, None, 6)
    assert small["score_without"] is not None
    assert pl.read_csv(completed.checked.audit_folder / "exclusions.csv").height == 6
    assert not (tmp_path / "releases").exists()
