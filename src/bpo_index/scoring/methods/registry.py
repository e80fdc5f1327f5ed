"""Every method by its name: those of this folder, and those of other packages (entry points `bpo_index.methods`)."""

from __future__ import annotations

from functools import cache
from typing import TypeVar, cast

from bpo_index.errors import EnvironmentFailed
from bpo_index.kinds import find_records, refuse_same_names
from bpo_index.scoring.methods.record import (
    STEPS,
    Aggregation,
    Method,
    MissingAnswers,
    Normalisation,
    Option,
    Outcome,
    Outliers,
    Weighting,
)

GROUP = "bpo_index.methods"
Record = TypeVar("Record", bound=Method)


@cache
def list_methods() -> dict[str, dict[str, Method]]:
    """Return each step of the method to its methods, by name, in the order of lists.

    Raises
    ------
    EnvironmentFailed
        When an extension is broken, or two have a method or an option of one name.
    """
    found = find_records(Method, "bpo_index.scoring.methods", GROUP)
    listed = {}
    for step in STEPS:
        records = sorted((one for one in found if one.step == step.name), key=lambda one: (one.order, one.name))
        refuse_same_names(records, f"method of the step {step.name}")
        listed[step.name] = {record.name: record for record in records}
    return listed


@cache
def list_options() -> dict[str, Option]:
    """Return the options of all methods by name."""
    options: dict[str, Option] = {}
    for records in list_methods().values():
        for record in records.values():
            for option in record.options:
                if options.setdefault(option.name, option) is not option:
                    raise EnvironmentFailed(
                        f"Two methods have different options called {option.name}; one is of the extension that has "
                        f"the method {record.name}. Give it another name, or take the option of the other method."
                    )
    return options


def list_names(step: str, key: str = "") -> tuple[str, ...]:
    """Return the names of the methods of a step, those that a key may choose where it is given.

    Examples
    --------
    >>> list_names("outcome")
    ('mean', 'top_two_box', 'net_balance')
    """
    records = list_methods()[step].values()
    return tuple(one.name for one in records if not key or not isinstance(one, Weighting) or key in one.keys)


def _get(step: str, name: str, kind: type[Record]) -> Record:
    records = list_methods()[step]
    if name not in records:
        msg = f"{step.replace('_', ' ')} must be one of {', '.join(records)}; found {name!r}"
        raise ValueError(msg)
    return cast(kind, records[name])  # type: ignore[valid-type]


def get_missing_answers(name: str) -> MissingAnswers:
    """Return the record of a treatment of missing answers; ValueError where there is none of this name."""
    return _get("missing_answers", name, MissingAnswers)


def get_outcome(name: str) -> Outcome:
    """Return the record of an outcome; ValueError where there is none of this name."""
    return _get("outcome", name, Outcome)


def get_outliers(name: str) -> Outliers:
    """Return the record of a treatment of extreme units; ValueError where there is none of this name."""
    return _get("outliers", name, Outliers)


def get_normalisation(name: str) -> Normalisation:
    """Return the record of a normalisation; ValueError where there is none of this name."""
    return _get("normalisation", name, Normalisation)


def get_weighting(name: str) -> Weighting:
    """Return the record of a weighting; ValueError where there is none of this name."""
    return _get("weighting", name, Weighting)


def get_aggregation(name: str) -> Aggregation:
    """Return the record of an aggregation; ValueError where there is none of this name."""
    return _get("aggregation", name, Aggregation)


def find_method(key: str, name: object) -> Method | None:
    """Return the record that a key of the `method:` block names; None where there is none."""
    for step in STEPS:
        if key in step.keys and isinstance(name, str):
            return list_methods()[step.name].get(name)
    return None
