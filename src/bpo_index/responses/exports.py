"""The forms in which survey tools write their exports: which tool's the headings of a file are, and what they say.

`find_headings` asks the tools (`tools/`, a record each) in their order. Each returns for every column the labels under
which a definition may know it, and the fields that the tool's own columns give. Method page:
docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.responses.tools.record import Cells, ToolField
from bpo_index.responses.tools.registry import PLAIN, list_tools


@dataclass(frozen=True)
class Headings:
    """What the rows of headings say."""

    export: str
    """A name of `source.export`."""
    rows: int
    """Rows of headings, from `first`."""
    first: int
    """Which of the records that are not blank is the first of them, from 0."""
    names: list[str]
    """The name of every column."""
    labels: list[tuple[str, ...]]
    """Everything that each column may be known by, the name first."""
    fields: Mapping[str, ToolField] = field(default_factory=dict)
    """By the name of the tidy column."""
    coded: Mapping[str, tuple[ToolField, ...]] = field(default_factory=dict)
    """By the name of the tidy column: further columns that hold it in codes of the tool."""


def find_headings(records: Sequence[Cells], first: int, how: HowToRead) -> Headings:
    """Return the headings that begin with record `first`, in the form of the tool that is recognised, or plain.

    Parameters
    ----------
    records
        The cells of the first records that are not blank.
    first
        Where the headings begin.
    how
        What the definition says of the files; it overrules what is recognised.
    """
    rows = records[first : first + 3]
    for tool in list_tools().values():
        if how.export in (None, tool.name):
            found = tool.recognise(rows)
            if found and how.header_rows in (None, found.rows):
                return Headings(tool.name, found.rows, first, found.names, found.labels, found.fields, found.coded)
    count = min(how.header_rows or 1, len(rows))
    width = max((len(row) for row in rows[:count]), default=0)
    columns = [[row[n] if n < len(row) else "" for row in rows[:count]] for n in range(width)]
    return Headings(PLAIN, count, first, [column[0] for column in columns], [tuple(column) for column in columns])
