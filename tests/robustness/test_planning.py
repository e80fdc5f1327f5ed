"""The plan's promise, kept by surveys of whole ratings; monotone, repeatable, and honest where it cannot promise."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import polars as pl
import pytest

from bpo_index.errors import DataRefused
from bpo_index.robustness.planning import LastSurvey, Wanted, describe_last_survey, plan_survey
from bpo_index.robustness.ranks.rank_sets import find_rank_sets
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.preparation import gather_evidence
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means
from bpo_index.scoring.unit_scores import score_units
from bpo_index.simulation.survey_plan import read_last_survey
from bpo_index.simulation.surveys import AnswerModel, draw_answers, simulate_answers
from tests.surveys import read_sample

EIGHT = LastSurvey(tuple("ABCDEFGH"), np.linspace(60, 88, 8), np.linspace(6, 9, 8), np.eye(8), (0.0, 100.0), 0.95)
MODEL = AnswerModel(leniency=0.7, taste=0.5, noise=1.1, dont_know=0.01, skipped=0.01)


def simulate_survey(rng, latents, size, structure):
    """Return the answers of a survey of whole ratings, `size` respondents a unit."""
    answers = []
    for n, latent in enumerate(latents):
        ratings = simulate_answers(latent, draw_answers(rng, size, structure, MODEL), structure)
        answers.append(UnitAnswers(f"U{n}", ratings, np.ones(size), np.arange(size)))
    return answers


def score_survey(answers, structure):
    evidence = gather_evidence(answers, [unit.weights for unit in answers], structure)
    scores = score_means(estimate_unit_means(answers), structure)[:, 0]
    se, clusters = (values[:, 0] for values in linearise_standard_errors(answers, structure, evidence))
    return scores, se, clusters


@pytest.mark.parametrize("wanted", [Wanted(width=3.5), Wanted(neighbours=0.5, assurance=0.7)], ids=["width", "apart"])
def test_surveys_of_the_recommended_size_are_as_precise_as_often_as_promised(wanted):
    """Surveys of ratings, scored and ranked as those of the user, and not of the normal scores that the plan draws."""
    definition, _ = read_sample()
    structure = IndexStructure.from_definition(definition)
    rng = np.random.default_rng(11)
    latents = np.linspace(5.2, 9.0, 9)[:, np.newaxis] + rng.normal(0, 0.3, (9, len(structure.node_of)))
    # Last year's survey is large, so that the plan rests on the truth and not on last year's luck.
    scores, se, clusters = score_survey(simulate_survey(rng, latents, 600, structure), structure)
    codes = [f"U{n}" for n in range(9)]
    survey = describe_last_survey(
        codes, scores, se, clusters, correlation=None, confidence_level=0.95, bounds=(0.0, 100.0)
    )
    plan = plan_survey(survey, wanted)
    order = np.argsort(-scores)

    reached = []
    for seed in range(150):
        answers = simulate_survey(np.random.default_rng([seed, 3]), latents, plan.needed, structure)
        found, error, sampled = score_survey(answers, structure)
        sets = find_rank_sets(found, np.diag(error**2), sampled - 1.0, 0.95, bounds=(0.0, 100.0), seed=seed)
        width = (sets.set_high - sets.set_low + 1).mean()
        apart = sets.surely_ahead[order[:-1], order[1:]].mean()
        reached.append(width <= wanted.width if wanted.width else apart >= wanted.neighbours)
    error = (wanted.assurance * (1 - wanted.assurance) / len(reached)) ** 0.5
    assert np.mean(reached) >= wanted.assurance - 3 * error
    # And it is no size that would do for anything: two thirds of it do not keep the promise.
    smaller = plan_survey(survey, wanted, sizes=[round(plan.needed * 2 / 3)])
    assert smaller.needed is None


def test_more_respondents_are_more_precise_and_more_assurance_takes_more():
    table = plan_survey(EIGHT, Wanted(width=1.5), sizes=(5, 10, 20, 40), surveys=50).table
    assert table["rank_set_width"].is_sorted(descending=True)
    assert table["neighbours_apart"].is_sorted()
    assert table["pairs_apart"].is_sorted()
    assert (table["marginal_rank_set_width"] <= table["rank_set_width"]).all()
    needed = [plan_survey(EIGHT, Wanted(3.0, None, share), surveys=50).needed for share in (0.5, 0.8, 0.95)]
    assert needed == sorted(needed)
    assert needed[0] < needed[2]
    both = plan_survey(EIGHT, Wanted(3.0, 0.5), surveys=50).needed
    assert both >= max(needed[1], plan_survey(EIGHT, Wanted(None, 0.5), surveys=50).needed) - 1


def test_the_needed_size_is_the_first_that_is_enough_and_the_last_that_is_not_lies_close_below():
    plan = plan_survey(EIGHT, Wanted(width=3.0), surveys=200)
    table = plan.table
    assert table.filter("needed")["respondents"].to_list() == [plan.needed]
    limit = 0.8 + (0.16 / 200) ** 0.5
    assert table.filter("needed")["reached"][0] >= limit
    below = table.filter(pl.col("respondents") < plan.needed)
    assert (below["reached"] < limit).all()
    assert plan.needed - below["respondents"].max() <= max(1, 0.02 * plan.needed)


def test_units_that_do_not_differ_are_never_told_apart():
    level = LastSurvey(EIGHT.codes, np.full(8, 70.0), EIGHT.spread, np.eye(8), (0.0, 100.0), 0.95)
    plan = plan_survey(level, Wanted(width=4.0), sizes=(50, 1000), surveys=50)
    assert plan.needed is None
    assert plan.table["rank_set_width"].to_numpy() == pytest.approx(8, abs=0.2)
    assert (plan.table["neighbours_apart"] == 0).all()


def test_last_year_s_scores_are_drawn_together_to_the_spread_that_sampling_leaves():
    """Scores spread by 10 with standard errors of 6 truly spread by about 8: 10^2 - 6^2 = 8^2."""
    rng = np.random.default_rng(0)
    scores = 70 + 10 * rng.standard_normal(400)
    survey = describe_last_survey(
        [str(n) for n in range(400)],
        scores,
        np.full(400, 6.0),
        np.full(400, 9),
        correlation=None,
        confidence_level=0.95,
        bounds=(-np.inf, np.inf),
    )
    assert survey.truth.std() == pytest.approx(8, rel=0.08)
    assert survey.truth.mean() == pytest.approx(scores.mean())
    assert survey.spread == pytest.approx(np.full(400, 18.0))


def test_a_unit_without_a_standard_error_takes_the_pooled_variance_and_too_few_are_refused():
    se = np.array([2.0, 2.0, np.nan, 2.0, 0.0, 4.0])
    ends = (-np.inf, np.inf)
    scores = np.array([90.0, 80.0, 70.0, 60.0, 50.0, 40.0])
    survey = describe_last_survey(
        list("ABCDEF"), scores, se, np.full(6, 9), correlation=None, confidence_level=0.95, bounds=ends
    )
    # What is not known takes no part in the pooled variance; equal answers do, with a variance of zero.
    assert survey.spread[2] == pytest.approx(np.sqrt((3 * 36 + 0 + 144) / 5))
    assert 0 < survey.spread[4] < survey.spread[0] < survey.spread[5] < 12
    with pytest.raises(DataRefused, match="3 of 7 ranked units have no standard error"):
        describe_last_survey(
            list("ABCDEFG"),
            np.append(scores, 30.0),
            np.append(se, 0.0),
            np.full(7, 9),
            correlation=None,
            confidence_level=0.95,
            bounds=ends,
        )
    with pytest.raises(DataRefused, match="2 ranked units have a standard error; a plan needs four"):
        describe_last_survey(
            list("AB"), scores[:2], se[:2], np.full(2, 9), correlation=None, confidence_level=0.95, bounds=(0.0, 100.0)
        )


def test_the_same_plan_under_processes():
    expected = plan_survey(EIGHT, Wanted(width=3.0), surveys=60)
    with ProcessPoolExecutor(2) as processes:
        again = plan_survey(EIGHT, Wanted(width=3.0), surveys=60, executor=processes)
    assert again.needed == expected.needed
    assert again.table.equals(expected.table)


def test_methods_that_compare_units_keep_their_correlation():
    definition, accepted = read_sample()
    method = definition.method.model_copy(update={"normalisation": "min_max", "aggregation": "arithmetic"})
    changed = definition.model_copy(update={"method": method})
    survey = read_last_survey(score_units(accepted, changed), changed)
    assert np.abs(survey.correlation - np.eye(12)).max() > 0.2
    plan = plan_survey(survey, Wanted(width=8.0), surveys=50)
    assert plan.needed is not None
