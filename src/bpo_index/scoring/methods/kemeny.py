"""Aggregation by Kemeny's order: the order of units that agrees most with all weighted comparisons of pairs.

With e_ab the outranking matrix and n units::

    Kemeny    = 100 (n - position) / (n - 1)      position in the order with the largest sum of e_ab, a before b

Where several orders are best, the position is the mean over all of them. Sources: Kemeny (1959), Daedalus 88(4),
577-591; Young (1988), Condorcet's Theory of Voting, American Political Science Review 82(4), 1231-1244. Method page:
docs/methods/outranking.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpo_index.display.catalogue import phrase
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.outranking import EQUALLY_GOOD, find_participants, outrank
from bpo_index.scoring.methods.record import PERCENT, Aggregation

#: The most units for which the order is computed at all.
MOST_UNITS_KEMENY = 40
#: The most units for which all subsets are searched; above, an integer program finds one of the best orders.
MOST_UNITS_SUBSETS = 13
#: Subsets that are searched at a time, over all replicates of a block: bounds the memory.
_BLOCK = 1 << 19
#: The solver stops within 1e-6 of the best agreement: gains are scaled up, so that it stops within 1e-10.
_GAIN_SCALE = 1e4


@dataclass(frozen=True)
class KemenyResult:
    """The order that agrees most with all comparisons of pairs."""

    position: Floats
    """... x units: place in the order from 1, the mean over all best orders; NaN for a unit that takes no part."""
    agreement: Floats
    """...: the sum of e_ab over the pairs a before b."""
    unique: np.ndarray
    """...: true where one order is best."""


def score_kemeny(values: Floats, weights: Floats, needed: int | None = None) -> Floats:
    """Return each unit's place in the Kemeny order.

    Parameters
    ----------
    values, weights, needed
        As for `score_copeland`.

    Returns
    -------
    ndarray
        ... x units: 100 for the first of the order, 0 for the last, even steps between; 50 for a single unit, NaN where
        a unit takes no part.

    Raises
    ------
    ValueError
        With more units than an exact search can order.

    Examples
    --------
    >>> score_kemeny(np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 2.0]]), np.array([0.6, 0.4]))
    array([100.,  50.,   0.])
    """
    takes_part = find_participants(values, weights, needed)
    position = rank_kemeny(outrank(values, weights), takes_part).position
    n = takes_part.sum(axis=-1, keepdims=True)
    scores = 100.0 * (n - position) / np.maximum(n - 1, 1)
    return np.where(n == 1, np.where(takes_part, 50.0, np.nan), scores)


def rank_kemeny(support: Floats, takes_part: np.ndarray | None = None) -> KemenyResult:
    """Return the order of units that agrees most with an outranking matrix.

    Parameters
    ----------
    support
        ... x units x units: how much says that the row is ahead of the column.
    takes_part
        ... x units; None: all.

    Returns
    -------
    KemenyResult
        `position` is the mean over all best orders, as long as no more than 13 units stand in circles of majorities or
        ties with one another; with more it is that of one of them, and `unique` says whether there are others.

    Raises
    ------
    ValueError
        With more than 40 units.

    Examples
    --------
    >>> cycle = np.array([[0.0, 0.7, 0.3], [0.3, 0.0, 0.7], [0.7, 0.3, 0.0]])
    >>> found = rank_kemeny(cycle)
    >>> found.position, bool(found.unique)
    (array([2., 2., 2.]), False)
    """
    units, leading = support.shape[-1], support.shape[:-2]
    if units > MOST_UNITS_KEMENY:
        msg = f"Kemeny's order is exact for up to {MOST_UNITS_KEMENY} units; found {units}"
        raise ValueError(msg)
    count = math.prod(leading)
    present = np.ones((*leading, units), dtype=bool) if takes_part is None else takes_part
    flat = np.where(present[..., :, np.newaxis] & present[..., np.newaxis, :], support, 0.0)
    flat, rows = flat.reshape(count, units, units), present.reshape(count, units)
    order, row, start, size = _split_by_majorities(flat, rows)
    position, group = np.full((count, units), np.nan), np.zeros((count, units), dtype=np.int64)
    agreement, unique = np.zeros(count), np.ones(count, dtype=bool)
    for n in np.unique(size):
        solve = _search_subsets if n <= MOST_UNITS_SUBSETS else _solve_programs
        chosen = np.flatnonzero(size == n)
        step = max(1, _BLOCK >> int(n))
        for block in (chosen[first : first + step] for first in range(0, len(chosen), step)):
            where = row[block, np.newaxis]
            members = order[where, start[block, np.newaxis] + np.arange(n)]
            part = flat[where[..., np.newaxis], members[:, :, np.newaxis], members[:, np.newaxis, :]]
            places, agreed, alone = solve(part)
            position[where, members] = start[block, np.newaxis] + places
            group[where, members] = start[block, np.newaxis]
            np.add.at(agreement, row[block], agreed)
            np.logical_and.at(unique, row[block], alone)
    agreement += np.where(group[:, :, np.newaxis] < group[:, np.newaxis, :], flat, 0.0).sum(axis=(-2, -1))
    return KemenyResult(position.reshape(support.shape[:-1]), agreement.reshape(leading), unique.reshape(leading))


def _split_by_majorities(support: Floats, present: np.ndarray) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the units by majorities won, and row, start and size of the groups that follow one another in them.

    Where every unit of one set wins against every other unit, all best orders have that set first (Truchon's extended
    Condorcet criterion), and the sets can be ordered one by one. k units won k (k - 1) / 2 against one another in any
    case, ties half; they won k (n - k) against the rest only if they won all.
    """
    units = support.shape[-1]
    lead = support - np.swapaxes(support, -1, -2)
    pairs = present[:, :, np.newaxis] & present[:, np.newaxis, :] & ~np.eye(units, dtype=bool)
    wins = np.where(pairs, (lead > EQUALLY_GOOD) + 0.5 * (np.abs(lead) <= EQUALLY_GOOD), 0.0).sum(axis=-1)
    order = np.argsort(np.where(present, -wins, np.inf), axis=-1, kind="stable")
    first = np.arange(1, units + 1)
    among = present.sum(axis=-1, keepdims=True)
    won = np.cumsum(np.take_along_axis(wins, order, axis=-1), axis=-1)
    closed = (won > first * (first - 1) / 2 + first * (among - first) - 0.25) & (first <= among)
    row, last = np.nonzero(closed)
    start = np.where(np.diff(row, prepend=-1) == 0, np.roll(last, 1) + 1, 0)
    return order, row, start, last + 1 - start


