"""Number the primary sampling units of a survey: the company where known, else the respondent, over all units.

A company or a respondent that answers in several units is one sampling unit, with all its answers. Respondents who name
a company in one row belong to it in all their rows; companies that share a respondent are one.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bpo_index.scoring.arrays import Ints


def number_sampling_units(ordered: pl.DataFrame) -> Ints:
    """Return the number of the sampling unit of each row, from 0 by first appearance.

    Parameters
    ----------
    ordered
        One row per respondent and unit: `respondent_id, cluster` (the company; null: not known).

    Examples
    --------
    >>> rows = pl.DataFrame({"respondent_id": ["a", "b", "c", "b"], "cluster": ["X", None, "X", None]})
    >>> number_sampling_units(rows)
    array([0, 1, 0, 1])
    """
    # A company and a respondent of the same name are different sampling units.
    names = [
        ("company", company) if company is not None else ("respondent", respondent)
        for company, respondent in ordered.select("cluster", "respondent_id").iter_rows()
    ]
    respondents = ordered["respondent_id"]
    if respondents.n_unique() < len(respondents):
        names = _join_rows_of_respondents(names, respondents.to_list())
    numbers = {name: n for n, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _join_rows_of_respondents(names: list[tuple[str, str]], respondents: list[str]) -> list[tuple[str, str]]:
    """Return the names with those that a respondent has in several rows made one: that of his or her first row."""
    stands_for: dict[tuple[str, str], tuple[str, str]] = {}

    def find(name: tuple[str, str]) -> tuple[str, str]:
        while name in stands_for:
            name = stands_for[name]
        return name

    first: dict[str, tuple[str, str]] = {}
    for name, respondent in zip(names, respondents, strict=True):
        one, other = find(first.setdefault(respondent, name)), find(name)
        if one != other:
            stands_for[other] = one
    return [find(name) for name in names]
