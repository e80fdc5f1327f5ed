"""The design behind the effects of assumptions: rows A and B drawn, the index scored at every exchange between them.

`list_factors` says what varies; `draw_rows` draws both rows of all blocks; `plan_evaluations` finds which exchanges are
the same index, since the levels of A and B agree; `score_evaluations` scores each index once, grouped by its methods.
Method page: docs/methods/sensitivity.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.definition.method_block import Method
from bpo_index.robustness.assumptions.combinations import Combination, plan_drawing, share_levels
from bpo_index.robustness.generators import MODERATED, branch_generator
from bpo_index.robustness.replicates import (
    Drawing,
    list_counted,
    list_excludable_categories,
    list_excludable_questions,
)
from bpo_index.robustness.sampling.moderation import find_moderation
from bpo_index.robustness.sampling.resampling import Resampler, average_units
from bpo_index.robustness.sampling.shared_companies import draw_counts, find_answering
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import Evidence, score_means
from bpo_index.scoring.methods.record import VARIED
from bpo_index.scoring.methods.registry import get_normalisation
from bpo_index.scoring.structure import IndexStructure

#: Question means that are scored together, at most; a task takes several scrambles where they are fewer.
CELLS_IN_TASK = 1_200_000


@dataclass(frozen=True)
class Design:
    """What does not change between scrambles."""

    factors: tuple[str, ...]
    combinations: Sequence[Combination]
    shares: dict[str, dict[str, float]]
    drawing: Drawing
    method: Method
    ranked: np.ndarray
    ranks: Ints
    blocks: int


@dataclass(frozen=True)
class Rows:
    """The rows A and B of some blocks; arrays 2 x blocks, B first."""

    counts: list[Floats]
    """Per unit: sampling units x (2 * blocks), how often each was drawn."""
    levels: dict[str, Ints]
    """Factor to the number of its level; -1: nothing is excluded. Every row of respondents and of weights is new."""
    weights: Floats
    """2 x blocks x nodes: what the weights of categories are multiplied by."""
    normal: Floats | None = None
    """Questions x units x (2 * blocks): what moderated means are made with; None: respondents are not drawn."""


def list_factors(definition: IndexDefinition, structure: IndexStructure) -> tuple[str, ...]:
    """Return the assumptions that vary, by the names of the table of assumptions."""
    drawing, shares = plan_drawing(definition, structure), share_levels(definition)
    varies = {
        "respondents": drawing.respondents,
        "weights": bool(drawing.concentrations),
        **{key: len(shares[key]) > 1 for key in VARIED},
        "excluded category": drawing.excluded_category > 0 and len(list_excludable_categories(structure)) > 0,
        "excluded question": drawing.excluded_question > 0 and len(list_excludable_questions(structure)) > 0,
    }
    return tuple(name for name, is_varied in varies.items() if is_varied)


def draw_rows(rng: np.random.Generator, design: Design) -> Rows:
    """Return both rows of the blocks of one scramble."""
    from scipy.special import gammaincinv  # noqa: PLC0415
    from scipy.stats import qmc  # noqa: PLC0415

    structure, blocks = design.combinations[0].structure, design.blocks
    drawn = design.drawing.concentrations if "weights" in design.factors else {}
    sets = {number: list_counted(structure.nodes[number]) for number in drawn}
    weighs = sum(len(held) for held, _ in sets.values())
    choices = [factor for factor in design.factors if factor not in ("respondents", "weights")]
    dimensions = weighs + len(choices)
    points = np.empty((blocks, 2, 0))
    if dimensions:
        points = qmc.Sobol(2 * dimensions, rng=rng).random(blocks).reshape(blocks, 2, dimensions)
    units = [Resampler(unit) for unit in design.combinations[0].answers]
    is_drawn = "respondents" in design.factors
    if is_drawn:
        there = find_answering(design.combinations[0].answers)
        counts = list(draw_counts(rng, units, 2 * blocks, there=there))
    else:
        counts = [unit.count_evenly(2 * blocks) for unit in units]
    # NOTE: a generator of its own, so that moderating changes no resample.
    cells = (len(structure.node_of), len(units), 2 * blocks)
    normal = branch_generator(rng, MODERATED).standard_normal(cells) if is_drawn else None

    weights = np.ones((2, blocks, len(structure.nodes)))
    start = 0
    # One dimension a category, the sets one after the other.
    for node, (held, shares) in sets.items():
        own = points[..., start : start + len(held)].transpose(1, 0, 2)
        gammas = gammaincinv(drawn[node] * shares, own)
        weights[..., held] = gammas / (gammas.sum(axis=-1, keepdims=True) * shares)
        start += len(held)
    levels = {}
    for n, factor in enumerate(choices):
        place = points[..., weighs + n].T
        if factor in VARIED:
            ends = np.cumsum(list(design.shares[factor].values()))[:-1]
            levels[factor] = np.searchsorted(ends, place, side="right")
        else:
            often, candidates = _list_candidates(factor, design)
            number = np.minimum((place / often * len(candidates)).astype(np.int64), len(candidates) - 1)
            levels[factor] = np.where(place < often, candidates[number], -1)
    return Rows(counts, levels, weights, normal)


def _list_candidates(factor: str, design: Design) -> tuple[float, Ints]:
    """Return how often one is left out, and the categories or questions of which one is."""
    structure = design.combinations[0].structure
    if factor == "excluded category":
        return design.drawing.excluded_category, list_excludable_categories(structure)
    return design.drawing.excluded_question, list_excludable_questions(structure)


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all scrambles side by side."""
    counts = []
    for unit in zip(*(part.counts for part in parts), strict=True):
        sides = [counted.reshape(len(counted), 2, -1) for counted in unit]
        counts.append(np.concatenate(sides, axis=2).reshape(len(sides[0]), -1))
    levels = {name: np.concatenate([part.levels[name] for part in parts], axis=1) for name in parts[0].levels}
    normal = None
    if parts[0].normal is not None:
        # Row A of all blocks, then row B.
        sides = [np.split(part.normal, 2, axis=-1) for part in parts if part.normal is not None]
        normal = np.concatenate([own[side] for side in (0, 1) for own in sides], axis=-1)
    return Rows(counts, levels, np.concatenate([part.weights for part in parts], axis=1), normal)


