"""Sentences on what a ranking supports say what the tables say."""

import polars as pl
import pytest

from bpo_index.publication.columns.assumptions import SENSITIVITY
from bpo_index.publication.columns.influence import INFLUENCE, RANKS_WITHOUT_UNIT
from bpo_index.publication.columns.weights import WEIGHT_SWAPS
from bpo_index.publication.findings import describe_support, summarise_support
from tests.surveys import make_definition

DEFINITION = make_definition()
AT_90 = make_definition(**{"method: {": "method: {confidence_level: 0.9, "})


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
        "sensitivity": pl.DataFrame(schema=SENSITIVITY.schema),
        "weight_swaps": pl.DataFrame(schema=WEIGHT_SWAPS.schema),
        "influence": pl.DataFrame(schema=INFLUENCE.schema),
        "ranks_without_unit": pl.DataFrame(schema=RANKS_WITHOUT_UNIT.schema),
    }


def make_ranking(ranks, low=1, high=3):
    units = len(ranks)
    return pl.DataFrame(
        {
            "unit": [f"U{n}" for n in range(units)],
            "name": [f"Unit {n}" for n in range(units)],
            "rank": pl.Series(ranks, dtype=pl.Int64),
            "rank_set_low": [low] * units,
            "rank_set_high": [high] * units,
        }
    )


def describe(ranking, tables, definition):
    return describe_support(ranking, tables, definition)


def test_everything_is_said():
    sentences = describe(make_ranking([1, 2, 3]), make_tables(sure={(0, 2)}), DEFINITION)
    assert sentences == [
        "Unit 0 leads; at 95% confidence its rank lies between 1 and 3, and 3 units may be first.",
        "Ranks 1 to 2 cannot be distinguished from one another; 1 of 3 pairs can be distinguished, all pairs at once.",
        "The first two are the same in 50% of replicates with respondents drawn anew, and in 25% with all assumptions "
        "drawn; 3 units may be among the best two.",
        "In the average replicate a rank lies 0.5 places from that of the ranking with respondents drawn anew, and 1.0 "
        "with all assumptions drawn.",
    ]


def test_a_sure_first_and_shared_leads():
    tables = make_tables(sure={(0, 1), (0, 2)})
    tables["first_ranks"] = tables["first_ranks"].with_columns(candidates_count=pl.col("k"))
    sure = describe(make_ranking([1, 2, 3], high=1), tables, AT_90)
    assert sure[0] == "Unit 0 leads; at 90% confidence its rank is 1."
    assert sure[1].startswith("The first rank can be distinguished from the second; 2 of 3 pairs")
    shared = describe(make_ranking([1, 1, 3]), make_tables(), DEFINITION)
    assert shared[0].startswith("Unit 0 and Unit 1 share the lead; at 95% confidence the rank of Unit 0 lies")
    assert shared[1].startswith("Ranks 1 to 3 cannot be distinguished")


def test_nothing_is_said_of_what_is_not_known():
    assert describe(make_ranking([1, None, None]), make_tables(), DEFINITION) == []
    assert len(describe(make_ranking([1, 2, 3]), make_tables(holds=(None, None), shift=(None, None)), DEFINITION)) == 2


def make_rows(schema, *rows):
    """Return a frame of some columns, the others null."""
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def test_the_assumption_that_moves_ranks_most_is_named():
    effects = [
        {"output": "rank", "unit": "U1", "assumption": "aggregation", "shapley": 0.99},
        {"output": "all_ranks", "assumption": "respondents", "shapley": 0.7},
        {"output": "all_ranks", "assumption": "missing_answers", "shapley": 0.3},
    ]
    tables = make_tables() | {"sensitivity": make_rows(SENSITIVITY.schema, *effects)}
    assert describe(make_ranking([1, 2, 3]), tables, DEFINITION)[-1] == (
        "What moves ranks most is which respondents answered (70% of their variance), then the treatment of missing "
        "answers (30%)."
    )
    alone = make_tables() | {"sensitivity": make_rows(SENSITIVITY.schema, effects[1])}
    said = describe(make_ranking([1, 2, 3]), alone, DEFINITION)[-1]
    assert said == "What moves ranks most is which respondents answered (70% of their variance)."
    still = make_rows(SENSITIVITY.schema, {"output": "all_ranks", "assumption": "weights"})
    assert len(describe(make_ranking([1, 2, 3]), make_tables() | {"sensitivity": still}, DEFINITION)) == 4


def test_pairs_that_a_small_change_of_weights_would_swap_are_named():
    swaps = [
        {"ahead": "U0", "behind": "U1", "weight_moved": 0.04},
        {"ahead": "U1", "behind": "U2", "weight_moved": 0.011},
        {"ahead": "U0", "behind": "U2", "weight_moved": None},
    ]

    def say(*rows):
        tables = make_tables() | {"weight_swaps": make_rows(WEIGHT_SWAPS.schema, *rows)}
        return describe(make_ranking([1, 2, 3]), tables, DEFINITION)[-1]

    assert say(*swaps) == (
        "Moving less than 5% of the weight between categories is enough to swap 2 pairs: Unit 1 and Unit 2 (1.1%) and "
        "Unit 0 and Unit 1 (4.0%)."
    )
    assert say(swaps[0]).endswith("enough to swap 1 pair: Unit 0 and Unit 1 (4.0%).")
    many = say(*[swaps[0]] * 4)
    assert "enough to swap 4 pairs, soonest Unit 0 and Unit 1 (4.0%), Unit 0 and Unit 1 (4.0%) and" in many
    assert say(swaps[2]) == "Moving less than 5% of the weight between categories swaps no pair."


