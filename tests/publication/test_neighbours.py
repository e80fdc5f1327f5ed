"""What puts a unit ahead of the next: pairs of neighbours only, and only of scores that are published."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import t

from bpo_index.definition import IndexDefinition, change_method
from bpo_index.publication.cell_errors import Cells, Dependence
from bpo_index.publication.neighbours import tabulate_neighbours
from tests.trees import build, make_raw


def define(*categories: dict[str, object]) -> IndexDefinition:
    return build(make_raw(list(categories)))


def hold_questions(name: str, weight: float = 1) -> dict[str, object]:
    return {"id": name, "title": name, "weight": weight, "questions": [{"id": f"q-{name}", "text": name}]}


FLAT = define(hold_questions("a", 3), hold_questions("b"))
WEIGHTS = pl.DataFrame({"category": ["a", "b"], "question": [None, None], "weight": [0.75, 0.25]})


def make_tables(cells, bounds=()):
    """Return ranking and categories of units with two category scores each, the first rank first."""
    overall = {unit: 0.75 * (one or 0) + 0.25 * (other or 0) for unit, (one, other) in cells.items()}
    ranking = pl.DataFrame(
        {
            "unit": list(cells),
            "score": list(overall.values()),
            "score_bound": pl.Series(["at least" if unit in bounds else None for unit in cells], dtype=pl.String),
            "rank": range(1, len(cells) + 1),
            "respondents": pl.Series([9] * len(cells), dtype=pl.Int64),
        }
    )
    rows = [(unit, c, score, None, 9) for unit, pair in cells.items() for c, score in zip("ab", pair, strict=True)]
    schema = {"unit": pl.String, "category": pl.String, "score": pl.Float64, "score_bound": pl.String}
    schema |= {"respondents": pl.Int64}
    return ranking, pl.DataFrame(rows, schema=schema, orient="row")


def test_contributions_are_weighted_differences_of_neighbours():
    ranking, categories = make_tables({"A": (90, 80), "B": (80, 90), "C": (70, 50)})
    table = tabulate_neighbours(ranking, categories, WEIGHTS, FLAT)
    assert table.select("ahead", "behind", "category", "contribution").rows() == [
        ("A", "B", "a", 7.5),
        ("A", "B", "b", -2.5),
        ("B", "C", "a", 7.5),
        ("B", "C", "b", 10.0),
    ]
    assert table["difference"].to_list() == pytest.approx([5, 5, 17.5, 17.5])


def test_errors_of_contributions_hold_for_all_categories_of_a_pair():
    ranking, categories = make_tables({"A": (90, 80), "B": (60, 90), "C": (60, 50)})
    scores = np.array([[90.0, 80], [60, 90], [60, 50]])
    errors = np.array([[3.0, 4], [4, 3], [math.nan, 5]])
    cells = Cells([*"ABC"], [*"ab"], scores, errors, np.full((3, 2), 20.0), Dependence.NONE)
    table = tabulate_neighbours(ranking, categories, WEIGHTS, FLAT, cells=cells)
    assert table["se"].to_list() == [3.75, 1.25, None, round(0.25 * math.sqrt(34), 2)]
    degrees = 25**2 / ((3**4 + 4**4) / 20)
    reach = 3.75 * t.ppf((1 + math.sqrt(0.95)) / 2, degrees)
    assert table["ci_low"][0] == pytest.approx(22.5 - reach, abs=0.005)
    assert table["is_distinct"].to_list() == [True, False, None, True]
    # One category alone has an error in the second pair.
    alone = 0.25 * math.sqrt(34) * t.ppf(0.975, 34**2 / ((3**4 + 5**4) / 20))
    assert table["ci_high"][3] == pytest.approx(10 + alone, abs=0.005)
    compared = replace(cells, dependence=Dependence.ANY)
    assert tabulate_neighbours(ranking, categories, WEIGHTS, FLAT, cells=compared)["se"][0] == 0.75 * 7


def test_a_unit_published_as_a_bound_stands_between_its_neighbours():
    ranking, categories = make_tables({"A": (99, 97), "B": (98, 98), "C": (80, 80), "D": (70, 70)}, bounds={"B"})
    table = tabulate_neighbours(ranking, categories, WEIGHTS, FLAT)
    assert set(table.select("ahead", "behind").iter_rows()) == {("C", "D")}


def test_withheld_cells_and_methods_without_a_mean_have_no_rows():
    ranking, categories = make_tables({"A": (90, None), "B": (60, 60), "C": (50, 50)})
    table = tabulate_neighbours(ranking, categories, WEIGHTS, FLAT)
    assert set(table.select("ahead", "behind").iter_rows()) == {("B", "C")}
    for change in ({"aggregation": "median"}, {"aggregation": "kemeny"}):
        assert tabulate_neighbours(ranking, categories, WEIGHTS, change_method(FLAT, **change)).is_empty()
    own = WEIGHTS.with_columns(weight=pl.lit(None, dtype=pl.Float64))
    assert tabulate_neighbours(ranking, categories, own, FLAT).is_empty()


def test_contributions_within_a_category_add_up_to_its_own():
    people = {"id": "people", "title": "People", "aggregation": "geometric"}
    tree = define(people | {"categories": [hold_questions("a"), hold_questions("b")]}, hold_questions("c"))
    weights = pl.DataFrame(
        {"category": ["people", "a", "b", "c"], "question": [None] * 4, "weight": [0.75, 0.5, 0.5, 0.25]}
    )
    cells = {"A": {"a": 90.0, "b": 40.0, "c": 50.0}, "B": {"a": 64.0, "b": 25.0, "c": 80.0}}
    for own in cells.values():
        own["people"] = (own["a"] * own["b"]) ** 0.5
    overall = {unit: 0.75 * own["people"] + 0.25 * own["c"] for unit, own in cells.items()}
    ranking = pl.DataFrame(
        {"unit": list(cells), "score": list(overall.values()), "score_bound": pl.Series([None] * 2, dtype=pl.String)}
    ).with_columns(rank=pl.Series([1, 2]), respondents=pl.lit(9, pl.Int64))
    rows = [(unit, name, score, None, 9) for unit, own in cells.items() for name, score in own.items()]
    schema = {"unit": pl.String, "category": pl.String, "score": pl.Float64, "score_bound": pl.String}
    schema |= {"respondents": pl.Int64}
    categories = pl.DataFrame(rows, schema=schema, orient="row")
    found = tabulate_neighbours(ranking, categories, weights, tree)
    parts = dict(found.select("category", "contribution").iter_rows())
    assert list(parts) == ["people", "a", "b", "c"]
    assert parts["people"] == pytest.approx(0.75 * (60 - 40))
    assert parts["people"] + parts["c"] == pytest.approx(overall["A"] - overall["B"])
    assert parts["a"] + parts["b"] == pytest.approx(parts["people"])
    # By the logarithmic mean of the scores of People: half of ln(90 / 64), half of ln(40 / 25).
    assert parts["a"] == pytest.approx(15 * math.log(90 / 64) / (math.log(90 / 64) + math.log(40 / 25)))
    withheld = categories.with_columns(
        score=pl.when((pl.col("unit") != "A") | (pl.col("category") != "a")).then("score")
    )
    kept = tabulate_neighbours(ranking, withheld, weights, tree)
    assert kept["category"].to_list() == ["people", "c"]
