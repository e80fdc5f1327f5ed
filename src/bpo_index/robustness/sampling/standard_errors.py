"""The standard errors that are reported, of replicates or analytic, and the table of both beside shrunken scores.

Units with five or more sampling units take the standard error of the replicates, those with two to four the analytic
one where that is above zero. Method pages: docs/methods/sampling-error.md, docs/methods/shrinkage.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.sampling import SAMPLING_ERROR
from bpo_index.robustness.replicates import ReplicateSummary
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.sampling.design import Drawn, find_averaged
from bpo_index.robustness.sampling.linearisation import linearise_errors
from bpo_index.robustness.sampling.moderation import find_varying
from bpo_index.robustness.sampling.replicate_weights import estimate_supplied_errors
from bpo_index.robustness.sampling.shared_companies import estimate_correlations, find_answering
from bpo_index.robustness.sampling.shrinkage import shrink_scores
from bpo_index.robustness.sampling.smoothed_errors import smooth_errors
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import Evidence
from bpo_index.scoring.preparation import Sample, gather_evidence
from bpo_index.scoring.unit_scores import Scores, find_published_as_bounds

#: From this many sampling units on bootstrap draws coincide seldom enough (docs/methods/sampling-error.md).
BOOTSTRAP_FROM = 5
#: A standard error below this, in score points, is rounding noise: the answers do not vary.
_NO_VARIANCE = 1e-9


@dataclass(frozen=True)
class Errors:
    """Standard errors of the published units; arrays units x nodes."""

    replicates: Floats
    """Of the replicates."""
    linearised: Floats
    """Analytic; NaN where the method has no derivative."""
    chosen: Floats
    """The one that is reported; 0 where the score does not vary, NaN where there is none."""
    clusters: Ints
    """Primary sampling units behind the score."""
    correlations: list[Floats] | None
    """Per column: correlation of the scores of units; None where they are independent and share no companies."""
    smoothed: Floats
    """Smoothed over units (`smooth_errors`); NaN where there are too few."""
    is_own: np.ndarray
    """Whether the published standard error is the chosen one, of the cell's own answers; else it is smoothed."""
    varies: np.ndarray
    """Whether the answers behind the score vary between sampling units, whatever the method makes of them."""
    answering: np.ndarray | None = None
    """Sampling units x units: who answers where; None: nobody answers in several units."""
    own_degrees: Floats | None = None
    """Degrees of freedom of the chosen one; None: sampling units less one."""
    is_few: np.ndarray | None = None
    """Whether the analytic one is chosen since there are few sampling units; None: where there are fewer than five."""
    is_whole: np.ndarray | None = None
    """Units: whether the whole population answered; None: of no unit."""
    simple: Floats | None = None
    """Variance in a simple random sample of as many respondents; None, NaN: no declared design."""

    @property
    def degrees(self) -> Floats:
        """Degrees of freedom of the chosen standard error."""
        return np.asarray(self.clusters - 1.0) if self.own_degrees is None else self.own_degrees

    @property
    def few(self) -> np.ndarray:
        """Whether the analytic one is chosen since there are few sampling units."""
        return self.clusters < BOOTSTRAP_FROM if self.is_few is None else self.is_few

    @property
    def published(self) -> Floats:
        """The standard error that is published: the chosen one or the smoothed one; 0 as in `chosen`."""
        return np.where(self.is_own, self.chosen, self.smoothed)


