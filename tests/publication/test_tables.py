"""The tables: their columns are the documented ones, text cannot run, synthetic data says so."""

import json

from bpo_index.disclosure.publishable import disclose
from bpo_index.publication.columns import list_tables
from bpo_index.publication.result import build_result
from bpo_index.publication.tables import render_tables


def test_columns_are_the_documented_ones(rendered):
    result, _ = rendered
    frames = {"ranking": result.ranking, "categories": result.categories, **result.tables}
    described = list_tables()
    assert [*frames, "long"] == [*(name for name in described if name != "long"), "long"]
    for name, frame in frames.items():
        assert frame.columns == [column.name for column in described[name].columns]
        assert all(column.meaning for column in described[name].columns)


def test_synthetic_data_says_so_everywhere(rendered):
    result, files = rendered
    assert result.data_origin == "synthetic"
    assert all(
        frame.is_empty() or frame["data_origin"].unique().to_list() == ["synthetic"]
        for frame in (result.ranking, result.categories, *result.tables.values())
    )
    assert all(
        b"SYNTHETIC" in files[f"{name}.{ending}"]
        for name in ("ranking", "categories")
        for ending in ("md", "html", "tex")
    )


def test_markdown_shows_one_decimal_and_escapes(computed):
    definition, *exact = computed
    units = [
        unit.model_copy(update={"name": "=1+1|<b>&*"}) if unit.code == "COL" else unit for unit in definition.units
    ]
    changed = definition.model_copy(update={"units": tuple(units)})
    files = render_tables(build_result(disclose(*exact, changed), changed), changed)
    assert "| 1 | =1+1\\|&lt;b&gt;&amp;\\* | 90.9 |" in files["ranking.md"].decode()
    assert "'=1+1|<b>&*" in files["ranking.csv"].decode()
    assert json.loads(files["ranking.json"])[0]["name"] == "=1+1|<b>&*"


def test_origin_counts_every_accepted_respondent(computed):
    from dataclasses import replace

    audit = computed[1].audit
    assert replace(audit, synthetic_respondents=0).data_origin == "survey"
    assert replace(audit, synthetic_respondents=3).data_origin == "partly synthetic"
