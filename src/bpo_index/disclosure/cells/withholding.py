"""Withhold cells, and enough others beside them that the score of their parent does not give them away.

The score of a node is an equation over the nodes that it holds. A withheld node takes all that it holds with it, so
each published node must keep its children from being computed, and nothing else reveals them. Method page:
docs/methods/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bpo_index.disclosure.cells.ends import find_end_margins, find_ends, find_score_ends, place_margins
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.score_bounds import place_between
from bpo_index.scoring.structure import IndexStructure, Node

#: What has to stay open, as a share of the scale, of the answers of one or two people
#: (docs/adr/0020-public-facts.md).
OPEN_SHARE = 0.5
_NOISE = 1e-7

KeepsOpen = Callable[[int, int, float, float], bool]


def guard_cells(
    scores: Floats,
    respondents: Ints,
    structure: IndexStructure,
    *,
    published: np.ndarray,
    small: np.ndarray,
    margins: Floats,
    used: tuple[Floats, ...],
) -> tuple[np.ndarray, Ints]:
    """Return the cells that are withheld, and which scores are published as a bound.

    Parameters
    ----------
    scores
        Units x nodes.
    respondents
        Units x nodes: respondents of the unit; who rated any question of the category.
    structure
        The index.
    published
        Units: whether the unit takes part.
    small
        Units x nodes: whether too few rated any question of it, or one of them has most of the weight.
    margins
        Units x nodes, from `find_end_margins`.
    used
        Per node: the weights of what it holds.

    Returns
    -------
    withheld
        Units x nodes.
    ends
        Units x nodes: 1 at least, -1 at most, 0 the score itself or none.
    """
    ends = find_score_ends(scores, structure, margins)
    least, most = (place_between(np.full(scores.shape[1], share), structure.score_bounds) for share in (0.0, 100.0))
    at_most, at_least = place_margins(structure, margins)
    openness = find_wanted_openness(respondents) * ((most - least) / 100.0)
    withheld = np.repeat(~published[:, np.newaxis], scores.shape[1], axis=1)
    small = small & published[:, np.newaxis]
    # NOTE: the index itself is withheld where the unit takes no part, and nowhere else.
    withheld[:, 1:] |= small[:, 1:]
    for node in structure.holders:
        held = node.children
        # NOTE: where a score is at an end, what it is made of would tell how far.
        inside = withheld[:, held] | withheld[:, [node.number]] | (ends[:, [node.number]] != 0)
        bounds = np.where(inside, 0, ends[:, held])
        known = (
            np.where(bounds > 0, at_least[:, held], least[held]),
            np.where(bounds < 0, at_most[:, held], most[held]),
        )
        beyond = np.where(bounds > 0, most[held] - at_least[:, held], at_most[:, held] - least[held])
        wanted = np.select([small[:, held], bounds != 0], [openness[:, held], beyond], 0.0)
        # The outcomes beside the score are weighed with the nominal weights, whatever the score is weighed with.
        completed = complete_withholding(
            inside | (bounds != 0),
            scores[:, held],
            known,
            wanted,
            node.nominal,
            used[node.number],
            raters=respondents[:, held],
            keeps_open=_watch_below(structure, node, np.where(small, openness, 0.0), (least, most), used=used),
        )
        withheld[:, held] = completed & (bounds == 0)
        ends[:, held] = bounds
    return withheld, ends


def find_open_shares(ranked: np.ndarray, bounded: np.ndarray) -> np.ndarray:
    """Return per node whether shares of replicates of its ranking are published: of all units or of none.

    The replicates of a category score that is published as a bound would tell what it is.

    Parameters
    ----------
    ranked, bounded
        Units x nodes: whether the unit is ranked, and whether its score is published as a bound. Those of the index
        itself are made from answers that the bound has replaced.
    """
    has_bound = (ranked & bounded).any(axis=0)
    has_bound[0] = False
    return np.asarray(~has_bound)


def guard_outcomes(
    withheld: np.ndarray,
    shares: Mapping[str, Floats],
    structures: Mapping[str, IndexStructure],
    respondents: Ints,
    *,
    small: np.ndarray,
) -> np.ndarray:
    """Return units x nodes to withhold: those withheld already, those at an end, and those that would reveal either.

    Parameters
    ----------
    withheld
        Units x nodes: the cells whose outcomes are withheld already.
    shares
        Outcome to units x nodes, 0 to 100.
    structures
        Outcome to the index as it is scored by it; all have the same nodes and nominal weights.
    respondents
        Units x nodes: respondents of the unit; who rated any question of the category.
    small
        Units x nodes: whether these are too few, or one of them has most of the weight.
    """
    first = next(iter(structures.values()))
    found, margins = withheld.copy(), {}
    for outcome, structure in structures.items():
        margins[outcome] = find_end_margins(structure, respondents)
        found |= find_ends(shares[outcome], margins[outcome], structure.outcome) != 0
    for node in first.holders:
        held = node.children
        inside, raters = found[:, held] | found[:, [node.number]], respondents[:, held]
        whole = np.zeros(inside.shape), np.full(inside.shape, 100.0)
        openness = find_wanted_openness(raters)
        wanted = {
            outcome: np.where(small[:, held], openness, margin[:, held]) * inside for outcome, margin in margins.items()
        }
        open_below = np.where(small, find_wanted_openness(respondents), 0.0)
        scale = np.zeros(small.shape[1]), np.full(small.shape[1], 100.0)
        keeps_open, before = _watch_below(first, node, open_below, scale), None
        # What one outcome withholds, the other has to withhold as well.
        while before is None or (before != inside).any():
            before = inside.copy()
            for outcome in structures:
                inside = complete_withholding(
                    inside,
                    shares[outcome][:, held],
                    whole,
                    wanted[outcome],
                    node.nominal,
                    raters=raters,
                    keeps_open=keeps_open,
                )
        found[:, held] = inside
    return found


def _watch_below(
    structure: IndexStructure,
    node: Node,
    wanted: Floats,
    bounds: tuple[Floats, Floats],
    *,
    used: tuple[Floats, ...] = (),
) -> KeepsOpen | None:
    """Return a check whether the ranges of nodes leave open what few people said of the nodes in them.

    A node that is withheld is known to lie within a range, and so are those that it holds: all of them are withheld.
    None where the node holds nothing that holds nodes. `wanted` is units x nodes, `bounds` the ends of each node.
    """
    if all(structure.nodes[child].holds_questions for child in node.children):
        return None
    everywhere = [[one.nominal for one in structure.nodes], *([used] if used else [])]

    def reach(holder: Node, row: Floats, ends: tuple[float, float], weights: Sequence[Floats]) -> bool:
        shares = weights[holder.number] / weights[holder.number].sum()
        held = bounds[0][holder.children], bounds[1][holder.children]
        parts = np.minimum(shares * held[0], shares * held[1]), np.maximum(shares * held[0], shares * held[1])
        for place, child in enumerate(holder.children.tolist()):
            inside = structure.nodes[child]
            rest = float(parts[0].sum() - parts[0][place]), float(parts[1].sum() - parts[1][place])
            least, most = _reach_down(float(shares[place]), ends, rest, (float(held[0][place]), float(held[1][place])))
            if most - least < row[child] - _NOISE:
                return False
            if not inside.holds_questions and not reach(inside, row, (least, most), weights):
                return False
        return True

    def keeps_open(unit: int, item: int, low: float, high: float) -> bool:
        child = structure.nodes[int(node.children[item])]
        return child.holds_questions or all(reach(child, wanted[unit], (low, high), weights) for weights in everywhere)

    return keeps_open


def _reach_down(
    share: float, whole: tuple[float, float], rest: tuple[float, float], own: tuple[float, float]
) -> tuple[float, float]:
    """Return the range of one part of a mean: from the ranges of the mean, of the rest of it, and the part's own."""
    if share == 0:
        return own
    ends = ((whole[0] - rest[1]) / share, (whole[1] - rest[0]) / share)
    return max(own[0], min(ends)), min(own[1], max(ends))


