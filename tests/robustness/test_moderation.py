"""Units without a variance of their own: what is drawn for them, and that less information is never more certainty."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.ranks.open_shares import share_first_shrunken
from bpo_index.robustness.ranks.rank_sets import find_rank_sets
from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.moderation import (
    estimate_prior_degrees,
    find_moderation,
    find_varying,
    moderate_variances,
)
from bpo_index.robustness.sampling.standard_errors import estimate_errors
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means
from bpo_index.scoring.unit_scores import find_ranked, score_units, unit_score_matrix
from tests.robustness.cases_at_hand import score_case

ONE = IndexStructure.of_categories([0], np.ones(1), np.ones(1))


def make_unit(ratings, cluster=None):
    ratings = np.asarray(ratings, dtype=float)[:, np.newaxis]
    return UnitAnswers("X", ratings, np.ones(len(ratings)), np.arange(len(ratings)) if cluster is None else cluster)


def test_moderated_variances_by_hand():
    """Variances of 4 and 9 with seven degrees each at d_0 = 4: (7 * 4 + 4 * 6.5) / 11; 8 * 6.5 for one company."""
    found = moderate_variances(np.array([4.0, 9.0, np.nan]), np.full(3, 2500.0), np.array([8.0, 8.0, 1.0]))
    assert found == pytest.approx([(28 + 26) / 11, (63 + 26) / 11, 52])
    # Equal answers of eight count in the pooled variance: (28 + 63 + 0) / 21.
    equal = moderate_variances(np.array([4.0, 9.0, 0.0]), np.full(3, 2500.0), np.full(3, 8.0))
    assert equal[2] == pytest.approx(4 * (91 / 21) / 11)


@pytest.mark.parametrize("prior", [6.0, 20.0])
def test_prior_degrees_are_found_again(prior):
    rng = np.random.default_rng(1)
    truth = prior / rng.chisquare(prior, 4_000)
    drawn = truth * rng.chisquare(7, 4_000) / 7
    assert estimate_prior_degrees(drawn, np.full(4_000, 7.0)) == pytest.approx(prior, rel=0.25)


def test_units_that_do_not_differ_have_the_pooled_variance():
    drawn = np.random.default_rng(1).chisquare(7, 40) / 7
    assert estimate_prior_degrees(np.full(40, 1.0), np.full(40, 7.0)) == np.inf
    assert estimate_prior_degrees(drawn, np.full(40, 7.0)) > 20


def test_drawn_scores_have_the_moderated_variance():
    units = [
        make_unit([6, 8, 9, 5, 7, 6, 8, 7]),
        make_unit([2, 3, 8, 5, 9, 4, 6, 7]),
        make_unit([5] * 8),
        make_unit([4, 6, 5, 3], np.zeros(4, dtype=np.int64)),
    ]
    scores = score_means(estimate_unit_means(units), ONE)
    sizes = np.array([8.0, 8.0, 8.0, 1.0])
    variances = np.array([100 * unit.ratings.var(ddof=1) / 8 for unit in units[:3]] + [np.nan])
    wanted = moderate_variances(variances, scores[:, 0] * (100 - scores[:, 0]), sizes)
    summary = evaluate_replicates([Scenario(ONE, units, 60_000)], scores, ~np.isnan(scores), seed=2, moderated="scores")
    # The unit of one company is drawn so widely that the ends of the scale hold it.
    assert summary.estimate_standard_errors()[:3, 0] ** 2 == pytest.approx(wanted[:3], rel=0.03)
    assert summary.estimate_standard_errors()[3, 0] ** 2 == pytest.approx(wanted[3], rel=0.15)
    plain = evaluate_replicates([Scenario(ONE, units, 4_000)], scores, ~np.isnan(scores), seed=2)
    ranks = evaluate_replicates([Scenario(ONE, units, 4_000)], scores, ~np.isnan(scores), seed=2, moderated="ranks")
    assert np.array_equal(plain.squares, ranks.squares)
    assert find_moderation(units[2:], ONE) is None
    assert find_varying(units, ONE)[:, 0].tolist() == [True, True, False, False]


def test_one_differing_answer_is_no_cliff():
    """P of another unit hardly changes between eight equal answers and seven with one beside them."""
    others = [make_unit([6, 8, 9, 5, 7, 6, 8, 7]), make_unit([6, 7, 7, 5, 8, 6, 7, 7])]
    shares = []
    for last in (7.0, 7.001, 6.9):
        units = [make_unit([7] * 7 + [last]), *others]
        scores = score_means(estimate_unit_means(units), ONE)
        tally = evaluate_replicates(
            [Scenario(ONE, units, 20_000)], scores, ~np.isnan(scores), seed=2, moderated="ranks"
        ).tallies[0]
        shares.append(tally.share_top(1)[1])
    assert np.ptp(shares) < 0.06


def test_a_unit_of_one_company_has_no_shares_and_the_others_are_not_conditional_on_it():
    definition, accepted, scores = score_case("lone")
    robustness = assess_robustness(accepted, scores, definition, replicates=4_000)
    units = {row["unit"]: row for row in robustness.units.iter_rows(named=True)}
    assert (units["A"]["p_first"], units["A"]["p_top3"], units["A"]["note"]) == (None, None, "one_cluster")
    # A certain of its score would leave B .035; as eight respondents it leaves B about .15.
    assert units["B"]["p_first"] > 0.1
    pairs = robustness.ranks.pairs
    for column in ("p_ahead_sampling", "p_ahead_all_assumptions"):
        assert pairs.filter(pl.col("ahead") == "A")[column].null_count() == 2
        assert pairs.filter(pl.col("ahead") == "B")[column].null_count() == 0
    ranks = robustness.ranks.replicate_ranks.filter(unit="A")
    for column in ("median_rank", "p_first", "p_top5", "mean_rank_shift"):
        assert ranks[column].null_count() == 2
    assert robustness.ranks.rank_shares.filter(unit="A")["share"].null_count() == 6
    assert robustness.ranks.first_ranks["holds_sampling"].null_count() == 3
    assert not robustness.shares_withheld
    as_eight = score_case("lone", "lone2")
    own = assess_robustness(as_eight[1], as_eight[2], as_eight[0], replicates=4_000).units
    assert own.filter(unit="A")["p_first"].item() == pytest.approx(0.85, abs=0.04)


def test_where_more_than_a_third_have_no_variance_there_are_no_shares():
    definition, accepted, _ = score_case("lone")
    merged = accepted.with_columns(cluster=pl.when(pl.col("unit") == "B").then(pl.lit("all")).otherwise("cluster"))
    robustness = assess_robustness(merged, score_units(merged, definition), definition, replicates=200)
    assert robustness.shares_withheld
    assert robustness.units["p_first"].null_count() == 3
    assert robustness.ranks.pairs["p_ahead_sampling"].null_count() == 3


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), units=st.integers(3, 9), lone=st.integers(0, 2))
def test_less_information_is_never_more_certainty(seed, units, lone):
    """Respondents of a unit merged into one company: no set of ranks shrinks, and no pair of others is told apart."""
    rng = np.random.default_rng(seed)
    scores, se, degrees = rng.normal(60, 8, units), rng.uniform(1, 4, units), rng.integers(4, 12, units).astype(float)
    before = find_rank_sets(scores, se, degrees, 0.95, bounds=(0.0, 100.0), seed=1)
    se[lone] = np.nan
    after = find_rank_sets(scores, se, degrees, 0.95, bounds=(0.0, 100.0), seed=1)
    assert (after.set_low[lone], after.set_high[lone]) == (1, units)
    others = np.delete(np.arange(units), lone)
    inside = np.ix_(others, others)
    gain = np.nan_to_num(after.adjusted_p[inside] - before.adjusted_p[inside])
    assert gain.min() > -0.02
    told_apart = after.surely_ahead & ~before.surely_ahead
    # But for pairs so near the level that the draws decide.
    assert (before.adjusted_p[told_apart] < 0.06).all()


def test_the_error_of_replicates_stands_where_a_derivative_is_zero():
    """distance_to_target: at the target the derivative is zero, and numpy finds an error of 16.15 for U2."""
    scores = score_case("clipped")[2]
    sample, matrix = scores.sample, unit_score_matrix(scores)
    summary = evaluate_replicates(
        [Scenario(sample.structure, sample.answers, 20_000)], matrix, find_ranked(scores), seed=1
    )
    errors = estimate_errors(sample, matrix, summary)
    assert errors.linearised[2, 0] == pytest.approx(0, abs=1e-9)
    assert errors.chosen[:3, 0] == pytest.approx([12.84, 23.34, 16.15], rel=0.03)
    # A rare event moves U3, so that both simulations are rough.
    assert errors.chosen[3, 0] == pytest.approx(2.99, rel=0.2)
    assert errors.chosen[4:, 0].tolist() == [0, 0]
    assert errors.varies.all()


def test_a_score_that_cannot_move_is_fixed_by_the_method():
    definition, accepted, _ = score_case("clipped")
    many = pl.concat(
        [accepted.with_columns(respondent_id=pl.format("{}-{}", "respondent_id", pl.lit(n))) for n in range(5)]
    )
    robustness = assess_robustness(many, score_units(many, definition), definition, replicates=400)
    notes = dict(robustness.units.select("unit", "note").iter_rows())
    assert notes["U5"] == "fixed"
    assert notes["U1"] == ""
    assert robustness.units.filter(unit="U5").select("rank_set_low", "rank_set_high").row(0) == (1, 6)


def test_shares_round_shrunken_scores_are_nearer_the_truth_at_ties():
    """Twelve ties: the truth is .08 for each unit."""
    rng = np.random.default_rng(1)
    leaders = []
    for _ in range(60):
        scores = 70 + rng.normal(0, 3, 12)
        shares = share_first_shrunken(
            scores,
            3 * np.sqrt(rng.chisquare(7, 12) / 7),
            np.full(12, 8),
            bounds=(0.0, 100.0),
            correlation=None,
            seed=np.random.SeedSequence(1),
        )
        assert shares.sum() == pytest.approx(1)
        leaders.append(shares[scores.argmax()])
    assert np.mean(leaders) < 0.3
