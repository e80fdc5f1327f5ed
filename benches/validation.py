"""Validation of many rows by the pandera schema, against range and membership as polars expressions."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from benches.timing import time_in_turn
from bpo_index.definition import load_definition
from bpo_index.responses.headings import name_fields
from bpo_index.validation.cast import cast_responses
from bpo_index.validation.check import mark_duplicates
from bpo_index.validation.schema import build_schema

ROWS = 200_000


def measure() -> list[dict[str, Any]]:
    definition = load_definition("offshore-bpo-2021")
    rng = np.random.default_rng(1)
    codes = [unit.code for unit in definition.units]
    empty = pl.Series([None] * ROWS, dtype=pl.String)
    table = pl.DataFrame(
        {
            "response": np.arange(ROWS),
            "source_file": ["f"] * ROWS,
            "source_row": np.arange(ROWS),
            "respondent_id": [str(n) for n in range(ROWS)],
            "unit": rng.choice(codes, ROWS),
            **{name: empty for name in name_fields(definition) if name not in ("respondent_id", "unit")},
            **{question: rng.integers(0, 11, ROWS).astype(str) for question in definition.question_ids},
        }
    )
    typed = mark_duplicates(cast_responses(table, definition), definition)
    schema = build_schema(definition)

    def ours() -> object:
        return schema.validate(typed, lazy=True)

    def plain() -> object:
        return typed.select(
            pl.col("unit").is_in(codes).all(),
            (pl.col("design_weight") > 0).all(),
            *(pl.col(question).is_between(0, 10).all() for question in definition.question_ids),
        )

    seconds, peer_seconds = time_in_turn(ours, plain)
    return [
        {
            "name": f"pandera schema on {ROWS:,} typed rows x 24 questions",
            "ours": seconds,
            "peer": peer_seconds,
            "peer_name": "range and membership as polars expressions",
            "ratio": seconds / peer_seconds,
            "target": None,
            "unit": "s",
            "higher_is_better": False,
        }
    ]
