"""Options of methods as parameters of estimators: scikit-learn reads them off the signature of `__init__`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from bpo_index.scoring.methods.record import Method, Option
from bpo_index.scoring.methods.registry import list_methods

Estimator = TypeVar("Estimator", bound=type)


def list_step_options(*steps: str, without: Iterable[str] = ()) -> dict[str, Option]:
    """Return the options of all methods of some steps, by name."""
    return {
        option.name: option
        for step in steps
        for record in list_methods()[step].values()
        for option in record.options
        if option.name not in without
    }


def add_parameters(defaults: dict[str, Any]) -> Callable[[Estimator], Estimator]:
    """Return a decorator that gives an estimator keyword parameters with these defaults, beside its own.

    The estimator's `__init__` takes them as ``**options`` and keeps them by `keep_parameters`.
    """

    def decorate(estimator: Estimator) -> Estimator:
        init = estimator.__init__  # type: ignore[misc]
        own = [
            parameter
            for parameter in inspect.signature(init).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Any)
            for name, default in defaults.items()
        ]
        init.__signature__ = inspect.Signature([*own, *added])
        estimator.option_defaults = dict(defaults)  # type: ignore[attr-defined]
        return estimator

    return decorate


def keep_parameters(estimator: Any, given: dict[str, Any]) -> None:
    """Set the parameters that were added as attributes, as scikit-learn wants them.

    Raises
    ------
    TypeError
        When a parameter is unknown.
    """
    for name in given:
        if name not in estimator.option_defaults:
            msg = f"{type(estimator).__name__} has no parameter {name!r}; its options are "
            raise TypeError(msg + ", ".join(estimator.option_defaults))
    for name, default in estimator.option_defaults.items():
        setattr(estimator, name, given.get(name, default))


def read_parameters(estimator: Any) -> dict[str, Any]:
    """Return the parameters that were added; comparisons, which may be an array, as lists."""
    given = {name: getattr(estimator, name) for name in estimator.option_defaults}
    if given.get("comparisons") is not None:
        given["comparisons"] = np.asarray(given["comparisons"], dtype=float).tolist()
    return given


def refuse_unused(estimator: Any, method: Method) -> None:
    """Refuse options that were given another value than their default and that the chosen method does not have.

    Raises
    ------
    ValueError
        Naming the options.
    """
    own = {option.name for option in method.options}
    changed = [
        name
        for name, default in estimator.option_defaults.items()
        if name not in own and (isinstance(value := getattr(estimator, name), np.ndarray) or value != default)
    ]
    if changed:
        msg = f"the method {method.name} has no option {', '.join(changed)}: take it out"
        raise ValueError(msg)


def keep_changed(estimator: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that have another value than their default."""
    return {name: value for name, value in given.items() if value != estimator.option_defaults[name]}
