"""Types of supplied replicate weights, and the factors of their sums of squares."""

from bpo_index.scoring.designs.record import ReplicateType

RECORDS = (
    ReplicateType(
        name="JK1",
        line="jackknife: each replicate leaves one company out",
        source="wolter2007",
        scale=lambda replicates, _: (replicates - 1) / replicates,
        is_sample=False,
    ),
    ReplicateType(
        name="JKn",
        line="stratified jackknife: each replicate leaves one company of one stratum out",
        source="wolter2007",
        scale=lambda _, __: 1.0,
        needs_rscales=True,
        is_sample=False,
    ),
    ReplicateType(
        name="BRR",
        line="balanced half samples: one of the two companies of each stratum, with twice its weight",
        source="wolter2007",
        scale=lambda replicates, _: 1 / replicates,
    ),
    ReplicateType(
        name="Fay",
        line="half samples in which the other company keeps the share rho of its weight",
        source="judkins1990",
        scale=lambda replicates, rho: 1 / (replicates * (1 - rho) ** 2),
        needs_rho=True,
    ),
    ReplicateType(
        name="bootstrap",
        line="companies drawn with replacement",
        source="rao1992",
        scale=lambda replicates, _: 1 / (replicates - 1),
    ),
)
