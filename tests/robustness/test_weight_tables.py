"""Tables of weights: of the ranking's own weights and aggregation, and silent where a category is withheld."""

import numpy as np
import polars as pl
import pytest

from bpo_index.robustness.weights.weight_tables import tabulate_weights
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import read_sample

SEED = 5


def change(definition, **method):
    return definition.model_copy(update={"method": definition.method.model_copy(update=method)})


def tabulate(definition, accepted):
    scores = score_units(accepted, definition)
    return scores, tabulate_weights(scores, definition, np.random.SeedSequence(SEED))


@pytest.fixture(scope="module")
def sample():
    return read_sample()


def test_swaps_named_do_swap_when_the_index_is_computed_anew(sample):
    """The three cheapest swaps, with the weights that they name and a little more."""
    definition, accepted = sample
    scores, tables = tabulate(definition, accepted)
    assert tables.weight_swaps.height == 66
    rank = dict(scores.units.select("unit", "rank").iter_rows())
    ids = [category.id for category in definition.categories]
    cheapest = tables.weight_swaps.drop_nulls().sort("weight_moved").head(3)
    for row in cheapest.iter_rows(named=True):
        assert rank[row["ahead"]] < rank[row["behind"]]
        weights = np.full(10, 0.1)
        left = row["weight_moved"] + 1e-5
        for name in row["loses"].split():
            taken = min(weights[ids.index(name)], left)
            weights[ids.index(name)] -= taken
            left -= taken
        weights[ids.index(row["gains"])] += row["weight_moved"] + 1e-5
        raw = definition.model_dump(mode="json")
        for category, weight in zip(raw["categories"], weights, strict=True):
            category["weight"] = float(weight)
        found = score_units(accepted, type(definition).model_validate(raw)).units
        anew = dict(found.select("unit", "score").iter_rows())
        assert anew[row["ahead"]] < anew[row["behind"]]


@pytest.mark.parametrize("method", [{}, {"aggregation": "geometric"}, {"normalisation": "borda"}])
def test_intervals_hold_when_the_index_is_computed_anew(sample, method):
    plain, accepted = sample
    definition = change(plain, normalisation_range=(1.0, 100.0), **method)
    scores, tables = tabulate(definition, accepted)
    nominal = dict(scores.units.select("unit", "rank").iter_rows())
    bounds = {"ranking": 12, "first": 1, "first_five": 5}
    for row in tables.weight_intervals.gather_every(4).iter_rows(named=True):
        k = bounds[row["kept"]]
        for end, level, step in (("low", "level_at_low", -1e-4), ("high", "level_at_high", 1e-4)):
            for inside in (True, False):
                weight = row[end] + (-step if inside else step)
                if not inside and row[level] is None:
                    assert row[end] in (0.0, 1.0)
                    continue
                raw = definition.model_dump(mode="json")
                for category in raw["categories"]:
                    own = category["id"] == row["category"]
                    category["weight"] = weight if own else (1 - weight) / 9
                found = score_units(accepted, type(definition).model_validate(raw)).units
                rank = dict(found.select("unit", "rank").iter_rows())
                same = (
                    rank == nominal
                    if row["kept"] == "ranking"
                    else {unit for unit in rank if rank[unit] <= k} == {unit for unit in nominal if nominal[unit] <= k}
                )
                assert same == inside, (row, end, inside)


def test_acceptabilities_are_shares_and_bounds_make_them_firmer(sample):
    definition, accepted = sample
    _, tables = tabulate(definition, accepted)
    sums = tables.rank_acceptability.group_by("weights", "unit").agg(pl.col("share").sum())
    assert sums["share"].to_numpy() == pytest.approx(1, abs=1e-4)
    spread = {
        name: part.with_columns(square=pl.col("share") ** 2)["square"].sum()
        for (name,), part in tables.rank_acceptability.group_by("weights")
    }
    assert spread["bounded"] > spread["all"]
    central = tables.central_weights.drop_nulls().group_by("weights", "unit").agg(pl.col("central_weight").sum())
    assert central["central_weight"].to_numpy() == pytest.approx(1, abs=1e-4)
    firsts = tables.central_weights.filter(pl.col("share_first") == 0)
    assert firsts["central_weight"].null_count() == firsts.height > 0
    inside = tables.central_weights.filter(pl.col("weights") == "bounded").drop_nulls()["central_weight"]
    assert inside.is_between(0.05, 0.2).all()
    _, again = tabulate(definition, accepted)
    assert again.rank_acceptability.equals(tables.rank_acceptability)


@pytest.mark.parametrize(
    "method", [{"aggregation": "median"}, {"aggregation": "kemeny"}, {"weighting": "benefit_of_the_doubt"}]
)
def test_methods_without_a_weighted_sum_have_no_tables(sample, method):
    definition, accepted = sample
    _, tables = tabulate(change(definition, **method), accepted)
    assert all(table.is_empty() for table in vars(tables).values())


@pytest.mark.parametrize("aggregation", ["arithmetic", "borda"])
def test_units_with_a_withheld_category_take_no_part(sample, aggregation):
    """An exact bound on weights is an equation in the category scores: with it a withheld one could be computed."""
    definition, accepted = sample
    first = [question.id for question in definition.categories[0].questions]
    silent = accepted.filter(pl.col("unit") == "JAM")["respondent_id"][:5]
    few = accepted.with_columns(
        pl.when(~pl.col("respondent_id").is_in(silent.to_list())).then(name).alias(name) for name in first
    )
    scores, tables = tabulate(change(definition, aggregation=aggregation), few)
    assert scores.categories.filter(pl.col("unit") == "JAM")["score"].null_count() == 2
    assert scores.units.filter(pl.col("unit") == "JAM")["rank"][0] is not None
    if aggregation == "borda":
        assert all(table.is_empty() for table in vars(tables).values())
        return
    assert tables.weight_swaps.height == 55
    for table in vars(tables).values():
        assert not table.is_empty()
        assert "JAM" not in table.write_csv()


def test_effective_importance_is_that_of_published_scores(sample):
    """A correlation over all units is an equation in the withheld score, with no other unknown."""
    definition, accepted = sample
    first = [question.id for question in definition.categories[0].questions]
    silent = accepted.filter(pl.col("unit") == "JAM")["respondent_id"][:5].to_list()
    hushed = accepted.with_columns(
        pl.when(~pl.col("respondent_id").is_in(silent)).then(name).alias(name) for name in first
    )
    # What is left of the withheld category changes: nothing that is published of other units may.
    moved = hushed.with_columns(
        pl.when(pl.col("unit") != "JAM").then(name).otherwise(pl.col(name) - 1).alias(name) for name in first
    )
    one, other = (score_units(answers, definition) for answers in (hushed, moved))
    assert one.weights.equals(other.weights)
    assert one.weights["effective_importance"].drop_nulls().sum() == pytest.approx(1)


def test_ties_are_no_pairs_and_cut_off_no_first_five(sample):
    definition, accepted = sample
    ranked = score_units(accepted, definition).units.sort("rank")["unit"].to_list()
    fifth, sixth = ranked[4:6]
    double = accepted.filter(pl.col("unit") == fifth).with_columns(
        unit=pl.lit(sixth), respondent_id=pl.col("respondent_id") + "-again"
    )
    tied = pl.concat([accepted.filter(pl.col("unit") != sixth), double])
    scores, tables = tabulate(definition, tied)
    assert scores.units.filter(pl.col("rank") == 5).height == 2
    assert tables.weight_swaps.height == 65
    assert tables.weight_intervals["kept"].unique().sort().to_list() == ["first", "ranking"]
