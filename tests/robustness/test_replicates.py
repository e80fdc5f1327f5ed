"""The replicate engine: known variances, tallies by hand, the same bits under every executor, interruption."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from bpo_index.definition import load_definition
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.robustness.assumptions.combinations import (
    allot_replicates,
    find_concentrations,
    list_combinations,
    plan_drawing,
    tabulate_assumptions,
)
from bpo_index.robustness.executors import open_executor
from bpo_index.robustness.ranks.tallies import tally_ranks
from bpo_index.robustness.replicates import (
    CHUNK_SIZE,
    Drawing,
    Scenario,
    draw_node_factors,
    draw_questions_kept,
    evaluate_replicates,
    find_nominal_weights,
)
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers
from bpo_index.scoring.unit_scores import score_units, unit_score_matrix
from tests.limits import HANG_SECONDS
from tests.surveys import make_definition, read_sample

FOUR = IndexStructure.of_categories(np.arange(4), np.ones(4), np.array([4.0, 3.0, 2.0, 1.0]))


def make_answers(units=3, respondents=6, questions=4, seed=0):
    rng = np.random.default_rng(seed)
    return [
        UnitAnswers(
            f"U{n}",
            rng.integers(3, 11, (respondents, questions)).astype(float),
            np.ones(respondents),
            np.arange(respondents),
        )
        for n in range(units)
    ]


def evaluate(answers, structure, replicates, drawing=None, seed=7, columns=None, executor=None, **options):
    means = np.array([np.nanmean(unit.ratings, axis=0) for unit in answers])
    scores = score_means(means, structure)[:, :columns]
    scenarios = [Scenario(structure, answers, replicates)]
    return scores, evaluate_replicates(
        scenarios, scores, ~np.isnan(scores), seed=seed, drawing=drawing, executor=executor, **options
    )


def list_bits(summary):
    """Return everything in a summary as bytes."""
    parts = [summary.computed, summary.deviation, summary.squares, summary.products]
    parts += [np.asarray(value) for tally in summary.tallies for value in vars(tally).values()]
    return [part.tobytes() for part in parts]


def test_dirichlet_weights_have_the_variance_of_the_formula():
    """Var(score) = (sum m x^2 - (sum m x)^2) / (a + 1) for Dirichlet(a m) weights on fixed scores x."""
    answers, concentration = make_answers(units=2), 20.0
    drawing = Drawing(respondents=False, concentrations={0: concentration})
    scores, summary = evaluate(answers, FOUR, 200_000, drawing)
    x, m = scores[:, 1:], FOUR.index.nominal / 10
    expected = (x**2 @ m - (x @ m) ** 2) / (concentration + 1)
    assert summary.estimate_standard_errors()[:, 0] ** 2 == pytest.approx(expected, rel=0.02)
    assert summary.estimate_standard_errors()[:, 1:] == pytest.approx(0, abs=1e-6)
    assert summary.deviation[:, 0] / 200_000 == pytest.approx(0, abs=0.05)


def test_weights_vary_as_the_definition_says():
    structure = IndexStructure.from_definition(load_definition("offshore-bpo-2021"))
    concentrations = find_concentrations(0.25, structure)
    assert concentrations == {0: pytest.approx(143)}
    factors = draw_node_factors(np.random.default_rng(1), structure, Drawing(concentrations=concentrations), 50_000)
    assert (factors[:, 0] == 1).all()
    weights = factors[:, 1:] * find_nominal_weights(structure.index)
    assert weights.sum(axis=1) == pytest.approx(np.ones(50_000))
    assert weights.std(axis=0) / weights.mean(axis=0) == pytest.approx(np.full(10, 0.25), rel=0.03)
    assert find_concentrations(0.0, structure) == {}


def test_one_category_is_left_out_as_often_as_asked_and_each_as_often():
    factors = draw_node_factors(np.random.default_rng(1), FOUR, Drawing(excluded_category=0.4), 40_000)
    left_out = (factors == 0).sum(axis=1)
    assert set(left_out.tolist()) == {0, 1}
    assert (left_out == 1).mean() == pytest.approx(0.4, abs=0.02)
    assert (factors == 0).mean(axis=0) == pytest.approx([0, 0.1, 0.1, 0.1, 0.1], abs=0.01)


def test_only_questions_of_categories_with_several_are_left_out():
    structure = IndexStructure.of_categories(np.array([0, 1, 1]), np.ones(3), np.ones(2))
    kept = draw_questions_kept(np.random.default_rng(1), structure, Drawing(excluded_question=1.0), 1_000)
    assert (kept[:, 0] == 1).all()
    assert (kept[:, 1:].sum(axis=1) == 1).all()
    answers = make_answers(questions=3)
    scores, summary = evaluate(answers, structure, 4_000, Drawing(respondents=False, excluded_question=1.0))
    means = np.array([unit.ratings.mean(axis=0) for unit in answers])
    half_gap = 10 * np.abs(means[:, 1] - means[:, 2]) / 2
    assert summary.estimate_standard_errors()[:, 2] == pytest.approx(half_gap, rel=0.01, abs=1e-9)
    assert scores.shape == (3, 3)


@pytest.mark.parametrize("size", [1, 40])
def test_a_chunk_is_the_index_of_each_replicate(size):
    """Drawn means, weights and exclusions scored together and one by one: every normalisation and aggregation."""
    rng = np.random.default_rng(3)
    structure = IndexStructure.of_categories(
        np.array([0, 0, 1, 2, 2]), np.ones(5), np.array([2.0, 1.0, 1.0]), reverse=np.array([False, True, *[False] * 3])
    )
    # Replicates last in memory, as the engine has them; a gap, tied units and a zero among them.
    memory = np.round(rng.uniform(0, 10, (5, 6, size)), 1)
    memory[1, 2, 0], memory[3, 1, -1], memory[4, :, size // 2], memory[0, 3] = np.nan, 0.0, 5.0, memory[0, 4]
    means = memory.transpose(2, 1, 0)
    factors, kept = rng.gamma(5, size=(size, 4)), np.ones((size, 5))
    factors[0, 2] = kept[0, 3] = 0.0
    for normalisation, aggregation in product(
        ("scale", "min_max", "z_score", "borda", "rank", "percentile_rank", "robust"),
        ("arithmetic", "geometric", "harmonic", "median"),
    ):
        method = structure.method.model_copy(
            update={"normalisation": normalisation, "aggregation": aggregation, "normalisation_range": (1.0, 100.0)}
        )
        varied = replace(structure, method=method)
        together = score_means(means, varied, node_factors=factors, question_factors=kept)
        for n in range(size):
            alone = score_means(
                np.ascontiguousarray(means[n]), varied, node_factors=factors[n], question_factors=kept[n]
            )
            np.testing.assert_allclose(together[n], alone, atol=2e-9, err_msg=f"{normalisation} {aggregation} {n}")


def test_a_tally_is_ranks_and_shares_counted_one_by_one():
    rng = np.random.default_rng(4)
    scores = np.round(rng.normal(50, 3, (5, 300)))  # many ties
    nominal = np.array([2, 1, 3, 5, 4])
    tally = tally_ranks(scores, nominal)
    ranks = rank_units(scores.T)
    assert tally.replicates == 300
    for unit in range(5):
        assert tally.ranks[unit].tolist() == [int((ranks[:, unit] == r).sum()) for r in range(1, 6)]
        for other in range(5):
            assert tally.wins[unit, other] == (scores[unit] > scores[other]).sum()
    for k in range(1, 6):
        # t units tied from rank r: each has a place among the first k with probability (k + 1 - r) / t.
        tied = (scores[:, np.newaxis] == scores).sum(axis=1)
        shares = np.clip((k + 1 - ranks.T) / tied, 0, 1)
        assert tally.share_top(k) == pytest.approx(shares.mean(axis=1))
        firsts = nominal <= k
        assert tally.holds[k - 1] == (ranks[:, firsts] <= k).all(axis=1).sum()
    assert tally.mean_shift == pytest.approx(np.abs(ranks - nominal).mean())
    assert tally.place_shares.sum(axis=0) == pytest.approx(np.ones(5))
    assert tally.p_ahead + tally.p_ahead.T == pytest.approx(np.ones((5, 5)))
    assert tally.find_quantiles(0.5).tolist() == np.quantile(ranks, 0.5, axis=0, method="inverted_cdf").tolist()
    halves = tally_ranks(scores[:, :100], nominal) + tally_ranks(scores[:, 100:], nominal)
    assert [np.asarray(value).tolist() for value in vars(halves).values()][:1] == [300]
    assert halves.places == pytest.approx(tally.places)
    assert (halves.ranks == tally.ranks).all()


def test_nominal_ties_have_no_first_ranks():
    tally = tally_ranks(np.array([[9.0, 9.0], [8.0, 8.0], [7.0, 8.5]]), np.array([1, 1, 3]))
    assert tally.holds.tolist() == [0, 1, 2]


def test_a_replicate_that_cannot_be_ranked_is_counted_and_spoils_nothing():
    answers = make_answers()
    sparse = answers[1].ratings.copy()
    sparse[1:, 2] = np.nan  # one rating only: often nobody drawn has it
    answers[1] = UnitAnswers("U1", sparse, answers[1].weights, answers[1].cluster)
    _, summary = evaluate(answers, FOUR, 6_000)
    lost = 1 - summary.rankable / 6_000
    assert lost[[0, 3]] == pytest.approx((5 / 6) ** 5, abs=0.02)
    assert lost[[1, 2, 4]].tolist() == [0, 0, 0]
    assert summary.computed[0].tolist() == [6_000] * 5
    assert np.isfinite(summary.estimate_standard_errors()).all()
    assert summary.tallies[0].places.sum() == pytest.approx(3 * summary.rankable[0])


class Shuffled(Executor):
    """Evaluates tasks on one thread, in an order of its own, when a result is wanted."""

    def __init__(self, seed):
        self.waiting, self.random = [], random.Random(seed)

    def submit(self, work, /, *arguments, **options):
        future = Waiting(self)
        self.waiting.append((future, work, arguments, options))
        return future

    def work(self):
        self.random.shuffle(self.waiting)
        future, work, arguments, options = self.waiting.pop()
        future.set_result(work(*arguments, **options))


class Waiting(Future):
    def __init__(self, executor):
        super().__init__()
        self.executor = executor

    def result(self, timeout=None):
        while not self.done():
            self.executor.work()
        return super().result(timeout)


@pytest.fixture(scope="module")
def sample():
    definition, accepted = read_sample()
    scores = score_units(accepted, definition)
    matrix = unit_score_matrix(scores)[:, :1]
    return definition, accepted, scores, matrix


@pytest.fixture(scope="module")
def run_sample(sample):
    """Return a function that evaluates all assumptions of the sample on an executor."""
    definition, accepted, scores, matrix = sample
    scenarios = allot_replicates(list_combinations(accepted, scores, definition), 16 * CHUNK_SIZE + 500)
    drawing = plan_drawing(definition, scores.sample.structure)

    def run(executor):
        return evaluate_replicates(scenarios, matrix, ~np.isnan(matrix), seed=11, drawing=drawing, executor=executor)

    return run


def test_every_bit_is_the_same_for_any_threads_and_order(run_sample):
    expected = list_bits(run_sample(None))
    for workers in (1, 2, 4):
        with ThreadPoolExecutor(workers) as threads:
            assert list_bits(run_sample(threads)) == expected
    for seed in range(2):
        assert list_bits(run_sample(Shuffled(seed))) == expected


def test_every_bit_is_the_same_on_dask_though_a_worker_is_killed_in_mid_run(run_sample, tmp_path):
    distributed = pytest.importorskip("distributed")
    expected = list_bits(run_sample(None))
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with (
        distributed.LocalCluster(**options, local_directory=str(tmp_path), silence_logs=50) as cluster,
        open_executor(cluster.scheduler_address) as executor,
    ):
        assert list_bits(run_sample(executor)) == expected
        victim = next(iter(cluster.workers.values())).process.pid
        killed = []

        class Killing(Executor):
            def submit(self, work, /, *arguments, **keywords):
                future = executor.submit(work, *arguments, **keywords)
                if not killed:
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)
                return future

        assert list_bits(run_sample(Killing())) == expected
        assert killed == [victim]


def test_a_dead_process_pool_is_one_sentence(run_sample):
    class Dying(ProcessPoolExecutor):
        def submit(self, work, /, *arguments, **keywords):
            return super().submit(os._exit, 1)

    with (
        Dying(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.raises(EnvironmentFailed, match="worker process ended"),
    ):
        run_sample(pool)


def test_a_scheduler_that_is_not_there_is_one_sentence(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("bpo_index.robustness.executors._CONNECT_SECONDS", 1)
    with pytest.raises((EnvironmentFailed, UsageError), match="scheduler"), open_executor("tcp://127.0.0.1:1"):
        pass
    with open_executor(None) as executor:
        assert executor is None


@pytest.mark.skipif(os.name == "nt", reason="needs SIGINT")
@pytest.mark.parametrize("method", ["{}", "{aggregation: kemeny}"])
def test_interruption_ends_a_run_of_hours_and_publishes_nothing(method, tmp_path, project):
    """All replicates would take hours; a machine may be loaded, so that it ends is looked at, and not when."""
    (tmp_path / "method.yaml").write_text(f"confidence_level: 0.9\n{method[1:-1]}\n", encoding="utf-8")
    out = tmp_path / "releases"
    command = [sys.executable, "-m", "bpo_index", "run", "sample_data/offshore-bpo-2021.csv", "--out", str(out)]
    command += ["--audit-dir", str(tmp_path / "audit"), "--replicates", "10000000"]
    command += ["--method", str(tmp_path / "method.yaml")]
    process = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not any(tmp_path.glob("audit/*")):
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 130
    assert said.startswith("bpo-index: Interrupted.")
    assert "Traceback" not in said
    assert not out.exists()


def test_progress_counts_to_the_end():
    seen = []
    evaluate(make_answers(), FOUR, 2 * CHUNK_SIZE + 10, progress=lambda done, total: seen.append((done, total)))
    total = 2 * CHUNK_SIZE + 10
    assert seen == [(CHUNK_SIZE, total), (2 * CHUNK_SIZE, total), (total, total)]


def test_chunks_of_a_large_index_are_small():
    assert Scenario(FOUR, make_answers(), 1).chunk_size == CHUNK_SIZE
    assert Scenario(FOUR, make_answers(respondents=2_000), 1).chunk_size == 600
    wide = IndexStructure.of_categories(np.zeros(500, dtype=int), np.ones(500), np.ones(1))
    assert Scenario(wide, make_answers(units=40, questions=500), 1).chunk_size == 60


def test_no_replicates_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        evaluate(make_answers(), FOUR, 0)


def test_scenarios_are_all_combinations_in_their_shares(sample):
    definition, accepted, scores, _ = sample
    block = definition.uncertainty.model_copy(
        update={
            "normalisation": {"scale": 3.0, "z_score": 1.0},
            "aggregation": {"geometric": 1.0},
            "missing_answers": {},
        }
    )
    varied = definition.model_copy(update={"uncertainty": block})
    scenarios = allot_replicates(list_combinations(accepted, scores, varied), 1_001)
    assert [scenario.replicates for scenario in scenarios] == [751, 250]
    assert dict(scenarios[0].levels) == {
        "normalisation": "scale",
        "aggregation": "geometric",
        "missing_answers": "available_case",
    }
    assert scenarios[1].structure.method.normalisation == "z_score"
    table = tabulate_assumptions(varied, scores.sample.structure, scenarios)
    rows = {(row["assumption"], row["level"]): row for row in table.iter_rows(named=True)}
    assert rows["normalisation", "scale"]["share"] == 0.75
    assert rows["normalisation", "z_score"]["replicates"] == 250
    assert rows["aggregation", "geometric"]["nominal"] is False
    assert rows["excluded category", "one category, drawn evenly"]["share"] == 0.5
    assert any(level.endswith("concentration 143") for _, level in rows)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("normalisation: {borda: 1}, normalisation_range: [0, 100], aggregation: {geometric: 1}", "do not go together"),
        (
            "normalisation: {min_max: 1}, normalisation_range: [0, 100], aggregation: {arithmetic: 1, harmonic: 1}",
            "min_max, aggregation harmonic",
        ),
        ("normalisation: {scale: 0}", "at least 0.000001"),
        ("normalisation: {median: 1}", "uncertainty.normalisation"),
        ("normalisation_range: [5, 1]", "above 5"),
        ("excluded_category: 2", "at most 1"),
        ("weights: 1", "not a key"),
    ],
)
def test_a_broken_block_is_refused_with_its_place(block, expected):
    with pytest.raises(UsageError, match=expected) as refused:
        make_definition(**{"quality_rules:": f"uncertainty: {{{block}}}\nquality_rules:"})
    assert "uncertainty" in str(refused.value)
