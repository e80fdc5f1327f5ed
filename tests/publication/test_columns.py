"""Every table and column is described: what, in which unit, under which heading; and the tables keep to it."""

import re

import polars as pl
import pytest

from bpo_index.disclosure.answers import withhold_small_units
from bpo_index.disclosure.exclusions import disclose_exclusions
from bpo_index.disclosure.influence import disclose_influence
from bpo_index.publication.columns import list_tables, private
from bpo_index.publication.columns.assumptions import METHOD_RANKS
from bpo_index.publication.columns.description import ANSWERS, UNITS, Column, Table
from bpo_index.publication.formats.long_form import list_frames
from bpo_index.scoring.methods.record import VARIED
from bpo_index.validation.nonresponse import tabulate_nonresponse

TABLES = list_tables()
EACH = pytest.mark.parametrize("name", TABLES)


@EACH
def test_columns_are_described(name):
    table = TABLES[name]
    assert len(name) <= 31
    assert table.title
    assert table.row
    headings = [column.name_heading(name) for column in table.columns]
    assert len(set(headings)) == len(headings)
    for column in (*table.own, *table.columns):
        assert column.meaning
        assert column.unit in UNITS
        assert column.answers in ANSWERS
        assert re.fullmatch("[a-z0-9_]+", column.name)


def test_every_built_in_column_states_of_which_answers_it_is_made():
    unpublished = [value for value in vars(private).values() if isinstance(value, Table)]
    assert len(unpublished) == 3
    assert {table.name: table.withheld for table in (*TABLES.values(), *unpublished) if table.withheld} == {}
    # The test can fail: a table with a column that says nothing of it.
    silent = Column("spread", pl.Float64, "of the answers")
    assert Table(name="t", title="", row="", own=(silent,), place=0).withheld == (silent,)


@EACH
def test_frames_have_the_types_of_their_records(rendered, name):
    frame = list_frames(rendered[0])[name]
    assert list(frame.schema.items()) == [(column.name, column.dtype) for column in TABLES[name].columns]


def test_modules_build_their_frames_with_the_types_of_the_records(computed):
    """Before anything is cast: the frames of each stage have them already, and private columns beside them."""
    definition, checked, scores, robustness = computed
    quarantined = checked.validation.quarantined_by_rules
    frames = {
        "nonresponse": withhold_small_units(tabulate_nonresponse(checked.validation.accepted, definition), 5),
        "weights": scores.weights,
        "exclusions": disclose_exclusions(robustness.exclusions, quarantined, scores),
        **disclose_influence(robustness.influence, quarantined, scores),
    }
    frames |= {name: getattr(robustness, name) for name in ("sampling_error", "design", "assumptions", "outcomes")}
    frames |= {name: getattr(robustness, name) for name in ("sensitivity", "method_ranks", "groups")}
    for part in (robustness.ranks, robustness.structure, robustness.weights):
        frames |= {name: frame for name, frame in vars(part).items() if name in TABLES}
    assert {name for name, table in TABLES.items() if table.folder} - set(frames) == {
        "neighbours",
        "category_differences",
    }
    for name, frame in frames.items():
        assert frame.select(TABLES[name].schema.names()).schema == TABLES[name].schema, name
    for frame in (scores.units, scores.categories, robustness.units, robustness.categories):
        described = {column.name: column.dtype for name in ("ranking", "categories") for column in TABLES[name].own}
        assert {name: dtype for name, dtype in frame.schema.items() if described.get(name, dtype) != dtype} == {}


def test_ranks_under_other_methods_have_a_column_for_every_step_that_varies():
    assert list(METHOD_RANKS.schema)[1 : 1 + len(VARIED)] == list(VARIED)


@EACH
def test_numbers_have_a_unit_and_keep_to_it(rendered, name):
    frame = list_frames(rendered[0])[name]
    # Labels that are numbers.
    labels = {"tier", "combination", "component", "level"}
    for column in TABLES[name].columns:
        values = frame[column.name]
        assert values.dtype.is_numeric() == (column.unit != "none") or column.name in labels
        assert (column.decimals is not None) == values.dtype.is_float() or name == "long"
        least, most = UNITS[column.unit]
        assert least is None or values.drop_nulls().is_empty() or values.min() >= least
        assert most is None or values.drop_nulls().is_empty() or values.max() <= most


@EACH
def test_keys_tell_rows_apart(rendered, name):
    frame, key = list_frames(rendered[0])[name], list(TABLES[name].key)
    if key:
        assert frame.select(key).null_count().sum_horizontal().item() == 0
        assert frame.select(key).is_unique().all()


def test_the_page_on_releases_names_every_file(rendered, project):
    page = (project / "docs" / "methods" / "release.md").read_text(encoding="utf-8")
    named = set()
    for names in re.findall(r"^\| (`.*?`) \|", page, flags=re.MULTILINE):
        first, *endings = names.strip("`").split()
        stem = first.rpartition(".")[0]
        named |= {first, *(f"{stem}{ending}" for ending in endings)}
    assert set(rendered[1]) <= named
    for table in TABLES.values():
        if table.folder:
            described = re.search(rf"^\| `{table.path}` \| one row per (.*?) \|$", page, flags=re.MULTILINE)
            assert described, table.path
            assert described[1].startswith(table.row)
