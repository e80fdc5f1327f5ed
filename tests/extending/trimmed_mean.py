"""An aggregation with an option of its own: the mean of the items without the highest and the lowest ones."""

from typing import Annotated

import numpy as np
from pydantic import Field

from bpo_index.scoring.methods.record import Aggregation, Option


def aggregate(values, weights, needed, cut):
    """Return the plain mean of what is left when `cut` items at each end are gone; weights do not count."""
    ordered = np.sort(values, axis=-1)
    left = ordered[..., cut : values.shape[-1] - cut] if values.shape[-1] > 2 * cut else ordered
    return left.mean(axis=-1)


CUT = Option(name="cut", type=Annotated[int, Field(ge=0, le=3)], default=1, line="Items left out at each end.")

RECORDS = (
    Aggregation(
        name="trimmed_mean",
        line="mean without the highest and the lowest items",
        formula="S: mean of what is left",
        page="aggregation",
        options=(CUT,),
        aggregate=aggregate,
        bounds=None,
        compares_units=False,
    ),
)
