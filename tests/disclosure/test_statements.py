"""Every published number of the samples leads to a statement of which answers it is made, and keeps to its decimals."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bpo_index.pipeline import run
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import ANSWERS
from bpo_index.settings import Settings
from tests.quick import put_key, quick_definition

TABLES = list_tables()
#: Tables for readers only, or of records rather than of answers.
ALL_NUMERIC = [name for name, table in TABLES.items() if any(not column.is_text for column in table.columns)]


@pytest.fixture(scope="module", params=["2021", "2022"])
def release(request, tmp_path_factory, project) -> Path:
    folder = tmp_path_factory.mktemp("statements")
    survey = project / "sample_data" / f"offshore-bpo-{request.param}.csv"
    definition = quick_definition(f"offshore-bpo-{request.param}")
    return run(Settings((str(survey),), definition, str(folder / "out"), str(put_key(folder / "audit")))).release.path


def read_texts(release: Path) -> dict[str, pl.DataFrame]:
    """Return every CSV file of a release by name, all columns as the texts that stand in it."""
    paths = [path for path in release.rglob("*.csv") if path.stem != "codebook"]
    return {path.stem: pl.read_csv(path, infer_schema=False) for path in paths}


def test_every_file_and_column_has_a_record_with_a_statement(release):
    found = read_texts(release)
    assert set(ALL_NUMERIC) <= set(found) | {"long"}
    for name, frame in found.items():
        records = {column.name: column for column in TABLES[name].columns}
        assert list(frame.columns) == list(records)
        for column in records.values():
            assert column.answers in ANSWERS, (name, column.name)


def count_decimals(column: str) -> pl.Expr:
    """Return how many digits stand after the point."""
    return pl.col(column).str.extract(r"\.(\d+)", 1).str.strip_chars_end("0").str.len_chars().fill_null(0)


def test_every_number_has_the_decimals_of_its_statement_at_most(release):
    checked = 0
    for name, frame in read_texts(release).items():
        for column in TABLES[name].columns:
            if column.dtype != pl.Float64 or column.published_decimals is None:
                continue
            values = frame.select(column.name).drop_nulls()
            assert not values[column.name].str.contains("e").any()
            most = values.select(count_decimals(column.name))[column.name].max()
            assert (most or 0) <= column.published_decimals, (name, column.name, most)
            # With the weights of categories the index is computed from their scores.
            assert column.answers == "published" or name == "weights" or column.published_decimals <= 4
            checked += values.height
    assert checked > 1000


def test_numbers_of_one_cell_alone_are_few_and_named(release):
    """What is made of one unit's answers and nothing else; a new such column has to be thought about here."""
    alone = {
        (name, column.name)
        for name in read_texts(release)
        for column in TABLES[name].columns
        if column.answers == "unit" and column.dtype == pl.Float64
    }
    assert {name for name, _ in alone} <= {
        *("ranking", "categories", "sampling_error", "sampling_error_overall", "outcomes", "weights", "nonresponse"),
        *("neighbours", "components", "exclusions"),
        # From weights, companies and strata alone; the design-based effect has one decimal, where there is room for
        # outcomes too.
        "design",
    }, alone
