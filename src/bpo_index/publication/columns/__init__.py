"""What every published table and column means, in one place: all formats and the documentation are made from it.

Each module describes a table or a few: `scores`, `ranks`, `sampling`, `assumptions`, `influence`, `weights`,
`answers`; its `RECORDS` are published, each beside ranking and categories as a file `robustness/<name>.csv`. A column
may also be added to a table by a file of its own in this folder, or by another package (entry points of the group
`bpo_index.columns`). `list_tables` returns all tables with all their columns. A column that does not state of which
answers its numbers are made is withheld; `list_withheld` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.errors import EnvironmentFailed
from bpo_index.kinds import find_records, refuse_same_names
from bpo_index.publication.columns.description import ANSWERS, DTYPES, UNITS, Column, Table

#: The group of entry points by which another package offers columns.
GROUP = "bpo_index.columns"


@cache
def list_tables() -> dict[str, Table]:
    """Return every published table by name, in the order of publication, with the columns that are added to it.

    Raises
    ------
    EnvironmentFailed
        When an added column cannot be published as it is described.
    """
    tables = sorted(find_records(Table, __name__, ""), key=lambda table: table.place)
    added = find_records(Column, __name__, GROUP)
    for column in added:
        faults = list(list_faults(column, [table.name for table in tables]))
        if faults:
            raise EnvironmentFailed(
                f"The column {column.name} cannot be added to a table: {'; '.join(faults)}. Repair or uninstall the "
                "extension that adds it."
            )
    complete = [replace(table, added=tuple(one for one in added if one.table == table.name)) for table in tables]
    refuse_same_names(complete, "table")
    for table in complete:
        refuse_same_names(table.columns, f"column of the table {table.name}")
    return {table.name: table for table in complete}


def list_withheld() -> list[str]:
    """Return a sentence for each column that is withheld, since it does not state of which answers it is made."""
    return [
        phrase("tables.withheld_column", column=column.name, table=table.name)
        for table in list_tables().values()
        for column in table.withheld
    ]


def list_faults(column: Column, tables: Iterable[str]) -> Iterable[str]:
    """Yield what keeps an added column from being published.

    Examples
    --------
    >>> list(list_faults(Column("gap", pl.Int64, "", table="ranking", unit="metres"), ["ranking"]))
    ['it has no meaning', 'it has no value', 'its unit of measure is metres, which is none of UNITS']
    """
    if not re.fullmatch("[a-z][a-z0-9_]*", column.name):
        yield "its name is not made of a to z, 0 to 9 and _"
    if not column.meaning:
        yield "it has no meaning"
    if column.table not in tables:
        yield f"there is no table {column.table!r}"
    if column.value is None:
        yield "it has no value"
    if column.dtype not in DTYPES:
        yield f"its type is {column.dtype}, which is none of DTYPES"
    if column.unit not in UNITS:
        yield f"its unit of measure is {column.unit}, which is none of UNITS"
    elif (column.unit != "none") and column.dtype not in (pl.Int64, pl.Float64):
        yield "it has a unit of measure and is no number"
    if column.answers is not None and column.answers not in ANSWERS:
        yield f"its numbers are made of {column.answers}, which is none of ANSWERS"
