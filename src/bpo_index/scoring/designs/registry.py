"""The kinds that a `design:` block chooses among, by name."""

from __future__ import annotations

from functools import cache

from bpo_index.kinds import find_records
from bpo_index.scoring.designs.record import LonelyCompany, ReplicateType


@cache
def list_lonely() -> dict[str, LonelyCompany]:
    """Return the ways in which the only company of a stratum counts, by name.

    Examples
    --------
    >>> list(list_lonely())
    ['fail', 'average', 'centre', 'certainty']
    """
    return {record.name: record for record in find_records(LonelyCompany, "bpo_index.scoring.designs", "")}


@cache
def list_replicate_types() -> dict[str, ReplicateType]:
    """Return the types of replicate weights, by name.

    Examples
    --------
    >>> list(list_replicate_types())
    ['JK1', 'JKn', 'BRR', 'Fay', 'bootstrap']
    """
    return {record.name: record for record in find_records(ReplicateType, "bpo_index.scoring.designs", "")}
