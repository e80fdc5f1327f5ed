"""Pairs of rows of two respondents with almost the same ratings.

For each row the row that agrees with it in the largest share of the questions that both rated (the maximum percent
match), found exactly: all pairs are compared, in blocks that fit into the cache of one core, so memory does not grow
with the number of pairs.

Method page: docs/methods/near-identical-answers.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from bpo_index.display.catalogue import phrase
from bpo_index.display.text_expressions import quote, say
from bpo_index.fields import LEAST_PART, CountFromTwo, Finite
from bpo_index.validation.rules.record import Action, ComparingRule, RuleOptions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.unsignedinteger[Any]]

#: With more rows than this nothing is compared: the time grows with the square, some seconds here. Nor with fewer rows
#: of so many questions that there would be more answers to compare.
MOST_ROWS, MOST_COMPARED = 20_000, 20_000_000_000
_BLOCK_PAIRS = 1 << 18


class NearIdenticalRule(RuleOptions):
    """Rows that agree with another respondent's row in `minimum_share` or more of the questions that both rated."""

    action: Action = "flag"
    minimum_share: Annotated[Finite, Field(ge=LEAST_PART, le=1)] = 0.9
    """The share of equal ratings from which two rows are marked."""
    minimum_answers: CountFromTwo = 10
    """Questions that both rated, at least."""


@dataclass(frozen=True)
class Matches:
    """For each row the one that is nearest to it.

    Attributes
    ----------
    partner
        The number of that row; -1 where no pair reaches the share.
    share
        The share of questions with the same rating among those that both rated; -1 where there is no partner.
    same, both
        Questions with the same rating in both rows, and questions that both rated.
    """

    partner: Ints
    share: Floats
    same: Ints
    both: Ints


