"""Definitions drafted from files: what a file says for certain is right, all else is asked."""

import re
from functools import cache
from pathlib import Path

import pytest

from bpo_index.definition import load_definition, parse_definition
from bpo_index.drafting.draft import draft_definition
from bpo_index.drafting.look import look_at_files
from bpo_index.drafting.session import ask_open_questions, draft_files, rank_once
from bpo_index.errors import DefinitionError
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.drafting.compared import compare_draft

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT / "tests/responses/exports"
CHAMBERS = Path(__file__).parent / "encuesta_camaras_2024.csv"
SAMPLES = {
    "offshore-bpo-2021.csv": "offshore-bpo-2021",
    "offshore-bpo-2022.csv": "offshore-bpo-2022",
    "service-locations-2023.csv": str(ROOT / "sample_data/service-locations-2023.yaml"),
}
FILES = [
    *(
        (path, str(EXPORTS / "definition.yaml"))
        for path in sorted(EXPORTS.iterdir())
        if path.suffix in (".csv", ".tsv", ".gz")
    ),
    *((ROOT / "sample_data" / name, definition) for name, definition in SAMPLES.items()),
]


@cache
def look(path):
    return look_at_files([path])


@pytest.mark.parametrize(("path", "definition"), FILES, ids=[path.name for path, _ in FILES])
def test_nothing_is_wrong_that_was_not_asked(path, definition):
    drafted = draft_files(look(path), takes_proposals=False)
    found = compare_draft(drafted.draft, load_definition(definition))
    assert drafted.left_to_do or drafted.load()
    assert "wrong" not in found.values(), found
    assert list(found.values()).count("right") >= 2, found


@pytest.mark.parametrize(("path", "definition"), FILES, ids=[path.name for path, _ in FILES])
def test_most_proposals_are_right(path, definition):
    drafted = draft_files(look(path))
    found = compare_draft(drafted.draft, load_definition(definition))
    assert drafted.left_to_do or drafted.load()
    assert [key for key, said in found.items() if said == "wrong"] == []


def test_the_chambers_are_right_without_an_edit(tmp_path):
    drafted = draft_files(look(CHAMBERS))
    definition = drafted.load()
    assert len(definition.units) == 15
    assert (definition.scale.minimum, definition.scale.maximum) == (1, 7)
    assert next(iter(definition.scale.labels)) == "Totalmente en desacuerdo"
    assert list(definition.scale.labels.values()) == [1, 2, 3, 4, 5, 6, 7]
    assert definition.scale.dont_know == ("No sabe / No contesta",)
    columns = definition.columns
    assert (columns.design_weight, columns.finished) == ("Factor de expansión", "Encuesta completa")
    assert (columns.started_at, columns.finished_at) == ("Fecha de inicio", "Fecha de finalización")
    assert [question.id for question in definition.questions if question.reverse] == ["q3", "q7", "q11"]
    (said,) = [remark for remark in drafted.draft.remarks if remark.startswith("Taken as reversed")]
    assert all(one.id in said and one.text[:30] in said for one in definition.questions if one.reverse)
    assert "correlation" in drafted.text
    path = tmp_path / "camaras.yaml"
    path.write_text(drafted.text, encoding="utf-8")
    settings = Settings(
        (str(CHAMBERS),), str(path), out=str(tmp_path / "out"), audit_dir=str(tmp_path / "audit"), replicates=100
    )
    completed = run(settings)
    assert completed.result.ranking["rank"].drop_nulls().len() == 15


def test_the_same_file_gives_the_same_text():
    assert draft_files([CHAMBERS]).text == draft_files([CHAMBERS]).text


def test_without_answers_what_is_not_sure_is_left_to_do_and_the_loader_says_what():
    drafted = draft_files(look(CHAMBERS), takes_proposals=False)
    assert drafted.left_to_do
    with pytest.raises(DefinitionError) as caught:
        drafted.load()
    assert len(caught.value.problems) == 3
    assert all(
        "is left to do: fill in true where a high rating is bad, else false" in line for line in caught.value.problems
    )
    settled = drafted.text.replace("reverse: TODO", "reverse: true")
    assert [q.id for q in parse_definition(settled).questions if q.reverse] == ["q3", "q7", "q11"]


def test_a_person_answers_by_enter():
    asked = []

    def take(question):
        asked.append(question.key)
        return question.proposal

    answers = ask_open_questions(look(CHAMBERS), take)
    assert asked == ["reverse", "title"]
    text = draft_files(look(CHAMBERS), answers).text
    assert "answered" in text
    assert parse_definition(text).questions[2].reverse


def test_an_answer_changes_what_is_drafted():
    draft = draft_definition(look(CHAMBERS), {"reverse": "none", "title": "Cámaras"})
    assert not any(one.reverse for category in draft.categories for one in category.questions)
    assert draft.title.value == "Cámaras"
    assert not draft.open_questions


def test_edits_are_kept_when_drafted_again():
    text = draft_files(look(CHAMBERS)).text
    edited = (
        text.replace("name: Bogotá", "name: Bogotá D. C.")
        .replace("title: Questions", "title: Todo")
        .replace("  design_weight: Factor de expansión\n", "")
        + "method:\n  seed: 7\n"
    )
    again = draft_files(look(CHAMBERS), before=edited).text
    definition = parse_definition(again)
    assert definition.units[1].name == "Bogotá D. C."
    assert len(definition.units) == 15
    assert definition.categories[0].title == "Todo"
    assert len(definition.questions) == 14
    assert definition.method.seed == 7
    assert draft_files(look(CHAMBERS), before=again).text == again


def test_what_was_taken_out_stays_out_when_drafted_again():
    first = draft_files(look(CHAMBERS)).text
    edited = re.sub(r"  - \{code: BOG.*\n", "", first)
    edited = re.sub(r"      - id: q14\n(?:        .*\n)*", "", edited)
    edited = re.sub(r"  design_weight: .*\n|  unfinished: .*\n", "", edited)
    edited = edited.replace("reverse: true", "reverse: false", 1)
    again = draft_files(look(CHAMBERS), before=edited)
    assert again.text == edited
    assert not [remark for remark in again.draft.remarks if "reversed" in remark]
    assert [question.key for question in again.draft.questions] == []


def test_what_was_left_to_do_is_filled_in_when_drafted_again():
    left = draft_files(look(CHAMBERS), takes_proposals=False).text
    assert parse_definition(draft_files(look(CHAMBERS), before=left.replace("reverse: TODO", "reverse: false")).text)


def test_a_draft_ranks_once():
    drafted = draft_files(look(CHAMBERS))
    ranking = rank_once([CHAMBERS], drafted.load())
    assert (ranking.audit.rows_read, ranking.audit.rows_accepted) == (300, 281)
    assert ranking.scores.units["rank"].drop_nulls().len() == 15
