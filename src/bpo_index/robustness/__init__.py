"""Stage 4: how far the ranking can be trusted."""

from bpo_index.robustness.assess import Robustness, assess_robustness
from bpo_index.robustness.intervals import estimate_logit_t_interval
from bpo_index.robustness.rank_sets import RankSets, assign_tiers, draw_normal, draw_resamples, find_rank_sets
from bpo_index.robustness.replicates import Drawing, ReplicateSummary, Scenario, evaluate_replicates
from bpo_index.robustness.resampling import Resampler, draw_unit_means
from bpo_index.robustness.sampling_error import linearise_standard_errors

__all__ = [
    "Drawing",
    "RankSets",
    "ReplicateSummary",
    "Resampler",
    "Robustness",
    "Scenario",
    "assess_robustness",
    "assign_tiers",
    "draw_normal",
    "draw_resamples",
    "draw_unit_means",
    "estimate_logit_t_interval",
    "evaluate_replicates",
    "find_rank_sets",
    "linearise_standard_errors",
]