def _search_subsets(support: Floats) -> tuple[Floats, Floats, np.ndarray]:
    """Return mean positions, agreement and uniqueness by dynamic programming over subsets.

    best[S] is the largest agreement among the units of S when they come first; the last of S adds the support of all
    before it over it. Counting best orders of S, and of what follows S, gives for every unit the share of best orders
    in which it comes right after S.
    """
    batch, n, _ = support.shape
    size = 1 << n
    members = (np.arange(size)[:, np.newaxis] >> np.arange(n)) & 1
    ahead = np.einsum("sb,kbu->ksu", members.astype(float), support)
    best = np.full((batch, size), -np.inf)
    orders = np.zeros((batch, size))
    best[:, 0], orders[:, 0] = 0.0, 1.0
    by_count = members.sum(axis=1)
    sets = [np.flatnonzero(by_count == count) for count in range(n + 1)]
    for count in range(1, n + 1):
        chosen = sets[count]
        before = np.where(members[chosen] == 1, chosen[:, np.newaxis] - (1 << np.arange(n)), 0)
        reached = best[:, before] + ahead[:, before, np.arange(n)]
        reached = np.where(members[chosen] == 1, reached, -np.inf)
        best[:, chosen] = reached.max(axis=-1)
        is_best = reached >= best[:, chosen, np.newaxis] - EQUALLY_GOOD
        orders[:, chosen] = np.where(is_best, orders[:, before], 0.0).sum(axis=-1)
    following = np.zeros((batch, size))
    following[:, size - 1] = 1.0
    position = np.zeros((batch, n))
    for count in range(n, 0, -1):
        chosen = sets[count]
        before = np.where(members[chosen] == 1, chosen[:, np.newaxis] - (1 << np.arange(n)), 0)
        reached = np.where(members[chosen] == 1, best[:, before] + ahead[:, before, np.arange(n)], -np.inf)
        is_best = reached >= best[:, chosen, np.newaxis] - EQUALLY_GOOD
        passing = np.where(is_best, following[:, chosen, np.newaxis], 0.0)
        position += count * np.where(is_best, passing * orders[:, before], 0.0).sum(axis=1)
        for unit in range(n):
            with_unit = members[chosen, unit] == 1
            following[:, before[with_unit, unit]] += passing[:, with_unit, unit]
    total = orders[:, -1]
    return position / total[:, np.newaxis], best[:, -1], total == 1


