"""Files of kinds that no tool writes: what is drafted is right, asked, or left to do, and never a dead end."""

from pathlib import Path

import pytest

from bpo_index.definition import parse_definition
from bpo_index.drafting.categories import find_statements, group_questions
from bpo_index.drafting.checked import leave_refused_to_do
from bpo_index.drafting.draft import draft_definition
from bpo_index.drafting.look import look_at_files
from bpo_index.drafting.session import draft_files, rank_once
from bpo_index.errors import DefinitionError
from tests.drafting.made_files import make_rows, write

EXPORTS = Path(__file__).parents[1] / "responses/exports"
FIVE = {f"q_{n}": [(n + k) % 5 + 1 for k in range(5)] for n in range(1, 4)}


def list_keys(draft):
    return [question.key for question in draft.questions]


def list_questions(draft):
    return {category.title: [one.id for one in category.questions] for category in draft.categories}


def find_question(draft, key):
    (found,) = [question for question in draft.questions if question.key == key]
    return found


def test_a_rated_column_alone_beside_groups_is_asked_about(tmp_path):
    rows = make_rows(
        trust_a=[1, 2, 3, 4, 5],
        trust_b=[2, 3, 4, 5, 1],
        trust_c=[5, 4, 3, 2, 1],
        price_a=[1, 3, 5, 2, 4],
        price_b=[1, 2, 2, 4, 5],
        overall=[5, 4, 3, 2, 1],
    )
    path = write(tmp_path, rows)
    left = draft_files([path], takes_proposals=False)
    assert left.left_to_do
    assert list_keys(left.draft)[0] == "categories"
    assert list_questions(draft_definition(look_at_files([path]))) == {
        "Trust": ["trust_a", "trust_b", "trust_c"],
        "Price": ["price_a", "price_b"],
        "Other questions": ["overall"],
    }
    without = draft_definition(look_at_files([path]), {"categories": "0"})
    assert all("overall" not in ids for ids in list_questions(without).values())


def test_a_score_from_0_to_10_beside_other_ratings_is_offered_with_a_scale_of_its_own(tmp_path):
    path = write(tmp_path, make_rows(**FIVE, nps=list(range(11)), code=[1, 2, 3, 4, 9]) | {"q_1": [9, 1, 2, 4, 5] * 12})
    table = look_at_files([path])
    draft = draft_definition(table)
    option = next(one for one in find_question(draft, "categories").options if "nps" in one.label)
    assert option.value not in find_question(draft, "categories").proposal.split()
    chosen = draft_files(table, {"categories": f"0 {option.value}"})
    nps = chosen.load().categories[-1]
    assert [question.id for question in nps.questions] == ["nps"]
    assert (nps.scale.minimum, nps.scale.maximum, nps.scale.dont_know) == (0, 10, ())


def test_a_path_of_one_question_is_a_category_beside_others(tmp_path):
    rows = make_rows(**{"infra/power": [3, 5, 9], "talent/agents": [3, 7, 9], "talent/leaders": [4, 10, 3]})
    assert list_questions(draft_definition(look_at_files([write(tmp_path, rows)]))) == {
        "Infra": ["power"],
        "Talent": ["agents", "leaders"],
    }


def test_dates_are_no_units_and_ratings_with_decimals_are_found(tmp_path):
    marks = ["7,5", "8,0", "2,5", "10,0", "NSP"]
    rows = make_rows(
        date=[f"{day:02d}/05/2023" for day in range(1, 13)],
        hour=["10:35", "11:20", "09:10"],
        month=["2023-05", "2023-06"],
        accueil=marks,
        equipe=marks[::-1],
        locaux=marks[2:] + marks[:2],
    )
    del rows["country"]
    rows["lycee"] = ["Hugo", "Moulin", "Pasteur", "Ferry"] * 15
    path = write(tmp_path, rows)
    draft = draft_definition(look_at_files([path]))
    names = [one.label.split(" (")[0] for one in find_question(draft, "columns.unit").options]
    assert names[0] == "lycee"
    assert not {"date", "hour", "month"} & set(names)
    assert find_question(draft, "scale").proposal == "0 to 10"
    definition = draft_files([path], {"scale": "0 to 10"}).load()
    assert [question.id for question in definition.questions] == ["accueil", "equipe", "locaux"]
    assert rank_once([path], definition).scores.units["score"].drop_nulls().len() == 4


