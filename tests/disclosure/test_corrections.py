"""Corrections of one edition: two public releases cannot be subtracted from each other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from bpo_index import pipeline
from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.disclosure.corrections import EarlierRelease, count_differing, hash_cells, hold_changes
from bpo_index.errors import DataRefused, UsageError
from bpo_index.publication.integrity import read_release
from bpo_index.settings import Settings
from tests.disclosure.simulated import UNITS, draw_answers, publish, write_survey

DEFINITION = load_definition("offshore-bpo-2021")
QUESTIONS = DEFINITION.question_ids


def depart(**method) -> IndexDefinition:
    """Return the definition with other settings of the method."""
    return DEFINITION.model_copy(update={"method": DEFINITION.method.model_copy(update=method)})


def frame_answers(seed: int = 0, *, units: tuple[str, ...] = ("COL", "IND"), respondents: int = 6) -> pl.DataFrame:
    """Return answers as `Validation.accepted` has them, as far as they are compared."""
    ratings = np.random.default_rng(seed).integers(0, 101, (len(units) * respondents, len(QUESTIONS)))
    return pl.DataFrame(
        {
            "respondent_id": [f"{unit}-{n}" for unit in units for n in range(respondents)],
            "unit": [unit for unit in units for _ in range(respondents)],
            **{question: ratings[:, n].astype(float) for n, question in enumerate(QUESTIONS)},
            "design_weight": 1.0,
        }
    )


def change(answers: pl.DataFrame, respondents: int, column: str = QUESTIONS[0], unit: str = "COL") -> pl.DataFrame:
    """Return the answers with one column of the first respondents of a unit changed."""
    number = pl.int_range(pl.len()).over("unit")
    return answers.with_columns(
        pl.when((pl.col("unit") == unit) & (number < respondents)).then(pl.col(column) + 101).otherwise(column)
    )


def hold(answers: pl.DataFrame, *earlier: pl.DataFrame, definition=DEFINITION, cells: str | None = None):
    cells = cells or hash_cells(DEFINITION)
    releases = [EarlierRelease(f"r{n}", old, cells) for n, old in enumerate(earlier)]
    return hold_changes(answers, releases, definition)


@pytest.mark.parametrize(("respondents", "is_held"), [(0, False), (1, True), (2, True), (3, False)])
@pytest.mark.parametrize("column", [QUESTIONS[-1], "design_weight"])
def test_a_unit_in_which_one_or_two_differ_keeps_its_answers(respondents, is_held, column):
    before = frame_answers()
    found = hold(change(before, respondents, column), before)
    assert found.held == ({"COL": "r0"} if is_held else {})
    kept = found.accepted.sort("respondent_id").equals(before.sort("respondent_id"))
    assert kept == (is_held or not respondents)
    assert found.restated == ()


@pytest.mark.parametrize("dropped", [1, 2])
def test_respondents_that_come_or_go_are_as_those_that_differ(dropped):
    whole = frame_answers(respondents=8)
    fewer = whole.filter((pl.col("unit") != "COL") | (pl.int_range(pl.len()).over("unit") >= dropped))
    assert hold(fewer, whole).accepted.filter(unit="COL").height == 8
    assert hold(whole, fewer).accepted.filter(unit="COL").height == 8 - dropped


def test_a_unit_that_falls_under_the_minimum_by_one_respondent_keeps_its_answers():
    whole = frame_answers(respondents=5)
    fewer = whole.filter(pl.col("respondent_id") != "COL-0")
    assert hold(fewer, whole).held == {"COL": "r0"}
    # What was never published of four respondents is no release to subtract.
    assert hold(whole, fewer).held == {}


def test_a_new_id_or_another_order_is_no_difference():
    before = frame_answers()
    renamed = before.with_columns(respondent_id=pl.format("x{}", "respondent_id")).reverse()
    assert count_differing(renamed.filter(unit="COL"), before.filter(unit="COL")) == 0
    assert hold(renamed, before).held == {}


def test_a_series_of_small_corrections_keeps_the_first_answers_until_three_differ():
    first = frame_answers()
    one = change(first, 1)
    assert hold(one, first).held == {"COL": "r0"}
    # The second release kept the answers of the first; the third differs from them by two, the fourth by three.
    assert hold(change(first, 2), first, first).held == {"COL": "r1"}
    assert hold(change(first, 3), first, first).held == {}
    # Back to within one of a release that was public once: the answers published last stay.
    published = change(first, 3)
    found = hold(change(published, 1, QUESTIONS[1]), first, published)
    assert found.held == {"COL": "r1"}
    assert found.accepted.filter(unit="COL").equals(published.filter(unit="COL"))
    back = hold(one, first, published)
    assert back.held == {"COL": "r1"}


def test_a_chain_of_kept_answers_names_the_release_that_they_are_of():
    first = frame_answers()
    releases = [
        EarlierRelease("a", first, hash_cells(DEFINITION)),
        EarlierRelease("b", first, hash_cells(DEFINITION), held={"COL": "a"}),
    ]
    assert hold_changes(change(first, 1), releases, DEFINITION).held == {"COL": "a"}


def test_another_method_on_the_same_answers_is_a_second_function_of_them():
    answers = frame_answers()
    other = depart(missing_answers="person_category_mean")
    assert hash_cells(other) != hash_cells(DEFINITION)
    assert hold(answers, answers, definition=other).restated == ("COL", "IND")
    # New answers throughout: nothing to put beside the earlier ones.
    assert hold(frame_answers(seed=1), answers, definition=other).restated == ()
    # Weights of categories, seeds and replicates are applied to what is published of categories.
    weighted = depart(weighting="equal", replicates=300)
    assert hash_cells(weighted) == hash_cells(DEFINITION)


def test_protection_is_not_taken_back():
    open_to_all = depart(minimum_respondents_to_publish=1)
    with pytest.raises(UsageError, match="minimum_respondents_to_publish"):
        hold(frame_answers(), frame_answers(), definition=open_to_all)


# Attacks on two releases of one edition, by their public files.


def read_scores(release: Path) -> dict[tuple[str, str], float]:
    frame = pl.read_csv(release / "categories.csv")
    return {(row["unit"], row["category"]): row["score"] for row in frame.iter_rows(named=True)}


def read_settings(release: Path) -> dict:
    return json.loads((release / "manifest.json").read_text())["made_from"]["settings"]


def subtract(first: dict, second: dict, respondents: int) -> dict:
    """Return per cell by how many points of a 0 to 10 scale the sum of answers moved, where it moved."""
    moved = {
        cell: (second[cell] - first[cell]) * respondents / 10
        for cell in first
        if None not in (first[cell], second[cell])
    }
    return {cell: round(points) for cell, points in moved.items() if abs(points) > 0.4}


@pytest.fixture
def eight_a_unit(tmp_path):
    answers = draw_answers(8, 2, seed=5)
    survey, definition = write_survey(tmp_path, answers, 2)
    return tmp_path, answers, definition, publish(tmp_path, survey, definition)


def republish(folder: Path, answers: np.ndarray, definition: Path) -> Path:
    own = definition.read_text()
    survey, _ = write_survey(folder, answers, 2)
    definition.write_text(own)
    return publish(folder, survey, definition)


def test_a_corrected_answer_cannot_be_read_off_the_change_of_a_score(eight_a_unit):
    folder, answers, definition, first = eight_a_unit
    before = read_scores(first)
    corrected = answers.copy()
    corrected[0, 3, 0] = 10 if answers[0, 3, 0] < 5 else 0
    second = republish(folder, corrected, definition)
    assert second != first
    assert subtract(before, read_scores(second), 16) == {}
    assert read_settings(second)["held"] == {UNITS[0]: first.name}
    # The first is no longer there to be subtracted at all.
    assert not (first / "categories.csv").exists()
    assert (folder / "audit" / "withdrawn" / "counted" / "one" / first.name / "categories.csv").is_file()


def test_a_correction_of_three_respondents_is_published(eight_a_unit):
    folder, answers, definition, first = eight_a_unit
    before = read_scores(first)
    corrected = answers.copy()
    corrected[0, :3, 0] = np.where(corrected[0, :3, 0] < 5, 10, 0)
    second = republish(folder, corrected, definition)
    assert "held" not in read_settings(second)
    moved = subtract(before, read_scores(second), 16)
    assert {unit for unit, _ in moved} <= {UNITS[0]}


@pytest.mark.parametrize(
    "method",
    [
        {"replicates": 200},
        {"seed": 7},
        {"minimum_respondents_to_publish": 3},
    ],
    ids=lambda method: next(iter(method)),
)
def test_other_settings_on_the_same_answers_give_no_second_number_of_a_small_cell(eight_a_unit, method):
    """By every release that was ever public of these answers; at eight respondents and two questions."""
    folder, _, definition, first = eight_a_unit
    before = read_scores(first)
    changed = yaml.safe_load(definition.read_text())
    changed["method"] |= method
    changed["version"] = 2
    definition.write_text(yaml.safe_dump(changed))
    second = publish(folder, folder / "survey.csv", definition)
    after = read_scores(second)
    if "restated" in read_settings(second):
        assert set(read_settings(second)["restated"]) == set(UNITS)
        # Nothing new of a cell, but its place.
        assert all(score is None for score in after.values())
    else:
        assert subtract(before, after, 16) == {}


@pytest.mark.parametrize(
    "method",
    [{"outcome": "top_two_box"}, {"missing_answers": "person_category_mean"}, {"normalisation": "min_max"}],
    ids=lambda method: next(iter(method)),
)
def test_a_second_way_to_score_few_people_is_refused_where_nothing_would_be_left(eight_a_unit, method):
    folder, _, definition, first = eight_a_unit
    changed = yaml.safe_load(definition.read_text())
    changed["method"] |= method
    changed["version"] = 2
    definition.write_text(yaml.safe_dump(changed))
    with pytest.raises(DataRefused, match="Keep the method that was published"):
        publish(folder, folder / "survey.csv", definition)
    assert (first / "categories.csv").is_file()


def test_a_release_that_appears_while_another_is_computed_is_compared_with(eight_a_unit):
    """Two corrections at once, each of which three respondents set apart from the first, and one from the other."""
    folder, answers, definition, _ = eight_a_unit
    versions = []
    for extra in (0, 1):
        corrected = answers.copy()
        corrected[0, : 3 + extra, 0] = np.where(corrected[0, : 3 + extra, 0] < 5, 10, 0)
        survey, _ = write_survey(folder / str(extra), corrected, 2)
        settings = Settings((str(survey),), str(definition), str(folder / "out"), str(folder / "audit"))
        index = load_definition(definition)
        responses = pipeline.read_responses(settings.responses, index)
        checked = pipeline.validate(responses, index, settings)
        scores = pipeline.score(checked, index, None)
        robustness = pipeline.assess(checked, scores, index, settings)
        versions.append((responses, pipeline.disclose(checked, scores, robustness, index), index, settings))
    (first_one, other) = versions
    pipeline.publish(first_one[0], first_one[1], definition=first_one[2], settings=first_one[3])
    with pytest.raises(UsageError, match="Run again"):
        pipeline.publish(other[0], other[1], definition=other[2], settings=other[3])
    assert "held" not in read_settings(next((folder / "out" / "counted" / "one").glob("*/manifest.json")).parent)


def test_a_withdrawn_release_is_not_verified_as_one(eight_a_unit):
    folder, answers, definition, first = eight_a_unit
    corrected = answers.copy()
    corrected[:, :3] = np.clip(corrected[:, :3] - 1, 0, 10)
    republish(folder, corrected, definition)
    with pytest.raises(UsageError, match="withdrawn"):
        read_release(first)