def find_wanted_openness(raters: Ints) -> Floats:
    """Return how many score points have to stay open for a mean of few raters: half of the scale for each of them.

    Where the mean of r raters lies within w points of an end, one of them lies within r w points of it.

    Examples
    --------
    >>> find_wanted_openness(np.array([1, 2, 4]))
    array([50. , 25. , 12.5])
    """
    return np.asarray(100.0 * OPEN_SHARE / np.maximum(raters, 1))


def complete_withholding(
    withheld: np.ndarray,
    values: Floats,
    known: tuple[Floats, Floats],
    wanted: Floats,
    *weightings: Floats,
    raters: Ints,
    keeps_open: KeepsOpen | None = None,
) -> np.ndarray:
    """Return units x items: the withheld cells, and enough others that none can be computed too closely.

    The overall score less the cells that are published is the weighted sum of the withheld ones, each of which lies
    within the scale. So a withheld cell lies between what the sum leaves with the others at their highest and at their
    lowest. Where that is narrower than wanted another cell is withheld: the one with the fewest raters among those with
    a weight (the first of equals), until it is wide enough or none is left.

    Parameters
    ----------
    withheld
        Units x categories: what is withheld already, for whatever reason.
    values
        Same shape: the shares of the scale, 0 to 100; a unit with a NaN where there is a weight has no overall score.
    known
        Same shape: between which values each cell is known to lie, once it is withheld.
    wanted
        Same shape: score points that have to stay open where the cell is withheld already; 0: it protects another.
    raters
        Same shape: respondents who rated any question of the category.
    keeps_open
        From unit, item and the range in which the item is known to lie, where it is withheld: whether that leaves open
        what lies in it; None: there is nothing in it.
    weightings
        Each: categories. The weights of the overall scores that are published.

    Examples
    --------
    Half of the scale is to stay open of the third cell. Beside one other it is: their mean is 60, so it lies between 20
    and 100. In the second unit that mean is 90, which leaves 80 to 100:

    >>> values = np.array([[50.0, 70.0, 50.0], [80.0, 95.0, 85.0]])
    >>> withheld = np.array([[False, False, True], [False, False, True]])
    >>> scale = np.zeros((2, 3)), np.full((2, 3), 100.0)
    >>> raters = np.array([[9, 8, 2], [9, 8, 2]])
    >>> complete_withholding(withheld, values, scale, 50.0 * withheld, np.ones(3), raters=raters)
    array([[False,  True,  True],
           [ True,  True,  True]])
    """
    found = withheld.copy()
    for n, row in enumerate(found):
        settled = not row.any()
        while not settled:
            settled = True
            for weights in weightings:
                weighing = weights != 0
                unknown, candidates = row & weighing, weighing & ~row
                if not candidates.any() or np.isnan(values[n][weighing]).any():
                    continue
                low, high = _find_ranges(
                    values[n][unknown], known[0][n][unknown], known[1][n][unknown], weights[unknown]
                )
                is_open = not (high - low < wanted[n][unknown] - _NOISE).any()
                if is_open and keeps_open is not None:
                    ranges = zip(np.flatnonzero(unknown).tolist(), low.tolist(), high.tolist(), strict=True)
                    is_open = all(keeps_open(n, *one) for one in ranges)
                if not is_open:
                    row[np.argmin(np.where(candidates, raters[n], np.iinfo(np.int64).max))] = True
                    settled = False
    return found


def _find_ranges(values: Floats, low: Floats, high: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the range of each value that follows from the weighted sum and the ends of all."""
    total = float(values @ weights)
    least, most = np.minimum(weights * low, weights * high), np.maximum(weights * low, weights * high)
    one, other = (total - (most.sum() - most)) / weights, (total - (least.sum() - least)) / weights
    return np.maximum(low, np.minimum(one, other)), np.minimum(high, np.maximum(one, other))
