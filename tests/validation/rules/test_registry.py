"""All quality rules: what records promise, the block of a definition made of them, and rules that cannot be used."""

import dataclasses
import pickle

import polars as pl
import pytest
from pydantic import ValidationError

from bpo_index.definition import blocks, load_definition, parse_definition
from bpo_index.errors import EnvironmentFailed
from bpo_index.validation.reasons import REASONS, RULE_REASONS, refuse_taken_names
from bpo_index.validation.rules import registry
from bpo_index.validation.rules.record import ComparingRule, QualityRule, RowRule, RuleOptions
from bpo_index.validation.rules.registry import build_rules_block, list_rules
from tests.surveys import SMALL
from tests.validation.rule_sets import EVERY_RULE, set_rules

ROW = RowRule(name="odd", line="it is odd", mark=lambda *_: pl.lit(value=True))


@pytest.fixture
def find(monkeypatch):
    """Return what `list_rules` makes of other records."""

    def call(*records):
        monkeypatch.setattr(registry, "find_records", lambda *_: records)
        return registry.list_rules.__wrapped__()

    return call


def test_rules_have_a_page_a_line_and_described_options(project):
    rules = list_rules()
    assert [rule.name for rule in rules] == list(EVERY_RULE)
    assert len({rule.place for rule in rules}) == len(rules)
    for rule in rules:
        assert (project / "docs" / "methods" / f"{rule.page}.md").is_file()
        assert not rule.line.endswith(".")
        assert all(field.description for field in rule.options.model_fields.values()), rule.name
        assert rule.options().action in ("flag", "quarantine")


def test_what_a_record_leaves_out_is_read_cautiously():
    rule = ComparingRule(name="odd", line="it is odd", compare=lambda *_: "nothing")
    assert ROW.options().action == rule.options().action == "flag"
    assert rule.columns is None
    assert all(rule.place > other.place for other in list_rules())


def test_the_names_of_rules_are_written_nowhere_else(project):
    """But in their own modules, and where a row is found out of what a rule is about."""
    names = [rule.name for rule in list_rules() if "_" in rule.name]
    sources = [*(project / "src").rglob("*.py"), *(project / "flows").rglob("*.py")]
    folder = project / "src" / "bpo_index" / "validation" / "rules"
    found = [
        (path.name, name)
        for path in sources
        for name in names
        if path.parent != folder and f'"{name}"' in path.read_text(encoding="utf-8").split('"""', 2)[2]
    ]
    # Examples in docstrings.
    assert found == [("row_marks.py", "straight_line")]


def test_reasons_of_rules_stand_between_errors_and_flags():
    codes = REASONS
    start = codes.index("test_row")
    assert codes[start - 1] == "conflicting_id"
    assert codes[start:-1] == tuple(rule.name for rule in list_rules())
    assert codes[-1] == "unclear_field"
    with pytest.raises(EnvironmentFailed, match="the name of another reason: no_answers"):
        refuse_taken_names(("no_answers", *RULE_REASONS), ["no_answers", "unclear_field"])


def test_a_rule_that_is_not_named_is_not_written():
    definition = parse_definition(SMALL)
    written = definition.model_dump(mode="json")["quality_rules"]
    assert list(written) == ["unfinished", "incomplete", "straight_line"]
    assert written["incomplete"] == {"action": "quarantine", "minimum_share": 0.5}
    more = build_rules_block([*list_rules(), ROW], __name__).model_validate(written)
    assert more.model_dump(mode="json") == written
    assert set(load_definition("offshore-bpo-2021").model_dump()["quality_rules"]) == set(EVERY_RULE)


def test_the_block_can_be_sent_to_another_process():
    rules = set_rules(**EVERY_RULE).quality_rules
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert type(rules) is blocks.QualityRules


def test_options_are_checked():
    block = build_rules_block([ROW], __name__)
    assert [named.name for named in block.model_validate({"odd": {}}).list_named()] == []  # not installed
    with pytest.raises(ValidationError, match="Extra inputs"):
        block.model_validate({"odd": {"most": 1}})
    with pytest.raises(ValidationError, match="Extra inputs"):
        block.model_validate({"even": {}})


def test_rules_of_others_come_after_those_built_in(find):
    first, last = (dataclasses.replace(ROW, name=name) for name in ("b", "a"))
    assert [rule.name for rule in find(first, last, *reversed(list_rules()))] == [*EVERY_RULE, "a", "b"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": "Odd"}, "needs a name of small letters"),
        ({"name": "odd rule"}, "needs a name of small letters"),
        ({"name": ""}, "needs a name of small letters"),
        ({"name": "copy"}, "a name that is taken"),
        ({"name": "list_named"}, "a name that is taken"),
        ({"options": dict}, "not a class of RuleOptions"),
        ({"options": RuleOptions()}, "not a class of RuleOptions"),
    ],
)
def test_rules_that_no_definition_could_name_are_refused(find, changed, says):
    with pytest.raises(EnvironmentFailed, match=says):
        find(dataclasses.replace(ROW, **changed))


def test_two_rules_of_one_name_and_records_without_a_function_are_refused(find):
    with pytest.raises(EnvironmentFailed, match="a quality rule called odd"):
        find(ROW, ROW)
    with pytest.raises(EnvironmentFailed, match="neither a RowRule nor a ComparingRule"):
        find(QualityRule(name="odd", line="it is odd"))
