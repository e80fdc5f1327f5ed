"""Groups of units: means and errors by hand, and nothing from what is withheld or not known."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bpo_index.publication.columns.groups import GROUPS
from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.groups import average_units, describe_notes, tabulate_groups
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.standard_errors import Errors
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import make_definition, read_sample, validate_rows

REGIONS = ["Africa", "Asia", "Caribbean", "Central America", "Eastern Europe", "Latin America"]
COLUMNS = [name for name in GROUPS.schema if "rank_set" in name or name.startswith("ci_")]


@pytest.fixture(scope="module")
def sample():
    definition, accepted = read_sample()
    return definition.model_copy(update={"groups": "region"}), accepted


def regroup(definition, regions, sizes=None):
    """Return the definition with these regions of its units, and perhaps weighed by these sizes."""
    units = tuple(
        unit.model_copy(update={"region": region, "size": sizes and sizes[n]})
        for n, (unit, region) in enumerate(zip(definition.units, regions, strict=True))
    )
    weights = "size" if sizes else "equal"
    return definition.model_copy(update={"units": units, "groups": "region", "group_weights": weights})


def make_errors(shape, se=2.0, clusters=8, correlations=None):
    chosen = np.broadcast_to(se, shape).astype(float)
    counts = np.broadcast_to(clusters, shape).astype(np.int64)
    return Errors(chosen, chosen, chosen, counts, correlations, chosen, np.ones(shape, dtype=bool), chosen > 0)


def tabulate(scores, definition, errors=None, seed=7):
    errors = errors or make_errors((len(scores.sample.answers), len(definition.nodes)))
    return tabulate_groups(scores, definition, errors, np.random.SeedSequence(seed))


def pick(table, group, category=None):
    rows = table.filter(pl.col("group") == group, pl.col("category").eq_missing(pl.lit(category)))
    return rows.row(0, named=True)


def test_mean_error_and_degrees_by_hand():
    scores, se, degrees = np.array([80.0, 60.0, 40.0]), np.array([4.0, 12.0, 3.0]), np.array([7.0, 3.0, 9.0])
    means = average_units(np.array([[1.0, 1, 0], [3, 1, 0], [0, 0, 5]]), scores, se, degrees)
    assert means.scores.tolist() == [70, 75, 40]
    assert means.se == pytest.approx([math.sqrt((16 + 144) / 4), math.sqrt(9 / 16 * 16 + 144 / 16), 3])
    equal = 40**2 / (4**2 / 7 + 36**2 / 3)
    assert means.degrees == pytest.approx([equal, 18**2 / (9**2 / 7 + 9**2 / 3), 9])
    assert np.diagonal(means.covariance) == pytest.approx([40, 18, 9])
    # Both groups of the first two units move together; the third unit moves alone.
    assert means.covariance[0, 1] == pytest.approx(0.5 * 0.75 * 16 + 0.5 * 0.25 * 144)
    assert means.covariance[2, :2].tolist() == [0, 0]


def test_units_that_move_together_make_a_less_certain_mean_with_no_more_degrees():
    scores, se, degrees = np.array([80.0, 60.0]), np.array([4.0, 12.0]), np.array([7.0, 7.0])
    together = np.array([[1, 0.5], [0.5, 1]]) * np.outer(se, se)
    apart = average_units(np.ones((1, 2)), scores, se, degrees)
    means = average_units(np.ones((1, 2)), scores, together, degrees)
    assert means.se[0] ** 2 == pytest.approx((16 + 144 + 2 * 24) / 4)
    assert means.degrees == pytest.approx(apart.degrees)
    opposed = average_units(np.ones((1, 2)), scores, np.array([[16.0, -16], [-16, 16]]), degrees)
    assert np.isnan(opposed.se[0])


UNITS = st.lists(
    st.tuples(st.floats(1, 99), st.floats(0.1, 20), st.integers(1, 40), st.floats(0.01, 1e6)), min_size=1, max_size=9
)


@given(UNITS)
@settings(max_examples=60)
def test_all_units_with_equal_weights_make_the_mean_and_degrees_lie_between_the_least_and_the_sum(units):
    scores, se, degrees, sizes = np.array(units).T
    equal = average_units(np.ones((1, len(units))), scores, se, degrees)
    assert equal.scores[0] == pytest.approx(scores.mean(), abs=1e-8)
    assert equal.se[0] == pytest.approx(math.sqrt((se**2).sum()) / len(units))
    weighed = average_units(sizes[np.newaxis], scores, se, degrees)
    assert scores.min() - 1e-8 <= weighed.scores[0] <= scores.max() + 1e-8
    for means in (equal, weighed):
        assert degrees.min() * (1 - 1e-9) <= means.degrees[0] <= degrees.sum() * (1 + 1e-9)


@given(UNITS)
@settings(max_examples=60)
def test_a_group_of_one_is_its_unit(units):
    scores, se, degrees, sizes = np.array(units).T
    means = average_units(np.diag(sizes), scores, se, degrees)
    assert means.scores == pytest.approx(scores, abs=1e-8)
    assert means.se == pytest.approx(se)
    assert means.degrees == pytest.approx(degrees)
    own, found = (
        estimate_logit_t_interval(*values, 0.95)
        for values in ((scores, se, degrees), (means.scores, means.se, means.degrees))
    )
    assert np.allclose(found, own)


@given(UNITS, st.integers(0, 8), st.sampled_from(["no error", "no variance", "no degrees"]))
@settings(max_examples=60)
def test_with_a_unit_of_unknown_error_the_group_has_none(units, place, lacks):
    scores, se, degrees, sizes = np.array(units).T
    n = place % len(units)
    se[n] = {"no error": np.nan, "no variance": 0.0}.get(lacks, se[n])
    degrees[n] = 0 if lacks == "no degrees" else degrees[n]
    means = average_units(sizes[np.newaxis], scores, se, degrees)
    assert not np.isnan(means.scores[0])
    assert np.isnan([means.se[0], means.degrees[0]]).all()


@pytest.mark.parametrize("sizes", [None, [3.0, 1, 7, 2, 5, 11, 1, 4, 2, 8, 6, 9]])
def test_groups_of_the_sample_by_hand(sample, sizes):
    definition, accepted = sample
    if sizes:
        definition = regroup(definition, [unit.region for unit in definition.units], sizes)
    scores = score_units(accepted, definition)
    table = tabulate(scores, definition)
    assert table.schema == GROUPS.schema
    assert table.height == 6 * 11
    assert table["category"].to_list() == [c for c in [None, *(c.id for c in definition.categories)] for _ in range(6)]
    for category in (None, "security"):
        part = table.filter(pl.col("category").eq_missing(pl.lit(category)))
        assert sorted(part["group"]) == REGIONS
        assert part["rank"].to_list() == [1, 2, 3, 4, 5, 6]
        assert part["score"].is_sorted(descending=True)
        frame = scores.units if category is None else scores.categories.filter(category=category)
        own = {row["unit"]: row for row in frame.iter_rows(named=True)}
        for row in part.iter_rows(named=True):
            inside = [unit for unit in definition.units if unit.region == row["group"]]
            weights = [unit.size or 1.0 for unit in inside]
            assert row["members"] == " ".join(sorted(unit.code for unit in inside))
            assert row["units"] == len(inside)
            assert row["respondents"] == sum(own[unit.code]["respondents"] for unit in inside)
            assert row["weights"] == ("size" if sizes else "equal")
            assert row["score"] == pytest.approx(
                np.average([own[unit.code]["score"] for unit in inside], weights=weights), abs=1e-6
            )
            shares = np.array(weights) / sum(weights)
            assert row["se"] == pytest.approx(2 * math.sqrt((shares**2).sum()), abs=1e-6)
            assert 1 <= row["rank_set_low"] <= row["marginal_rank_set_low"] <= row["rank"]
            assert row["rank"] <= row["marginal_rank_set_high"] <= row["rank_set_high"] <= 6
    jamaica, unit = pick(table, "Caribbean"), scores.units.row(by_predicate=pl.col("unit") == "JAM", named=True)
    assert jamaica["score"] == pytest.approx(unit["score"], abs=1e-6)
    assert jamaica["se"] == 2
    own = estimate_logit_t_interval(np.array([unit["score"]]), np.array([2.0]), np.array([7.0]), 0.95)
    assert [jamaica["ci_low"], jamaica["ci_high"]] == pytest.approx([own[0][0], own[1][0]], abs=1e-6)


@pytest.mark.parametrize("together", [False, True])
def test_the_order_of_units_changes_nothing(sample, together):
    definition, accepted = sample
    turned = definition.model_copy(update={"units": definition.units[::-1]})
    rng = np.random.default_rng(4)
    correlations = None
    if together:
        correlations = [np.corrcoef(rng.standard_normal((12, 30))) for _ in range(11)]
    errors = make_errors((12, 11), rng.uniform(1, 4, (12, 11)), rng.integers(2, 12, (12, 11)), correlations)
    back = Errors(
        *(values[::-1] for values in (errors.replicates, errors.linearised, errors.chosen, errors.clusters)),
        correlations and [one[::-1, ::-1] for one in correlations],
        errors.smoothed[::-1],
        errors.is_own[::-1],
        errors.varies[::-1],
    )
    assert_frame_equal(
        tabulate(score_units(accepted, definition), definition, errors),
        tabulate(score_units(accepted, turned), turned, back),
        check_exact=True,
    )


def test_a_unit_of_one_company_leaves_its_group_any_rank(sample):
    definition, accepted = sample
    scores = score_units(accepted, definition)
    errors = make_errors((12, 11), 0.5)
    errors.chosen[[unit.code for unit in definition.units].index("EGY")] = np.nan
    table = tabulate(scores, definition, errors)
    africa = pick(table, "Africa")
    assert africa["score"] == pytest.approx(pick(tabulate(scores, definition), "Africa")["score"])
    assert [africa[name] for name in ("se", "ci_low", "ci_high")] == [None] * 3
    assert [africa[name] for name in COLUMNS if "rank_set" in name] == [1, 6, 1, 6]
    assert africa["note"] == describe_notes(definition.words)["no_error"]
    # Nobody else is surely ahead of it or behind it.
    assert pick(table, "Central America")["rank_set_high"] == 6


SURVEY = [
    *("AAA,9,8,3", "AAA,7,9,2", "AAA,8,6,4"),
    *("BBB,5,6,5", "BBB,6,4,7", "BBB,4,5,6"),
    *("CCC,7,7,2", "CCC,6,8,4", "CCC,8,7,3"),
]


def score(folder, rows, regions, sizes=None):
    definition = regroup(make_definition(), regions, sizes)
    numbered = [f"r{n},{row}" for n, row in enumerate(rows)]
    return definition, score_units(validate_rows(folder, *numbered, definition=definition).accepted, definition)


def test_suppressed_units_and_units_without_a_region_take_no_part(tmp_path):
    definition, scores = score(tmp_path, SURVEY[:7], ["North", "North", "North"])
    assert scores.units["suppressed"].to_list() == [False, False, True]
    north = pick(tabulate(scores, definition), "North")
    assert (north["units"], north["members"], north["respondents"]) == (2, "AAA BBB", 6)
    assert north["score"] == pytest.approx(scores.units["score"][:2].mean(), abs=1e-6)

    definition, scores = score(tmp_path, SURVEY[:7], ["North", None, "South"])
    table = tabulate(scores, definition)
    assert sorted(table["group"].unique()) == ["North", "South"]
    assert pick(table, "North")["members"] == "AAA"
    south = pick(table, "South")
    assert (south["units"], south["members"], south["respondents"], south["score"]) == (0, "", 0, None)
    assert south["note"] == describe_notes(definition.words)["no_units"]
    assert south["rank"] is None
    assert pick(table, "North")["rank_set_high"] == 1


@pytest.mark.parametrize("rating", [0, 5, 10])
def test_a_group_with_a_withheld_cell_has_no_score_there(tmp_path, rating):
    """One of the first unit's respondents rated the last category: whatever she said, its group says nothing."""
    rows = ["AAA,9,8,dk", "AAA,7,9,dk", f"AAA,8,6,{rating}", *SURVEY[3:]]
    definition, scores = score(tmp_path, rows, ["North", "North", "South"], [1.0, 2, 3])
    assert scores.categories.filter(unit="AAA")["suppressed"].all()
    table = tabulate(scores, definition)
    for category in ("first", "last"):
        north = pick(table, "North", category)
        assert (north["units"], north["members"]) == (2, "AAA BBB")
        assert [north[name] for name in ("score", "se", "rank", *COLUMNS)] == [None] * (3 + len(COLUMNS))
        assert north["note"] == describe_notes(definition.words)["withheld"]
        south = pick(table, "South", category)
        assert south["rank_set_high"] == south["rank"] == 1
    assert pick(table, "North")["score"] is not None