def test_a_column_of_codes_without_a_word_in_its_heading_can_be_chosen(tmp_path):
    rows = make_rows(**FIVE, locality=[11, 12, 13])
    del rows["country"]
    path = write(tmp_path, rows)
    table = look_at_files([path])
    assert draft_files(table).left_to_do, "nothing speaks for any column: no proposal is taken unasked"
    settled = draft_files(table, {"columns.unit": "locality", "categories": "0"}).load()
    assert len(settled.units) == 3
    wrong = draft_files(table, {"columns.unit": "nothing", "categories": "0"})
    assert wrong.draft.columns["unit"].is_todo


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        ("1 to 10", (1, 10)),
        ("1-10", (1, 10)),
        ("de 0 a 12", (0, 12)),
        ("von 1 bis 9", (1, 9)),
        ("-2 – 10", (-2, 10)),
        ("1,5 … 10", (1.5, 10)),
        ("10 to 1", None),
        ("many", None),
    ],
)
def test_any_ends_may_be_said(tmp_path, answer, ends):
    path = write(tmp_path, make_rows(q_1=[2, 3, 4, 5, 6], q_2=[2, 7, 8, 5, 10], q_3=[4, 5, 9, 9, 3]))
    draft = draft_definition(look_at_files([path]), {"scale": answer})
    question = find_question(draft, "scale")
    assert question.takes_text
    assert "1 to 10" in [option.value for option in question.options]
    assert draft.scale.is_todo if ends is None else (draft.scale.value.minimum, draft.scale.value.maximum) == ends


def test_codes_of_answers_are_proposed_as_they_are_and_those_beyond_the_ends_are_asked(tmp_path):
    codes = [21, 22, 23, 24, 25, 26]
    rows = make_rows(q_1=codes, q_2=codes[::-1], q_3=[*codes[2:], 21, 22])
    path = write(tmp_path, rows)
    assert find_question(draft_definition(look_at_files([path])), "scale").proposal == "21 to 26"
    drafted = draft_files([path], {"scale": "21 to 25"})
    assert drafted.draft.no_answers.keys() == {"26"}
    assert drafted.load().scale.dont_know == ("26",)


def test_a_code_on_the_scale_is_listed_as_none_of_its_points_or_left_to_do(tmp_path):
    path = write(tmp_path, make_rows(q_1=[2, 2, 3, 4, 99], q_2=[2, 3, 4, 5, 99], q_3=[5, 2, 99, 2, 3]))
    answers = {"scale": "1 to 5", "categories": "0", "scale.dont_know": "no_answer"}
    assert draft_files([path], answers).load().scale.skipped == ("99",)
    assert draft_files([path], answers | {"scale": "0 to 100"}).left_to_do
    longer = draft_files([path], answers | {"scale": "0 to 100", "scale.dont_know": "rating"}).load().scale
    assert (longer.maximum, longer.skipped) == (100, ())
    numbers = make_rows(q_1=[2, 3, 4, -1], q_2=[5, 2, 3, -1], q_3=[3, 2, 4, -1])
    path = write(tmp_path, numbers, "signed.csv")
    signed = draft_files([path], answers | {"scale": "-5 to 5"}).load().scale
    assert signed.skipped == ("-1",)
    assert "-1" not in signed.labels
    assert signed.labels["-5"] == -5


def test_a_number_on_a_long_scale_that_stands_out_is_asked_about(tmp_path):
    slider = [*range(0, 100, 5), 100, *[98] * 9]
    path = write(tmp_path, make_rows(s_1=slider, s_2=slider[::-1], s_3=slider[7:] + slider[:7]))
    draft = draft_definition(look_at_files([path]))
    question = find_question(draft, "scale.dont_know")
    assert "98" in question.text
    assert "lies on the scale" in question.evidence
    assert draft_files([path], {"scale.dont_know": "rating"}).load().scale.maximum == 100
    assert draft_files([path], {"scale.dont_know": "no_answer"}).left_to_do
    even = [*range(0, 101, 2)]
    path = write(tmp_path, make_rows(s_1=even, s_2=even[::-1], s_3=even[7:] + even[:7]), "even.csv")
    assert "scale.dont_know" not in list_keys(draft_definition(look_at_files([path])))


def test_an_answer_left_out_of_the_order_is_none(tmp_path):
    codes = [f"A{n}" for n in range(1, 7)]
    path = write(tmp_path, make_rows(s_1=codes, s_2=[*codes[1:], "A1"], s_3=codes[::-1]))
    assert draft_files([path]).draft.scale.is_todo, "no order is taken unasked"
    answers = {"categories": "0", "scale": "A1 | A2 | A3 | A4 | A5"}
    definition = draft_files([path], answers).load()
    assert definition.scale.dont_know == ("A6",)
    assert list(definition.scale.labels.values()) == [1, 2, 3, 4, 5]


def test_what_may_be_no_answer_is_left_out_of_the_proposed_order(tmp_path):
    ranks = ["First", "Second", "Third", "Fourth", "Hard to say", "N/A"]
    path = write(tmp_path, make_rows(a_1=ranks, a_2=ranks[::-1], a_3=ranks[2:] + ranks[:2]))
    draft = draft_definition(look_at_files([path]))
    question = find_question(draft, "scale")
    assert question.proposal == "First | Fourth | Second | Third"
    assert "Hard to say" in question.evidence
    settled = draft_files([path], {"scale": "Fourth | Third | Second | First", "categories": "0"}).load()
    assert settled.scale.labels["First"] == 4
    assert (settled.scale.dont_know, settled.scale.not_asked) == (("Hard to say",), ("N/A",))


