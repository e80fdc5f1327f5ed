"""What the report's explorer computes with: published category scores, and replicates of them from a normal model.

Everything here is made from numbers that the release prints anyway, so that it tells nothing that they do not. Scores
of the categories that hold questions are put together anew, up through those that hold categories to the index. For
unit i and such a category c with score x_ic and standard error s_ic::

    draw_ic = x_ic + s_ic (sqrt(1 - r_i) z_ic + sqrt(r_i) z_i)        z standard normal, within the ends of the scale

with one correlation r_i a unit, chosen so that the overall score has its published standard error. The draws carry
weights under which the shares of ranks at the weights used are the published ones (exponential tilting).
`rescore` is what the explorer does in the browser. Method page: docs/methods/explorer.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.category_tree import INDEX, CategoryTree, make_flat_tree, read_tree
from bpo_index.publication.explorer_draw_weights import tilt_draws
from bpo_index.publication.explorer_errors import find_unit_correlation, moderate_errors
from bpo_index.publication.implied_categories import imply_categories, spread_cells
from bpo_index.publication.published_structure import read_structure
from bpo_index.robustness.ranks.tallies import share_places
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.registry import get_aggregation, get_normalisation, list_names
from bpo_index.scoring.ranking import SCORE_DECIMALS, rank_units
from bpo_index.scoring.steps import normalise

#: Draws, where as many numbers as `_MOST_NUMBERS` allow.
_DRAWS, _FEWEST_DRAWS, _MOST_NUMBERS = 600, 100, 120_000
#: A unit whose overall score has no standard error takes the median correlation of the others, or this.
_USUAL_CORRELATION = 0.4
#: Errors of a unit that all of its categories share.
_SHARED = 1
#: Draws are kept as whole multiples of a step, in 16 bits.
_FINEST_STEP, _LARGEST_MULTIPLE = 0.01, 32_000
#: Decimals of a correlation: fewer than arithmetic can change.
_CORRELATION_DECIMALS = 4
#: How far a score recomputed from category scores, which are rounded, may lie from the published one.
_SAME_SCORE = 0.06

AS_PUBLISHED = "as_published"
#: What a reader may choose, beside the method of the ranking.
NORMALISATIONS = (
    AS_PUBLISHED,
    *(name for name in list_names("normalisation") if get_normalisation(name).explorer),
)
_COMPUTED = tuple(name for name in list_names("aggregation") if get_aggregation(name).explorer)
AGGREGATIONS = tuple(name for name in _COMPUTED if not get_aggregation(name).options)


@dataclass(frozen=True)
class Explorer:
    """The numbers of the explorer."""

    units: list[str]
    """Codes of the units that can be rescored: ranked, with all category scores published, or implied by what is."""
    left_out: list[str]
    """Codes of the other ranked units."""
    nodes: list[str]
    """Ids of all categories, each before those that it holds."""
    tree: CategoryTree
    """Of `nodes`."""
    categories: list[str]
    """Ids of the lowest categories, which hold questions."""
    scores: Floats
    """Units x lowest categories, score points."""
    weights: Floats
    """Nodes: the weights of the ranking, sum one over those that one node holds."""
    aggregation: str
    """That of the index where a browser can compute it, else arithmetic."""
    power: float | None
    """Of `generalised_mean`."""
    normalisation_range: tuple[float, float]
    """The range of `min_max` and `borda`."""
    reproduces: bool
    """Whether `rescore` at these weights gives the published scores."""
    step: float
    """Score points a unit of `draws`."""
    draws: np.ndarray
    """Draws x units x lowest categories, 16-bit integers; no draws where there are no standard errors."""
    draw_weights: Floats
    """Draws, sum one."""

    @property
    def replicates(self) -> Floats:
        """The draws in score points."""
        return np.asarray(self.draws * self.step)


def prepare_explorer(
    ranking: pl.DataFrame,
    categories: pl.DataFrame,
    tables: dict[str, pl.DataFrame],
    definition: IndexDefinition,
    *,
    are_shared: bool = False,
) -> Explorer:
    """Return what the explorer needs of a result.

    Parameters
    ----------
    ranking, categories, tables
        The published frames, as those of `Result`.
    definition
        For the methods, the ends of scores and the seed; it may be public, since only published numbers are drawn from.
    are_shared
        Whether companies or respondents answer for several units, so that the errors of units go together.
    """
    method = definition.method
    weights, unknown = _choose_weights(tables["weights"], definition)

    def choose(number: int, name: str) -> str:
        return name if number not in unknown and name in _COMPUTED else "arithmetic"

    tree, aggregation = read_tree(definition, choose), choose(INDEX, method.aggregation)
    nodes = [node.id for node in definition.category_nodes]
    ids = [nodes[n] for n in tree.lowest]
    ranked = ranking.filter(pl.col("rank").is_not_null())
    codes = ranked["unit"].to_list()
    se, raters = (spread_cells(categories, codes, ids, column) for column in ("se", "respondents"))
    errors_table = tables["sampling_error"].with_columns(pl.col("category").fill_null(""))
    counted = spread_cells(errors_table, codes, ["", *ids], "sampling_units")
    scores = imply_categories(ranked, categories, np.insert(weights, 0, 1.0), definition)[:, tree.lowest + 1]
    whole = ~np.isnan(scores).any(axis=1) & ranked["score_bound"].is_null().to_numpy()
    overall, overall_se, answered = (
        ranked[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()[whole]
        for name in ("score", "se", "respondents")
    )
    scores, se, raters, counted = scores[whole], se[whole], raters[whole], counted[whole]
    # Cells without a row have a bound for a score: their companies are not published.
    counted = np.where(np.isnan(counted), np.column_stack([answered, raters]), counted)

    found = rescore_values(scores, weights, aggregation, power=method.power, tree=tree)
    reproduces = bool(len(found) and (np.abs(found - overall) < _SAME_SCORE).all())

    step, draws, draw_weights = _FINEST_STEP, np.zeros((0, *scores.shape), dtype=np.int16), np.zeros(0)
    bounds_of = read_structure(definition, tables["weights"]).score_bounds
    ends = [bounds_of[n + 1] for n in tree.lowest]
    errors = moderate_errors(se, scores, counted[:, 1:], ends)
    shares = read_place_shares(tables["rank_shares"], codes)
    is_drawn = not np.isnan(errors).any() and (len(codes) == 0 or not np.isnan(shares).all())
    if len(scores) > 1 and is_drawn:
        moderated = moderate_errors(overall_se[:, np.newaxis], overall[:, np.newaxis], counted[:, :1], bounds_of[:1])[
            :, 0
        ]
        correlations = find_correlations(
            scores, errors, moderated, weights=weights, aggregation=aggregation, power=method.power, tree=tree
        )
        low, high = np.array(ends).T
        chosen = [code for code, keep in zip(codes, whole, strict=True) if keep]
        between = find_unit_correlation(overall, moderated, tables["pairs"], chosen) if are_shared else 0.0
        values = draw_scores(
            scores, errors, correlations=correlations, between=between, ends=(low, high), seed=method.seed
        )
        step = max(_FINEST_STEP, float(np.abs(values).max()) / _LARGEST_MULTIPLE)
        draws = np.rint(values / step).astype(np.int16)
        draw_weights = np.full(len(draws), 1 / len(draws))
        if reproduces and whole.all():
            drawn = rescore_values(draws * step, weights, aggregation, power=method.power, tree=tree)
            draw_weights = tilt_draws(share_places(drawn), shares)
    powers = [get_aggregation(name).pick(method).get("power") for name in (aggregation, *tree.own.values())]
    return Explorer(
        units=[code for code, keep in zip(codes, whole, strict=True) if keep],
        left_out=[code for code, keep in zip(codes, whole, strict=True) if not keep],
        nodes=nodes,
        tree=tree,
        categories=ids,
        scores=scores,
        weights=weights,
        aggregation=aggregation,
        power=next((power for power in powers if power is not None), None),
        normalisation_range=definition.uncertainty.normalisation_range,
        reproduces=reproduces,
        step=step,
        draws=draws,
        draw_weights=draw_weights,
    )


def _choose_weights(table: pl.DataFrame, definition: IndexDefinition) -> tuple[Floats, set[int]]:
    """Return the weights that sliders start from, and the nodes among whose categories they are not the ranking's.

    Where units have no weight in common, or one is below zero, which no slider has, all that are beside it are those of
    the definition. The index has the number of `INDEX`.
    """
    used = dict(table.filter(pl.col("question").is_null()).select("category", "weight").iter_rows())
    nodes = definition.category_nodes
    weights = np.array([used.get(node.id) for node in nodes], dtype=float)
    parents = np.array([node.parent - 1 for node in nodes])
    unknown = set(parents[~(weights >= 0)].tolist())
    nominal = np.array([node.share for node in nodes])
    return np.where(np.isin(parents, list(unknown)), nominal, weights), unknown


def rescore(
    explorer: Explorer,
    weights: Floats,
    aggregation: str | None = None,
    normalisation: str = AS_PUBLISHED,
) -> tuple[Floats, Ints, Floats]:
    """Return scores, ranks and shares of replicates by place as the explorer shows them.

    Parameters
    ----------
    weights
        Nodes, from 0; divided by their sum among those that one node holds.
    aggregation, normalisation
        One of `AGGREGATIONS`, None: that of the ranking; one of `NORMALISATIONS`. A category with an aggregation of its
        own keeps it.

    Returns
    -------
    scores, ranks
        Units; no score where the categories that a counted node holds all have weight zero.
    shares
        Units x places, rows sum to one; NaN where there are no draws. Draws in which a unit has no score are left out.
    """
    chosen = aggregation or explorer.aggregation
    options = {
        "power": explorer.power,
        "output_range": explorer.normalisation_range,
        "normalisation": normalisation,
        "tree": explorer.tree,
    }
    scores = rescore_values(explorer.scores, weights, chosen, **options)  # type: ignore[arg-type]
    units = len(explorer.units)
    if not len(explorer.draws):
        return scores, rank_units(scores), np.full((units, units), np.nan)
    drawn = rescore_values(explorer.replicates, weights, chosen, **options)  # type: ignore[arg-type]
    counted = explorer.draw_weights * ~np.isnan(drawn).any(axis=1)
    if not counted.sum():
        return scores, rank_units(scores), np.full((units, units), np.nan)
    return scores, rank_units(scores), np.tensordot(counted / counted.sum(), share_places(drawn), axes=1)


def rescore_values(
    values: Floats,
    weights: Floats,
    aggregation: str,
    *,
    power: float | None = None,
    normalisation: str = AS_PUBLISHED,
    output_range: tuple[float, float] = (0.0, 100.0),
    tree: CategoryTree | None = None,
) -> Floats:
    """Return overall scores of scores of the lowest categories, ... x units x categories to ... x units.

    The normalisation works on these scores, among the units of each leading index. Weights are of all categories of the
    tree; None: all lie in the index itself.
    """
    tree = tree or make_flat_tree(len(weights))
    if normalisation != AS_PUBLISHED:
        values = normalise(values, normalisation, normalisation_range=output_range)
    return np.asarray(np.round(tree.combine(values, weights, aggregation, power=power), SCORE_DECIMALS))


def draw_scores(
    scores: Floats,
    errors: Floats,
    *,
    correlations: Floats,
    ends: tuple[Floats | float, Floats | float],
    seed: int,
    between: float = 0.0,
) -> Floats:
    """Return draws x units x categories: normal draws, in pairs on both sides of the scores.

    Parameters
    ----------
    scores, errors
        Units x categories.
    correlations
        Units: between the errors of any two categories, 0 to 1.
    ends
        The ends of scores, of all or per category, infinite where there are none; draws beyond are put there.
    seed
        Any integer from 0.
    between
        The correlation between the errors of any two units in one category, 0 to 1.
    """
    units, categories = scores.shape
    count = min(_DRAWS, max(_FEWEST_DRAWS, _MOST_NUMBERS // (units * categories)))
    half = np.random.default_rng(seed).standard_normal((count // 2, units, categories + _SHARED))
    if between:
        of_all = np.random.default_rng([seed, 1]).standard_normal((count // 2, 1, categories + _SHARED))
        half = np.sqrt(1.0 - between) * half + np.sqrt(between) * of_all
    noise = np.concatenate([half, -half])
    own, shared = np.sqrt(1.0 - correlations)[:, np.newaxis], np.sqrt(correlations)[:, np.newaxis]
    return np.asarray(np.clip(scores + errors * (own * noise[..., :-1] + shared * noise[..., -1:]), *ends))


def find_correlations(
    scores: Floats,
    errors: Floats,
    overall_errors: Floats,
    weights: Floats,
    *,
    aggregation: str = "arithmetic",
    power: float | None = None,
    tree: CategoryTree | None = None,
) -> Floats:
    """Return for each unit the correlation between categories that gives its overall score its standard error.

    With g_c = s_c dS/dx_c, through all levels of the tree, the variance of the overall score is
    (1 - r) sum g_c² + r (sum g_c)².

    Parameters
    ----------
    scores, errors
        Units x categories.
    overall_errors
        Units; NaN where there is none.
    weights, aggregation, power, tree
        Those of the ranking, as for `rescore_values`.

    Returns
    -------
    ndarray
        Units, 0 to 1. A unit without an overall error has the median of the others.

    Examples
    --------
    >>> scores, errors = np.array([[60.0, 80.0]]), np.array([[3.0, 4.0]])
    >>> find_correlations(scores, errors, np.array([3.0]), np.ones(2)).round(3)
    array([0.458])
    """
    step, count = 1e-4, scores.shape[-1]
    tree = tree or make_flat_tree(len(weights))
    moved = scores[:, np.newaxis] + step * np.eye(count)
    base = tree.combine(scores, weights, aggregation, power=power)
    with np.errstate(invalid="ignore", divide="ignore"):
        gradient = errors * (tree.combine(np.swapaxes(moved, 0, 1), weights, aggregation, power=power) - base).T / step
        alone, together = (gradient**2).sum(axis=1), gradient.sum(axis=1) ** 2
        found = np.clip((overall_errors**2 - alone) / (together - alone), 0.0, 1.0)
    found[~np.isfinite(found)] = np.nan
    usual = _USUAL_CORRELATION if np.isnan(found).all() else np.nanmedian(found)
    return np.asarray(np.round(np.where(np.isnan(found), usual, found), _CORRELATION_DECIMALS), dtype=float)


def read_place_shares(table: pl.DataFrame, codes: list[str]) -> Floats:
    """Return units x places of the published shares, respondents drawn; NaN where there is none."""
    shares = table.filter(pl.col("version") == "sampling")
    found = {(unit, place): share for unit, place, share in shares.select("unit", "place", "share").iter_rows()}
    places = range(1, len(codes) + 1)
    return np.array([[found.get((code, place)) for place in places] for code in codes], dtype=float)
