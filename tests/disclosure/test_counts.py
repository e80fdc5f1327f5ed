"""The counts of docs/methods/disclosure.md, by an attack that reads the files of releases and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.disclosure.counting import (
    PublicCell,
    count_insider,
    count_outsider,
    count_sets,
    find_least_range,
    list_totals,
    read_cells,
)
from tests.disclosure.simulated import UNITS, draw_answers, publish, write_survey
from tests.quick import quick_definition

#: Sets of totals that must fit, for somebody who was not there, and for one of the respondents.
OUTSIDER, INSIDER = 10, 5
CASES = Path(__file__).resolve().parent / "cases"


def measure(release: Path, answers: pl.DataFrame) -> list[tuple[PublicCell, float, float, int]]:
    """Return per cell: what is public, the sets that fit for an outsider, the fewest for an insider, least range."""
    definition = json.loads((release / "definition.json").read_text())
    totals = list_totals(answers, definition)
    found = []
    for cell in read_cells(release):
        own = totals[cell.unit, cell.category]
        insiders = [count_insider(cell, one) for one in set(own)]
        ranges = [find_least_range(cell, one) for one in set(own)]
        found.append((cell, count_outsider(cell), min(insiders), min(ranges)))
    return found


def test_sets_are_counted_as_partitions_are():
    # Five totals from 0 to 10: of a sum of 4 there are the five partitions of 4, and of one of 46 as many.
    assert count_sets(5, 10)[5, 4] == count_sets(5, 10)[5, 46] == 5
    # All multisets of five out of eleven numbers.
    assert count_sets(5, 10)[5].sum() == 3003


@pytest.mark.parametrize(
    ("respondents", "questions", "companies"),
    [*((n, q, False) for n in (5, 8, 12) for q in (1, 2, 3)), (8, 2, True)],
)
def test_what_is_public_of_few_people_fits_many_sets_of_answers(tmp_path, respondents, questions, companies):
    answers = draw_answers(respondents, questions, seed=10 * respondents + questions)
    survey, definition = write_survey(tmp_path, answers, questions, companies=companies)
    measured = measure(publish(tmp_path, survey, definition), pl.read_csv(survey))
    assert len(measured) == 3 * len(UNITS)
    assert min(outside for _, outside, _, _ in measured) >= OUTSIDER
    assert np.mean([inside < INSIDER for _, _, inside, _ in measured]) <= 0.01
    assert min(width for *_, width in measured) >= questions


def test_before_this_rule_score_and_error_were_everybodys_answers():
    """The same attack on what was published before: score, and a standard error of the cell's own."""
    answers = draw_answers(5, 1, seed=51)
    fitting = []
    for unit in answers:
        for totals in unit.T:
            exact = PublicCell(
                "", "", 5, 10, ((totals.sum(),) * 2,), ((totals**2).sum() - 0.5, (totals**2).sum() + 0.5)
            )
            fitting.append(count_outsider(exact))
    assert np.mean(np.array(fitting) < OUTSIDER) > 0.9


def test_the_case_of_four_units_and_twenty_records(tmp_path):
    survey, definition = CASES / "tinyb.csv", CASES / "tinyb.yaml"
    release = publish(tmp_path, survey, definition)
    names = {"Aland": "AAA", "Beland": "BBB", "Celand": "CCC", "Deland": "DDD"}
    answers = pl.read_csv(survey).with_columns(unit=pl.col("country").replace_strict(names))
    measured = measure(release, answers)
    assert len(measured) == 12
    assert min(outside for _, outside, _, _ in measured) >= OUTSIDER
    assert min(inside for _, _, inside, _ in measured) >= INSIDER
    # No number beside scores is made of a unit's own few answers.
    ranking = pl.read_csv(release / "ranking.csv", infer_schema_length=None)
    assert ranking.select("se", "ci_low", "ci_high").null_count().row(0) == (4, 4, 4)
    outcomes = pl.read_csv(release / "robustness" / "outcomes.csv", infer_schema_length=None)
    assert outcomes["top_two_box"].null_count() == outcomes.height
    errors = pl.read_csv(release / "robustness" / "sampling_error.csv", infer_schema_length=None)
    assert errors.select("se_replicates", "se_linearised").null_count().row(0) == (errors.height,) * 2


@pytest.mark.parametrize("respondents", [5, 8])
def test_known_unequal_weights_leave_as_many_sets(tmp_path, respondents):
    answers = draw_answers(respondents, 1, seed=respondents)
    weights = np.random.default_rng(1).uniform(0.6, 1.6, answers.shape[:2]).round(3)
    survey, definition = write_survey(tmp_path, answers, 1, weights=weights)
    release = publish(tmp_path, survey, definition)
    table = pl.read_csv(release / "categories.csv", infer_schema_length=None)
    decimals = 1 if respondents == 5 else 2
    for row in table.filter(pl.col("score").is_not_null() & pl.col("score_bound").is_null()).iter_rows(named=True):
        assert round(row["score"], decimals) == row["score"]
        unit, category = UNITS.index(row["unit"]), int(row["category"][1:])
        fitting = list_weighted_sets(answers[unit, :, category], weights[unit], row["score"], 0.5 * 10.0**-decimals)
        assert fitting >= OUTSIDER


