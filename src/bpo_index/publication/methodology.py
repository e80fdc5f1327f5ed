"""The definition as a run uses it, and what its release therefore is: official, a draft or a trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bpo_index.definition import IndexDefinition, change_method, load_definition
from bpo_index.publication.release import refuse_other_definition
from bpo_index.publication.standing import Standing, find_standing
from bpo_index.settings import Settings


@dataclass(frozen=True)
class Methodology:
    """How an index is computed, and as what it is published."""

    definition: IndexDefinition
    """With the method, replicates and seed that the settings name."""
    standing: Standing
    """A trial where the definition departs from the one that the settings name."""


def load_methodology(settings: Settings) -> Methodology:
    """Load the definition that settings name, and change its method as they say.

    Raises
    ------
    UsageError
        When the definition is broken, or another one was published under its index, edition and version.
    """
    used = load_definition(settings.definition, settings.method)
    return settle_methodology(change_method(used, replicates=settings.replicates, seed=settings.seed), settings.out)


def settle_methodology(definition: IndexDefinition, out: str | Path) -> Methodology:
    """Return how an index is computed with a definition: a trial where it departs from another.

    Parameters
    ----------
    definition
        As it is used.
    out
        The folder of all releases.

    Raises
    ------
    UsageError
        When another one was published under its index, edition and version.
    """
    standing = find_standing(definition.official, definition)
    if standing.kind != "trial":
        refuse_other_definition(Path(out), definition)
    return Methodology(definition, standing)
