"""Small surveys whose right values are known, read and scored."""

from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition, parse_definition
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import Scores, score_units
from bpo_index.validation.validate import validate_responses

CASES = Path(__file__).parent / "cases"


def read_case(data: str, definition: str = "", old: str = "", new: str = "") -> tuple[IndexDefinition, pl.DataFrame]:
    """Return the definition, a text of it replaced, and the accepted rows of a case."""
    text = (CASES / f"{definition or data}.yaml").read_text(encoding="utf-8")
    parsed = parse_definition(text.replace(old, new) if old else text)
    return parsed, validate_responses(read_responses([CASES / f"{data}.csv"], parsed), parsed).accepted


def score_case(*names: str) -> tuple[IndexDefinition, pl.DataFrame, Scores]:
    """Return the definition, the accepted rows and the scores of a case."""
    definition, accepted = read_case(*names)
    return definition, accepted, score_units(accepted, definition)
