"""A weighting: what spreads more between units, from the lowest to the highest, weighs more."""

import numpy as np

from bpo_index.scoring.methods.record import Weighting


def weigh(items):
    """Return the ranges over units, divided by their sum."""
    values = items.require_values("range_weights")
    width = np.nanmax(values, axis=-2) - np.nanmin(values, axis=-2)
    return width / width.sum(axis=-1, keepdims=True)


RECORDS = (
    Weighting(
        name="range_weights", line="what has a wider range between units weighs more", page="scores", weigh=weigh
    ),
)