def estimate_errors(sample: Sample, scores: Floats, summary: ReplicateSummary) -> Errors:
    """Return the standard errors of scores.

    Parameters
    ----------
    sample
        The answers.
    scores
        Published units x nodes; NaN where the score is withheld or published as a bound.
    summary
        Of the replicates.

    Bootstrap from five sampling units on, else analytic. A derivative of zero proves nothing: at an end of a
    normalisation the score still moves in replicates, whose error then stands. Zero means the same score in every
    replicate.
    """
    answers, structure = sample.answers, sample.structure
    bootstrap = summary.estimate_standard_errors()
    if not answers:
        return Errors(
            replicates=bootstrap,
            linearised=bootstrap,
            chosen=bootstrap,
            clusters=np.zeros(bootstrap.shape, dtype=np.int64),
            correlations=None,
            smoothed=bootstrap,
            is_own=np.ones(bootstrap.shape, dtype=bool),
            varies=np.zeros(bootstrap.shape, dtype=bool),
        )
    evidence = gather_evidence(answers, [unit.weights for unit in answers], structure)
    found = linearise_errors(answers, structure, evidence)
    analytic, clusters, degrees = found.standard_errors, found.clusters, found.degrees
    is_few = clusters < BOOTSTRAP_FROM
    has_analytic = (found.corrected >= _NO_VARIANCE) | (clusters < 2) | np.isnan(found.corrected)
    takes_analytic = is_few | find_averaged(answers, found.corrected)
    chosen = np.where(takes_analytic & has_analytic, found.corrected, bootstrap)
    together = _correlate(sample, summary, evidence)
    supplied = estimate_supplied_errors(answers, structure)
    if supplied is not None:
        bootstrap = chosen = supplied.standard_errors
        degrees, is_few, together = supplied.degrees, np.zeros(chosen.shape, dtype=bool), supplied.correlations
    chosen = np.where(chosen < _NO_VARIANCE, 0.0, chosen)
    counted = sample.counted[sample.published]
    smoothed = np.full(chosen.shape, np.nan)
    for n, bounds in enumerate(structure.score_bounds):
        smoothed[:, n] = smooth_errors(
            scores[:, n], chosen[:, n], counted=counted[:, n], sampling_units=clusters[:, n], bounds=bounds
        )
    return Errors(
        replicates=bootstrap,
        linearised=analytic if supplied is None else np.full(analytic.shape, np.nan),
        chosen=chosen,
        clusters=clusters,
        correlations=together,
        smoothed=smoothed,
        is_own=sample.has_room[sample.published],
        own_degrees=degrees,
        is_few=is_few,
        is_whole=np.array([unit.design is not None and Drawn(unit, unit.design).is_whole for unit in answers]),
        simple=found.simple,
        varies=find_varying(answers, structure),
        answering=find_answering(answers),
    )


def _correlate(sample: Sample, summary: ReplicateSummary, evidence: Evidence) -> list[Floats] | None:
    """Return `Errors.correlations`: of replicates where units are compared, else by shared sampling units."""
    structure = sample.structure
    shared = None
    if structure.units_are_independent:
        shared = estimate_correlations(sample.answers, structure, evidence)
        if shared is None:
            return None
    found = []
    for n, is_smooth in enumerate(structure.has_derivative):
        found.append(summary.estimate_correlation(n) if shared is None or not is_smooth else shared[n])
    return found


def tabulate_sampling_error(
    scores: Scores, definition: IndexDefinition, matrix: Floats, errors: Errors
) -> pl.DataFrame:
    """Return one row per unit and category (null: the overall score) that has a score.

    Columns `unit, category, score, sampling_units, se_replicates, se_linearised, shrunken, shrunken_se, shrinkage`;
    null where there is none. A score that is published as a bound has no row.
    """
    bounded = find_published_as_bounds(scores)[scores.sample.published]
    codes, published = [unit.code for unit in definition.units], scores.sample.published
    frames = []
    for n, node in enumerate(definition.nodes):
        shown = matrix[published, n]
        there = ~np.isnan(shown) & ~bounded[:, n]
        shrunken = shrink_scores(np.where(there, shown, np.nan), errors.published[:, n])
        columns = {
            "score": shown,
            "sampling_units": errors.clusters[:, n],
            "se_replicates": errors.replicates[:, n],
            # The one that is reported, and not a second function of so few answers.
            "se_linearised": np.where(errors.few[:, n], errors.chosen[:, n], errors.linearised[:, n]),
            "shrunken": shrunken.scores,
            "shrunken_se": shrunken.se,
            "shrinkage": shrunken.factors,
        }
        # Cells without room have no errors of their own. One of zero does not count: the answers do not vary.
        columns |= {
            name: np.where(errors.is_own[:, n] & (columns[name] > _NO_VARIANCE), columns[name], np.nan)
            for name in ("se_replicates", "se_linearised")
        }
        frame = pl.DataFrame(
            {
                "unit": [code for code, keep in zip(codes, published, strict=True) if keep],
                "category": [node.id or None] * len(shown),
                **columns,
            },
            schema=SAMPLING_ERROR.schema,
        )
        frames.append(frame.filter(pl.Series(there, dtype=pl.Boolean)))
    return round_table(pl.concat(frames))
