"""The array scoring function on many indices at once, against one bare matrix product of the same batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benches.timing import time_in_turn
from bpo_index.definition import load_definition
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.structure import IndexStructure

INDICES = 10_000


def measure() -> list[dict[str, Any]]:
    structure = IndexStructure.from_definition(load_definition("offshore-bpo-2021"))
    batch = np.random.default_rng(1).uniform(0, 10, (INDICES, 12, 24))
    matrix = np.random.default_rng(2).uniform(0, 1, (24, 11))

    def ours() -> object:
        return score_means(batch, structure)

    def bare() -> object:
        return batch.reshape(-1, 24) @ matrix

    with threadpool_limits(1, user_api="blas"):
        seconds, peer_seconds = time_in_turn(ours, bare, runs=15)
    return [
        {
            "name": f"scores of {INDICES:,} indices of 12 units x 24 questions",
            "ours": seconds,
            "peer": peer_seconds,
            "peer_name": "one numpy matrix product of the batch, one thread",
            "ratio": seconds / peer_seconds,
            "target": 5.0,
            "unit": "s",
            "higher_is_better": False,
        }
    ]
