"""Check the columns that a `design:` block names: a stratum for every row, numbers within their bounds.

Method page: docs/methods/design.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.design_block import COMPANY_POPULATION, POPULATION, is_replicate, name_stratum_column
from bpo_index.display.text_expressions import quote, say
from bpo_index.responses.headings import name_design_columns

#: The least and the largest size of a population, and weight of a replicate.
SIZES, REPLICATES = (1.0, 1e9), (0.0, 1e9)


def mark_invalid_design(definition: IndexDefinition) -> pl.Expr:
    """Return whether a typed row lacks a stratum, or a number that the block needs, or has one out of bounds."""
    checks = [_fails(tidy) for tidy in _list_columns(definition)]
    return pl.any_horizontal(checks) if checks else pl.lit(value=False)


def say_invalid_design(definition: IndexDefinition, text: str) -> pl.Expr:
    """Return the sentence on the first column that fails; `text` stands before the names of columns as they were."""
    said = [
        pl.when(_fails(tidy)).then(_say(tidy, heading, text)) for tidy, heading in _list_columns(definition).items()
    ]
    return pl.coalesce(said)


def _list_columns(definition: IndexDefinition) -> dict[str, str]:
    columns = dict(name_design_columns(definition))
    if definition.design is not None and definition.design.strata is not None:
        columns[name_stratum_column(definition.design, definition.columns.background)] = definition.design.strata
    return columns


def _fails(tidy: str) -> pl.Expr:
    column = pl.col(tidy)
    if tidy not in (POPULATION, COMPANY_POPULATION) and not is_replicate(tidy):
        return column.is_null()
    return ~(column.is_not_null() & column.is_between(*(REPLICATES if is_replicate(tidy) else SIZES)))


def _say(tidy: str, heading: str, text: str) -> pl.Expr:
    given = quote(pl.col(f"{text}{tidy}"))
    if is_replicate(tidy):
        return say("The replicate weight ", given, f" in {heading} is not a number from 0 to 1,000,000,000.")
    if tidy in (POPULATION, COMPANY_POPULATION):
        return say("The population size ", given, f" in {heading} is not a number from 1 to 1,000,000,000.")
    return pl.lit(f"The stratum, column {heading}, is empty.")
