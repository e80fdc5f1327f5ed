"""What comes in kinds: records in the modules of a folder, and those of other packages, found by entry points.

A kind is a class of records (a method, a quality rule, a column, a figure, a command) and a folder. Each module of the
folder has a tuple `RECORDS`; another package offers the same by an entry point, whose object is such a module, such a
tuple or one record. A new one is one file; nothing else lists names.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, TypeVar

from bpo_index.errors import EnvironmentFailed

#: The beginning of the names of all groups of entry points.
GROUPS = "bpo_index."


class Named(Protocol):
    """A record of any kind."""

    @property
    def name(self) -> str:
        """The name, unique among records of its kind."""


Record = TypeVar("Record", bound=Named)


def find_records(kind: type[Record], folder: str, group: str) -> tuple[Record, ...]:
    """Return the records of a kind: those of the modules of a folder by name of the module, then those of others.

    Parameters
    ----------
    kind
        The class of the records.
    folder
        The dotted name of the package whose modules hold them; a module without `RECORDS` holds none.
    group
        The group of entry points, such as ``bpo_index.methods``; empty: other packages offer none.

    Raises
    ------
    EnvironmentFailed
        When an extension cannot be loaded, or offers something else; the message names it.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(import_module(folder).__path__))
    own = [record for name in names for record in getattr(import_module(f"{folder}.{name}"), "RECORDS", ())]
    others = [record for entry in sorted(entry_points(group=group)) for record in _load(entry, kind)]
    return tuple(record for record in [*own, *others] if isinstance(record, kind))


def refuse_same_names(records: Iterable[Named], what: str) -> None:
    """Refuse two records of one name.

    Raises
    ------
    EnvironmentFailed
        When there are.
    """
    seen: set[str] = set()
    for record in records:
        if record.name in seen:
            raise EnvironmentFailed(
                f"Two extensions, or one and bpo-index itself, have a {what} called {record.name}. Uninstall one of "
                "them, or give it another name."
            )
        seen.add(record.name)


@cache
def list_extensions() -> dict[str, str]:
    """Return the installed packages that extend this one, by name, each with its version."""
    groups = entry_points()
    found = [entry for group in groups.groups if group.startswith(GROUPS) for entry in groups.select(group=group)]
    return {entry.dist.name: entry.dist.version for entry in sorted(found) if entry.dist is not None}


def _load(entry: EntryPoint, kind: type[Record]) -> Sequence[Record]:
    named = f"The extension {entry.name} ({entry.value}) of {entry.dist.name if entry.dist else 'an unknown package'}"
    try:
        found: Any = entry.load()
    except Exception as error:
        raise EnvironmentFailed(
            f"{named} cannot be loaded: {type(error).__name__}: {error}. Repair or uninstall it."
        ) from error
    records = getattr(found, "RECORDS", found)
    records = records if isinstance(records, list | tuple) else [records]
    if not all(isinstance(record, kind) for record in records):
        raise EnvironmentFailed(f"{named} offers something that is no {kind.__name__}. Repair or uninstall it.")
    return records