def _solve_programs(support: Floats) -> tuple[Floats, Floats, np.ndarray]:
    """Return positions, agreement and uniqueness by integer programs, one data set after the other."""
    places, agreement, unique = [], [], []
    for matrix in support:
        order, value = _solve_program(matrix, None)
        _, second = _solve_program(matrix, order)
        places.append(np.argsort(order) + 1.0)
        agreement.append(value)
        unique.append(second < value - EQUALLY_GOOD)
    return np.array(places), np.array(agreement), np.array(unique)


def _solve_program(support: Floats, barred: Ints | None) -> tuple[Ints, float]:
    """Return a best order and its agreement; where an order is barred, the best that differs from it.

    One binary variable for each pair a < b, one where a comes before b; no three units form a circle.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    n = len(support)
    first, second = np.triu_indices(n, 1)
    number = np.zeros((n, n), dtype=np.int64)
    number[first, second] = np.arange(len(first))
    a, b, c = (np.array(axis) for axis in zip(*_list_triples(n), strict=True))
    rows = np.arange(len(a))
    # x_ab + x_bc - x_ac lies between 0 and 1 for every a < b < c.
    entries = np.concatenate([np.ones(len(a)), np.ones(len(a)), -np.ones(len(a))])
    columns = np.concatenate([number[a, b], number[b, c], number[a, c]])
    circles = csr_array((entries, (np.tile(rows, 3), columns)), shape=(len(a), len(first)))
    constraints = [LinearConstraint(circles, 0, 1)]
    gain = support[first, second] - support[second, first]
    if barred is not None:
        place = np.argsort(barred)
        before = place[first] < place[second]
        constraints.append(LinearConstraint(np.where(before, 1.0, -1.0)[np.newaxis], -np.inf, before.sum() - 1))
    solved = milp(
        -_GAIN_SCALE * gain,
        integrality=np.ones(len(first)),
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={"mip_rel_gap": 0},
    )
    if not solved.success:
        msg = f"Kemeny's order was not found: {solved.message}"
        raise ValueError(msg)
    wins = np.zeros((n, n))
    wins[first, second] = np.rint(solved.x)
    wins[second, first] = 1 - wins[first, second]
    order = np.argsort(-wins.sum(axis=1), kind="stable")
    return order, float(gain @ np.rint(solved.x) + support[second, first].sum())


def _list_triples(n: int) -> list[tuple[int, int, int]]:
    return [(a, b, c) for a in range(n) for b in range(a + 1, n) for c in range(b + 1, n)]


def _describe_orders(categories: Floats, weights: Floats, scored: np.ndarray) -> list[str]:
    if bool(rank_kemeny(outrank(categories, weights), scored).unique):
        return []
    return [phrase("notes.several_kemeny_orders")]


RECORDS = (
    Aggregation(
        name="kemeny",
        line="the order that agrees most with all pairwise comparisons",
        formula=(
            "S = 100 ({units} − place) / ({units} − 1), place in the order that agrees most with all weighted pairs"
        ),
        page="outranking",
        source="young1988",
        order=8,
        aggregate=score_kemeny,
        bounds=PERCENT,
        most_units=MOST_UNITS_KEMENY,
        describe=_describe_orders,
    ),
)
