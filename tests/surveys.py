"""Small surveys for tests: a definition of three units and three questions, and files written from rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition, load_definition, parse_definition
from bpo_index.files.resources import find_resource
from bpo_index.responses import Responses, read_responses
from bpo_index.validation.validate import Validation, validate_responses

SMALL = """
schema_version: 1
index: small
edition: one
version: 1
title: Small index
provenance: {note: Made for tests.}
scale: {minimum: 0, maximum: 10, dont_know: [98, dk], labels: {top: 10}}
units:
  - {code: AAA, name: Aland, aliases: [A land]}
  - {code: BBB, name: Beland}
  - {code: CCC, name: Celand}
categories:
  - {id: first, title: First, questions: [{id: q1, text: One}, {id: q2, text: Two, aliases: [second]}]}
  - {id: last, title: Last, questions: [{id: q3, text: Three, reverse: true}]}
columns:
  {respondent: id, unit: country, company: company, started_at: start, finished: done, question: item, rating: value}
method: {minimum_respondents_to_publish: 2, minimum_respondents_to_rank: 2, replicates: 100}
quality_rules: {unfinished: {}, incomplete: {minimum_share: 0.5}, straight_line: {minimum_answers: 3}}
"""
HEADER = "id,country,q1,q2,q3"
#: Rows of which each comes to another end: rated, in part, skipped, too few, one answer, off the scale, malformed.
MIXED_ROWS = (
    "a,Aland,1,2,3",
    "b,Aland,dk,2,3",
    "c,Aland,4,,98",
    "d,Beland,5,6,7",
    "e,Celand,5,5,5",
    "f,Celand,5,5,12",
    "g,Narnia,1,2,3",
    "h,Aland,1,2,3,4",
    "i,Beland,5,,",
)
#: Method files under which the ranking is compared with and without the quality exclusions.
EXCLUSION_METHODS = {
    "default": "",
    "over units": "normalisation: z_score\naggregation: arithmetic",
    "person means": "missing_answers: person_category_mean",
    "geometric": "aggregation: geometric",
    "trimmed": "trim_weights: 1.5",
    "goalposts": "normalisation: goalposts\ngoalposts: [2, 9.5]",
}


def make_definition(**replaced: str) -> IndexDefinition:
    """Return the small definition with texts replaced: ``make_definition(old=new)`` for every pair."""
    text = SMALL
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return parse_definition(text)


def write_csv(folder: Path, *rows: str, header: str = HEADER, name: str = "survey.csv") -> Path:
    """Write a file of lines and return its path."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="")
    return path


def read_rows(folder: Path, *rows: str, header: str = HEADER, definition: IndexDefinition | None = None) -> Responses:
    """Read a file of these rows."""
    return read_responses([write_csv(folder, *rows, header=header)], definition or make_definition())


def validate_rows(
    folder: Path, *rows: str, header: str = HEADER, definition: IndexDefinition | None = None
) -> Validation:
    """Read and validate a file of these rows."""
    definition = definition or make_definition()
    return validate_responses(read_rows(folder, *rows, header=header, definition=definition), definition)


def read_sample(name: str = "offshore-bpo-2021") -> tuple[IndexDefinition, pl.DataFrame]:
    """Return a built-in definition and the accepted answers of its sample data."""
    definition = load_definition(name)
    path = find_resource("sample_data", f"{name}.csv")
    return definition, validate_responses(read_responses([path], definition), definition).accepted
