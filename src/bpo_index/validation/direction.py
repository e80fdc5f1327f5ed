"""Questions that run against the others of their category: perhaps asked the other way round.

For each question q of a category with two or more, over the accepted respondents who rated q and at least one of the
others::

    r_q = Pearson correlation of x_q and the mean of the others, all turned as the definition says (`reverse`)

A question is named where r_q is negative beyond chance: t = r sqrt((n - 2) / (1 - r^2)) below the normal quantile of
0.001, with n of at least 30. Nothing is turned. Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition

#: Respondents needed, and the standard normal quantile of 0.001.
_FEWEST, _BEYOND_CHANCE = 30, -3.0902


def find_turned_questions(accepted: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    """Return a sentence on every question that runs against its category.

    Parameters
    ----------
    accepted
        One row per accepted respondent with `<question ids>`: ratings, null where there is none.
    definition
        Categories, and which questions are reversed.
    """
    notes = []
    for category in definition.categories:
        ids = [question.id for question in category.questions]
        signs = np.array([-1.0 if question.reverse else 1.0 for question in category.questions])
        ratings = accepted.select(pl.col(ids).cast(pl.Float64).fill_null(float("nan"))).to_numpy() * signs
        given = ~np.isnan(ratings)
        for n, question in enumerate(category.questions if len(ids) > 1 else ()):
            others = np.delete(np.arange(len(ids)), n)
            counts = given[:, others].sum(axis=1)
            both = given[:, n] & (counts > 0)
            rest = np.where(given[both][:, others], ratings[both][:, others], 0.0).sum(axis=1) / counts[both]
            r = _correlate(ratings[both, n], rest)
            if r < 0 and both.sum() >= _FEWEST and _measure_t(r, int(both.sum())) < _BEYOND_CHANCE:
                advice = "reverse: false" if question.reverse else "reverse: true"
                notes.append(
                    f"{question.id} runs against the other questions of {category.id} (correlation {r:.2f} over "
                    f"{both.sum()} respondents): if it was asked the other way round, set {advice} in the definition."
                )
    return notes


def _correlate(first: np.ndarray, second: np.ndarray) -> float:
    """Return Pearson's correlation; 0 where one of the two does not vary."""
    if len(first) < 2:
        return 0.0
    a, b = first - first.mean(), second - second.mean()
    spread = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / spread if spread > 0 else 0.0


def _measure_t(r: float, n: int) -> float:
    return r * math.sqrt((n - 2) / max(1 - r * r, 1e-12))
