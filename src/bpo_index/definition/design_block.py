"""The `design:` block: how the companies were drawn, or the replicate weights that say so.

Method page: docs/methods/design.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from bpo_index.display.labels import fold_label
from bpo_index.fields import MOST, Block, Count, Finite, Name, Part, Text, UnitCode
from bpo_index.scoring.designs.registry import list_lonely, list_replicate_types

if TYPE_CHECKING:
    LonelyName: TypeAlias = str
    TypeName: TypeAlias = str
else:
    LonelyName = Literal[tuple(list_lonely())]
    TypeName = Literal[tuple(list_replicate_types())]

#: Replicate weights of one definition, at most.
MOST_REPLICATES = 10_000
#: Names of tidy columns; no id of a question has a point.
STRATUM, POPULATION, COMPANY_POPULATION = "design.stratum", "design.population", "design.company_population"
_REPLICATE = "design.replicate"
_RANGE = re.compile(r"(.*)\{([0-9]{1,9})\.\.([0-9]{1,9})\}(.*)", re.DOTALL)


class Population(Block):
    """How many companies the population has (respondents, where no column has companies): one of the three."""

    column: Text | None = None
    """The heading of a column with the number in the row's unit and stratum."""
    by_unit: dict[UnitCode, Count] | None = None
    """Code of a unit to the number in it; without strata."""
    by_stratum: dict[Name, Count] | None = None
    """Stratum to the number in it, of strata that lie in one unit each."""


class ReplicateWeights(Block):
    """Weights of replicates that the survey brought along; they take the place of drawing."""

    columns: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MOST_REPLICATES)]
    """Headings of their columns; `rep{1..80}` stands for eighty. They hold the design weight already."""
    type: TypeName
    """How they were made."""
    rho: Annotated[Finite, Field(ge=0, lt=1)] | None = None
    """`Fay` only: the share of its weight that a company keeps where it is left out."""
    scale: Part | None = None
    """The factor of the sum of squares; null: that of the type."""
    rscales: Annotated[tuple[Annotated[Finite, Field(ge=0, le=MOST)], ...], Field(min_length=1)] | None = None
    """A factor for each replicate; null: 1 (`JKn` needs them)."""
    mse: bool = False
    """Whether deviations are from the score itself, and not from the mean of the replicates."""
    degrees_of_freedom: Count | None = None
    """As the survey states them; null: of each unit the rank of its replicate weights less one."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of every replicate."""
        return expand_headings(self.columns)


class Design(Block):
    """How the companies were drawn; without the block from a large population, in each unit by itself."""

    strata: Text | None = None
    """The heading of the column with the stratum from which the company was drawn."""
    population: Population | None = None
    """How many companies the population has: the finite population correction; null: none."""
    respondents_in_company: Text | None = None
    """The heading of a column with the number of respondents that the company has in the population, of whom these were
    drawn; null: all were asked, or the share is not known."""
    lonely_company: LonelyName | None = None
    """How the only company of a stratum counts; null: `fail`."""
    lonely_reason: Text | None = None
    """Why it was sure to be asked; for `certainty`."""
    replicate_weights: ReplicateWeights | None = None
    """Weights of replicates that take the place of drawing."""

    @property
    def columns(self) -> dict[str, str]:
        """Tidy column to the heading of the column that the block names."""
        named = {STRATUM: self.strata, COMPANY_POPULATION: self.respondents_in_company}
        named[POPULATION] = self.population.column if self.population else None
        found = {tidy: heading for tidy, heading in named.items() if heading is not None}
        replicates = self.replicate_weights.headings if self.replicate_weights else ()
        return found | {name_replicate(n): heading for n, heading in enumerate(replicates)}

    @property
    def numbers(self) -> dict[str, str]:
        """The same of the columns that hold numbers."""
        return {tidy: heading for tidy, heading in self.columns.items() if tidy != STRATUM}


def name_replicate(number: int) -> str:
    """Return the name of the tidy column of a replicate, counted from 0.

    Examples
    --------
    >>> name_replicate(0)
    'design.replicate.1'
    """
    return f"{_REPLICATE}.{number + 1}"


def is_replicate(tidy: str) -> bool:
    """Return whether a tidy column has weights of a replicate."""
    return tidy.startswith(f"{_REPLICATE}.")


def expand_headings(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return headings, those with a range of numbers in braces once for each number.

    Examples
    --------
    >>> expand_headings(("w{8..10}", "r{08..09}", "last"))
    ('w8', 'w9', 'w10', 'r08', 'r09', 'last')
    """
    found: list[str] = []
    for text in texts:
        parts = _RANGE.fullmatch(text)
        if parts is None:
            found.append(text)
            continue
        before, first, last, after = parts.groups()
        width = len(first) if first.startswith("0") else 0
        # One more than may be, so that too many are seen and nothing endless is made.
        numbers = range(int(first), min(int(last), int(first) + MOST_REPLICATES) + 1)
        found += [f"{before}{number:0{width}d}{after}" for number in numbers]
        if len(found) > MOST_REPLICATES:
            break
    return tuple(found)


def share_heading(heading: str, background: dict[str, str]) -> str | None:
    """Return the background variable that has the same heading; None where none has.

    Examples
    --------
    >>> share_heading(" Size", {"size": "size"}), share_heading("Size", {"sector": "Sector"})
    ('size', None)
    """
    return next((name for name, other in background.items() if fold_label(other) == fold_label(heading)), None)


def name_stratum_column(design: Design, background: dict[str, str]) -> str:
    """Return the tidy column of the strata: that of a background variable where the heading is the same."""
    variable = share_heading(design.strata or "", background)
    return STRATUM if variable is None else f"background_{variable}"
