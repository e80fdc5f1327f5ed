"""Stage 3: normalise, weigh, aggregate, rank."""

from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.estimate import UnitAnswers, estimate_unit_means, sort_respondents, split_units
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.sample import Sample, gather_evidence, prepare_sample
from bpo_index.scoring.score import Evidence, learn_index, score_means
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.units import Scores, score_units

__all__ = [
    "ConfidenceIndex",
    "Evidence",
    "IndexStructure",
    "Sample",
    "Scores",
    "UnitAnswers",
    "estimate_unit_means",
    "gather_evidence",
    "learn_index",
    "prepare_sample",
    "rank_units",
    "score_means",
    "score_units",
    "sort_respondents",
    "split_units",
]
