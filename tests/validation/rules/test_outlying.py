"""Outlying answers: the formula by loops, the limit by scipy, what the rule needs."""

import random

import numpy as np
import polars as pl
import pytest
from scipy import stats

from bpo_index.validation.rules.outlying import OutlyingRule, find_outlying, measure_squared_distances
from tests.surveys import validate_rows
from tests.validation.rule_sets import HEADER, set_rules

QUESTIONS = ["q1", "q2", "q3"]


def make_rows(n=60, seed=1):
    """Rows of two units, the last of them far from the others."""
    rng = np.random.default_rng(seed)
    ratings = np.clip(rng.normal(6, 1, (n, 1)) + rng.normal(0, 0.7, (n, 3)), 0, 10).round(1)
    ratings[-1] = [9, 1, 9]
    return pl.DataFrame(
        {
            "response": range(n),
            "respondent_id": [f"r{i:03}" for i in rng.permutation(n)],
            "unit": ["AAA" if i % 2 else "BBB" for i in range(n)],
            **{question: ratings[:, i] for i, question in enumerate(QUESTIONS)},
        }
    )


def measure_in_order(ratings, numbers):
    """Return the squared distances of rows in any order."""
    order, squared = np.argsort(numbers, kind="stable"), np.empty(len(ratings))
    squared[order] = measure_squared_distances(ratings[order], numbers[order])
    return squared


def test_distances_are_those_of_the_formula():
    rows = make_rows()
    ratings, units = rows.select(QUESTIONS).to_numpy(), rows["unit"].to_list()
    numbers = np.array([("AAA", "BBB").index(unit) for unit in units])
    products, expected = np.zeros((3, 3)), []
    means = {
        unit: np.mean([x for x, u in zip(ratings, units, strict=True) if u == unit], axis=0) for unit in set(units)
    }
    for x, unit in zip(ratings, units, strict=True):
        products += np.outer(x - means[unit], x - means[unit])
    covariance = products / (len(ratings) - 2)
    for x, unit in zip(ratings, units, strict=True):
        expected.append((x - means[unit]) @ np.linalg.inv(covariance) @ (x - means[unit]))
    found = measure_in_order(ratings, numbers)
    assert found == pytest.approx(expected)
    # Summed over all rows they are the degrees of freedom times the questions.
    assert found.sum() == pytest.approx(3 * (len(ratings) - 2))
    assert found.max() <= (len(ratings) - 2) * (1 - 1 / 30)


def test_the_limit_is_the_quantile_of_chi_square():
    rows = make_rows()
    numbers = rows["unit"].rank("dense").to_numpy().astype(int) - 1
    squared = measure_in_order(rows.select(QUESTIONS).to_numpy(), numbers)
    for level in (0.001, 0.05, 0.3):
        found = find_outlying(rows, QUESTIONS, OutlyingRule(level=level))
        beyond = np.flatnonzero(squared > stats.chi2.ppf(1 - level, 3))
        assert sorted(found["response"]) == beyond.tolist()
        assert 59 in found["response"]
    assert found.height > 3


def test_the_sentence_quotes_distance_and_limit(tmp_path):
    # In two units, eight rows at the corners of a cube of side 2.
    corners = [f"{4 + 2 * a},{4 + 2 * b},{4 + 2 * c}" for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    rows = [f"{unit}{n},{unit},,,,,,,{c}" for unit in ("Aland", "Beland") for n, c in enumerate(corners)]
    # Sums of squares 8 x 1 a unit and question; no products; divisor 16 - 2: variance 16 / 14. Every row lies at a
    # squared distance of 3 x 14 / 16 = 2.625, and half of chi-square with 3 degrees lies above 2.366.
    definition = set_rules(outlying="level: 0.49, rows_per_question: 5")
    validation = validate_rows(tmp_path, *rows, header=HEADER, definition=definition)
    assert validation.flags.height == 16
    limit = round(float(stats.chi2.ppf(0.51, 3)), 1)
    assert set(validation.flags["sentence"]) == {
        f"The squared distance of the ratings from the mean of {unit} is 2.6; {limit} is the limit."
        for unit in ("AAA", "BBB")
    }


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            make_rows(14),
            "it needs 15 rows with a rating for every question, from units with two or more of them, and there are 14",
        ),
        (make_rows(60).with_columns(q2=pl.lit(5.0)), "the 60 rows with a rating for every question do not span"),
        (make_rows(60).with_columns(q3=pl.col("q1") + pl.col("q2")), "do not span the 3 questions"),
        (make_rows(60).with_columns(q1=pl.when(pl.col("unit") == "AAA").then(3.0).otherwise(7.0)), "do not span"),
        (make_rows(60).with_columns(q1=pl.lit(None, dtype=pl.Float64)), "and there are 0"),
        (make_rows(60).with_columns(unit=pl.col("respondent_id")), "and there are 0"),
    ],
)
def test_what_is_missing_is_said(rows, says):
    assert says in find_outlying(rows, QUESTIONS, OutlyingRule())


def test_only_complete_rows_with_another_in_their_unit_take_part():
    rows = make_rows()
    alone = rows[[0]].with_columns(response=pl.lit(90, pl.Int64), respondent_id=pl.lit("x"), unit=pl.lit("CCC"))
    partly = rows[[1]].with_columns(
        response=pl.lit(91, pl.Int64), respondent_id=pl.lit("y"), q1=pl.lit(None, pl.Float64), q2=pl.lit(0.0)
    )
    rule = OutlyingRule(level=0.05)
    assert find_outlying(pl.concat([rows, alone, partly]), QUESTIONS, rule).equals(find_outlying(rows, QUESTIONS, rule))


def test_the_order_of_rows_changes_no_digit():
    rows = make_rows(200, seed=4)
    found = find_outlying(rows, QUESTIONS, OutlyingRule(level=0.2)).sort("response")
    for seed in range(4):
        mixed = rows.sample(fraction=1.0, shuffle=True, seed=seed)
        assert find_outlying(mixed, QUESTIONS, OutlyingRule(level=0.2)).sort("response").equals(found)


def test_broken_rows_move_no_mean(tmp_path):
    rng = random.Random(5)
    good = [f"g{n},Aland,,,,,,,{','.join(str(rng.randint(3, 8)) for _ in range(3))}" for n in range(40)]
    bad = [f"b{n},Aland,,,,,test,,0,10,0" for n in range(20)] + [f"c{n},Aland,,,,,,no,0,10,0" for n in range(20)]
    definition = set_rules(outlying="level: 0.2, rows_per_question: 5", test_row="", unfinished="")
    flags = [
        validate_rows(tmp_path, *rows, header=HEADER, definition=definition).flags.select("respondent_id", "sentence")
        for rows in (good, good + bad)
    ]
    assert flags[0].height > 2
    assert flags[1].equals(flags[0])
