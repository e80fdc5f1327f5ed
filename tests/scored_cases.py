"""Surveys whose scores are worked out elsewhere, in tests/scoring/cases: a definition and answers, scored."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import Scores, score_units
from bpo_index.validation.validate import validate_responses

CASES = Path(__file__).parent / "scoring" / "cases"


def score_case(name: str, answers: str = "ten_units") -> tuple[IndexDefinition, pl.DataFrame, Scores]:
    """Return the definition of a case, its accepted answers and their scores."""
    definition = load_definition(CASES / f"{name}.yaml")
    accepted = validate_responses(read_responses([CASES / f"{answers}.csv"], definition), definition).accepted
    return definition, accepted, score_units(accepted, definition)
