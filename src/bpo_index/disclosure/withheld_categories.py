"""Withhold what would reveal a category score that is withheld or published as a bound.

Which category scores are withheld is decided where scores are made, before anything is computed from them. Method page:
docs/methods/disclosure.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.robustness.node_results import OWN


def drop_score_effects(sensitivity: pl.DataFrame, categories: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return the table `sensitivity` without the rows on scores that would say what is withheld of a unit.

    What weights do to a score tells how the categories of its unit differ, so that all of them must be published. Its
    variance holds its standard error, which must be its own.

    Parameters
    ----------
    sensitivity
        From `tabulate_effects`.
    categories
        With `unit, suppressed, score_bound`, as in `Scores`.
    units
        With `unit, error`, as in `Robustness`.

    Examples
    --------
    >>> effects = pl.DataFrame({"output": ["rank", "score", "score"], "unit": ["AAA", "AAA", "BBB"]})
    >>> categories = pl.DataFrame({"unit": ["AAA", "BBB"], "suppressed": [True, False], "score_bound": [None, None]})
    >>> units = pl.DataFrame({"unit": ["AAA", "BBB"], "error": ["own", "own"]})
    >>> drop_score_effects(effects, categories, units).rows()
    [('rank', 'AAA'), ('score', 'BBB')]
    """
    is_kept_back = pl.col("suppressed") | pl.col("score_bound").is_not_null()
    smoothed = units.filter(pl.col("error") != OWN)["unit"]
    dropped = [*categories.filter(is_kept_back)["unit"].unique(), *smoothed]
    return sensitivity.filter(~((pl.col("output") == "score") & pl.col("unit").is_in(dropped).fill_null(value=False)))


def withhold_raters(categories: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return scores by category without the numbers of raters of units that are suppressed.

    Parameters
    ----------
    categories, units
        With `unit, respondents` and `unit, suppressed`, as in `Scores`.

    Examples
    --------
    >>> categories = pl.DataFrame({"unit": ["AAA", "BBB"], "respondents": [2, 9]})
    >>> withhold_raters(categories, pl.DataFrame({"unit": ["AAA", "BBB"], "suppressed": [True, False]})).rows()
    [('AAA', None), ('BBB', 9)]
    """
    suppressed = units.filter("suppressed")["unit"].to_list()
    return categories.with_columns(respondents=pl.when(~pl.col("unit").is_in(suppressed)).then("respondents"))
