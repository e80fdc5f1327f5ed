"""The published facts about the index, held against the sample data or a release."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bpo_index import __version__
from bpo_index.atomic import read_json
from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.pipeline import DEFAULT_DEFINITION
from bpo_index.publication import FactCheck, check_facts, load_facts, read_release
from bpo_index.resources import find_resource, list_definitions
from bpo_index.responses import read_responses
from bpo_index.scoring import score_units
from bpo_index.validation import validate_responses


def verify_sample() -> list[FactCheck]:
    """Compute every edition that has sample data, and check all published facts against the numbers."""
    facts, checks, done = load_facts(), [], set()
    for name in list_definitions():
        definition = load_definition(name)
        responses = read_responses([find_resource("sample_data", f"{name}.csv")], definition)
        scores = score_units(validate_responses(responses, definition).accepted, definition)
        mine = [fact for fact in facts if fact.edition == definition.edition]
        checks += check_facts(mine, scores.units, scores.categories, scores.unit_means, definition)
        done.add(definition.edition)
    checks += [
        FactCheck(fact, "not testable", fact.not_testable or "no answers of this edition are at hand")
        for fact in facts
        if fact.edition not in done
    ]
    return checks


def verify_release(folder: Path) -> tuple[list[FactCheck], bool]:
    """Check the published facts of a release's edition against its tables; also return whether its data is synthetic.

    Raises
    ------
    UsageError
        When the folder is no release, or nothing was published about its index.
    EnvironmentFailed
        When a file of the release was changed.
    """
    manifest = read_release(folder)
    try:
        definition = IndexDefinition.model_validate(read_json(folder / "definition.json"))
        ranking, categories = (pl.read_parquet(folder / f"{name}.parquet") for name in ("ranking", "categories"))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise _explain_strange_release(folder, error) from None
    facts = [fact for fact in load_facts() if fact.edition == definition.edition]
    if definition.index != load_definition(DEFAULT_DEFINITION).index or not facts:
        raise UsageError(
            f"{folder} is {definition.title}; no published facts about it are known. `bpo-index verify` without a "
            "release checks the sample data."
        )
    try:
        checks = check_facts(facts, ranking, categories, None, definition)
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise _explain_strange_release(folder, error) from None
    return checks, manifest.get("data_origin") != "survey"


def _explain_strange_release(folder: Path, error: Exception) -> EnvironmentFailed:
    return EnvironmentFailed(
        f"The files of the release {folder} are as its manifest.json says and yet not those of a release of bpo-index "
        f"{__version__} ({type(error).__name__}). Check the facts with the version that made it."
    )
