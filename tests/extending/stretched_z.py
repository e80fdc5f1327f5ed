"""A normalisation with other bounds: 100 + 15 z. What it does not say is read cautiously, so it has no bounds."""

import numpy as np

from bpo_index.scoring.methods.normalisation import Line
from bpo_index.scoring.methods.record import Normalisation


def learn(values, scale):
    """Return the line through the mean at 100, with 15 points a standard deviation."""
    centre = np.nanmean(values, axis=-2, keepdims=True)
    spread = np.nanstd(values, axis=-2, ddof=1, keepdims=True)
    slope = np.divide(15.0, spread, out=np.zeros_like(spread), where=spread > 0)
    return Line(100.0 - slope * centre, slope)


RECORDS = (
    Normalisation(
        name="stretched_z",
        line="100 + 15 standard deviations from the mean of the units",
        formula="y(u,q) = 100 + 15 (x(u,q) − mean) / sd, over units",
        page="normalisation",
        learn=learn,
        needs_scale=False,
        is_smooth=True,
    ),
)
