"""Releases of indices with three and four levels, made of the sample of three levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import yaml

from bpo_index.completed import CompletedRun
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.quick import put_key

NAME = "service-locations-2023"
REPLICATES = 300


def deepen(definition: dict[str, Any]) -> None:
    """Give the sample a fourth level: in Talent, by a method of its own, and in Rules, which holds one category."""
    people, _, rules = definition["categories"]
    talent = people["categories"][0]
    questions = talent.pop("questions")
    talent["aggregation"] = "harmonic"
    talent["categories"] = [
        {"id": "posts", "title": "Posts", "questions": questions[:3], "weight": 2},
        {"id": "schools", "title": "Schools", "questions": questions[3:]},
    ]
    rules["categories"] = [
        {"id": "state", "title": "State", "weighting": "equal", "categories": rules["categories"]},
    ]


def publish_tree(folder: Path, levels: int) -> CompletedRun:
    """Publish the sample with three levels, or with four and without Kenya, whose withheld category leaves it out."""
    samples = Path(__file__).resolve().parents[2] / "sample_data"
    survey, definition = samples / f"{NAME}.csv", yaml.safe_load((samples / f"{NAME}.yaml").read_text(encoding="utf-8"))
    definition["method"]["replicates"] = REPLICATES
    if levels == 4:
        deepen(definition)
        answers = pl.read_csv(survey, infer_schema=False).filter(pl.col("country") != "Kenya")
        survey = folder / "survey.csv"
        answers.write_csv(survey)
    path = folder / "definition.yaml"
    path.write_text(yaml.safe_dump(definition, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return run(Settings((str(survey),), str(path), str(folder / "out"), str(put_key(folder / "audit"))))
