"""Rows whose ratings lie far from those of the others in their unit, in Mahalanobis distance.

With x the ratings of a row, m the mean of its unit and S the covariance pooled within units (divisor rows - units)::

    distance^2 = (x - m)' S^-1 (x - m)          marked above the 1 - level quantile of chi-square, a degree a question

Rows with a rating for every question take part, in units with two such rows or more. They are sorted by unit and
respondent before anything is summed, so that the order of the file changes no digit.

Method page: docs/methods/outlying-answers.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from bpo_index.display.catalogue import phrase
from bpo_index.display.text_expressions import say, show
from bpo_index.display.words import GENERIC
from bpo_index.fields import LEAST_PART, MOST, Finite
from bpo_index.validation.rules.record import Action, ComparingRule, RuleOptions
from bpo_index.validation.rules.row_order import order_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Rows whose distances are measured together: what they take fits a processor's cache.
_TOGETHER = 1 << 14


class OutlyingRule(RuleOptions):
    """Rows far from the others of their unit in Mahalanobis distance."""

    action: Action = "flag"
    level: Annotated[Finite, Field(ge=LEAST_PART, lt=0.5)] = 0.001
    """The share of rows beyond the limit if very many answered from one normal distribution; of few, less."""
    rows_per_question: Annotated[Finite, Field(ge=1, le=MOST)] = 5.0
    """Complete rows that the rule needs, a question; with fewer it does nothing and says so."""


def find_outlying(
    rows: pl.DataFrame, questions: Sequence[str], rule: OutlyingRule, words: Mapping[str, str] = GENERIC
) -> pl.DataFrame | str:
    """Return the rows that lie beyond the limit, or why none can be found.

    Parameters
    ----------
    rows
        The rows that are compared: `response, respondent_id, unit`, and the ratings, null where there is none.
    questions
        The columns of the ratings.
    words
        What readers call units.

    Returns
    -------
    DataFrame or str
        `response, sentence`; or what is missing.

    Examples
    --------
    >>> rows = pl.DataFrame({"response": [0, 1], "respondent_id": ["a", "b"], "unit": ["AAA"] * 2, "q": [1.0, 2.0]})
    >>> find_outlying(rows, ["q"], OutlyingRule())
    'it needs 5 rows with a rating for every question, from units with two or more of them, and there are 2'
    """
    from scipy.special import chdtri  # noqa: PLC0415  (costs a quarter of a second)

    complete = (
        rows.select(
            "response",
            "respondent_id",
            "unit",
            is_whole=pl.all_horizontal(pl.col(question).is_not_null() for question in questions),
        )
        .with_row_index("place")
        .filter("is_whole")
    )
    alone = complete.group_by("unit").len().filter(pl.col("len") < 2)["unit"]
    if len(alone):
        complete = complete.filter(~pl.col("unit").is_in(alone.implode()))
    needed = int(np.ceil(np.round(rule.rows_per_question * len(questions), 9)))
    if complete.height < needed:
        return phrase("notes.rule_needs_more_rows", count=complete.height, needed=needed, **words)
    complete = order_rows(complete)
    unit_of = complete["unit_number"].to_numpy()
    # NOTE: column by column, since a sorted copy of all columns takes as much as they do.
    ratings = np.empty((complete.height, len(questions)), order="F")
    for n, question in enumerate(questions):
        ratings[:, n] = rows[question].gather(complete["place"]).to_numpy()
    squared = measure_squared_distances(ratings, unit_of)
    if squared is None:
        return phrase("notes.rule_needs_spread", rows=complete.height, questions=len(questions), **words)
    limit = round(float(chdtri(len(questions), rule.level)), 9)
    shown = pl.select(show(pl.lit(limit), 1)).item()
    return (
        complete.select("response", "unit", squared=pl.Series(squared.round(9)))
        .filter(pl.col("squared") > limit)
        .select(
            "response",
            sentence=say(
                *("The squared distance of the ratings from the mean of ", pl.col("unit"), " is "),
                *(show(pl.col("squared"), 1), f"; {shown} is the limit."),
            ),
        )
    )


def measure_squared_distances(ratings: Floats, unit_of: Ints) -> Floats | None:
    """Return the squared Mahalanobis distance of each row from the mean of its unit.

    Parameters
    ----------
    ratings
        Rows x questions, no NaN.
    unit_of
        Rows: the number of each one's unit; the rows of a unit follow one another.

    Returns
    -------
    ndarray or None
        Rows; from 0 to (rows - units) (1 - 1 / rows of the unit). None where the covariance within units is not of full
        rank.

    Examples
    --------
    >>> ratings = np.array([[1.0, 0.0], [3.0, 4.0], [8.0, 1.0], [8.0, 3.0]])
    >>> measure_squared_distances(ratings, np.array([0, 0, 1, 1])).round(9).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    starts = np.flatnonzero(np.diff(unit_of, prepend=-1))
    ends = np.append(starts[1:], len(ratings))
    columns = ratings.T
    products = np.zeros((ratings.shape[1], ratings.shape[1]))
    units = [
        (start, end, columns[:, start:end].mean(axis=1, keepdims=True))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    # NOTE: centred twice, since a centred copy of all columns takes as much as they do.
    for start, end, mean in units:
        for part in _split(start, end):
            centred = columns[:, part] - mean
            products += centred @ centred.T
    spread = np.sqrt(np.diag(products))
    if (spread <= 1e-9 * np.maximum(columns.max(axis=1), -columns.min(axis=1))).any():
        return None
    # In units of each question's own spread, so that the rank does not depend on the scale.
    values, vectors = np.linalg.eigh(products / np.outer(spread, spread))
    if values.min() <= values.max() * len(values) * np.finfo(float).eps:
        return None
    # With A A' the inverse of the products, the distance is the length of a row times A.
    inverse = vectors / np.sqrt(values) / spread[:, np.newaxis]
    degrees = len(ratings) - len(starts)
    squared = np.empty(len(ratings))
    for start, end, mean in units:
        for part in _split(start, end):
            turned = inverse.T @ (columns[:, part] - mean)
            squared[part] = degrees * np.einsum("ji,ji->i", turned, turned)
    return squared


def _split(start: int, end: int) -> Iterator[slice]:
    return (slice(first, min(first + _TOGETHER, end)) for first in range(start, end, _TOGETHER))


RECORDS = (
    ComparingRule(
        name="outlying",
        line="the ratings lie far from those of the others on the {unit}",
        options=OutlyingRule,
        compare=lambda rows, asked, options: find_outlying(rows, asked.questions, options, asked.words),
        columns=("unit",),
        page="outlying-answers",
        place=100,
    ),
)
