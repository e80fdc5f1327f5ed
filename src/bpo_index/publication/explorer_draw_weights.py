"""The weights of the explorer's draws, under which its shares of places are the published ones where nothing is moved.

They are exp(sum of l_ir over the places held), l least costly. With H the places that each draw holds, t the shares
that are wanted and w the weights, the cost is log sum exp(H l) - l't + ridge l'l. Of many units there are many more
places than draws, so l is kept as a t + H'u, and all arithmetic is among draws, with H H' and H t. Method page:
docs/methods/explorer.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats

#: How dearly the weights of draws pay for being unequal: shares that no draw can meet stay unmet.
_RIDGE = 1e-4
#: Newton's steps, the decrement from which on they are whole, the shortest, and the step of the weights of draws.
_MOST_STEPS, _CONVERGED, _SHORTEST, _WEIGHT_STEP = 100, 1e-9, 1e-6, 1e-6


def tilt_draws(places: Floats, shares: Floats) -> Floats:
    """Return weights of draws, sum one, under which the shares of places are as near as can be to those given.

    The weights are those of least relative entropy to equal ones, exp(sum of l_ir over the places held), with a small
    price on l, so that shares which no draw can meet stay unmet.

    Parameters
    ----------
    places
        Draws x units x places, from `share_places`.
    shares
        Units x places; NaN: nothing is wanted of the unit.

    Examples
    --------
    >>> from bpo_index.robustness.ranks.tallies import share_places
    >>> places = share_places(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
    >>> tilt_draws(places, np.array([[0.8, 0.2], [0.2, 0.8]])).round(2)
    array([0.4, 0.4, 0.1, 0.1])
    """
    known = ~np.isnan(shares)
    held, wanted = places[:, known], shares[known]
    problem = _Problem(held @ held.T, held @ wanted, float(wanted @ wanted))
    along, free = np.zeros(len(held)), 1.0
    value, weights = problem.measure(along, free)
    for _ in range(_MOST_STEPS):
        step, decrement = problem.find_step(weights, along, free)
        length = 1.0
        moved, moved_weights = problem.measure(along - step, 0.0)
        while moved > value - 1e-4 * length * decrement and decrement > _CONVERGED and length > _SHORTEST:
            length /= 2
            moved, moved_weights = problem.measure(along - length * step, free * (1 - length))
        along, free, value, weights = along - length * step, free * (1 - length), moved, moved_weights
        if decrement < _CONVERGED**2:
            break
    # Solved to the last digits and then rounded to three, so that no processor's own arithmetic shows.
    parts = np.rint(weights / _WEIGHT_STEP)
    return np.asarray(parts / parts.sum())


@dataclass(frozen=True)
class _Problem:
    """The cost of multipliers l = a t + H'u, where 2 ridge a = 1 - `free`, and u is called `along`."""

    shared: Floats
    """H H': draws x draws."""
    met: Floats
    """H t: draws."""
    wanted: float
    """t't."""

    def measure(self, along: Floats, free: float) -> tuple[float, Floats]:
        """Return what multipliers cost, and the weights of draws that they give."""
        of_wanted = (1 - free) / (2 * _RIDGE)
        reached = self.shared @ along
        logs = reached + of_wanted * self.met
        mass = np.exp(logs - logs.max())
        met = along @ self.met
        squares = along @ reached + 2 * of_wanted * met + of_wanted**2 * self.wanted
        cost = logs.max() + np.log(mass.sum()) - met - of_wanted * self.wanted + _RIDGE * squares
        return float(cost), mass / mass.sum()

    def find_step(self, weights: Floats, along: Floats, free: float) -> tuple[Floats, float]:
        """Return Newton's step of `along`, that of `free` being all of it, and how much it promises.

        The gradient is H'(w + 2 ridge u) - free t. The curvature is 2 ridge I and the variance of the places held under
        the weights, solved among draws (Woodbury).
        """
        apart = weights + 2 * _RIDGE * along
        slope = self.shared @ apart - free * self.met
        root, mean = np.sqrt(weights), self.shared @ weights
        centred = self.shared - mean - mean[:, np.newaxis] + weights @ mean
        curvature = 2 * _RIDGE * np.eye(len(weights)) + root[:, np.newaxis] * centred * root
        inner = root * np.linalg.solve(curvature, root * (slope - weights @ slope))
        step = (apart - inner + weights * inner.sum()) / (2 * _RIDGE)
        of_wanted = free / (2 * _RIDGE)
        moved = self.shared @ step - of_wanted * self.met
        return step, float(apart @ moved - free * (self.met @ step - of_wanted * self.wanted))