@dataclass(frozen=True)
class Evaluations:
    """The distinct evaluations, and where the outputs of every exchange are found among them."""

    block: Ints
    """Per evaluation: its block."""
    mask: Ints
    """Per evaluation: the factors that come from A."""
    is_held: np.ndarray
    """Per evaluation: whether the normalisation is that of the ranking, which neither A nor B has."""
    varied: Ints
    """2^k x blocks: the evaluation of each exchange."""
    held: Ints
    """2^j x blocks: the same of each exchange of the factors but the normalisation, that of the ranking held."""


def plan_evaluations(design: Design, rows: Rows, blocks: int) -> Evaluations:
    """Return the distinct indices among all exchanges of the rows of some blocks."""
    factors = design.factors
    masks = np.arange(2 ** len(factors))[:, np.newaxis]
    same = np.zeros(blocks, dtype=np.int64)
    for bit, factor in enumerate(factors):
        if factor in rows.levels:
            same |= (rows.levels[factor][0] == rows.levels[factor][1]).astype(np.int64) << bit
    # A factor whose levels agree comes from B.
    lean = masks & ~same
    needed = lean == masks
    number = np.cumsum(needed).reshape(needed.shape) - 1
    mask, block = np.nonzero(needed)
    varied = np.take_along_axis(number, lean, axis=0)
    if "normalisation" not in factors:
        return Evaluations(block=block, mask=mask, is_held=np.zeros(len(mask), dtype=bool), varied=varied, held=varied)

    own = 1 << factors.index("normalisation")
    others = masks[(masks & own) == 0][:, np.newaxis]
    lean_others = others & ~same
    names = list(design.shares["normalisation"])
    nominal = design.method.normalisation
    # Levels are read with the range of the block; the ranking may have another one.
    ranges = {combination.structure.method.normalisation_range for combination in design.combinations}
    is_same = nominal in names and (
        "normalisation_range" not in get_normalisation(nominal).pick(design.method)
        or ranges == {design.method.normalisation_range}
    )
    from_b, from_a = rows.levels["normalisation"] == (names.index(nominal) if is_same else -1)
    held_needed = (lean_others == others) & ~(from_a | from_b)
    held_number = len(mask) + np.cumsum(held_needed).reshape(held_needed.shape) - 1
    place = np.searchsorted(others[:, 0], lean_others)
    held = np.where(
        from_b,
        np.take_along_axis(number, lean_others, axis=0),
        np.where(
            from_a,
            np.take_along_axis(number, lean_others | np.where(same & own, 0, own), axis=0),
            np.take_along_axis(held_number, place, axis=0),
        ),
    )
    row, more = np.nonzero(held_needed)
    is_held = np.repeat([False, True], [len(mask), len(row)])
    return Evaluations(
        block=np.append(block, more), mask=np.append(mask, others[row, 0]), is_held=is_held, varied=varied, held=held
    )


