"""Runs, checks and drafts from Python: what departs is a trial, and what is wrong is said in a sentence."""

from pathlib import Path

import polars as pl
import pytest

import bpo_index
from bpo_index.definition import parse_definition
from tests.surveys import SMALL, make_definition, write_csv

pytestmark = pytest.mark.usefixtures("without_figures")
CHAMBERS = Path(__file__).parents[1] / "drafting/encuesta_camaras_2024.csv"
ROWS = [f"{unit}{n},{unit},{n + 3},{n + 4},{n + 1}" for unit in ("AAA", "BBB") for n in range(3)]


@pytest.fixture
def survey(tmp_path):
    return write_csv(tmp_path, *ROWS)


@pytest.fixture
def call(survey, tmp_path):
    def run(definition=None, responses=survey, **given):
        folders = {"out": tmp_path / "out", "audit_dir": tmp_path / "audit"}
        return bpo_index.run(responses, definition or make_definition(), **folders | given)

    return run


def test_a_definition_as_it_is_is_official(call, tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    of_object, of_path, of_text = call(), call(path), call(str(path))
    assert of_object.release.standing.kind == "official"
    assert of_object.release.path.is_relative_to(tmp_path / "out")
    assert {one.release.release_id for one in (of_object, of_path, of_text)} == {of_object.release.release_id}
    assert (of_object.release.is_new, of_path.release.is_new) == (True, False)


@pytest.mark.parametrize(
    ("given", "departures"),
    [
        ({"weights": {"first": 3}}, "categories[first].weight (3.0 instead of 1.0)"),
        ({"method": {"aggregation": "geometric"}}, "method.aggregation (geometric instead of arithmetic)"),
        ({"seed": 0}, "method.seed (0 instead of 2021)"),
    ],
)
def test_what_departs_is_a_trial(given, departures, call, tmp_path):
    completed = call(**given)
    assert completed.release.standing.kind == "trial"
    assert departures in completed.release.standing.departures
    assert completed.release.path.is_relative_to(tmp_path / "audit" / "trials")
    assert "trial" in completed._repr_html_()


def test_a_method_file_is_a_trial_and_the_same_as_its_keys(call, tmp_path):
    path = tmp_path / "geometric.yaml"
    path.write_text("aggregation: geometric", encoding="utf-8")
    of_file, of_keys = call(method=path), call(method={"method": {"aggregation": "geometric"}})
    assert of_file.release.release_id == of_keys.release.release_id
    assert of_file.release.standing.kind == "trial"


def test_a_changed_definition_remembers_from_which_it_departs(call):
    definition = make_definition()
    changed = definition.replace(weights={"first": 2}).replace(method={"seed": 7}).replace(units=["A land", "BBB"])
    assert changed.official is definition
    assert definition.replace().official is definition
    assert [unit.code for unit in changed.units] == ["AAA", "BBB"]
    completed = call(changed)
    assert completed.release.standing.kind == "trial"
    assert "units (AAA, BBB instead of AAA, BBB, CCC)" in completed.release.standing.departures
    assert bpo_index.replace_method(definition, "seed: 7").official is definition
    assert changed.model_copy(update={"title": "Other"}).official is definition


def test_a_change_that_changes_nothing_is_official(call):
    definition = make_definition()
    assert (
        call(definition.replace(weights={"first": 2}).replace(weights={"first": 1})).release.standing.kind == "official"
    )


def test_rows_on_units_left_out_are_accounted_for(survey, tmp_path):
    definition = make_definition().replace(units=["BBB"])
    checked = bpo_index.check(survey, definition, audit_dir=tmp_path / "audit")
    table = checked.to_polars()
    assert table.filter(pl.col("reason") == "unknown_unit")["rows"].to_list() == [3]
    assert table["rows"][:3].to_list() == [6, 3, 3]


def test_settings_work_as_before(survey, tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    settings = bpo_index.Settings(
        (str(survey),), str(path), out=str(tmp_path / "out"), audit_dir=str(tmp_path / "audit"), replicates=100
    )
    said: list[tuple[int, int]] = []
    for call in (
        lambda: bpo_index.run(settings, lambda done, total: said.append((done, total))),
        lambda: bpo_index.run(settings, progress=lambda done, total: said.append((done, total))),
    ):
        said.clear()
        assert call().release.release_id
        assert said[-1][0] == said[-1][1] > 0
    assert bpo_index.check(settings).checked.audit.rows_read == 6
    for wrong in (lambda: bpo_index.run(settings, "small.yaml"), lambda: bpo_index.run(settings, seed=3)):
        with pytest.raises(bpo_index.UsageError, match=r"^Settings "):
            wrong()


def test_one_path_in_settings_is_refused_in_words():
    with pytest.raises(bpo_index.UsageError, match=r"found one path. Put it in brackets: \['survey.csv'\]"):
        bpo_index.Settings("survey.csv")
    with pytest.raises(bpo_index.UsageError, match=r"responses= needs a list of paths; found 5\."):
        bpo_index.Settings(5)
    assert bpo_index.Settings([Path("survey.csv")]).responses == ("survey.csv",)


FOUND = "A path or a frame is needed; found "
BRACKETS = f"{FOUND}a text of one letter: did you forget the brackets?"
DEFINITION = "A definition is needed: an object, the path of a YAML file, or the name of a built-in one"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"responses": "a"}, BRACKETS),
        ({"responses": list("survey.csv")}, BRACKETS),
        ({"responses": tuple("s.csv")}, BRACKETS),
        ({"responses": None}, f"{FOUND}nothing (None)."),
        ({"responses": 5}, f"{FOUND}5."),
        ({"responses": b"a,b"}, f"{FOUND}a value of type bytes."),
        ({"responses": []}, f"{FOUND}an empty list."),
        ({"responses": {"a": [1]}}, f"{FOUND}a dict. Make a frame of it first, such as polars.DataFrame(...)."),
        ({"responses": [["x", 1]]}, f"{FOUND}a list. A list holds paths or frames, not rows of answers: make a frame"),
        (
            {"responses": pl.Series([1])},
            f"{FOUND}a value of type Series. Its columns need names: give the whole frame.",
        ),
        ({"responses": make_definition()}, f"{FOUND}a value of type IndexDefinition. The answers come first"),
        ({"responses": "nowhere.csv"}, "There is no file nowhere.csv."),
        ({"definition": 5}, f"{DEFINITION} (offshore-bpo-2021, offshore-bpo-2022); found 5."),
        ({"definition": {"index": "x"}}, f"{DEFINITION} (offshore-bpo-2021, offshore-bpo-2022); found a dict."),
        (
            {"definition": "offshore-bpo-2020"},
            "There is no definition 'offshore-bpo-2020': did you mean 'offshore-bpo-2",
        ),
        ({"definition": "nowhere.yaml"}, "The definition nowhere.yaml has 1 problem"),
        ({"weights": {"frist": 2}}, "weights= names 'frist', which is no category here: did you mean 'First'?"),
        ({"weights": {5: 2}}, "weights= names 5, which is no category here. Known are first, last."),
        ({"weights": {"first": "2"}}, "The weight of first must be a number from 0; found '2'."),
        ({"weights": {"first": -1}}, "The weight of first must be a number from 0; found -1."),
        ({"weights": {"first": float("nan")}}, "The weight of first must be a number from 0; found nan."),
        ({"weights": 2}, "weights= needs categories with their weights, such as {'talent': 2}; found 2."),
        ({"weights": {}}, "weights= needs categories with their weights, such as {'talent': 2}; found an empty dict."),
        ({"weights": {"first": 0, "last": 0}}, "The definition small as changed has 1 problem"),
        (
            {"method": {"agregation": "geometric"}},
            "The method given as method= has 1 problem:\n  method.agregation: is",
        ),
        ({"method": {"aggregation": "geometrc"}}, "The method given as method= has 1 problem:\n  method.aggregation: "),
        ({"method": 5}, "method= needs keys of the method: block with their values"),
        ({"method": "nowhere.yaml"}, "The method file nowhere.yaml has 1 problem"),
        ({"replicates": "many"}, "replicates= needs a whole number; found 'many'."),
        ({"replicates": 5}, "replicates= must be from 100 to 10,000,000; found 5."),
        ({"seed": 1.5}, "seed= needs a whole number; found 1.5."),
        ({"seed": -1}, "seed= must be an integer from 0"),
        ({"margins": 5}, "margins= needs a path; found 5."),
        ({"out": None}, "out= needs a path; found nothing (None)."),
        ({"audit_dir": ""}, "audit_dir= needs a path; found ''."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(given, says, call):
    with pytest.raises(bpo_index.UsageError) as refused:
        call(**given)
    assert str(refused.value).startswith(says)
    assert "pydantic" not in str(refused.value)


def test_the_name_of_a_method_is_no_path(call):
    with pytest.raises(bpo_index.UsageError, match=r"or the keys themselves: \{'aggregation': 'geometric'\}"):
        call(method="geometric")


def test_units_that_stay_are_named_in_a_list():
    definition = make_definition()
    for wrong, says in {"AAA": "needs a list", ("Alnd",): "did you mean 'Aland'", (): "is empty"}.items():
        with pytest.raises(bpo_index.UsageError, match=says):
            definition.replace(units=wrong)


def test_a_draft_of_a_frame_is_that_of_its_file(tmp_path):
    frame = pl.read_csv(CHAMBERS, separator=";", encoding="latin1", infer_schema=False)
    of_file, of_frame = bpo_index.draft(CHAMBERS), bpo_index.draft(frame, name=CHAMBERS.stem)
    assert of_frame.text == of_file.text.replace(CHAMBERS.name, CHAMBERS.stem)
    assert len(of_frame.definition.units) == 15
    assert {question.key for question in of_frame.open_questions} == {"reverse", "title"}
    (said,) = [remark for remark in of_frame.remarks if remark.startswith("Taken as reversed")]
    assert all(f"{one} '" in said for one in ("q3", "q7", "q11"))
    assert bpo_index.load_definition(of_frame.save(tmp_path / "drafted.yaml")) == of_frame.definition
    of_frame.save(tmp_path / "drafted.yaml")  # a cell that is run again
    of_file.save(tmp_path / "drafted.yaml")
    with (tmp_path / "drafted.yaml").open("a") as file:
        file.write("# mine\n")
    with pytest.raises(bpo_index.UsageError, match="is there already, and is no draft that was saved here"):
        of_frame.save(tmp_path / "drafted.yaml")
    html = of_frame._repr_html_()
    assert "questions 14" in html
    assert "Which of these questions mean the opposite" in html


def test_answers_settle_what_is_open():
    drafted = bpo_index.draft(CHAMBERS, {"title": "Cámaras <2024>", "reverse": ["q3", "q7"]})
    assert drafted.open_questions == ()
    assert [one.id for one in drafted.definition.questions if one.reverse] == ["q3", "q7"]
    assert "Cámaras &lt;2024&gt;" in drafted._repr_html_()
    assert "Nothing is open." in drafted._repr_html_()
    none = bpo_index.draft(CHAMBERS, {"reverse": []}).definition
    assert not any(one.reverse for one in none.questions)


def test_without_proposals_what_is_open_is_left_to_do():
    drafted = bpo_index.draft(CHAMBERS, takes_proposals=False)
    assert "TODO" in drafted.text
    assert "stands as TODO" in drafted._repr_html_()
    with pytest.raises(bpo_index.DefinitionError, match="reverse"):
        _ = drafted.definition


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"titel": "x"}, "answers= has 'titel', and nothing is asked under it: did you mean 'title'?"),
        ({"reverse": ["q33"]}, "answers['reverse'] names 'q33', which is no answer here: did you mean 'q3'?"),
        ({"title": None}, "answers['title'] needs a text; found nothing (None)."),
        ("x", "answers= needs keys of questions with their answers, such as {'title': 'Chambers'}; found 'x'."),
    ],
)
def test_wrong_answers_are_said(answers, says):
    with pytest.raises(bpo_index.UsageError) as refused:
        bpo_index.draft(CHAMBERS, answers)
    assert str(refused.value) == says


def test_a_frame_has_the_name_of_a_file_without_folder():
    with pytest.raises(bpo_index.UsageError, match=r"name= needs a name as a file has it, without folder"):
        bpo_index.draft(pl.DataFrame({"a": [1]}), name="../x")


def test_a_draft_is_a_definition_for_run(tmp_path):
    drafted = bpo_index.draft(CHAMBERS)
    checked = bpo_index.check(CHAMBERS, drafted, audit_dir=tmp_path / "audit")
    assert checked.definition == parse_definition(drafted.text)
    assert checked.checked.audit.rows_read == 300


def test_definitions_are_the_same_by_what_they_say():
    definition = make_definition()
    back = definition.replace(weights={"first": 2}).replace(weights={"first": 1})
    assert back.official is definition is not back
    assert back == make_definition()
    assert hash(back) == hash(definition)
    assert definition.replace(weights={"first": 2}) != definition
    assert definition != definition.title
