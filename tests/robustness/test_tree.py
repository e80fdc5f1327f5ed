"""An index of three levels: replicates, errors, rank sets, Sobol indices, weights, influence, by hand at each level."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import yaml

from bpo_index.definition import load_definition
from bpo_index.files.resources import find_resource
from bpo_index.publication.neighbours import tabulate_neighbours
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.assumptions.combinations import (
    find_concentrations,
    list_combinations,
    plan_drawing,
    share_levels,
)
from bpo_index.robustness.assumptions.evaluations import (
    Design,
    draw_rows,
    list_factors,
    plan_evaluations,
    score_evaluations,
)
from bpo_index.robustness.assumptions.sensitivity import estimate_sensitivity, sum_blocks
from bpo_index.robustness.ranks.rank_sets import find_rank_sets
from bpo_index.robustness.replicates import (
    Drawing,
    Scenario,
    draw_node_factors,
    draw_questions_kept,
    evaluate_replicates,
)
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.robustness.weights.order_changes import find_stability_intervals, find_swaps, list_pairs
from bpo_index.scoring.implied_scores import imply_scores
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import find_published_as_bounds, find_ranked, score_units, unit_score_matrix
from bpo_index.validation.validate import validate_responses
from tests.trees import build, list_by_hand, make_raw

SAMPLE = "service-locations-2023"
ENDS = (1.0, 7.0)


@pytest.fixture(scope="module")
def raw():
    return yaml.safe_load(find_resource("sample_data", f"{SAMPLE}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def accepted():
    definition = load_definition(find_resource("sample_data", f"{SAMPLE}.yaml"))
    responses = read_responses([find_resource("sample_data", f"{SAMPLE}.csv")], definition)
    return validate_responses(responses, definition).accepted


@pytest.fixture(scope="module")
def scores(raw, accepted):
    return score_units(accepted, build(raw))


def average_by_hand(unit, counts):
    """Return the means of the questions of a unit, its sampling units drawn so often."""
    weights = unit.weights * counts[unit.cluster]
    means = []
    for column in unit.ratings.T:
        there = ~np.isnan(column) & (weights > 0)
        means.append(float((weights * column)[there].sum() / weights[there].sum()) if there.any() else float("nan"))
    return np.array(means)


def score_replicates_by_hand(raw, answers, counts, factors=None):
    """Return replicates x units x nodes."""
    size = counts[0].shape[1]
    return np.array(
        [
            [
                list_by_hand(
                    raw, average_by_hand(unit, counts[n][:, r]), ends=ENDS, factors=factors[r] if factors else None
                )
                for n, unit in enumerate(answers)
            ]
            for r in range(size)
        ]
    )


def test_replicates_with_everything_drawn_are_those_of_each_level_by_hand(raw, scores):
    definition, sample = build(raw), scores.sample
    structure = sample.structure
    drawing = Drawing(
        respondents=True,
        concentrations=find_concentrations(0.25, structure),
        excluded_category=0.5,
        excluded_question=0.5,
    )
    assert list(drawing.concentrations) == [0, 1, 5, 9]
    size, seed = 12, np.random.SeedSequence(5)
    scenario = Scenario(structure, sample.answers, size)
    # The same draws as those of the first chunk, taken apart.
    rng = np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=(0,)))
    counts = [Resampler(unit).draw_counts(rng, size) for unit in sample.answers]
    factors, kept = draw_node_factors(rng, structure, drawing, size), draw_questions_kept(rng, structure, drawing, size)
    named = [
        {node.id: factors[r, node.number] for node in definition.category_nodes}
        | dict(zip(definition.question_ids, kept[r], strict=True))
        for r in range(size)
    ]
    assert (factors == 0).any()
    assert (kept == 0).any()
    by_hand = score_replicates_by_hand(raw, sample.answers, counts, named)
    own = np.nan_to_num(by_hand.mean(axis=0), nan=50.0)
    ranked = np.ones(own.shape, dtype=bool)
    summary = evaluate_replicates([scenario], own, ranked, seed=seed, drawing=drawing)
    there = ~np.isnan(by_hand)
    assert (summary.computed == there.sum(axis=0)).all()
    np.testing.assert_allclose(summary.deviation, np.where(there, by_hand - own, 0).sum(axis=0), atol=1e-6)
    squares = (np.where(there, by_hand - own, 0) ** 2).sum(axis=0)
    np.testing.assert_allclose(summary.squares, squares, atol=1e-5)


def test_errors_and_rank_sets_are_those_of_replicates_by_hand(raw, accepted, scores):
    definition, sample, size, seed = build(raw), scores.sample, 300, 7
    robustness = assess_robustness(accepted, scores, definition, replicates=size, seed=seed)
    sampling_seed, _, rank_seed, *_ = np.random.SeedSequence(seed).spawn(5)
    rng = np.random.default_rng(np.random.SeedSequence(sampling_seed.entropy, spawn_key=(*sampling_seed.spawn_key, 0)))
    counts = [Resampler(unit).draw_counts(rng, size) for unit in sample.answers]
    drawn = score_replicates_by_hand(raw, sample.answers, counts)
    matrix, ranked = unit_score_matrix(scores), find_ranked(scores)
    column_seeds = rank_seed.spawn(matrix.shape[1])
    clusters = np.array([unit.clusters for unit in sample.answers])
    assert clusters.min() >= 5
    categories = robustness.categories.partition_by("category", as_dict=True, maintain_order=True)
    checked = smoothed = 0
    for node in definition.nodes:
        table = categories[(node.id,)] if node.category else robustness.units
        own = np.where(ranked[:, node.number], matrix[:, node.number], np.nan)
        se = np.full(len(own), np.nan)
        se[sample.published] = np.nanstd(drawn[..., node.number], axis=0, ddof=1)
        se[np.isnan(matrix[:, node.number])] = np.nan
        found = table["se"].fill_null(float("nan")).to_numpy()
        is_own = (table["error"] == "own").fill_null(value=False).to_numpy()
        np.testing.assert_allclose(found[is_own], se[is_own], atol=2e-6)
        is_smoothed = (table["error"] == "smoothed").fill_null(value=False).to_numpy()
        if is_smoothed.any():
            shown = np.where(find_published_as_bounds(scores)[:, node.number], np.nan, own)
            people = sample.raters[:, node.number]
            spread = shown * (100 - shown) / people
            usable = ~np.isnan(shown) & ~np.isnan(se)
            freedom = people - 1
            factor = (freedom * se**2 / spread)[usable].sum() / freedom[usable].sum()
            np.testing.assert_allclose(found[is_smoothed], np.sqrt(factor * spread)[is_smoothed], rtol=0.02)
            smoothed += 1
        if np.isnan(own[sample.published]).any():
            continue  # fewer sampling units rated the category of a unit that is not ranked in it
        degrees = np.full(len(own), np.nan)
        rated = [~np.isnan(unit.ratings[:, sample.structure.under[node.number]]).all(axis=1) for unit in sample.answers]
        degrees[sample.published] = [
            len(np.unique(unit.cluster[some])) - 1 for unit, some in zip(sample.answers, rated, strict=True)
        ]
        sets = find_rank_sets(own, se, degrees, 0.95, bounds=(0.0, 100.0), seed=column_seeds[node.number])
        for end in ("low", "high"):
            for column, held in ((f"marginal_rank_set_{end}", f"marginal_{end}"), (f"rank_set_{end}", f"set_{end}")):
                assert table[column].fill_null(0).to_list() == getattr(sets, held).tolist()
        checked += 1
    assert checked > 6
    assert smoothed > 4


def test_sobol_indices_are_those_of_exchanges_by_hand(raw, accepted):
    changed = deepcopy(raw)
    changed["uncertainty"] = {"aggregation": {"arithmetic": 1, "geometric": 1}, "excluded_category": 0.5}
    definition = build(changed)
    scores = score_units(accepted, definition)
    combinations = list_combinations(accepted, scores, definition)
    structure, blocks = combinations[0].structure, 4
    factors = list_factors(definition, structure)
    assert factors == ("respondents", "weights", "aggregation", "excluded category")
    ranked = scores.units["ranked"].to_numpy()[scores.sample.published]
    ranks = rank_units(unit_score_matrix(scores)[scores.units["ranked"].to_numpy(), 0])
    drawing = plan_drawing(definition, structure)
    design = Design(
        factors=factors,
        combinations=combinations,
        shares=share_levels(definition),
        drawing=drawing,
        method=definition.method,
        ranked=ranked,
        ranks=ranks,
        blocks=blocks,
    )
    # By hand without moderation, which has tests of its own.
    rows = replace(draw_rows(np.random.default_rng(3), design), normal=None)
    plan = plan_evaluations(design, rows, blocks)
    found = score_evaluations(design, rows, plan)[plan.varied]
    names = list(share_levels(definition)["aggregation"])
    by_hand = np.full(found.shape, np.nan)
    for mask in range(2 ** len(factors)):
        side = {factor: mask >> bit & 1 for bit, factor in enumerate(factors)}
        for block in range(blocks):
            method = deepcopy(changed)
            method["method"]["aggregation"] = names[rows.levels["aggregation"][side["aggregation"], block]]
            weights = rows.weights[side["weights"], block].copy()
            left_out = rows.levels["excluded category"][side["excluded category"], block]
            weights[left_out if left_out >= 0 else 0] *= 0 if left_out >= 0 else 1
            named = {node.id: weights[node.number] for node in definition.category_nodes}
            column = side["respondents"] * blocks + block
            own = [
                list_by_hand(method, average_by_hand(unit, rows.counts[n][:, column]), ends=ENDS, factors=named)[0]
                for n, unit in enumerate(combinations[0].answers)
            ]
            by_hand[mask, block] = np.array(own)[ranked]
    np.testing.assert_allclose(found, by_hand, atol=1e-7)
    first, second = (
        estimate_sensitivity([sum_blocks(values), sum_blocks(values[:, ::-1])]) for values in (found, by_hand)
    )
    np.testing.assert_allclose(first.shapley, second.shapley, atol=1e-6)
    np.testing.assert_allclose(first.total, second.total, atol=1e-6)


def test_each_set_of_siblings_has_its_own_dirichlet_distribution(scores):
    structure = scores.sample.structure
    concentrations = find_concentrations(0.25, structure)
    factors = draw_node_factors(np.random.default_rng(1), structure, Drawing(concentrations=concentrations), 60_000)
    for node in structure.holders:
        shares = node.nominal / node.nominal.sum()
        weights = factors[:, node.children] * shares
        assert weights.sum(axis=1) == pytest.approx(np.ones(60_000))
        variance = shares * (1 - shares) / (concentrations[node.number] + 1)
        assert weights.mean(axis=0) == pytest.approx(shares, rel=0.01)
        assert weights.var(axis=0) == pytest.approx(variance, rel=0.04)
    # Sets are drawn independently of one another.
    assert np.abs(np.corrcoef(factors[:, [2, 6, 10]].T) - np.eye(3)).max() < 0.03


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric"])
def test_linearised_errors_are_those_of_derivatives_by_hand(raw, accepted, aggregation):
    changed = deepcopy(raw)
    if aggregation == "arithmetic":
        del next(category for category in changed["categories"] if "aggregation" in category)["aggregation"]
    scores = score_units(accepted, build(changed))
    sample = scores.sample
    assert sample.structure.is_linear == (aggregation == "arithmetic")
    errors, clusters = linearise_standard_errors(sample.answers, sample.structure)
    for n in (0, 4):
        unit = sample.answers[n]
        means, step = average_by_hand(unit, np.ones(unit.clusters)), 1e-4
        moved = np.zeros((unit.clusters, errors.shape[1]))
        for question in range(len(means)):
            shift = step * np.eye(len(means))[question]
            slope = (
                list_by_hand(changed, means + shift, ends=ENDS) - list_by_hand(changed, means - shift, ends=ENDS)
            ) / (2 * step)
            there = ~np.isnan(unit.ratings[:, question])
            share = unit.weights * there / unit.weights[there].sum()
            residual = np.where(there, unit.ratings[:, question] - means[question], 0.0) * share
            moved += np.bincount(unit.cluster, weights=residual, minlength=unit.clusters)[:, np.newaxis] * slope
        k = clusters[n]
        np.testing.assert_allclose(errors[n], np.sqrt(k / (k - 1) * (moved**2).sum(axis=0)), rtol=2e-4)


def test_swaps_and_stability_are_those_of_the_categories_under_one_node(raw, accepted, scores):
    definition = build(raw)
    tables = assess_robustness(accepted, scores, definition, replicates=100, seed=1).weights
    ranked, structure = find_ranked(scores), scores.sample.structure
    matrix = imply_scores(
        unit_score_matrix(scores),
        np.where(find_published_as_bounds(scores), unit_score_matrix(scores, bounds=True), np.nan),
        enough=~scores.sample.is_small,
        structure=structure,
        weights=structure.node_weights,
    )
    codes, seen = [unit.code for unit in definition.units], 0
    for node in structure.holders:
        name = definition.nodes[node.number].id or None
        swaps = tables.weight_swaps.filter(pl.col("parent").eq_missing(pl.lit(name)))
        chosen = np.flatnonzero(ranked[:, node.number] & ~np.isnan(matrix[:, node.children]).any(axis=1))
        values = matrix[chosen][:, node.children]
        values = np.log(values) if node.aggregation.name == "geometric" else values
        shares = node.nominal / node.nominal.sum()
        pairs = list_pairs(rank_units(matrix[chosen, node.number]))
        gaps = values[pairs[0]] - values[pairs[1]]
        expected = find_swaps(gaps, shares)
        assert swaps["ahead"].to_list() == [codes[chosen[n]] for n in pairs[0]]
        np.testing.assert_allclose(
            swaps["weight_moved"].fill_null(float("nan")).to_numpy(), expected.moved, atol=1e-6, equal_nan=True
        )
        stable = find_stability_intervals(gaps, shares)
        ids = [definition.nodes[n].id for n in node.children]
        kept = tables.weight_intervals.filter(pl.col("kept") == "ranking", pl.col("category").is_in(ids))
        np.testing.assert_allclose(kept["low"].to_numpy(), stable.low, atol=1e-6)
        places = tables.rank_acceptability.filter(pl.col("parent").eq_missing(pl.lit(name)), weights="all")
        assert places.height == len(chosen) ** 2
        assert places.group_by("unit").agg(pl.col("share").sum())["share"].to_numpy() == pytest.approx(1, abs=1e-5)
        seen += 1
    assert seen == 4


def test_every_category_is_left_out_once(raw, accepted, scores):
    definition, sample = build(raw), scores.sample
    without = assess_robustness(accepted, scores, definition, replicates=100, seed=1).influence.ranks_without
    left_out = without.filter(left_out="category")
    assert left_out["item"].unique(maintain_order=True).to_list() == [node.id for node in definition.category_nodes]
    published = np.flatnonzero(sample.published)
    ranked = scores.units["ranked"].to_numpy()[published]
    means = [average_by_hand(unit, np.ones(unit.clusters)) for unit in sample.answers]
    for node in definition.category_nodes:
        own = np.array([list_by_hand(raw, row, ends=ENDS, factors={node.id: 0.0})[0] for row in means])
        ranks = dict(zip([definition.units[n].code for n in published[ranked]], rank_units(own[ranked]), strict=True))
        found = dict(left_out.filter(item=node.id).select("unit", "rank_without").iter_rows())
        assert found == ranks


def test_contributions_nest(raw, scores):
    definition = build(raw)
    ranking = scores.units.sort("rank", nulls_last=True)
    table = tabulate_neighbours(ranking, scores.categories, scores.weights, definition)
    parents = {node.id: node.parent_id for node in definition.category_nodes}
    assert table.height > 60
    for (_, _), part in table.group_by("ahead", "behind", maintain_order=True):
        found = dict(part.select("category", "contribution").iter_rows())
        top = sum(value for name, value in found.items() if parents[name] is None)
        assert top == pytest.approx(part["difference"][0], abs=1e-6)
        for name, value in found.items():
            held = [found[child] for child, parent in parents.items() if parent == name and child in found]
            if held:
                assert sum(held) == pytest.approx(value, abs=1e-6)


def make_answers(definition, respondents=7):
    rng = np.random.default_rng(9)
    rows = []
    for n, unit in enumerate(definition.units):
        for r in range(respondents):
            ratings = rng.integers(2 + n % 4, 11, len(definition.questions)).astype(float)
            rows.append((unit.code, f"{unit.code}-{r}", 1.0, None, *ratings))
    names = ["unit", "respondent_id", "design_weight", "cluster", *definition.question_ids]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("cluster").cast(pl.String))


def test_a_category_alone_in_another_changes_no_number_of_the_index():
    """Draws, rank sets, sensitivity and shares of replicates of the index are the same to the bit."""
    held = [
        {"id": f"c{n}", "title": f"C {n}", "questions": [{"id": f"q{n}_{k}", "text": f"Q {n} {k}"} for k in range(2)]}
        for n in range(3)
    ]
    uncertainty = {"aggregation": {"arithmetic": 1, "geometric": 1}, "excluded_category": 0.3, "excluded_question": 0.3}
    plain = build(make_raw(held, units=5, uncertainty=uncertainty))
    wrapped = [{"id": f"w{n}", "title": f"W {n}", "categories": [one]} for n, one in enumerate(held)]
    nested = build(make_raw(wrapped, units=5, uncertainty=uncertainty))
    accepted = make_answers(plain)
    results = []
    for definition in (plain, nested):
        scores = score_units(accepted, definition)
        results.append((scores, assess_robustness(accepted, scores, definition, replicates=400, seed=3)))
    (first_scores, first), (second_scores, second) = results
    assert first_scores.units.equals(second_scores.units)
    assert first.units.equals(second.units)
    for name in ("sensitivity", "method_ranks"):
        assert getattr(first, name).equals(getattr(second, name))
    for name in vars(first.ranks):
        assert getattr(first.ranks, name).equals(getattr(second.ranks, name))
    columns = ["se", "ci_low", "ci_high", "p_first", "p_top3"]
    inner = second.categories.filter(pl.col("category").str.starts_with("c"))
    assert first.categories.select("unit", "category", *columns).equals(inner.select("unit", "category", *columns))


def test_structure_of_a_fourth_level_is_only_a_longer_definition():
    leaf = {"id": "leaf", "title": "Leaf", "questions": [{"id": "q1", "text": "One"}]}
    other = {"id": "other", "title": "Other", "questions": [{"id": "q2", "text": "Two"}]}
    third = {"id": "third", "title": "Third", "categories": [leaf, other]}
    beside = {"id": "beside", "title": "Beside", "questions": [{"id": "q3", "text": "Three"}]}
    second = {"id": "second", "title": "Second", "categories": [third, beside]}
    last = {"id": "last", "title": "Last", "questions": [{"id": "q4", "text": "Four"}]}
    definition = build(make_raw([second, last], units=4))
    accepted = make_answers(definition)
    scores = score_units(accepted, definition)
    structure = IndexStructure.from_definition(definition)
    assert [node.level for node in structure.nodes] == [0, 1, 2, 3, 3, 2, 1]
    robustness = assess_robustness(accepted, scores, definition, replicates=200, seed=1)
    assert robustness.categories["category"].n_unique() == 6
    assert robustness.weights.weight_swaps["parent"].unique().drop_nulls().sort().to_list() == ["second", "third"]
