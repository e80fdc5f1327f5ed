"""One survey of experts in three shapes: rows, long form, and blocks of columns a country."""

import polars as pl
import pytest

from bpo_index.drafting.look import look_at_files
from bpo_index.drafting.session import draft_files, rank_once
from bpo_index.drafting.shapes import find_shape

COUNTRIES, QUESTIONS = ("Colombia", "India", "Poland"), ("agents", "leaders", "power")


def answer(expert, country, question):
    return (expert * 3 + 2 * COUNTRIES.index(country) + QUESTIONS.index(question) * expert) % 7 + 2


def write(folder, shape):
    experts = range(12)
    if shape == "rows":
        rows = [
            {"expert_id": f"E{n}", "country": country} | {q: answer(n, country, q) for q in QUESTIONS}
            for n in experts
            for country in COUNTRIES
        ]
    elif shape == "long":
        rows = [
            {"expert_id": f"E{n}", "country": country, "question": q, "rating": answer(n, country, q)}
            for n in experts
            for country in COUNTRIES
            for q in QUESTIONS
        ]
    else:
        rows = [
            {"expert_id": f"E{n}"}
            | {f"{q}_{country}": answer(n, country, q) for country in COUNTRIES for q in QUESTIONS}
            for n in experts
        ]
    path = folder / f"{shape}.csv"
    pl.DataFrame(rows).write_csv(path)
    return path


@pytest.mark.parametrize("shape", ["rows", "long", "blocks"])
def test_a_survey_of_any_shape_is_drafted_to_the_same_ranking(tmp_path, shape):
    path = write(tmp_path, shape)
    table = look_at_files([path])
    assert find_shape(table).layout == {"rows": "wide"}.get(shape, shape)
    drafted = draft_files(table)
    assert [unit.code for unit in drafted.draft.units] == ["COL", "IND", "POL"]
    definition = drafted.load()
    assert definition.question_ids == QUESTIONS
    ranking = rank_once([path], definition)
    assert ranking.audit.rows_accepted == ranking.audit.rows_read
    wanted = {c: sum(answer(n, c, q) for n in range(12) for q in QUESTIONS) / 36 * 10 for c in COUNTRIES}
    found = dict(ranking.scores.units.select("unit", "score").iter_rows())
    assert found == pytest.approx({"COL": wanted["Colombia"], "IND": wanted["India"], "POL": wanted["Poland"]})
