"""The methods that a trial may take: those that need nothing which the page does not ask for."""

from __future__ import annotations

from dataclasses import replace

from bpo_index.app.workspace import TRIAL_KEYS
from bpo_index.definition import IndexDefinition
from bpo_index.display.words import start_sentence
from bpo_index.scoring.methods.record import Method, Surroundings, Weighting
from bpo_index.scoring.methods.registry import list_methods


def list_offered(definition: IndexDefinition) -> dict[str, list[tuple[str, str, bool]]]:
    """Return each key of the method to the methods that may be tried: name, words, and whether it is the definition's.

    Parameters
    ----------
    definition
        What is departed from. A method that needs an option, or columns that the definition has not, is not offered.
    """
    around = Surroundings(
        units=tuple(definition.unit_names),
        categories=tuple(category.id for category in definition.categories),
        counted=sum(category.weight > 0 for category in definition.categories),
        questions={category.id: len(category.questions) for category in definition.categories},
    )
    words = definition.words.model_dump()
    return {
        key: [
            (name, f"{start_sentence(name.replace('_', ' '))}: {record.show_line(words)}", name == own)
            for name, record in list_methods()[key].items()
            if name == own or _needs_nothing(record, key, around)
        ]
        for key in TRIAL_KEYS
        for own in [getattr(definition.method, key)]
    }


def _needs_nothing(record: Method, key: str, around: Surroundings) -> bool:
    if isinstance(record, Weighting) and key not in record.keys:
        return False
    needed = any(option.needed for option in record.options)
    return not needed and not record.find_problems(record.choose({}), replace(around, key=key))