def score_evaluations(design: Design, rows: Rows, plan: Evaluations) -> Floats:
    """Return evaluations x ranked units: the overall scores."""
    side = {factor: plan.mask >> bit & 1 for bit, factor in enumerate(design.factors)}
    nowhere = np.zeros(len(plan.mask), dtype=np.int64)
    blocks = rows.weights.shape[1]
    drawn = side.get("respondents", nowhere) * blocks + plan.block
    level = {
        factor: numbers[side[factor], plan.block] if factor in side else nowhere
        for factor, numbers in rows.levels.items()
    }
    combination = np.zeros(len(plan.mask), dtype=np.int64)
    for key, shares in design.shares.items():
        combination = combination * len(shares) + level.get(key, nowhere)
    node_factors = question_factors = None
    if "weights" in side or "excluded category" in side:
        node_factors = rows.weights[side.get("weights", nowhere), plan.block]
        _leave_out(node_factors, level.get("excluded category"))
    if "excluded question" in side:
        question_factors = np.ones((len(plan.mask), len(design.combinations[0].structure.node_of)))
        _leave_out(question_factors, level["excluded question"])

    read_means = _prepare_means(rows)
    scores = np.empty((len(plan.mask), int(design.ranked.sum())))
    cells = len(design.combinations[0].answers) * len(design.combinations[0].structure.node_of)
    for number, is_held, chosen in _group(combination, plan.is_held, max(1, CELLS_IN_TASK // cells)):
        structure = design.combinations[number].structure
        if is_held:
            own = {name: getattr(design.method, name) for name in ("normalisation", "normalisation_range")}
            structure = replace(structure, method=structure.method.model_copy(update=own))
        read = read_means(design.combinations[number])
        found = score_means(
            read.means[..., drawn[chosen]].transpose(2, 1, 0),
            structure,
            evidence=read.take_evidence(drawn[chosen]),
            node_factors=None if node_factors is None else node_factors[chosen],
            question_factors=None if question_factors is None else question_factors[chosen],
        )
        scores[chosen] = found[..., 0][:, design.ranked]
    return scores


def _leave_out(factors: Floats, number: Ints | None) -> None:
    if number is not None:
        leaves = np.flatnonzero(number >= 0)
        factors[leaves, number[leaves]] = 0.0


def _group(combination: Ints, is_held: np.ndarray, most: int) -> Iterator[tuple[int, bool, Ints]]:
    """Yield combination, whether the normalisation is held, and evaluations of both, `most` at a time."""
    for held in (False, True):
        for number in np.unique(combination[is_held == held]):
            chosen = np.flatnonzero((combination == number) & (is_held == held))
            for start in range(0, len(chosen), most):
                yield int(number), held, chosen[start : start + most]


@dataclass(frozen=True)
class _Means:
    means: Floats
    """Questions x units x rows."""
    evidence: Evidence | None

    def take_evidence(self, rows: Ints) -> Evidence | None:
        if self.evidence is None:
            return None
        return Evidence(**{name: None if part is None else part[rows] for name, part in vars(self.evidence).items()})


def _prepare_means(rows: Rows) -> Callable[[Combination], _Means]:
    """Return a function from a combination to the means of all rows, made once for each treatment of missing ones."""
    made: dict[str, _Means] = {}

    def read(combination: Combination) -> _Means:
        structure = combination.structure
        treatment = structure.method.missing_answers
        if treatment not in made:
            units, size = [Resampler(unit) for unit in combination.answers], 2 * rows.weights.shape[1]
            means, evidence = average_units(units, rows.counts, structure, size)
            moderation = None if rows.normal is None else find_moderation(combination.answers, structure)
            if moderation is not None and rows.normal is not None:
                means = moderation.apply(means, rows.normal)
            made[treatment] = _Means(means, evidence)
        return made[treatment]

    return read
