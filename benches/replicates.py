"""Full replicates of the sample's index per second, against a bare numpy kernel that draws, multiplies and ranks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benches.timing import time_in_turn
from bpo_index.definition import load_definition
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.robustness.replicates import Drawing, Scenario, evaluate_replicates
from bpo_index.scoring.preparation import prepare_sample
from bpo_index.scoring.unit_scores import score_units, unit_score_matrix
from bpo_index.validation.validate import validate_responses

REPLICATES = 240_000
KERNEL_CHUNK = 2_000
THREADS = 2
NORMALISATIONS = ("scale", "min_max", "z_score", "borda")
AGGREGATIONS = ("arithmetic", "geometric", "harmonic")
MISSING = ("available_case", "person_category_mean")


def list_scenarios(replicates: int) -> tuple[list[Scenario], np.ndarray]:
    """Return an equal mix of all combinations, and the overall scores of the sample (units x 1)."""
    definition = load_definition("offshore-bpo-2021")
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    accepted = validate_responses(responses, definition).accepted
    combinations = list(product(NORMALISATIONS, AGGREGATIONS, MISSING))
    scenarios = []
    for normalisation, aggregation, missing in combinations:
        varied = {
            "normalisation": normalisation,
            "normalisation_range": (1.0, 100.0),
            "aggregation": aggregation,
            "missing_answers": missing,
        }
        method = definition.method.model_copy(update=varied)
        sample = prepare_sample(accepted, definition.model_copy(update={"method": method}))
        scenarios.append(Scenario(sample.structure, sample.answers, replicates // len(combinations)))
    return scenarios, unit_score_matrix(score_units(accepted, definition))[:, :1]


def make_kernel(scenarios: list[Scenario], replicates: int) -> Callable[[], np.ndarray]:
    """Return the bare kernel: bootstrap counts times ratings, equal weights, ranks by comparison."""
    ratings = [np.nan_to_num(unit.ratings) for unit in scenarios[1].answers]

    def work(seed: np.random.SeedSequence) -> np.ndarray:
        rng = np.random.default_rng(seed)
        scores = np.empty((KERNEL_CHUNK, len(ratings)))
        for n, values in enumerate(ratings):
            k = len(values)
            drawn = rng.integers(0, k, (KERNEL_CHUNK, k - 1), dtype=np.uint16) + k * np.arange(KERNEL_CHUNK)[:, None]
            counts = np.bincount(drawn.reshape(-1), minlength=KERNEL_CHUNK * k).reshape(KERNEL_CHUNK, k)
            scores[:, n] = (counts.astype(float) @ values).mean(axis=1) / (k - 1)
        return np.asarray(1 + (scores[:, np.newaxis, :] > scores[:, :, np.newaxis]).sum(axis=2))

    def kernel() -> np.ndarray:
        seeds = np.random.SeedSequence(1).spawn(replicates // KERNEL_CHUNK)
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(THREADS) as pool:
            return sum(ranks.sum(axis=0) for ranks in pool.map(work, seeds))  # type: ignore[return-value]

    return kernel


def measure() -> list[dict[str, Any]]:
    replicates = REPLICATES
    scenarios, scores = list_scenarios(replicates)
    ranked = ~np.isnan(scores)
    drawing = Drawing(respondents=True, concentrations={0: 143.0})

    def ours() -> object:
        with ThreadPoolExecutor(THREADS) as pool:
            return evaluate_replicates(scenarios, scores, ranked, seed=1, drawing=drawing, executor=pool)

    seconds, peer_seconds = time_in_turn(ours, make_kernel(scenarios, replicates))
    ours_rate, peer_rate = replicates / seconds, replicates / peer_seconds
    return [
        {
            "name": "full replicates: respondents and weights drawn, 24 combinations of methods",
            "ours": ours_rate,
            "peer": peer_rate,
            "peer_name": "bare numpy kernel: counts times ratings, equal weights, ranks",
            "ratio": ours_rate / peer_rate,
            "target": 0.25,
            "unit": "replicates/s",
            "higher_is_better": True,
        }
    ]
