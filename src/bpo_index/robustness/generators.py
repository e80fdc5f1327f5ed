"""Further generators beside one, so that new draws change none of those that were there."""

from __future__ import annotations

import numpy as np

#: What a further generator draws; each has its own number.
SHARED, MODERATED = 1, 2


def branch_generator(rng: np.random.Generator, number: int) -> np.random.Generator:
    """Return a generator that depends on the seed of another and a number, and changes nothing in it.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> one, again = branch_generator(rng, SHARED).random(), branch_generator(rng, SHARED).random()
    >>> one == again, one == branch_generator(rng, MODERATED).random()
    (True, False)
    """
    seed = rng.bit_generator.seed_seq
    assert isinstance(seed, np.random.SeedSequence)
    return np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number)))