def list_weighted_sets(truth: np.ndarray, weights: np.ndarray, score: float, half: float) -> int:
    """Return how many sets of ratings are found that give a weighted score, among many near the true ones."""
    rng = np.random.default_rng(0)
    tried = np.clip(truth + rng.integers(-4, 5, (400_000, len(truth))), 0, 10)
    scores = 10.0 * tried @ weights / weights.sum()
    fitting = np.sort(tried[np.abs(scores - score) <= half], axis=1)
    return len(np.unique(fitting, axis=0))


def test_a_unit_in_which_one_respondent_has_most_of_the_weight_is_not_published(tmp_path):
    answers = draw_answers(6, 2, seed=3)
    weights = np.ones(answers.shape[:2])
    weights[2, 0] = 6.0
    survey, definition = write_survey(tmp_path, answers, 2, weights=weights)
    ranking = pl.read_csv(publish(tmp_path, survey, definition) / "ranking.csv", infer_schema_length=None)
    dominated = ranking.filter(unit=UNITS[2]).row(0, named=True)
    assert dominated["suppressed"]
    assert dominated["score"] is None
    assert dominated["note"] == "not published, to protect respondents"
    assert ranking["suppressed"].sum() == 1


def test_what_is_withheld_follows_from_respondents_questions_scale_and_scores(tmp_path):
    """Two surveys with the same scores and other answers behind them publish numbers for the same cells."""
    first = draw_answers(6, 2, seed=8)
    second = first.copy()
    # As far apart as the same sums allow: within each unit and question, ratings are moved from the middle outwards.
    for unit in range(len(UNITS)):
        for question in range(second.shape[2]):
            second[unit, :, question] = spread_out(second[unit, :, question])
    assert (first.sum(axis=1) == second.sum(axis=1)).all()
    assert (first != second).any()
    tables = []
    for name, answers in (("first", first), ("second", second)):
        survey, definition = write_survey(tmp_path / name, answers, 2)
        tables.append(pl.read_csv(publish(tmp_path / name, survey, definition) / "categories.csv"))
    said = ["unit", "category", "score", "score_bound", "suppressed", "error", "note", "respondents"]
    orders = [table.sort("unit", "category").select(said) for table in tables]
    assert orders[0].equals(orders[1])
    missing = [table.sort("unit", "category").select(pl.all().is_null()) for table in tables]
    assert missing[0].equals(missing[1])


def spread_out(ratings: np.ndarray) -> np.ndarray:
    """Return ratings of the same sum, as many as can be at the ends of the scale."""
    left, spread = int(ratings.sum()), []
    for _ in ratings:
        spread.append(min(10, left))
        left -= spread[-1]
    return np.array(spread)


def measure_all(folder: Path, sizes: Sequence[int], questions: Sequence[int]) -> pl.DataFrame:
    """Return the table of the decision record: shares of cells with enough sets, by respondents and questions."""
    rows = []
    for respondents in sizes:
        for count in questions:
            answers = draw_answers(respondents, count, seed=10 * respondents + count)
            place = folder / f"{respondents}-{count}"
            survey, definition = write_survey(place, answers, count)
            measured = measure(publish(place, survey, definition), pl.read_csv(survey))
            rows.append(
                (
                    respondents,
                    count,
                    min(outside for _, outside, _, _ in measured),
                    min(inside for _, _, inside, _ in measured),
                    float(np.mean([inside < INSIDER for _, _, inside, _ in measured])),
                    min(width for *_, width in measured),
                    sum(len(cell.sums) and cell.sums[0][1] > cell.sums[0][0] for cell, *_ in measured),
                )
            )
    names = ("respondents", "questions", "outsider", "insider", "below", "range", "open")
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.mark.parametrize("edition", ["2021", "2022"])
def test_no_cell_of_the_samples_fits_too_few_sets(tmp_path, edition):
    """Who did not answer a question counts with the mean of her others, to the nearest point."""
    definition = quick_definition(f"offshore-bpo-{edition}")
    survey = Path(__file__).resolve().parents[2] / "sample_data" / f"offshore-bpo-{edition}.csv"
    completed = run(Settings((str(survey),), definition, str(tmp_path / "out"), str(tmp_path / "audit")))
    answers, said = (
        completed.checked.validation.accepted,
        json.loads((completed.release.path / "definition.json").read_text(encoding="utf-8")),
    )
    totals = list_totals(answers, said)
    cells = list(read_cells(completed.release.path))
    assert len(cells) == 120
    for cell in cells:
        assert count_outsider(cell) >= OUTSIDER
        assert min(count_insider(cell, own) for own in set(totals[cell.unit, cell.category])) >= INSIDER
