"""How the only company of a stratum counts."""

from bpo_index.scoring.designs.record import LonelyCompany

RECORDS = (
    LonelyCompany(name="fail", line="the answers are refused", is_refused=True),
    LonelyCompany(
        name="average", line="its variance is taken to be the mean of those of the other strata", is_averaged=True
    ),
    LonelyCompany(
        name="centre",
        line="its deviation from the mean of the unit stands for that within its stratum",
        is_centred=True,
    ),
    LonelyCompany(name="certainty", line="it was sure to be asked, so it adds no sampling variance", needs_reason=True),
)