@pytest.mark.parametrize(
    ("changing", "said"),
    [
        ([], "Without any one category the first five would stay the same."),
        (["first"], "Without the category First the first five would not be the same."),
        (["first", "last"], "Without the category First or Last the first five would not be the same."),
    ],
)
def test_categories_and_respondents_that_decide_the_first_five_are_published(changing, said):
    rows = [{"left_out": "respondent", "items": 9, "not_computed": 1, "changing_first": 0, "changing_first_five": 2}]
    rows += [
        {"left_out": "category", "item": item, "items": 1, "changing_first_five": int(item in changing)}
        for item in ("first", "last")
    ]
    tables = make_tables(units=6) | {"influence": make_rows(INFLUENCE.schema, *rows)}
    sentences = describe(make_ranking([1, 2, 3, 4, 5, 6]), tables, DEFINITION)
    assert sentences[-1] == said
    assert sentences[-2] == ("Leaving out one respondent changes the first in 0 and the first five in 2 of 8 cases.")
    # Of five or fewer units all are the first five.
    few = make_tables() | {"influence": make_rows(INFLUENCE.schema, *rows)}
    assert len(describe(make_ranking([1, 2, 3]), few, DEFINITION)) == 4


def test_what_is_nearly_sure_is_not_called_certain():
    sentences = describe(make_ranking([1, 2, 3]), make_tables(holds=(0.997, 0.001)), DEFINITION)
    assert "the same in more than 99% of replicates" in sentences[2]
    assert "and in less than 1% with all" in sentences[2]
    strict = make_definition(**{"method: {": "method: {confidence_level: 0.999, "})
    assert "at 99.9% confidence" in describe(make_ranking([1, 2, 3]), make_tables(), strict)[0]


def summarise(ranking, tables):
    return summarise_support(ranking, tables, DEFINITION)


def test_the_summary_says_who_leads_and_what_is_certain():
    effects = [
        {"output": "all_ranks", "assumption": "respondents", "shapley": 0.8},
        {"output": "all_ranks", "assumption": "weights", "shapley": 0.2},
    ]
    tables = make_tables(sure={(0, 2)}) | {"sensitivity": make_rows(SENSITIVITY.schema, *effects)}
    assert summarise(make_ranking([1, 2, 3]), tables) == [
        "Unit 0 has the highest score, but the first place is not certain: any of the 3 units may be first.",
        "Only Unit 2 is certain to be behind Unit 0.",
        "In 1 of the 3 pairs of units it is certain who is ahead (at 95% confidence); in the other 2 the order may be "
        "chance.",
        "The ranks depend most on which respondents answered, and far less on the weights of categories.",
        "Respondents rate their own unit only, so a high score may also come from generous respondents.",
    ]


def test_the_summary_of_a_sure_order_and_of_none():
    sure = make_tables(sure={(0, 1), (0, 2), (1, 2)})
    sure["first_ranks"] = sure["first_ranks"].with_columns(candidates_count=pl.col("k"))
    first, pairs, _ = summarise(make_ranking([1, 2, 3]), sure)
    assert first == "Unit 0 has the highest score and the first place is certain, with 95% confidence."
    assert pairs == "In all of the 3 pairs of units it is certain who is ahead (at 95% confidence)."
    first, behind, pairs, _ = summarise(make_ranking([1, 2, 3]), make_tables())
    assert behind == "None of the others is certain to be behind Unit 0."
    assert pairs == "In none of the 3 pairs of units is it certain who is ahead (at 95% confidence)."
    shared = summarise(make_ranking([1, 1, 3]), make_tables())
    assert shared[0].startswith("Unit 0 and Unit 1 share the highest score, but the first place is not certain")
    assert len(shared) == 3
    assert summarise(make_ranking([1, None, None]), make_tables()) == [
        "Fewer than two units have a rank, so there is nothing to compare."
    ]


def test_what_hangs_on_a_third_unit_is_said_once_in_the_summary_and_wholly_in_the_findings():
    # Without U2 the order of the first two is another; without the others nothing changes.
    rows = [("U2", "U0", 1, 2), ("U2", "U1", 2, 1), ("U0", "U1", 1, 1), ("U0", "U2", 2, 2)]
    tables = make_tables() | {
        "ranks_without_unit": pl.DataFrame(rows, schema=RANKS_WITHOUT_UNIT.schema, orient="row"),
    }
    ranking = make_ranking([1, 2, 3])
    first = "The first place hangs on which countries take part: without Unit 2, another of the others would be first."
    first = first.replace("countries", DEFINITION.words.units)
    pairs = f"The order of 1 pair of {DEFINITION.words.units} hangs on which others take part, of 3 in all."
    assert [one for one in summarise(ranking, tables) if "hang" in one] == [first]
    assert describe(ranking, tables, DEFINITION)[-2:] == [first, pairs]