def test_a_group_with_a_bound_has_no_mean(tmp_path):
    definition, scores = score(tmp_path, [*(["AAA,10,10,3", "AAA,10,10,2"] * 2), *SURVEY[3:]], ["N", "N", "S"])
    assert scores.categories.filter(unit="AAA", category="first")["score_bound"].to_list() == ["at least"]
    north = pick(tabulate(scores, definition), "N", "first")
    assert (north["units"], north["score"], north["note"]) == (2, None, describe_notes(definition.words)["at_end"])


def test_without_published_units_there_are_groups_without_scores(tmp_path):
    definition, scores = score(tmp_path, ["AAA,9,8,3", "BBB,9,8,3"], ["North", "North", "South"])
    table = tabulate(scores, definition)
    assert table.height == 6
    assert table["units"].sum() == 0
    assert table["score"].null_count() == 6


@pytest.mark.parametrize("method", [{}, {"normalisation": "z_score"}])
def test_the_assessment_has_groups_and_draws_nothing_else_for_them(sample, method):
    grouped, accepted = sample
    grouped = grouped.model_copy(update={"method": grouped.method.model_copy(update=method)})
    plain = grouped.model_copy(update={"groups": None})
    found, before = (
        assess_robustness(accepted, score_units(accepted, one), one, replicates=100) for one in (grouped, plain)
    )
    assert before.groups.is_empty()
    assert before.groups.schema == found.groups.schema == GROUPS.schema
    for name in ("units", "categories", "sampling_error", "sensitivity", "method_ranks"):
        assert_frame_equal(getattr(found, name), getattr(before, name), check_exact=True)
    # Two countries have a category published as a bound, and one withheld beside it.
    gone = found.groups.filter(pl.col("note") != "")
    assert gone["category"].to_list() == (
        [] if method else ["political-stability", "political-stability", "language-skills", "industry-strength"]
    )
    jamaica, unit = pick(found.groups, "Caribbean"), found.units.filter(unit="JAM").row(0, named=True)
    for name in ("se", "ci_low", "ci_high"):
        assert jamaica[name] == pytest.approx(unit[name], abs=2e-6)
    africa = found.units.filter(pl.col("unit").is_in(["EGY", "ZAF"]))["se"].to_numpy()
    independent = math.sqrt((africa**2).sum()) / 2
    error = pick(found.groups, "Africa")["se"]
    assert (error == pytest.approx(independent, abs=1e-5)) == (not method)
    assert error <= africa.sum() / 2 + 1e-6
