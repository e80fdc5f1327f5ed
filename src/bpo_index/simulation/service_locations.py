"""The sample of an index with three levels: invented answers to ``sample_data/service-locations-2023.yaml``.

A rating is a latent mean of its unit and question, plus the respondent's leniency, plus the respondent's taste in the
category, plus noise, rounded to a whole number and held to the scale. Latent means are drawn round a level of each
unit; nothing is calibrated, since there are no facts to meet. One unit has too few respondents to be published, and one
category of another too few raters, so that the sample shows what is withheld.

Everything made here is synthetic and says so in its column `data_origin`. Run as a module it writes the sample.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.files.csv_tables import render_csv
from bpo_index.files.resources import find_resource
from bpo_index.scoring.arrays import Floats
from bpo_index.simulation.surveys import AnswerModel, expect_rating

NAME = "service-locations-2023"
_SEED = 20230515
_FIRST_DAY = datetime(2023, 5, 15)
_MODEL = AnswerModel(leniency=0.5, taste=0.4, noise=0.8, dont_know=0.02, skipped=0.02)
#: Latent mean of each unit over all questions, in scale points, in the direction of confidence.
_LEVELS = {
    **{"COL": 4.9, "CRI": 5.6, "IND": 5.3, "KEN": 4.6, "MAR": 4.8, "MEX": 4.5},
    **{"MYS": 5.2, "PHL": 5.5, "POL": 5.4, "PRT": 5.8, "ROU": 5.0, "ZAF": 4.7},
}
_RESPONDENTS = {
    **{"COL": 12, "CRI": 9, "IND": 14, "KEN": 9, "MAR": 4, "MEX": 10},
    **{"MYS": 8, "PHL": 13, "POL": 11, "PRT": 8, "ROU": 10, "ZAF": 11},
}
#: Between the categories of a unit, and between the questions of a category: standard deviations of latent means.
_BETWEEN_CATEGORIES, _BETWEEN_QUESTIONS = 0.45, 0.25
#: A unit and a category that only so many of its respondents can judge.
_FEW_RATERS = ("KEN", "administration", 3)
#: Companies of which two respondents took part.
_SHARED_COMPANIES = 4


def make_service_locations() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sample responses and their planted truth.

    Returns
    -------
    responses
        The rows of the CSV file, all columns text: one row per response.
    truth
        One row per unit and category of questions: latent mean in scale points, planted (expected) and sample score, 0
        to 100, both as the mean of its questions by their weights.
    """
    definition = load_definition(find_resource("sample_data", f"{NAME}.yaml"))
    rng = np.random.default_rng(_SEED)
    holders = [node for node in definition.nodes if node.questions]
    category_of = np.repeat(np.arange(len(holders)), [len(node.questions) for node in holders])
    rows: list[dict[str, str]] = []
    truth: list[dict[str, object]] = []
    for unit in definition.units:
        latent = _LEVELS[unit.code] + _BETWEEN_CATEGORIES * rng.standard_normal(len(holders))[category_of]
        latent = latent + _BETWEEN_QUESTIONS * rng.standard_normal(len(category_of))
        state, ratings = _draw_answers(rng, definition, latent, category_of, respondents=_RESPONDENTS[unit.code])
        if unit.code == _FEW_RATERS[0]:
            for n in np.flatnonzero([holders[c].id == _FEW_RATERS[1] for c in category_of]):
                state[_FEW_RATERS[2] :, n] = 1
        rows += [_write_row(definition, unit.name, *pair) for pair in zip(ratings, state, strict=True)]
        sampled = np.where(state == 0, ratings, np.nan)
        expected = expect_rating(latent, _MODEL, definition.scale.minimum, definition.scale.maximum)
        for c, node in enumerate(holders):
            inside = category_of == c
            weights = np.array([question.weight for question in node.questions])
            truth.append(
                {
                    "data_origin": "synthetic",
                    "unit": unit.code,
                    "category": node.id,
                    "latent_mean": round(float(np.average(latent[inside], weights=weights)), 4),
                    "planted_score": _score(definition, expected[inside], weights),
                    "sample_score": _score(definition, np.nanmean(sampled[:, inside], axis=0), weights),
                }
            )
    return _finish_rows(definition, rows, rng), pl.DataFrame(truth)


