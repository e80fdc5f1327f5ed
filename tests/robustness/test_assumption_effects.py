"""Effects of the assumptions of an index: every exchange against one index scored alone, known variances, zeros."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from bpo_index.robustness.assumptions import effects as assumption_effects
from bpo_index.robustness.assumptions import evaluations as exchanges
from bpo_index.robustness.assumptions.combinations import list_combinations, plan_drawing, share_levels
from bpo_index.robustness.assumptions.effects import (
    analyse_assumptions,
    choose_blocks,
    tabulate_effects,
)
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.robustness.sampling.moderation import moderate_variances
from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.preparation import gather_evidence
from bpo_index.scoring.unit_means import estimate_unit_means
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import read_sample


def vary(definition, **block):
    return definition.model_copy(update={"uncertainty": definition.uncertainty.model_copy(update=block)})


@pytest.fixture(scope="module")
def sample():
    definition, accepted = read_sample()
    return definition, accepted, score_units(accepted, definition)


def find_ranked(scores):
    published = scores.units.filter(~pl.col("suppressed"))
    ranked = published["ranked"].to_numpy()
    return ranked, published["rank"].to_numpy()[ranked].astype(np.int64)


def analyse(definition, accepted, scores, *, blocks=8, seed=1, **options):
    combinations = list_combinations(accepted, scores, definition)
    return analyse_assumptions(
        combinations, definition, *find_ranked(scores), seed=np.random.SeedSequence(seed), blocks=blocks, **options
    )


@pytest.mark.parametrize("nominal", ["scale", "min_max", "percentile_rank"])
def test_every_exchange_is_the_index_scored_alone(sample, nominal):
    """Levels of each factor from A or from B, put into a definition and scored by itself."""
    plain, accepted, _ = sample
    method = plain.method.model_copy(update={"normalisation": nominal})
    definition = vary(plain.model_copy(update={"method": method}), excluded_question=0.5)
    scores = score_units(accepted, definition)
    combinations = list_combinations(accepted, scores, definition)
    structure, ranked = combinations[0].structure, find_ranked(scores)
    factors, blocks = exchanges.list_factors(definition, structure), 2
    design = exchanges.Design(
        factors,
        combinations,
        share_levels(definition),
        plan_drawing(definition, structure),
        definition.method,
        *ranked,
        blocks,
    )
    # By hand without moderation, which has tests of its own.
    rows = exchanges.replace(exchanges.draw_rows(np.random.default_rng(3), design), normal=None)
    plan = exchanges.plan_evaluations(design, rows, blocks)
    found = exchanges.score_evaluations(design, rows, plan)
    assert len(factors) == 7
    assert plan.varied.shape == (2**7, blocks)
    assert plan.held.shape == (2**6, blocks)
    assert len(found) < plan.varied.size + plan.held.size

    def score_alone(sides, block, normalisation=None):
        chosen = {
            key: list(shares)[rows.levels[key][sides[key], block] if key in sides else 0]
            for key, shares in design.shares.items()
        }
        picked = next(c for c in combinations if dict(c.levels) == chosen)
        changed = picked.structure.method
        if normalisation:
            own = {"normalisation": normalisation, "normalisation_range": method.normalisation_range}
            changed = changed.model_copy(update=own)
        column = sides["respondents"] * blocks + block
        means = np.array(
            [
                Resampler(unit).average(rows.counts[n][:, column : column + 1])[:, 0]
                for n, unit in enumerate(picked.answers)
            ]
        )
        category = rows.weights[sides["weights"], block].copy()
        question = np.ones(len(structure.node_of))
        for factors_, name in ((category, "excluded category"), (question, "excluded question")):
            if rows.levels[name][sides[name], block] >= 0:
                factors_[rows.levels[name][sides[name], block]] = 0
        built = exchanges.replace(picked.structure, method=changed)
        alone = score_means(means, built, node_factors=category, question_factors=question)
        return alone[ranked[0], 0]

    rng = np.random.default_rng(0)
    for mask in rng.choice(2**7, 24, replace=False):
        sides = {factor: int(mask) >> bit & 1 for bit, factor in enumerate(factors)}
        for block in range(blocks):
            np.testing.assert_allclose(found[plan.varied[mask, block]], score_alone(sides, block), atol=1e-8)
    held = [factor for factor in factors if factor != "normalisation"]
    for mask in rng.choice(2**6, 16, replace=False):
        sides = {factor: int(mask) >> bit & 1 for bit, factor in enumerate(held)}
        for block in range(blocks):
            wanted = score_alone(sides, block, nominal)
            np.testing.assert_allclose(found[plan.held[mask, block]], wanted, atol=1e-8)


def test_shapley_effects_sum_to_the_variance_and_replicates_without_a_rank_are_counted(sample):
    definition, accepted, scores = sample
    effects = analyse(definition, accepted, scores, blocks=16)
    units = scores.units.filter("ranked")["unit"].to_list()
    table = tabulate_effects(effects, units)
    sums = table.group_by("output", "unit").agg(pl.col("shapley").sum(), pl.col("total").sum())
    assert sums["shapley"].to_numpy() == pytest.approx(1, abs=1e-5)
    assert (sums["total"] >= 0.999).all()
    assert table.filter((pl.col("output") == "score") & (pl.col("assumption") == "normalisation")).is_empty()
    left_out = table.filter(pl.col("output") == "all_ranks")["blocks_left_out"]
    assert 0 < left_out[0] < table["blocks"][0] / 4
    # A unit whose every question is always rated has its score in every block.
    assert table.filter((pl.col("output") == "score") & (pl.col("unit") == "COL"))["blocks_left_out"].sum() == 0
    ranks = effects.ranks.variance
    assert ranks[-1] == pytest.approx(ranks[:-2].sum())


def test_an_assumption_without_effect_gets_exactly_zero(sample):
    """Answers without gaps are the same under every treatment of missing ones."""
    definition, accepted, _ = sample
    whole = accepted.with_columns(pl.col(definition.question_ids).fill_null(7))
    scores = score_units(whole, definition)
    table = tabulate_effects(analyse(definition, whole, scores), scores.units.filter("ranked")["unit"].to_list())
    nothing = table.filter(pl.col("assumption") == "missing_answers")
    for name in ("first_order", "total", "shapley", "shapley_low", "shapley_high", "total_high"):
        assert (nothing[name] == 0).all()
    assert (table["blocks_left_out"] == 0).all()


def test_the_variance_from_respondents_alone_is_the_moderated_squared_standard_error(sample):
    definition, accepted, scores = sample
    alone = vary(
        definition, weight_variation=0.0, normalisation={}, aggregation={}, missing_answers={}, excluded_category=0.0
    )
    effects = analyse(alone, accepted, scores, blocks=256)
    assert effects.factors == ("respondents",)
    assert effects.ranks.shapley == pytest.approx(1)
    answers, structure = scores.sample.answers, scores.sample.structure
    evidence = gather_evidence(answers, [unit.weights for unit in answers], structure)
    se = linearise_standard_errors(answers, structure, evidence)[0][:, 0]
    score = score_means(estimate_unit_means(answers), structure)[:, 0]
    drawn = moderate_variances(se**2, score * (100 - score), np.array([float(unit.clusters) for unit in answers]))
    assert np.sqrt(effects.scores.variance) == pytest.approx(np.sqrt(drawn), rel=0.12)


def test_fixed_answers_and_dirichlet_weights_have_the_variance_of_the_formula(sample):
    """Var(score) = (sum m x^2 - (sum m x)^2) / (a + 1), and the weights explain all of it."""
    definition, accepted, scores = sample
    alone = vary(
        definition, respondents=False, normalisation={}, aggregation={}, missing_answers={}, excluded_category=0.0
    )
    effects = analyse(alone, accepted, scores, blocks=256)
    assert effects.factors == ("weights",)
    concentration = plan_drawing(alone, scores.sample.structure).concentrations[0]
    categories = score_means(estimate_unit_means(scores.sample.answers), scores.sample.structure)[:, 1:]
    assert effects.scores.variance == pytest.approx(categories.var(axis=1) / (concentration + 1), rel=0.08)


def test_the_same_bits_under_threads_and_processes_and_another_seed_agrees(sample):
    definition, accepted, scores = sample
    expected = analyse(definition, accepted, scores)
    with ThreadPoolExecutor(3) as threads, ProcessPoolExecutor(2) as processes:
        for executor in (threads, processes):
            again = analyse(definition, accepted, scores, executor=executor)
            for mine, theirs in ((expected.ranks, again.ranks), (expected.scores, again.scores)):
                for one, other in zip(vars(mine).values(), vars(theirs).values(), strict=True):
                    assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
    other = analyse(definition, accepted, scores, seed=2)
    assert other.ranks.shapley[:, -1] == pytest.approx(expected.ranks.shapley[:, -1], abs=0.05)


def test_nothing_varies_and_nothing_is_ranked(sample):
    definition, accepted, scores = sample
    nothing = vary(
        definition,
        respondents=False,
        weight_variation=0.0,
        normalisation={},
        aggregation={"geometric": 1.0},
        missing_answers={},
        excluded_category=0.0,
    )
    assert analyse(nothing, accepted, scores) is None
    combinations = list_combinations(accepted, scores, definition)
    none = np.zeros(12, dtype=bool)
    seed = np.random.SeedSequence(1)
    assert analyse_assumptions(combinations, definition, none, np.empty(0, int), seed=seed, blocks=2) is None
    assert tabulate_effects(None, []).is_empty()


@pytest.mark.parametrize(("replicates", "blocks"), [(100, 2), (10_000, 32), (20_000, 64), (10_000_000, 256)])
def test_more_replicates_take_more_blocks(replicates, blocks):
    assert choose_blocks(replicates) == blocks


def test_a_large_index_is_scored_a_piece_at_a_time(sample, monkeypatch):
    definition, accepted, scores = sample
    whole = analyse(definition, accepted, scores, blocks=4)
    monkeypatch.setattr(exchanges, "CELLS_IN_TASK", 3_000)
    monkeypatch.setattr(assumption_effects, "CELLS_IN_TASK", 3_000)
    parts = analyse(definition, accepted, scores, blocks=4)
    assert parts.ranks.shapley == pytest.approx(whole.ranks.shapley, abs=1e-9)
    assert parts.scores.total == pytest.approx(whole.scores.total, abs=1e-9)
