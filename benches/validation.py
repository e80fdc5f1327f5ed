"""Validation: pandera's checks of typed rows against the same checks as polars expressions, and the quality rules.

Both sides of the first check the same columns for the same things and return every failure by row, column and reason;
that they return the same is looked at before anything is timed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from benches.timing import time_in_turn
from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.definition.blocks import QualityRules
from bpo_index.responses import Responses
from bpo_index.responses.tidy import list_tidy_columns
from bpo_index.validation.row_marks import name_mark
from bpo_index.validation.rules.registry import list_rules
from bpo_index.validation.schema import find_failures, list_checks
from bpo_index.validation.validate import validate_responses

ROWS = 10_000_000
#: Rows on which the quality rules are measured, at most.
RESPONSES = 200_000
ERRORS = ("not_a_rating", "unclear_field", "duplicate_response", "conflicting_id")
RULES = ("test_row", "unfinished", "incomplete", "straight_line")
PLAIN_RULES: dict[str, dict[str, object]] = {name: {} for name in RULES}


def measure() -> list[dict[str, Any]]:
    definition = load_definition("offshore-bpo-2021")
    typed = make_typed_rows(ROWS, definition)
    rows = [measure_checks(typed.head(size), definition) for size in (ROWS // 10, ROWS)]
    return [*rows, measure_rules(min(ROWS, RESPONSES), definition)]


def measure_checks(typed: pl.DataFrame, definition: IndexDefinition) -> dict[str, Any]:
    """Compare pandera with plain expressions on typed rows."""
    definition = definition.model_copy(update={"quality_rules": QualityRules.model_validate(PLAIN_RULES)})
    checks, plain_checks = list_checks(definition), list_plain_checks(definition)

    def ours() -> pl.DataFrame:
        return find_failures(typed, checks, definition.questionnaire)

    def plain() -> pl.DataFrame:
        failing = typed.select(
            pl.arg_where(~holds).implode().alias(str(n)) for n, (_, _, holds) in enumerate(plain_checks)
        )
        return pl.concat(
            pl.select(response=typed["response"].gather(rows), column=pl.lit(column), reason=pl.lit(reason))
            for (column, reason, _), rows in zip(plain_checks, failing.row(0), strict=True)
        )

    order = ["response", "column", "reason"]
    assert ours().select(order).sort(order).equals(plain().select(order).sort(order))
    seconds, peer_seconds = time_in_turn(ours, plain)
    return {
        "name": f"pandera checks of {typed.height:,} typed rows x 24 questions, failures by row and column",
        "ours": seconds,
        "peer": peer_seconds,
        "peer_name": "the same checks as polars expressions",
        "ratio": seconds / peer_seconds,
        "target": 3.0,
        "unit": "s",
        "higher_is_better": False,
    }


def list_plain_checks(definition: IndexDefinition) -> list[tuple[str, str, pl.Expr]]:
    """Return column, reason, and the expression that holds where a row passes, for all that the schema checks."""
    scale = definition.scale
    return [
        ("unit", "missing_unit", pl.col("unit").is_not_null()),
        ("unit", "unknown_unit", pl.col("unit").is_in([unit.code for unit in definition.units])),
        ("design_weight", "invalid_weight", pl.col("design_weight").is_not_null() & (pl.col("design_weight") > 0)),
        *((q, "out_of_range", pl.col(q).is_between(scale.minimum, scale.maximum)) for q in definition.question_ids),
        ("answers", "no_answers", pl.col("answers") >= 1),
        *((name_mark(code), code, ~pl.col(name_mark(code))) for code in (*ERRORS, *RULES)),
    ]


def make_typed_rows(rows: int, definition: IndexDefinition) -> pl.DataFrame:
    """Return typed rows, about five of a thousand with something wrong; one rating of fifty is missing."""
    rng = np.random.default_rng(1)
    scale = np.append(np.tile(np.arange(11.0), 23), [np.nan] * 3)
    some = max(1, rows // 10_000)

    def pick(share: int = 1) -> np.ndarray:
        return rng.integers(0, rows, share * some)

    def mark() -> np.ndarray:
        column = np.full(rows, fill_value=False)
        column[pick(4)] = True
        return column

    units = rng.integers(0, len(definition.units), rows, dtype=np.uint8)
    units[pick(3)] = len(definition.units)
    units[pick(3)] = len(definition.units) + 1
    weights = np.ones(rows)
    weights[pick()] = 0.0
    answers = np.full(rows, 24)
    answers[pick()] = 0
    columns: dict[str, Any] = {
        "response": np.arange(rows),
        "unit": pl.Series([*(unit.code for unit in definition.units), "Narnia", None]).gather(units),
        "design_weight": weights,
        "answers": answers,
        **{name_mark(code): mark() for code in (*ERRORS, *RULES)},
    }
    for question in definition.question_ids:
        ratings = scale[rng.integers(0, 256, rows, dtype=np.uint8)]
        ratings[pick()] = 11.0
        columns[question] = pl.Series(ratings).fill_nan(None)
    return pl.DataFrame(columns)


def measure_rules(rows: int, definition: IndexDefinition) -> dict[str, Any]:
    """Compare the validation of text with every quality rule with that of the rules on single rows only."""
    responses = make_responses(rows, definition)
    every = {rule.name: {} for rule in list_rules()}
    with_all, with_few = (
        definition.model_copy(update={"quality_rules": QualityRules.model_validate(rules)})
        for rules in (every, PLAIN_RULES)
    )
    seconds, peer_seconds = time_in_turn(
        lambda: validate_responses(responses, with_all), lambda: validate_responses(responses, with_few), runs=3
    )
    return {
        "name": f"validation of {rows:,} rows of text with all {len(every)} quality rules",
        "ours": seconds,
        "peer": peer_seconds,
        "peer_name": f"with {len(PLAIN_RULES)} of them, none of which compares rows",
        "ratio": seconds / peer_seconds,
        "target": None,
        "unit": "s",
        "higher_is_better": False,
    }


def make_responses(rows: int, definition: IndexDefinition) -> Responses:
    """Return the tidy text of rows with times and companies; 2 % of the answers are don't-know, 1 % empty."""
    rng = np.random.default_rng(2)
    numbers = pl.int_range(rows, eager=True)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    mood = rng.normal(7.0, 1.0, rows)

    def answer() -> pl.Series:
        ratings = pl.Series(np.clip(np.rint(mood + rng.normal(0.0, 1.3, rows)), 0, 10)).cast(pl.Int64).cast(pl.String)
        draw = pl.Series(rng.random(rows))
        dont_know = definition.scale.dont_know[0]
        return pl.select(pl.when(draw < 0.02).then(pl.lit(dont_know)).when(draw < 0.99).then(ratings)).to_series()

    table = pl.DataFrame(
        {
            "response": numbers,
            "source_file": pl.Series(["f"]).new_from_index(0, rows),
            "source_row": numbers + 2,
            **dict.fromkeys(list_tidy_columns(definition), nothing),
            "respondent_id": numbers.cast(pl.String),
            "unit": pl.Series([unit.code for unit in definition.units]).gather(rng.integers(0, 12, rows)),
            "cluster": pl.Series(rng.integers(0, rows, rows)).cast(pl.String),
            "duration": pl.Series(rng.lognormal(6.4, 0.4, rows).round()).cast(pl.Int64).cast(pl.String),
            **{question: answer() for question in definition.question_ids},
        }
    )
    record = {"text": "", "content": "", "reason": None, "sentence": None}
    records = table.select(
        "source_file", "source_row", "response", *(pl.lit(v, dtype=pl.String).alias(k) for k, v in record.items())
    )
    return Responses(table, records, [])