def find_near_identical(rows: pl.DataFrame, questions: Sequence[str], rule: NearIdenticalRule) -> pl.DataFrame | str:
    """Return the rows that are almost the same as another, or why none can be found.

    Parameters
    ----------
    rows
        The rows that are compared: `response, respondent_id` and the ratings.
    questions
        The columns of the ratings.

    Returns
    -------
    DataFrame or str
        `response, sentence`; or why nothing is compared.

    Examples
    --------
    >>> rows = pl.DataFrame({"response": [0, 1, 2], "respondent_id": ["a", "b", "c"], "q1": [5.0, 5.0, 1.0],
    ...                      "q2": [6.0, 6.0, 2.0], "q3": [7.0, 7.0, 7.0], "q4": [8.0, 9.0, None]})
    >>> rule = NearIdenticalRule(minimum_share=0.75, minimum_answers=3)
    >>> find_near_identical(rows, ["q1", "q2", "q3", "q4"], rule)["sentence"].to_list()[0]
    "The same rating as respondent 'b' in 3 of the 4 questions that both rated (75%); 75% are too many."
    """
    most = min(MOST_ROWS, math.isqrt(MOST_COMPARED // max(len(questions), 1)))
    if rows.height > most:
        return phrase("notes.rule_compares_fewer_rows", most=most, rows=rows.height)
    # NOTE: by respondent and unit, so that the order of rows does not matter.
    order = [name for name in ("respondent_id", "unit") if name in rows.columns]
    ordered = rows.select("response", *order, *questions).sort(order)
    ratings = ordered.select(questions).to_numpy().astype(np.float64)
    found = match_rows(
        ratings,
        minimum_share=rule.minimum_share,
        minimum_answers=rule.minimum_answers,
        whose=ordered["respondent_id"].rank("dense").to_numpy(),
    )
    ids = ordered["respondent_id"]
    partner = ids.gather(np.maximum(found.partner, 0)) if len(ids) else ids
    share = pl.Series(100.0 * found.same / np.maximum(found.both, 1)).round(0).cast(pl.Int64)
    parts = pl.DataFrame({"partner": partner, "same": found.same, "both": found.both, "share": share})
    sentence = say(
        *("The same rating as respondent ", quote(pl.col("partner")), " in ", pl.col("same"), " of the "),
        *(pl.col("both"), " questions that both rated (", pl.col("share"), "%); "),
        f"{rule.minimum_share:.0%} are too many.",
    )
    return (
        ordered.select("response")
        .with_columns(parts.get_columns())
        .filter(pl.Series(found.partner >= 0))
        .select("response", sentence=sentence)
    )


def match_rows(
    ratings: Floats, *, minimum_share: float, minimum_answers: int, whose: npt.NDArray[Any] | None = None
) -> Matches:
    """Return for each row the row that agrees with it most, among those that agree in `minimum_share` or more.

    Parameters
    ----------
    ratings
        Rows x questions; NaN where there is no rating.
    minimum_answers
        Questions that both rows rated, at least.
    whose
        Per row a number of the respondent, whose own rows are not compared with each other; None: all are others'.

    Returns
    -------
    Matches
        Of several rows that agree equally often, the first.

    Examples
    --------
    >>> ratings = np.array([[1, 2, 3, 4], [1, 2, 3, 9], [1, 2, np.nan, 4], [9, 9, 9, 9]], dtype=float)
    >>> found = match_rows(ratings, minimum_share=0.75, minimum_answers=3)
    >>> found.partner.tolist(), found.same.tolist(), found.both.tolist()
    ([2, 0, 0, -1], [3, 3, 3, 0], [3, 4, 3, 0])
    """
    n, items = ratings.shape
    rated = ~np.isnan(ratings)
    values = np.unique(ratings[rated])
    codes = np.searchsorted(values, ratings)
    left, right = _encode(codes, rated, len(values))
    left_rated, right_rated = _encode(np.zeros_like(codes), rated, 1)
    # What a pair with so many questions in common must agree in, an impossible number where it has too few.
    needed = np.ceil(np.round(minimum_share * np.arange(items + 1), 9))
    needed[: min(minimum_answers, items + 1)] = items + 1
    matches = Matches(
        np.full(n, -1, dtype=np.int64), np.full(n, -1.0), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    )
    for start in range(0, n, step := max(1, _BLOCK_PAIRS // max(n, 1))):
        stop = min(start + step, n)
        same = _count_equal(left[:, start:stop], right[:, start:])
        both = (
            np.full_like(same, items)
            if rated.all()
            else _count_equal(left_rated[:, start:stop], right_rated[:, start:])
        )
        hit = same >= needed[both]
        hit &= np.arange(start, n) > np.arange(start, stop)[:, np.newaxis]
        if whose is not None:
            hit &= whose[start:] != whose[start:stop, np.newaxis]
        if hit.any():
            _keep_nearest(matches, start, np.where(hit, same / np.maximum(both, 1), -1.0), same=same, both=both)
    return matches


def _encode(codes: Ints, rated: Bools, count: int) -> tuple[Counts, Counts]:
    """Return numbers below `count` as small ones, questions x rows, twice: where there is no rating they differ."""
    kind = np.min_scalar_type(count + 1)
    left, right = (np.where(rated, codes, count + n).T.astype(kind, order="C") for n in (0, 1))
    return left, right


def _count_equal(left: Counts, right: Counts) -> Counts:
    """Return for each pair of rows in how many questions they agree."""
    shape = (left.shape[1], right.shape[1])
    same = np.zeros(shape, dtype=np.min_scalar_type(len(left)))
    equal = np.empty(shape, dtype=bool)
    for mine, theirs in zip(left, right, strict=True):
        np.equal(mine[:, np.newaxis], theirs, out=equal)
        np.add(same, equal, out=same)
    return same


def _keep_nearest(matches: Matches, start: int, shares: Floats, *, same: Counts, both: Counts) -> None:
    """Enter the nearest rows of a block, whose rows and columns begin at row `start`.

    A partner that comes later has to agree more often than the one before, so that of equal ones the first stays. A
    block holds the pairs of an earlier with a later row: the later rows are entered first, since their partners are the
    earlier ones.
    """
    earlier, later = (np.arange(length) for length in shares.shape)
    for rows, partners, pairs in (
        (later, nearest := shares.argmax(axis=0), (nearest, later)),
        (earlier, nearest := shares.argmax(axis=1), (earlier, nearest)),
    ):
        nearer = shares[pairs] > matches.share[rows + start]
        entered = rows[nearer] + start
        matches.partner[entered] = partners[nearer] + start
        for kept, found in ((matches.share, shares), (matches.same, same), (matches.both, both)):
            kept[entered] = found[pairs][nearer]


RECORDS = (
    ComparingRule(
        name="near_identical",
        line="the ratings are almost the same as those of another row",
        options=NearIdenticalRule,
        compare=lambda rows, asked, options: find_near_identical(rows, asked.questions, options),
        columns=("unit",),
        page="near-identical-answers",
        place=80,
    ),
)
