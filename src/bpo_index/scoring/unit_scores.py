"""Compute scores and ranks of units from accepted answers.

Stages: `prepare_sample`, `estimate_unit_means`, `score_means`, `guard_cells`, `rank_units`,
`describe_weights`. Units with too few respondents, which `prepare_sample` takes out, take no part in anything that is
computed across units. Method pages: docs/methods/scores.md, docs/methods/disclosure.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.disclosure.cells.ends import AT_LEAST, AT_MOST, find_end_margins, place_margins
from bpo_index.disclosure.cells.withholding import guard_cells
from bpo_index.display.catalogue import phrase
from bpo_index.display.frames import AsFrame
from bpo_index.display.notebook import show_block, show_list, show_table
from bpo_index.display.words import start_sentence
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.columns.views import view_frame
from bpo_index.publication.columns.weights import WEIGHTS
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import Evidence, learn_index, score_means
from bpo_index.scoring.clipping import describe_clipping
from bpo_index.scoring.positive_values import Naming, describe_broken_mean
from bpo_index.scoring.preparation import Sample, gather_evidence, prepare_sample, refuse_other_design
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.unit_means import estimate_unit_means
from bpo_index.scoring.weights_table import check_weights, describe_weights


@dataclass(frozen=True, repr=False)
class Scores(AsFrame):
    """Scores and ranks of every unit.

    Attributes
    ----------
    units
        One row per unit of the definition, in its order: `unit, respondents, effective_n, design_effect, suppressed,
        ranked, score, score_bound, rank`. `suppressed`: fewer respondents than may be published, no score; `ranked`:
        takes part in ranks; `score_bound`: `at least` or `at most` where the score lies at an end of the scale and
        `score` is the bound, else null.
    categories
        One row per unit and category of any level, in the order of the definition: `unit, category, respondents` (who
        rated any of its questions), `suppressed` (also: withheld so that no other can be computed), `ranked, score,
        score_bound, rank`.
    unit_means
        One row per unit that is not suppressed: `unit, <question ids>`, means in points of the outcome's scale; null
        where nobody rated.
    weights
        One row per category and per question: as `describe_weights` says.
    notes
        Sentences for readers: what the methods did that the numbers do not show.
    sample
        The answers as they were scored, for resampling; never published.
    words
        What readers call units and respondents.
    """

    units: pl.DataFrame
    categories: pl.DataFrame
    unit_means: pl.DataFrame
    weights: pl.DataFrame
    notes: list[str]
    sample: Sample
    words: Words = field(default_factory=Words)

    def to_polars(self) -> pl.DataFrame:
        """Return scores and ranks, one row per unit; those of categories are `categories`."""
        return self.units

    def _repr_html_(self) -> str:
        """Return what a notebook shows: scores and ranks by code of the unit, the best first."""
        view = view_frame(
            RANKING,
            ("rank", "unit", "score", "respondents", "effective_n"),
            self.units.sort("rank", nulls_last=True, maintain_order=True),
            caption=phrase("notebook.scores_caption"),
            headings={"unit": start_sentence(self.words.unit), "respondents": start_sentence(self.words.respondents)},
        )
        return show_block(phrase("notebook.scores"), show_table(view), show_list(self.notes))


def score_units(
    accepted: pl.DataFrame,
    definition: IndexDefinition,
    margins: pl.DataFrame | None = None,
    *,
    restated: Collection[str] = (),
    is_whole: bool = True,
) -> Scores:
    """Score and rank the units from the accepted answers.

    Parameters
    ----------
    accepted, definition, margins
        As for `prepare_sample`.
    restated
        Units whose category scores were published before, made in another way of the same answers.
    is_whole
        Whether these are all answers that count: then they must go with the `design:` block.

    Raises
    ------
    DataRefused
        When the answers cannot carry the method: margins that cannot be met, weights that cannot be learnt, a design
        that is not theirs, values below zero in a mean that takes none.
    """
    codes = [unit.code for unit in definition.units]
    method = definition.method
    sample = prepare_sample(accepted, definition, margins, restated=restated)
    structure, published = sample.structure, sample.published
    if is_whole:
        refuse_other_design(accepted, definition, published)
    means = np.full((len(codes), len(definition.questions)), np.nan)
    scores = np.full((len(codes), len(structure.nodes)), np.nan)
    used = tuple(node.nominal for node in structure.nodes)
    learnt, evidence = None, Evidence()
    if sample.answers:
        means[published] = estimate_unit_means(sample.answers)
        evidence = gather_evidence(sample.answers, [unit.weights for unit in sample.answers], structure)
        learnt = learn_index(means[published], structure, evidence=evidence)
        check_weights(learnt, definition, structure)
        scores[published] = score_means(means[published], structure, evidence=evidence, learnt=learnt)
        naming = Naming(
            [unit.unit for unit in sample.answers], definition.question_ids, [node.id for node in definition.nodes]
        )
        if broken := describe_broken_mean(means[published], scores[published], learnt, structure, naming=naming):
            raise DataRefused(broken)
        structure = dataclasses.replace(structure, used=learnt.weights)
        sample = dataclasses.replace(sample, structure=structure)
        used = tuple(
            nominal if weights is None else weights for nominal, weights in zip(used, learnt.weights, strict=True)
        )

    everything = scores.copy()
    from_ends = find_end_margins(structure, sample.counted)
    withheld, ends = guard_cells(
        scores, sample.raters, structure, published=published, small=sample.is_small, margins=from_ends, used=used
    )
    scores[withheld] = np.nan
    at_most, at_least = place_margins(structure, from_ends)
    scores = np.where(ends > 0, at_least, np.where(ends < 0, at_most, scores))
    weights, notes = pl.DataFrame(schema=WEIGHTS.schema), list(sample.notes)
    if learnt:
        weights, said = describe_weights(
            everything[published],
            scores[published],
            structure,
            learnt,
            evidence=evidence,
            definition=definition,
        )
        notes += said
    if ends.any():
        notes.append(phrase("notes.published_as_bounds"))
    notes += describe_clipping(scores, structure, definition)
    ranked = (sample.raters >= method.minimum_respondents_to_rank) & ~np.isnan(scores)
    ranks = rank_units(np.where(ranked, scores, np.nan).T).T
    effective, effects = np.zeros(len(codes)), np.full(len(codes), np.nan)
    effective[published] = [round(unit.effective_n, 6) for unit in sample.answers]
    effects[published] = [round(unit.design_effect, 6) for unit in sample.answers]

    units = pl.DataFrame(
        {
            "unit": codes,
            "respondents": sample.respondents,
            "effective_n": effective,
            "design_effect": effects,
            "suppressed": ~published,
            "ranked": ranked[:, 0],
            "score": scores[:, 0],
            "score_bound": _name_bounds(ends[:, 0]),
            "rank": ranks[:, 0],
        }
    ).with_columns(
        effective_n=pl.when(~pl.col("suppressed")).then("effective_n"),
        design_effect=pl.col("design_effect").fill_nan(None),
    )
    categories = pl.DataFrame(
        {
            "unit": np.repeat(codes, len(definition.category_nodes)),
            "category": [node.id for node in definition.category_nodes] * len(codes),
            "respondents": _list_cells(sample.raters),
            "suppressed": _list_cells(withheld),
            "ranked": _list_cells(ranked),
            "score": _list_cells(scores),
            "score_bound": _name_bounds(_list_cells(ends)),
            "rank": _list_cells(ranks),
        }
    )
    unit_means = pl.DataFrame(means[published], schema=list(definition.question_ids), orient="row")
    unit_means.insert_column(0, pl.Series("unit", np.array(codes)[published], dtype=pl.String))
    return Scores(
        units=_null_missing(units),
        categories=_null_missing(categories),
        unit_means=unit_means.fill_nan(None),
        weights=weights,
        notes=notes,
        sample=sample,
        words=definition.words,
    )


def _list_cells(values: np.ndarray) -> np.ndarray:
    """Return the cells of the categories one after the other, units outside."""
    return np.asarray(values[:, 1:].ravel())


def _name_bounds(ends: Ints) -> pl.Series:
    names = {1: AT_LEAST, -1: AT_MOST, 0: None}
    return pl.Series([names[end] for end in ends.tolist()], dtype=pl.String)


def _null_missing(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn a NaN score and a rank of 0 into null."""
    return frame.with_columns(score=pl.col("score").fill_nan(None), rank=pl.when(pl.col("rank") > 0).then("rank"))


def unit_score_matrix(scores: Scores, *, bounds: bool = False) -> Floats:
    """Return units x nodes of the published scores, in the definition's order; NaN where null.

    A category score that is published as a bound is the bound where `bounds` is true, else NaN.
    """
    shown = (
        scores.categories["score"]
        if bounds
        else scores.categories.select(pl.when(pl.col("score_bound").is_null()).then("score")).to_series()
    )
    return spread_nodes(scores, scores.units["score"], shown).astype(float)


def find_published_as_bounds(scores: Scores) -> np.ndarray:
    """Return units x nodes: true where the score is published as a bound."""
    return spread_nodes(scores, *(frame["score_bound"].is_not_null() for frame in (scores.units, scores.categories)))


def find_ranked(scores: Scores) -> np.ndarray:
    """Return units x nodes: true where the unit takes part in the ranking."""
    return spread_nodes(scores, scores.units["ranked"], scores.categories["ranked"])


def spread_nodes(scores: Scores, overall: pl.Series, categories: pl.Series) -> np.ndarray:
    """Return units x nodes of a column of the units and one of the categories; null as NaN."""
    units = len(scores.units)
    return np.column_stack([overall.to_numpy(), categories.to_numpy().reshape(units, -1)])
