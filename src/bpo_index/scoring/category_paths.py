"""The tree of an index from the categories of its questions, as the estimator takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpo_index.scoring.arrays import Ints


def number_nodes(categories: Sequence[object]) -> tuple[Ints, Ints, list[object]]:
    """Return the tree of the categories of questions, nodes in the order in which they first appear.

    Parameters
    ----------
    categories
        Per question: its category, or a tuple of the categories that it lies in, the outermost first.

    Returns
    -------
    parents
        Per node: the node that holds it; of the index, which is node 0, -1.
    node_of
        Per question: the node that holds it.
    names
        Of all nodes but the index.

    Raises
    ------
    ValueError
        When a category stands in two places, or holds both questions and categories.

    Examples
    --------
    >>> number_nodes(["talent", "talent", "security"])
    (array([-1,  0,  0]), array([1, 1, 2]), ['talent', 'security'])
    >>> number_nodes([("risk", "politics"), ("risk", "security"), "talent"])
    (array([-1,  0,  1,  1,  0]), array([2, 3, 4]), ['risk', 'politics', 'security', 'talent'])
    """
    paths = [path if isinstance(path, tuple) else (path,) for path in categories]
    number: dict[tuple[object, ...], int] = {(): 0}
    for path in paths:
        for length in range(len(path)):
            number.setdefault(path[: length + 1], len(number))
    named = list(number)[1:]
    names = [path[-1] for path in named]
    parents = [number[path[:-1]] for path in named]
    node_of = [number[path] for path in paths]
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        msg = f"a category stands in one place; found in two: {', '.join(twice)}"
        raise ValueError(msg)
    mixed = [str(names[node - 1]) for node in dict.fromkeys(node_of) if node in parents]
    if mixed:
        msg = f"a category holds questions or categories, not both: {', '.join(mixed)}"
        raise ValueError(msg)
    return np.array([-1, *parents], dtype=np.int64), np.array(node_of, dtype=np.int64), names
