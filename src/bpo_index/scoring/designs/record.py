"""The records of what a `design:` block chooses by name: all that the rest of the program must know of a kind.

Method page: docs/methods/design.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LonelyCompany:
    """How the only company of a stratum counts, which says nothing of the variance within it."""

    name: str
    """Its name in a definition."""
    line: str
    """What it does, in one line."""
    is_refused: bool = False
    """Whether such answers are refused."""
    is_centred: bool = False
    """Whether its deviation from the mean of the whole unit counts as a variance."""
    is_averaged: bool = False
    """Whether the mean of the variances of the unit's other strata stands for its own."""
    needs_reason: bool = False
    """Whether the definition has to say why."""


@dataclass(frozen=True, kw_only=True)
class ReplicateType:
    """How replicate weights were made, and so how a variance follows from them."""

    name: str
    """Its name in a definition."""
    line: str
    """What it is, in one line."""
    source: str
    """A key of docs/references.bib."""
    scale: Callable[[int, float], float]
    """The factor of the sum of squares, from the number of replicates and rho, where the definition gives none."""
    needs_rho: bool = False
    """Whether the definition gives the share of its weight that a company keeps where it is left out."""
    needs_rscales: bool = False
    """Whether the definition gives a factor for each replicate."""
    is_sample: bool = True
    """Whether every replicate is a sample of its own size of variation, so that one of them drawn is one replicate."""
