"""The tables: all formats hold the same numbers, text cannot run, synthetic data says so."""

import io
import json

import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.publication.columns import CATEGORIES, RANKING, ROBUSTNESS_TABLES
from bpo_index.publication.tables import build_result, name_origin, render_tables
from bpo_index.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.robustness import assess_robustness
from bpo_index.scoring import score_units
from bpo_index.validation import hide_small_units, summarise_audit, tabulate_nonresponse, validate_responses


@pytest.fixture(scope="module")
def computed():
    definition = load_definition("offshore-bpo-2021")
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    validation = validate_responses(responses, definition)
    scores = score_units(validation.accepted, definition)
    robustness = assess_robustness(validation.accepted, scores, definition, replicates=300)
    nonresponse = hide_small_units(tabulate_nonresponse(validation.accepted, definition), 5)
    return definition, scores, robustness, summarise_audit(validation, definition), nonresponse


@pytest.fixture(scope="module")
def rendered(computed):
    definition, scores, robustness, audit, nonresponse = computed
    result = build_result(scores, robustness, audit, definition, nonresponse)
    return result, render_tables(result, definition)


@pytest.mark.parametrize("name", ["ranking", "categories"])
def test_all_formats_hold_the_same_numbers(rendered, name):
    result, files = rendered
    frame = getattr(result, name)
    assert pl.read_parquet(io.BytesIO(files[f"{name}.parquet"])).equals(frame)
    assert pl.DataFrame(json.loads(files[f"{name}.json"]), schema=frame.schema).equals(frame)
    read = pl.read_csv(files[f"{name}.csv"], schema=frame.schema)
    assert read.with_columns(pl.col("note").fill_null("")).equals(frame)


def test_columns_are_the_documented_ones(rendered):
    result, _ = rendered
    tables = [(result.tables[name], columns) for name, columns in ROBUSTNESS_TABLES.items()]
    for frame, columns in ((result.ranking, RANKING), (result.categories, CATEGORIES), *tables):
        assert frame.columns == [column.name for column in columns]
        assert all(column.meaning for column in columns)


def test_synthetic_data_says_so_everywhere(rendered):
    result, files = rendered
    assert result.data_origin == "synthetic"
    assert all(
        frame["data_origin"].unique().to_list() == ["synthetic"]
        for frame in (result.ranking, result.categories, *result.tables.values())
    )
    assert b"SYNTHETIC" in files["ranking.md"]
    assert b"SYNTHETIC" in files["categories.md"]


def test_markdown_shows_one_decimal_and_escapes(computed):
    definition, scores, robustness, audit, _ = computed
    units = [
        unit.model_copy(update={"name": "=1+1|<b>&*"}) if unit.code == "COL" else unit for unit in definition.units
    ]
    changed = definition.model_copy(update={"units": tuple(units)})
    files = render_tables(build_result(scores, robustness, audit, changed), changed)
    assert "| 1 | =1+1\\|&lt;b&gt;&amp;\\* | 90.9 |" in files["ranking.md"].decode()
    assert "'=1+1|<b>&*" in files["ranking.csv"].decode()
    assert json.loads(files["ranking.json"])[0]["name"] == "=1+1|<b>&*"


def test_origin_counts_every_accepted_respondent(computed):
    from dataclasses import replace

    audit = computed[3]
    assert name_origin(replace(audit, synthetic_respondents=0)) == "survey"
    assert name_origin(replace(audit, synthetic_respondents=3)) == "partly synthetic"
