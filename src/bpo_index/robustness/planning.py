"""How many respondents a unit the next survey needs, by simulation from the last one.

`describe_last_survey` estimates from the scores of an edition what differs between units: their true scores, which are
the observed ones shrunk until their variance is the observed variance less that of sampling, and the standard deviation
that one respondent adds. `plan_survey` simulates surveys of one size after another, finds the rank
sets of each as those of a ranking are found, and returns the smallest size at which as many surveys as wanted are as
precise as wanted. Method page: docs/methods/planning.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields

import numpy as np
import polars as pl

from bpo_index.errors import DataRefused
from bpo_index.publication.columns.private import PLAN
from bpo_index.robustness.chunks import Progress, evaluate_in_order
from bpo_index.robustness.ranks.company_draws import draw_companies
from bpo_index.robustness.ranks.open_shares import MOST_WITHOUT
from bpo_index.robustness.ranks.rank_sets import StudentisedDraws, draw_normal, find_rank_sets
from bpo_index.robustness.sampling.moderation import measure_spread, moderate_variances
from bpo_index.robustness.sampling.shrinkage import shrink_scores
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.ranking import rank_units

#: Sizes that are tried, respondents a unit, until one is enough.
SIZES = (5, 8, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000)
#: Surveys of each size.
SURVEYS = 300
#: Sizes nearer than this share of the size are not told apart.
_NEAR = 0.02
#: Draws behind the rank sets of one survey.
_DRAWS = 2_000
#: Surveys simulated in one task.
_TOGETHER = 25


@dataclass(frozen=True)
class LastSurvey:
    """What the next survey is simulated from; arrays over ranked units."""

    codes: tuple[str, ...]
    """The units."""
    truth: Floats
    """Their true scores, as planned for."""
    spread: Floats
    """Standard deviation of the score that one respondent would give, score points."""
    correlation: Floats
    """Units x units: of the scores; the identity where units are independent."""
    is_shared: bool = field(default=False, kw_only=True)
    """Whether the same companies or respondents answer in all units."""
    bounds: tuple[float, float]
    """The ends of the range of scores."""
    confidence_level: float
    """Of rank sets."""


@dataclass(frozen=True)
class Wanted:
    """What a survey has to reach; a survey reaches it with both where both are given."""

    width: float | None = None
    """The mean over units of the number of ranks in the rank set, at most."""
    neighbours: float | None = None
    """The share of pairs of neighbours in the true ranking that are told apart, at least."""
    assurance: float = 0.8
    """The share of surveys that have to reach it."""


@dataclass(frozen=True)
class Plan:
    """Respondents needed."""

    needed: int | None
    """Respondents a unit; None: more than the largest size tried."""
    table: pl.DataFrame
    """One row per size tried: columns of `PLAN`."""
    surveys: int
    """Surveys simulated of each size."""


@dataclass(frozen=True)
class _Task:
    survey: LastSurvey
    size: int
    seeds: Sequence[np.random.SeedSequence]


@dataclass(frozen=True)
class _Precision:
    """Precision of simulated surveys."""

    rank_set_width: Floats
    marginal_rank_set_width: Floats
    neighbours_apart: Floats
    pairs_apart: Floats


def describe_last_survey(
    codes: Sequence[str],
    scores: Floats,
    se: Floats,
    clusters: Ints,
    *,
    correlation: Floats | None,
    confidence_level: float,
    bounds: tuple[float, float],
    is_shared: bool = False,
) -> LastSurvey:
    """Return what surveys are simulated from.

    Parameters
    ----------
    codes, scores, se, clusters
        Ranked units, their scores and standard errors, and the primary sampling units behind these. Variances are
        moderated (`moderate_variances`): a unit without one takes the pooled one.
    correlation
        Units x units: of the scores; None: units are independent.
    is_shared
        Whether they go together since companies or respondents answer in several units. The next survey is then planned
        with the same ones in all units.
    confidence_level
        Of rank sets.
    bounds
        The ends of the range of scores.

    Raises
    ------
    DataRefused
        With fewer than four units that have a standard error: the spread of true scores cannot be estimated. With more
        than a third that have none.
    """
    known = np.nan_to_num(se) > 0
    shrunken = shrink_scores(scores, se)
    if np.isnan(shrunken.variance):
        raise DataRefused(
            f"{int(known.sum())} ranked units have a standard error; a plan needs four, to tell how far apart the "
            "units truly are. Plan from a survey with more answers."
        )
    if MOST_WITHOUT * (~known).sum() > len(scores):
        raise DataRefused(
            f"{int((~known).sum())} of {len(scores)} ranked units have no standard error (one company, or equal "
            "answers); a plan needs one of two thirds of them. Plan from a survey with more answers."
        )
    variances = moderate_variances(se**2, measure_spread(scores, bounds), clusters.astype(float))
    spread = np.sqrt(variances * clusters)
    observed = float(np.var(scores, ddof=1))
    factor = np.sqrt(min(shrunken.variance / observed, 1.0)) if observed else 0.0
    truth = scores.mean() + factor * (scores - scores.mean())
    together = np.eye(len(scores)) if correlation is None else correlation
    return LastSurvey(
        codes=tuple(codes),
        truth=truth,
        spread=spread,
        correlation=together,
        is_shared=is_shared,
        bounds=bounds,
        confidence_level=confidence_level,
    )


def plan_survey(
    survey: LastSurvey,
    wanted: Wanted,
    *,
    seed: int = 2021,
    sizes: Sequence[int] = SIZES,
    surveys: int = SURVEYS,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return the smallest number of respondents a unit at which enough surveys reach what is wanted.

    Sizes are tried in order until one is enough, and then those between it and the one before by halving, to within one
    respondent or 2 %. Enough is the assurance plus one Monte Carlo standard error. Surveys of different sizes share
    their draws.

    Parameters
    ----------
    survey, wanted
        What is simulated, and what has to be reached.
    seed
        Any integer from 0.
    sizes
        Respondents a unit, rising.
    surveys
        How many of each size.
    executor
        Where surveys are simulated; None: threads.
    progress
        Called with the surveys done and all that there may be.
    """
    seeds = np.random.SeedSequence(seed).spawn(surveys)
    found: dict[int, _Precision] = {}
    most = len(sizes) * surveys
    margin = (wanted.assurance * (1 - wanted.assurance) / surveys) ** 0.5

    def reaches(size: int) -> bool:
        parts = []
        for part in evaluate_in_order(_simulate, _list_tasks(survey, size, seeds), executor):
            parts.append(part)
            if progress:
                progress(len(found) * surveys + _TOGETHER * len(parts), most)
        joined = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Precision)
        }
        found[size] = _Precision(**joined)
        return bool(_find_reached(found[size], wanted).mean() >= wanted.assurance + margin)

    needed, last = None, 0
    for size in sizes:
        if reaches(size):
            needed = size
            break
        last = size
    while needed is not None and last and needed - last > max(1, _NEAR * needed):
        middle = (needed + last) // 2
        if reaches(middle):
            needed = middle
        else:
            last = middle
    rows = [_describe(size, precision, wanted, needed) for size, precision in sorted(found.items())]
    table = pl.DataFrame(rows, schema=PLAN.schema, orient="row").with_columns(pl.col(pl.Float64).round(4))
    return Plan(needed, table, surveys)


