"""The sample data: made to the byte, calibrated to the facts, with spread of its own."""

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.responses import read_responses
from bpo_index.scoring.structure import IndexStructure
from bpo_index.simulation.surveys import (
    AnswerModel,
    calibrate_latents,
    draw_answers,
    expect_rating,
    make_sample,
    score_answers,
    simulate_answers,
)
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.validate import validate_responses

EDITIONS = ["offshore-bpo-2021", "offshore-bpo-2022"]
STRUCTURE = IndexStructure.from_definition(load_definition(EDITIONS[0]))
MODEL = AnswerModel(0.75, 0.55, 1.05)


@pytest.fixture(scope="module", params=EDITIONS)
def sample(request, project):
    definition = load_definition(request.param)
    responses = read_responses([project / "sample_data" / f"{request.param}.csv"], definition)
    return definition, validate_responses(responses, definition)


@pytest.mark.parametrize("name", EDITIONS)
def test_the_shipped_files_are_made_to_the_byte(name, project):
    responses, truth = make_sample(name)
    assert responses.write_csv() == (project / "sample_data" / f"{name}.csv").read_text(encoding="utf-8")
    assert truth.write_csv() == (project / "sample_data" / f"{name}-truth.csv").read_text(encoding="utf-8")


def test_rows_and_blemishes(sample):
    definition, validation = sample
    audit = summarise_audit(validation, definition)
    assert (audit.rows_read, audit.rows_accepted, audit.rows_quarantined) == (108, 100, 8)
    assert all(5 <= count <= 12 for count in audit.respondents_by_unit.values())
    blemishes = {
        "out_of_range",
        "duplicate_response",
        "conflicting_id",
        "unfinished",
        "incomplete",
        "straight_line",
        "unknown_unit",
    }
    assert set(audit.reasons) == blemishes
    assert audit.dont_know > 0
    assert audit.skipped > 0
    assert audit.synthetic_respondents == 100
    shared = validation.accepted.group_by("unit", "cluster").len().filter(pl.col("len") == 2)
    assert shared.height == 6


def test_single_ratings_spread_as_those_of_people(sample):
    definition, validation = sample
    grouped = validation.accepted.group_by("unit")
    spread = grouped.agg(pl.col(q).std() for q in definition.question_ids).drop("unit").to_numpy()
    mean = grouped.agg(pl.col(q).mean() for q in definition.question_ids).drop("unit").to_numpy()
    order = validation.accepted["unit"].n_unique()
    assert spread.shape == mean.shape == (order, 24)
    assert 1 <= spread[mean < 9].mean() <= 2


def test_planted_scores_lie_near_the_sample_scores():
    truth = make_sample("offshore-bpo-2021")[1]
    gap = truth["planted_score"] - truth["sample_score"]
    assert abs(gap.mean()) < 1
    assert gap.std() < 6


def test_expected_rating_is_the_mean_of_many_simulated_ones():
    latent = np.linspace(-1, 12, 24)
    draws = draw_answers(np.random.default_rng(1), 40_000, STRUCTURE, MODEL)
    simulated = simulate_answers(latent, draws, STRUCTURE).mean(axis=0)
    assert np.abs(simulated - expect_rating(latent, MODEL, STRUCTURE.minimum, STRUCTURE.maximum)).max() < 0.04


def test_calibration_meets_targets_and_exact_scores_without_touching_the_draws():
    draws = draw_answers(np.random.default_rng(3), 12, STRUCTURE, MODEL)
    kept = draws.deviation.copy()
    latent = calibrate_latents(
        np.full(10, 80.0), np.zeros(24), draws, STRUCTURE, exact_categories={0: 76.7}, exact_overall=80.3
    )
    scores = score_answers(simulate_answers(latent, draws, STRUCTURE), STRUCTURE)
    assert f"{scores[1]:.1f}" == "76.7"
    assert f"{scores[0]:.1f}" == "80.3"
    assert (draws.deviation == kept).all()


def test_an_unreachable_score_is_refused():
    draws = draw_answers(np.random.default_rng(3), 12, STRUCTURE, MODEL)
    with pytest.raises(ValueError, match="cannot reach"):
        calibrate_latents(np.full(10, 80.0), np.zeros(24), draws, STRUCTURE, exact_overall=101.0)
