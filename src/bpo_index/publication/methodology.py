"""The definition as a run uses it, and what its release therefore is: official, a draft or a trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bpo_index.definition import IndexDefinition, change_method, load_definition, read_method
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
    official = load_definition(settings.definition)
    used = official if settings.method is None else read_method(official, settings.method)
    used = change_method(used, replicates=settings.replicates, seed=settings.seed)
    standing = find_standing(official, used)
    if standing.kind != "trial":
        refuse_other_definition(Path(settings.out), used)
    return Methodology(used, standing)
