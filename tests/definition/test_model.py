"""The index definition: built-in files, every problem at once, the schema kept equal to the type."""

import json

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from bpo_index.definition import load_definition, parse_definition, write_json_schema
from bpo_index.errors import DefinitionError
from tests.surveys import SMALL

BUILT_IN = ["offshore-bpo-2021", "offshore-bpo-2022"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_definitions(name, project):
    definition = load_definition(name)
    counts = len(definition.units), len(definition.categories), len(definition.questions)
    assert counts == (12, 10, 24)
    assert (definition.scale.minimum, definition.scale.maximum) == (0, 10)
    assert {category.weight for category in definition.categories} == {1.0}
    assert {question.weight for question in definition.questions} == {1.0}
    assert {question.origin for question in definition.questions} == {"topic", "own"}
    assert any("wording" in choice for choice in definition.provenance.own_choices)
    path = project / "schemas" / "definitions" / f"{name}.yaml"
    assert load_definition(path) == definition


def test_the_schema_file_is_the_type_and_the_built_in_files_obey_it(project):
    text = (project / "schemas" / "index-definition.schema.json").read_text(encoding="utf-8")
    assert text == write_json_schema()
    validator = jsonschema.Draft202012Validator(json.loads(text))
    for name in BUILT_IN:
        content = yaml.safe_load((project / "schemas" / "definitions" / f"{name}.yaml").read_text(encoding="utf-8"))
        assert list(validator.iter_errors(content)) == []
    assert not validator.is_valid({"index": "A B"})


def test_every_problem_is_listed_at_once_with_path_and_line():
    text = (
        SMALL.replace("code: BBB", "code: AAA")
        .replace("maximum: 10", "maximum: -1")
        .replace("index: small", "index: A B")
        .replace("minimum_share: 0.5", "minimum_share: 1.5, colour: red")
        .replace("title: Small index\n", "")
        .replace("id: q3", "id: unit")
    )
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    message = str(caught.value)
    for place in (
        "index (line 3)",
        "scale.maximum (line 7)",
        "units[1] (line 10)",
        "title (line 2): is missing",
        "categories[1].questions[0].id (line 14)",
        "quality_rules.incomplete.minimum_share (line 18)",
        "quality_rules.incomplete.colour (line 18)",
    ):
        assert place in message
    assert message.startswith(f"The definition given as text has {len(caught.value.problems)} problems")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("edition: one", "edition: one\nedition: two", "given twice"),
        ("code: BBB", "code: &x BBB", None),
        ("name: Beland", "name: *x", "alias"),
        ("aliases: [A land]", "aliases: [Beland]", "already names units"),
        ("aliases: [second]", "aliases: [q1]", "already names categories[0].questions[0]"),
        ("company: company", "company: country", "already the heading"),
        ("dont_know: [98, dk]", "dont_know: [7]", "also a rating"),
        ("labels: {top: 10}", "labels: {top: 11}", "outside 0 to 10"),
        ("labels: {top: 10}", "labels: {DK: 10}", "don't-know"),
        ("labels: {top: 10}", "labels: {top: 10, TOP: 1}", "a label of another rating"),
        ("labels: {top: 10}", "labels: {'1': 10, '1.0': 1}", "a label of another rating"),
        ("labels: {top: 10}", "skipped: [0]", "also a rating"),
        ("labels: {top: 10}", "skipped: [-99], labels: {'-99.0': 3}", "a skipped one"),
        ("labels: {top: 10}", "not_asked: [98.0]", "a don't-know answer"),
        ("company: company", "company: company, importance: {null: x}", "columns.importance"),
        ("company: company", "company: 5, aliases: {unit: [5]}", "already the heading"),
        ("text: Three", "text: Three, weight: 0", "sum to zero"),
        ("text: Three", "text: Three, weight: -1", "must be at least 0; found -1"),
        ("text: Three", "text: Three, weight: .inf", "number"),
        ("_rank: 2", "_rank: 2, normalisation: min_max, normalisation_range: null", "must be a list"),
        ("_rank: 2", "_rank: 1", "at least minimum_respondents_to_publish"),
        (", rating: value", "", "go together"),
        ("edition: one", "edition: ../x", "out of a-z, 0-9 and -; found '../x'"),
        ("schema_version: 1", "schema_version: 2", "schema_version (line 2)"),
    ],
)
def test_what_fields_say_of_each_other(old, new, expected):
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if expected is None:
        assert parse_definition(text).units[1].code == "BBB"
        return
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "a: " + "[" * 2000, "\x00", "? [1]\n: 2", "x" * 2_000_001])
def test_what_is_no_definition_is_a_list_of_problems(text):
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    assert caught.value.problems


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"title: Medell\xedn")
    with pytest.raises(DefinitionError, match="not UTF-8"):
        load_definition(tmp_path / "latin.yaml")
    with pytest.raises(DefinitionError, match="offshore-bpo-2021"):
        load_definition("nowhere")


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("title: Small index", 'title: "a\\ud800b"', "title", "half of a character"),
        ("name: Aland", 'name: "\\u200b"', "units[0].name", "nothing that can be seen"),
        ("title: First", 'title: "\\u200b\\ufeff "', "categories[0].title", "nothing that can be seen"),
        ("aliases: [A land]", 'aliases: [" "]', "units[0].aliases[0]", "nothing that can be seen"),
    ],
)
def test_names_that_no_file_can_hold_or_nobody_can_see_are_refused(old, new, place, says):
    assert old in SMALL
    with pytest.raises(DefinitionError) as error:
        parse_definition(SMALL.replace(old, new))
    assert f"{place} (line" in str(error.value)
    assert says in str(error.value)


def test_norway_and_numbers_stay_text():
    definition = parse_definition(SMALL.replace("A land", "NO").replace("edition: one", "edition: 2021"))
    assert definition.units[0].aliases == ("NO",)
    assert definition.edition == "2021"


def test_frozen_and_hashed_by_content():
    definition = parse_definition(SMALL)
    with pytest.raises(ValidationError):
        definition.title = "x"
    assert parse_definition("# a remark\n" + SMALL).hash_content() == definition.hash_content()
    assert parse_definition(SMALL.replace("text: Two", "text: Too")).hash_content() != definition.hash_content()
