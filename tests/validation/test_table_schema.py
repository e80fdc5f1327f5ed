"""The Table Schema for people says what the pandera schema checks: the same values pass and fail."""

import json

import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.files.resources import find_resource, list_definitions
from bpo_index.responses import read_responses
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.headings import TIDY_COLUMNS
from bpo_index.validation.schema import build_schema
from bpo_index.validation.schema_files import render_schemas, write_schemas
from bpo_index.validation.table_schema import describe_responses
from bpo_index.validation.validate import validate_responses
from tests.surveys import make_definition, read_rows, validate_rows

DEFINITION = make_definition(**{"company: company": "company: company, design_weight: w"})
FIELDS = {field["name"]: field for field in describe_responses(DEFINITION)["fields"]}


def is_accepted(folder, **cells):
    """Return whether pandera lets a row pass; cells not given hold what every schema allows."""
    row = {"id": "a", "country": "AAA", "w": "1", "q1": "1", "q2": "2", "q3": "3"} | cells
    line = ",".join(row.values())
    return validate_rows(folder, line, header=",".join(row), definition=DEFINITION).accepted.height == 1


def test_the_files_in_the_repository_are_what_is_made(project, tmp_path):
    for name, text in render_schemas().items():
        assert (project / "schemas" / name).read_text(encoding="utf-8") == text
    write_schemas(tmp_path)
    assert {path.stem.removesuffix(".schema") for path in (tmp_path / "responses").iterdir()} == set(list_definitions())


@pytest.mark.parametrize("question", ["q1", "q2", "q3"])
def test_questions_have_the_range_that_pandera_checks(tmp_path, question):
    constraints = FIELDS[question]["constraints"]
    for value, expected in (
        (constraints["minimum"], True),
        (constraints["maximum"], True),
        (constraints["minimum"] - 0.001, False),
        (constraints["maximum"] + 0.001, False),
    ):
        assert is_accepted(tmp_path, **{question: repr(value)}) is expected
    assert FIELDS[question]["type"] == "number"
    assert is_accepted(tmp_path, **{question: "text"}) is False
    assert is_accepted(tmp_path, **{question: ""}) is not constraints["required"]


def test_units_are_those_that_pandera_knows(tmp_path):
    constraints = FIELDS["country"]["constraints"]
    assert constraints["enum"] == ["AAA", "Aland", "A land", "BBB", "Beland", "CCC", "Celand"]
    assert all(is_accepted(tmp_path, country=label) for label in constraints["enum"])
    assert not is_accepted(tmp_path, country="Narnia")
    assert is_accepted(tmp_path, country="") is not constraints["required"]


def test_required_fields_and_types_are_pandera_s(tmp_path):
    required = {name for name, field in FIELDS.items() if field["constraints"]["required"]}
    assert required == {"country", "w"}
    for name in FIELDS:
        if name not in ("q1", "q2", "q3", "id"):
            assert is_accepted(tmp_path, **{name: ""}) is (name not in required), name
    assert not is_accepted(tmp_path, w="0")
    assert not is_accepted(tmp_path, w="text")
    checked = set(build_schema(DEFINITION).columns)
    assert {"unit", "design_weight", "q1", "q2", "q3"} <= checked


def test_missing_values_are_no_ratings(tmp_path):
    for text in describe_responses(DEFINITION)["missingValues"]:
        responses = read_rows(tmp_path, f"a,AAA,1,{text},2,3", header="id,country,w,q1,q2,q3", definition=DEFINITION)
        from bpo_index.validation.typed_responses import cast_responses

        assert cast_responses(responses.table, DEFINITION)["q1"].to_list() == [None]


def test_every_column_of_a_definition_is_a_field():
    definition = load_definition("offshore-bpo-2021")
    names = [field["name"] for field in describe_responses(definition)["fields"]]
    columns = definition.columns
    wanted = [getattr(columns, key) for key in TIDY_COLUMNS if getattr(columns, key)]
    wanted += [*columns.background.values(), *columns.importance.values(), *definition.question_ids]
    assert names == wanted
    assert len(set(names)) == len(names)
    assert json.dumps(describe_responses(definition))


@pytest.mark.parametrize("name", list_definitions())
def test_the_sample_obeys_its_schema_but_for_what_is_quarantined(name):
    definition = load_definition(name)
    path = find_resource("sample_data", f"{name}.csv")
    lines = set(validate_responses(read_responses([path], definition), definition).quarantined["source_row"])
    schema = describe_responses(definition)
    frame = pl.read_csv(path, infer_schema=False).fill_null("").with_row_index("line", 2)
    broken = set()
    for field in schema["fields"]:
        if field["name"] not in frame.columns:
            continue
        for line, text in frame.select("line", field["name"]).iter_rows():
            rules = field["constraints"]
            if text in schema["missingValues"]:
                broken |= {line} if rules["required"] else set()
            elif field["type"] == "number":
                number = parse_number(text)
                if number is None or not rules.get("minimum", 0) <= number <= rules.get("maximum", number):
                    broken.add(line)
            elif "enum" in rules and text not in rules["enum"]:
                broken.add(line)
    assert broken <= lines
    assert broken
