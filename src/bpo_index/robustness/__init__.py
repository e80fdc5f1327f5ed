"""Stage 4: how far the ranking can be trusted."""

from bpo_index.robustness.assess import Robustness, assess_robustness
from bpo_index.robustness.intervals import estimate_logit_t_interval
from bpo_index.robustness.rank_sets import RankSets, assign_tiers, find_rank_sets
from bpo_index.robustness.replicates import ReplicateSummary, draw_unit_means, evaluate_replicates
from bpo_index.robustness.sampling_error import linearise_standard_errors

__all__ = [
    "RankSets",
    "ReplicateSummary",
    "Robustness",
    "assess_robustness",
    "assign_tiers",
    "draw_unit_means",
    "estimate_logit_t_interval",
    "evaluate_replicates",
    "find_rank_sets",
    "linearise_standard_errors",
]
