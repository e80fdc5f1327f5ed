"""Sentences on what a ranking supports say what the tables say."""

import polars as pl

from bpo_index.publication.findings import describe_support


def make_tables(sure=(), holds=(0.5, 0.25), shift=(0.5, 1.0), units=3):
    codes = [f"U{n}" for n in range(units)]
    pairs = [(codes[i], codes[j], (i, j) in sure) for i in range(units) for j in range(i + 1, units)]
    return {
        "pairs": pl.DataFrame(pairs, schema=["ahead", "behind", "surely"], orient="row"),
        "first_ranks": pl.DataFrame(
            {
                "k": range(1, units + 1),
                "candidates_count": [units] * units,
                "holds_sampling": pl.Series([holds[0]] * units, dtype=pl.Float64),
                "holds_all_assumptions": pl.Series([holds[1]] * units, dtype=pl.Float64),
            }
        ),
        "replicate_ranks": pl.DataFrame(
            {
                "version": ["sampling"] * units + ["all_assumptions"] * units,
                "mean_rank_shift": pl.Series([shift[0]] * units + [shift[1]] * units, dtype=pl.Float64),
            }
        ),
    }


def make_ranking(ranks, low=1, high=3):
    units = len(ranks)
    return pl.DataFrame(
        {
            "unit": [f"U{n}" for n in range(units)],
            "name": [f"Unit {n}" for n in range(units)],
            "rank": pl.Series(ranks, dtype=pl.Int64),
            "rank_interval_low": [low] * units,
            "rank_interval_high": [high] * units,
        }
    )


def test_everything_is_said():
    sentences = describe_support(make_ranking([1, 2, 3]), make_tables(sure={(0, 2)}), 0.95)
    assert sentences == [
        "Unit 0 leads; at 95% confidence its rank lies between 1 and 3.",
        "Ranks 1 to 2 cannot be told apart from one another; 1 of 3 pairs can be told apart, all pairs at once.",
        "The first two are the same in 50% of replicates with respondents drawn anew, and in 25% with all assumptions "
        "drawn; 3 units may be among the best two.",
        "On average a rank lies 0.5 places from that of the ranking in the former, and 1.0 in the latter.",
    ]


def test_a_sure_first_and_shared_leads():
    sure = describe_support(make_ranking([1, 2, 3], high=1), make_tables(sure={(0, 1), (0, 2)}), 0.9)
    assert sure[0] == "Unit 0 leads; at 90% confidence its rank is 1."
    assert sure[1].startswith("The first rank can be told apart from the second; 2 of 3 pairs")
    shared = describe_support(make_ranking([1, 1, 3]), make_tables(), 0.95)
    assert shared[0].startswith("Unit 0 and Unit 1 share the lead; at 95% confidence the rank of Unit 0 lies")
    assert shared[1].startswith("Ranks 1 to 3 cannot be told apart")


def test_nothing_is_said_of_what_is_not_known():
    assert describe_support(make_ranking([1, None, None]), make_tables(), 0.95) == []
    assert (
        len(describe_support(make_ranking([1, 2, 3]), make_tables(holds=(None, None), shift=(None, None)), 0.95)) == 2
    )