def _draw_answers(
    rng: np.random.Generator, definition: IndexDefinition, latent: Floats, category_of: np.ndarray, *, respondents: int
) -> tuple[np.ndarray, Floats]:
    """Return respondents x questions: 0 a rating, 1 don't know, 2 skipped; and ratings, high where confident."""
    shape = (respondents, len(latent))
    deviation = _MODEL.leniency * rng.standard_normal((respondents, 1))
    deviation = (
        deviation + _MODEL.taste * rng.standard_normal((respondents, int(category_of.max()) + 1))[:, category_of]
    )
    deviation = deviation + _MODEL.noise * rng.standard_normal(shape)
    luck = rng.random(shape)
    state = np.where(luck < _MODEL.dont_know, 1, np.where(luck < _MODEL.dont_know + _MODEL.skipped, 2, 0))
    return state, np.clip(np.rint(latent + deviation), definition.scale.minimum, definition.scale.maximum)


def _score(definition: IndexDefinition, ratings: Floats, weights: Floats) -> float:
    """Return the weighted mean of mean ratings as a score from 0 to 100."""
    minimum, maximum = definition.scale.minimum, definition.scale.maximum
    return round(float(100 * (np.average(ratings, weights=weights) - minimum) / (maximum - minimum)), 4)


def _write_row(definition: IndexDefinition, name: str, ratings: Floats, state: np.ndarray) -> dict[str, str]:
    """Return one respondent's cells: the country, and the answers as the questionnaire has them."""
    ends = definition.scale.minimum + definition.scale.maximum
    row = {"country": name}
    for question, rating, what in zip(definition.questions, ratings, state, strict=True):
        answer = ends - rating if question.reverse else rating
        row[question.id] = ("{:.0f}", str(definition.scale.dont_know[0]), "")[int(what)].format(answer)
    return row


def _finish_rows(definition: IndexDefinition, rows: list[dict[str, str]], rng: np.random.Generator) -> pl.DataFrame:
    """Give the rows companies and times, shuffle and number them, and return them as text columns."""
    for row, number in zip(rows, rng.permutation(len(rows)) + 1, strict=True):
        row["company"] = f"Synthetic company {number:03d}"
    countries = list(dict.fromkeys(row["country"] for row in rows))
    for country in rng.permutation(countries)[:_SHARED_COMPANIES]:
        first, second, *_ = (row for row in rows if row["country"] == country)
        second["company"] = first["company"]
    rows = [rows[n] for n in rng.permutation(len(rows))]
    for n, row in enumerate(rows):
        started = _FIRST_DAY + timedelta(days=int(rng.integers(19)), minutes=int(rng.integers(8 * 60, 18 * 60)))
        finished = started + timedelta(seconds=int(60 * np.exp(rng.normal(2.3, 0.35))))
        row |= {"started_at": started.isoformat(sep=" "), "finished_at": finished.isoformat(sep=" ")}
        row |= {"data_origin": "synthetic", "respondent_id": f"synthetic-{definition.edition}-{n + 1:03d}"}
    columns = ["respondent_id", "data_origin", "country", "company", "started_at", "finished_at"]
    return pl.DataFrame([{column: row[column] for column in (*columns, *definition.question_ids)} for row in rows])


def write_service_locations() -> list[str]:
    """Write the sample into ``sample_data/`` and return the file names."""
    folder, files = find_resource("sample_data"), (f"{NAME}.csv", f"{NAME}-truth.csv")
    for file, frame in zip(files, make_service_locations(), strict=True):
        (folder / file).write_bytes(render_csv(frame))
    return list(files)


if __name__ == "__main__":
    print("\n".join(write_service_locations()))  # noqa: T201