def test_ids_are_never_headings_of_other_columns_and_texts_never_twice(tmp_path):
    rows = make_rows()
    rows["Q1"] = rows.pop("country")
    for n, name in enumerate(
        ["How easy? [Agents]", "How easy? [Leaders]", "How good? [Agents]", "How good? [Leaders]"]
    ):
        rows[name] = [(n + k) % 5 + 1 for k in range(60)]
    definition = draft_files([write(tmp_path, rows)], {"columns.unit": "Q1"}).load()
    assert "q1" not in definition.question_ids
    assert len({question.text for question in definition.questions}) == 4


def test_what_the_loader_would_refuse_is_left_to_do(tmp_path):
    text = draft_files([write(tmp_path, make_rows(**FIVE))]).text
    broken = text.replace("  maximum: 5\n", '  maximum: 5\n  dont_know: ["3"]\n')
    with pytest.raises(DefinitionError, match="also a rating"):
        parse_definition(broken)
    checked = leave_refused_to_do(broken)
    assert "TODO" in checked
    assert "3 is also a rating between 1 and 5" in " ".join(checked.split())
    assert leave_refused_to_do(text) == text


@pytest.mark.parametrize(
    ("heading", "values", "key"),
    [
        ("Concluído", ["Sim", "Sim", "Não"], "finished"),
        ("terminado", ["Sí", "No", "Sí"], "finished"),
        ("Questionnaire terminé", ["Oui", "Non"], "finished"),
        ("Fragebogen abgeschlossen", ["ja", "nein"], "finished"),
        ("Coefficient de redressement", ["0,62", "1,70", "1,12"], "design_weight"),
        ("Ponderação", ["0.6", "1.7"], "design_weight"),
        ("Gewicht", ["0,9", "1,1"], "design_weight"),
        ("Fator", ["0.9", "1.1"], "design_weight"),
    ],
)
def test_columns_are_known_by_their_headings_in_five_languages(tmp_path, heading, values, key):
    path = write(tmp_path, make_rows(**FIVE) | {heading: (values * 60)[:60]})
    draft = draft_definition(look_at_files([path]), takes_proposals=False)
    assert draft.columns[key].value == heading


@pytest.mark.parametrize("heading", ["Nº do inquérito", "customer_no", "id_encuesta", "Fragebogennummer", "N° client"])
def test_ids_are_known_by_their_headings_in_five_languages(tmp_path, heading):
    rows = make_rows(**FIVE)
    rows[heading] = rows.pop("id")
    draft = draft_definition(look_at_files([write(tmp_path, rows)]), takes_proposals=False)
    assert draft.columns["respondent"].value == heading


def test_a_column_of_completion_whose_texts_are_unknown_is_said(tmp_path):
    path = write(tmp_path, make_rows(**FIVE, completed=["todo", "parte"]))
    draft = draft_definition(look_at_files([path]))
    assert "finished" not in draft.columns
    assert any("'todo', 'parte'" in remark or "'parte', 'todo'" in remark for remark in draft.remarks)


@pytest.mark.parametrize(
    ("headings", "titles", "statements"),
    [
        (["How sure? - Law", "How sure? - Order", "How good? - Roads", "How good? - Power"], ["How sure?", "How good?"],
         ["Law", "Order", "Roads", "Power"]),
        (["G2Q1[pol_law]", "G2Q1[pol_order]", "G3Q1[road_a]", "G3Q1[road_b]"], ["Pol", "Road"],
         ["pol_law", "pol_order", "road_a", "road_b"]),
        (["Trust: staff", "Trust: boss", "Pay: level", "Pay: rise"], ["Trust", "Pay"],
         ["staff", "boss", "level", "rise"]),
        (["Sure?/Law", "Sure?/Now/Roads and/or rail", "Sure?/Now/Leaders/managers", "Sure?/Order"], ["Sure?", "Now"],
         ["Law", "Roads and/or rail", "Leaders/managers", "Order"]),
    ],
    ids=["dash", "codes", "colon", "path"],
)  # fmt: skip
def test_stems_are_found_wherever_wordings_have_them(tmp_path, headings, titles, statements):
    rows = {name: [(n + k) % 5 + 1 for k in range(10)] for n, name in enumerate(headings)}
    columns = look_at_files([write(tmp_path, rows)]).columns
    assert [category.title for category in group_questions(columns)] == titles
    assert list(find_statements(columns).values()) == statements


@pytest.mark.parametrize(
    "name",
    [
        "limesurvey-texts.csv",
        "limesurvey-code-and-text.csv",
        "kobotoolbox-labels.csv",
        "qualtrics-three-headers-codes.csv",
        "qualtrics-legacy-two-headers.csv",
        "surveymonkey.csv",
    ],
)
def test_stems_of_exports_are_found_whatever_stands_before_them(name):
    draft = draft_definition(look_at_files([EXPORTS / name]))
    assert [category.title for category in draft.categories] == [
        "How confident are you?",
        "How confident are you when you hire?",
    ]
    assert draft.categories[0].questions[2].text == 'Courts here apply the "rule of law" to companies like ours.'
    assert draft.categories[1].questions[1].text.startswith("Team leaders/managers")
