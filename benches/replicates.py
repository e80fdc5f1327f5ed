"""Replicates of the sample's index per second, against a bare numpy kernel that only draws, multiplies and ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benches.timing import time_in_turn
from bpo_index.definition import load_definition
from bpo_index.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.robustness import evaluate_replicates
from bpo_index.scoring import IndexStructure, score_units, split_units
from bpo_index.scoring.units import unit_score_matrix
from bpo_index.validation import validate_responses

REPLICATES = 10_000


def measure() -> list[dict[str, Any]]:
    definition = load_definition("offshore-bpo-2021")
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    accepted = validate_responses(responses, definition).accepted
    scores = score_units(accepted, definition)
    answers = split_units(accepted, [unit.code for unit in definition.units], definition.question_ids)
    structure = IndexStructure.from_definition(definition)
    matrix = unit_score_matrix(scores, definition)
    ranked = ~np.isnan(matrix)
    ratings = [np.nan_to_num(unit.ratings) for unit in answers]

    def ours() -> object:
        return evaluate_replicates(answers, structure, matrix, ranked, replicates=REPLICATES, seed=1)

    def bare() -> object:
        rng = np.random.default_rng(1)
        wins = np.zeros((12, 12), dtype=np.int64)
        with threadpool_limits(1, user_api="blas"):
            for _ in range(REPLICATES // 2_000):
                drawn = np.empty((2_000, 12))
                for n, values in enumerate(ratings):
                    k = len(values)
                    counts = rng.multinomial(k - 1, np.full(k, 1 / k), size=2_000)
                    drawn[:, n] = (counts @ values).mean(axis=1) / (k - 1)
                wins += (drawn[:, :, np.newaxis] > drawn[:, np.newaxis, :]).sum(axis=0)
        return wins

    seconds, peer_seconds = time_in_turn(ours, bare)
    ours_rate, peer_rate = REPLICATES / seconds, REPLICATES / peer_seconds
    return [
        {
            "name": "replicates of the index, 10 categories with ranks each",
            "ours": ours_rate,
            "peer": peer_rate,
            "peer_name": "bare numpy kernel: draw, multiply, overall rank only",
            "ratio": ours_rate / peer_rate,
            "target": None,
            "unit": "replicates/s",
            "higher_is_better": True,
        }
    ]
