"""Rows beyond the first few of one company in one unit.

Which rows count does not depend on their order: those with more ratings first, then the earlier ended, then by the
respondent's id.

Method page: docs/methods/company-answers.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.display.text_expressions import quote, say
from bpo_index.fields import Count
from bpo_index.validation.rules.record import Action, ComparingRule, RuleOptions


class CompanyAnswersRule(RuleOptions):
    """Rows beyond the first `most` of one company in one unit."""

    action: Action = "flag"
    most: Count = 1
    """Rows of one company in one unit that count."""


def find_company_answers(rows: pl.DataFrame, rule: CompanyAnswersRule) -> pl.DataFrame | str:
    """Return the rows beyond the first `most` of one company in one unit, or why none can be found.

    Parameters
    ----------
    rows
        The rows that nothing else quarantines: `response, respondent_id, unit, cluster` (the company, null where
        unknown), `answers, finished_at`.

    Returns
    -------
    DataFrame or str
        `response, sentence`; or what is missing.

    Examples
    --------
    >>> rows = pl.DataFrame({
    ...     "response": [0, 1, 2], "respondent_id": ["a", "b", "c"], "unit": ["AAA", "AAA", "BBB"],
    ...     "cluster": ["Acme", "Acme", "Acme"], "answers": [20, 24, 24], "finished_at": [None, None, None],
    ... })
    >>> find_company_answers(rows, CompanyAnswersRule()).rows()
    [(0, "Number 2 of the rows of company 'Acme' in AAA; the rule takes 1.")]
    """
    named = rows.filter(pl.col("cluster").is_not_null())
    if named.height == 0:
        return phrase("notes.rule_needs_companies")
    order = ["unit", "cluster", "answers", "finished_at", "respondent_id"]
    placed = (
        named.select("response", *order)
        .filter(pl.len().over("unit", "cluster") > rule.most)
        .sort(order, descending=[False, False, True, False, False], nulls_last=True)
        .with_columns(place=pl.int_range(1, pl.len() + 1).over("unit", "cluster"))
    )
    place, company = pl.col("place").cast(pl.String), quote(pl.col("cluster"))
    sentence = say(
        "Number ", place, " of the rows of company ", company, " in ", pl.col("unit"), f"; the rule takes {rule.most}."
    )
    return placed.filter(pl.col("place") > rule.most).select("response", sentence=sentence)


RECORDS = (
    ComparingRule(
        name="company_answers",
        line="the company has more rows on the {unit} than the rule allows",
        options=CompanyAnswersRule,
        compare=lambda rows, _, options: find_company_answers(rows, options),
        columns=("unit", "cluster", "answers", "finished_at"),
        comes_last=True,
        # Two rows of one company are taken for one person's whether or not there is this rule (robustness.exclusions).
        page="company-answers",
        place=90,
    ),
)