def _list_tasks(survey: LastSurvey, size: int, seeds: Sequence[np.random.SeedSequence]) -> Iterator[_Task]:
    for start in range(0, len(seeds), _TOGETHER):
        yield _Task(survey, size, seeds[start : start + _TOGETHER])


def _simulate(task: _Task) -> _Precision:
    """Return the precision of surveys of one size."""
    survey, size = task.survey, task.size
    order = np.argsort(-survey.truth, kind="stable")
    ranks = rank_units(survey.truth)
    ahead, behind = order[:-1], order[1:]
    differ = ranks[ahead] < ranks[behind]
    above = survey.truth[:, np.newaxis] > survey.truth
    values, vectors = np.linalg.eigh(survey.correlation)
    mix = vectors * np.sqrt(np.maximum(values, 0))
    degrees = np.full(len(survey.truth), size - 1.0)
    rows = []
    for seed in task.seeds:
        rng = np.random.default_rng(seed)
        error = survey.spread / np.sqrt(size)
        scores = np.clip(survey.truth + error * (mix @ rng.standard_normal(len(error))), *survey.bounds)
        error = error * np.sqrt(rng.chisquare(degrees) / degrees)
        covariance = survey.correlation * np.outer(error, error)
        if survey.is_shared:
            answering = np.ones((size, len(error)), dtype=bool)
            draws = StudentisedDraws(*draw_companies(covariance, answering, _DRAWS, rng))
        else:
            draws = draw_normal(covariance, degrees, _DRAWS, rng)
        sets = find_rank_sets(scores, covariance, degrees, survey.confidence_level, draws=draws, bounds=survey.bounds)
        rows.append(
            (
                (sets.set_high - sets.set_low + 1).mean(),
                (sets.marginal_high - sets.marginal_low + 1).mean(),
                sets.surely_ahead[ahead, behind][differ].mean() if differ.any() else 0.0,
                (sets.surely_ahead & above).sum() / max(above.sum(), 1),
            )
        )
    return _Precision(*np.array(rows).T)


def _find_reached(precision: _Precision, wanted: Wanted) -> np.ndarray:
    """Return for each survey whether it reaches what is wanted."""
    reached = np.ones(len(precision.rank_set_width), dtype=bool)
    if wanted.width is not None:
        reached &= precision.rank_set_width <= wanted.width + 1e-9
    if wanted.neighbours is not None:
        reached &= precision.neighbours_apart >= wanted.neighbours - 1e-9
    return reached


def _describe(size: int, precision: _Precision, wanted: Wanted, needed: int | None) -> tuple[object, ...]:
    low, high = np.quantile(precision.rank_set_width, (0.1, 0.9))
    return (
        size,
        float(precision.rank_set_width.mean()),
        float(low),
        float(high),
        float(precision.marginal_rank_set_width.mean()),
        float(precision.neighbours_apart.mean()),
        float(precision.pairs_apart.mean()),
        float(_find_reached(precision, wanted).mean()),
        size == needed,
    )
