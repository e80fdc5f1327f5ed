"""What puts a unit ahead of the next: pairs of neighbours only, and only of scores that are told."""

import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.publication.neighbours import tabulate_neighbours

METHOD = load_definition("offshore-bpo-2021").method
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
        }
    )
    rows = [(unit, c, score, None) for unit, pair in cells.items() for c, score in zip("ab", pair, strict=True)]
    schema = {"unit": pl.String, "category": pl.String, "score": pl.Float64, "score_bound": pl.String}
    return ranking, pl.DataFrame(rows, schema=schema, orient="row")


def test_contributions_are_weighted_differences_of_neighbours():
    ranking, categories = make_tables({"A": (90, 80), "B": (80, 90), "C": (70, 50)})
    table = tabulate_neighbours(ranking, categories, WEIGHTS, METHOD)
    assert table.select("ahead", "behind", "category", "contribution").rows() == [
        ("A", "B", "a", 7.5),
        ("A", "B", "b", -2.5),
        ("B", "C", "a", 7.5),
        ("B", "C", "b", 10.0),
    ]
    assert table["difference"].to_list() == pytest.approx([5, 5, 17.5, 17.5])


def test_a_unit_told_as_a_bound_stands_between_its_neighbours():
    ranking, categories = make_tables({"A": (99, 97), "B": (98, 98), "C": (80, 80), "D": (70, 70)}, bounds={"B"})
    table = tabulate_neighbours(ranking, categories, WEIGHTS, METHOD)
    assert set(table.select("ahead", "behind").iter_rows()) == {("C", "D")}


def test_hidden_cells_and_methods_without_a_mean_have_no_rows():
    ranking, categories = make_tables({"A": (90, None), "B": (60, 60), "C": (50, 50)})
    table = tabulate_neighbours(ranking, categories, WEIGHTS, METHOD)
    assert set(table.select("ahead", "behind").iter_rows()) == {("B", "C")}
    for change in ({"aggregation": "median"}, {"aggregation": "kemeny"}):
        assert tabulate_neighbours(ranking, categories, WEIGHTS, METHOD.model_copy(update=change)).is_empty()
    own = WEIGHTS.with_columns(weight=pl.lit(None, dtype=pl.Float64))
    assert tabulate_neighbours(ranking, categories, own, METHOD).is_empty()
