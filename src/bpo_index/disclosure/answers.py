"""Counts of answers that may be published: those of units with enough respondents, and totals over these.

`withhold_small_units` makes the public table of item nonresponse: units with too few respondents have no numbers and
enter no total, so none can be computed from the totals. `disclose_audit` makes the audit of a release, of which the
counts of answers are these totals. Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from bpo_index.validation.audit import Audit
from bpo_index.validation.nonresponse import COUNTS, put_totals_first
from bpo_index.validation.notes import Note


@dataclass(frozen=True)
class PublicAudit(Audit):
    """The audit as a release holds it: counts of answers are over the units that are published."""


def withhold_small_units(nonresponse: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return the table as it may be public.

    Parameters
    ----------
    nonresponse
        From `tabulate_nonresponse`.
    minimum
        Respondents that a unit needs.

    Returns
    -------
    DataFrame
        The same rows; counts of units with fewer respondents are null, and the totals are over the others.

    Examples
    --------
    >>> from bpo_index.publication.columns.answers import NONRESPONSE
    >>> exact = pl.DataFrame(
    ...     [("q", None, 8, 7, 1, 0, 0), ("q", "AAA", 6, 5, 1, 0, 0), ("q", "BBB", 2, 2, 0, 0, 0)],
    ...     schema=NONRESPONSE.schema,
    ...     orient="row",
    ... )
    >>> withhold_small_units(exact, 5).rows()
    [('q', None, 6, 5, 1, 0, 0), ('q', 'AAA', 6, 5, 1, 0, 0), ('q', 'BBB', None, None, None, None, None)]
    """
    shown = nonresponse.filter(pl.col("unit").is_not_null()).with_columns(
        pl.when(pl.col("respondents") >= minimum).then(pl.col(COUNTS))
    )
    return put_totals_first(shown)


def disclose_audit(audit: Audit, notes: list[Note], nonresponse: pl.DataFrame) -> PublicAudit:
    """Return the audit as it may be public: counts of answers are the totals of the public table of nonresponse.

    Notes lose their details, which may count rows of units that are not published.

    Parameters
    ----------
    audit, notes
        From `summarise_audit`, and those of `Validation`.
    nonresponse
        From `withhold_small_units`.
    """
    totals = nonresponse.filter(pl.col("unit").is_null()).select("ratings", "dont_know", "skipped", "not_asked").sum()
    exact = {field.name: getattr(audit, field.name) for field in fields(Audit)}
    return PublicAudit(**exact | totals.row(0, named=True) | {"notes": [f"{note.text}." for note in notes]})
