"""Write exact tables about single respondents into the private audit, for the owner of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import polars as pl

from bpo_index.files.atomic import replace_file
from bpo_index.files.csv_tables import render_csv
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.robustness.influence import Influence
from bpo_index.scoring.methods.respondent_weights import MissedMargin
from bpo_index.validation.audit import EXCLUSIONS_FILE, INFLUENCE_FILE, add_to_summary, explain_failure


def add_influence(folder: Path, influence: Influence) -> None:
    """Write what changes without each item, the most influential first, into the folder of a private audit.

    Raises
    ------
    EnvironmentFailed
        When the file cannot be written.
    """
    size = pl.col("score_change").abs()
    items = influence.items.sort("mean_rank_shift", size, descending=True, nulls_last=True, maintain_order=True)
    _add_table(folder, INFLUENCE_FILE, items)


def add_exclusions(folder: Path, exclusions: Exclusions) -> None:
    """Write the exact ranking with and without the quality exclusions into the folder of a private audit.

    Raises
    ------
    EnvironmentFailed
        When the file cannot be written.
    """
    _add_table(folder, EXCLUSIONS_FILE, exclusions.exact)


def add_missed_margins(folder: Path, missed: Sequence[tuple[str, MissedMargin]]) -> None:
    """Write the shares of margins that trimmed weights do not reach into the summary of a private audit.

    Raises
    ------
    EnvironmentFailed
        When the file cannot be written.
    """
    if missed:
        add_to_summary(folder, {"missed_margins": [{"unit": unit, **asdict(one)} for unit, one in missed]})


def _add_table(folder: Path, name: str, table: pl.DataFrame) -> None:
    try:
        replace_file(folder / name, render_csv(table))
    except OSError as error:
        raise explain_failure(folder, error) from None
