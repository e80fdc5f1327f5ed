"""Answer sets, units, roles and scales that drafting finds."""

import pytest

from bpo_index.display.labels import fold_label
from bpo_index.drafting.answer_sets.registry import find_answer_sets, list_answer_sets
from bpo_index.drafting.countries import find_country, list_countries
from bpo_index.drafting.draft import draft_definition
from bpo_index.drafting.look import look_at_files
from bpo_index.drafting.session import draft_files
from tests.drafting.made_files import make_rows, write


def test_every_answer_set_has_each_answer_once_and_places_from_low_to_high():
    for one in list_answer_sets():
        texts = [fold_label(text) for texts in one.answers for text in texts]
        assert len(texts) == len(set(texts)), one.name
        assert len(one.answers) >= 3
    assert {one.name.rpartition("-")[2] for one in list_answer_sets()} == {"en", "es", "pt", "fr", "de"}


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["Strongly agree", "Agree", "Neutral", "Disagree", "Strongly disagree"], "agreement-5-en"),
        (["Sehr gut", "Gut", "Mittelmäßig", "Schlecht", "Sehr schlecht"], "quality-5-de"),
        (["Très satisfait", "Satisfait", "Insatisfait", "Très insatisfait"], "satisfaction-4-fr"),
        (["Concordo totalmente", "Discordo totalmente", "Neutro"], "agreement-5-pt"),
        (["Kein Vertrauen", "Mucha confianza", "Full confidence"], "confidence-5-several languages"),
    ],
)
def test_answers_are_found_in_five_languages_and_mixed(texts, name):
    assert find_answer_sets(texts)[0].name == name


def test_countries_are_known_by_names_in_five_languages_and_codes():
    texts = ["Alemania", "Alemanha", "Allemagne", "Deutschland", "Germany", "DEU", "de"]
    assert {find_country(text) for text in texts} == {"DEU"}
    assert find_country("Republic of Bulgaria") == "BGR"
    assert find_country("Nowhere") is None
    assert len(set(list_countries().values())) > 240


def test_spellings_of_a_country_are_one_unit(tmp_path):
    rows = make_rows(q1=[1, 2, 3, 4, 5], q2=[2, 3, 4, 5, 1], q3=[5, 4, 3, 2, 1]) | {
        "country": ["Colombia", "COL", "Kolumbien", "India"] * 15
    }
    draft = draft_definition(look_at_files([write(tmp_path, rows)]))
    assert [(unit.code, unit.name) for unit in draft.units] == [("COL", "Colombia"), ("IND", "India")]
    assert draft.units[0].aliases == ("Kolumbien",)


def test_a_scale_without_both_ends_is_asked(tmp_path):
    path = write(tmp_path, make_rows(q_1=[2, 3, 4, 5, 6], q_2=[2, 7, 8, 5, 6], q_3=[4, 5, 9, 9, 3]))
    draft = draft_definition(look_at_files([path]))
    (question,) = [question for question in draft.questions if question.key == "scale"]
    assert question.proposal == "0 to 10"
    assert draft_definition(look_at_files([path]), {"scale": "1 to 10"}).scale.value.minimum == 1


def test_codes_apart_from_the_scale_are_asked_and_never_ratings_without(tmp_path):
    path = write(tmp_path, make_rows(q_1=[1, 3, 4, 5, 99], q_2=[2, 1, 99, 5, 2], q_3=[4, 5, 3, 2, 98]))
    draft = draft_definition(look_at_files([path]))
    assert set(draft.no_answers) == {"98", "99"}
    assert "scale.dont_know" in [question.key for question in draft.questions]
    left = draft_files([path], takes_proposals=False)
    assert "dont_know: TODO" in left.text


def test_marks_of_a_multiple_choice_and_other_facts_are_no_questions(tmp_path):
    path = write(
        tmp_path,
        make_rows(
            q_1=[1, 2, 3, 4, 5],
            q_2=[2, 3, 4, 5, 1],
            q_3=[5, 4, 3, 2, 1],
            gender=[1, 2],
            age=[20, 31, 45],
            tools_a=[0, 1],
            tools_b=[1, 0, 0],
        ),
    )
    draft = draft_definition(look_at_files([path]))
    assert [one.id for category in draft.categories for one in category.questions] == ["q_1", "q_2", "q_3"]


def test_questions_of_one_stem_are_a_category(tmp_path):
    rows = make_rows()
    for n, name in enumerate(["Roads [paved]", "Roads [safe]", "Schools [good]", "Schools [near]"]):
        rows[name] = [(n + k) % 5 + 1 for k in range(60)]
    draft = draft_definition(look_at_files([write(tmp_path, rows)]))
    assert [(category.title, len(category.questions)) for category in draft.categories] == [
        ("Roads", 2),
        ("Schools", 2),
    ]
    assert draft.categories[0].questions[0].text == "paved"


def test_two_columns_of_countries_are_asked_about(tmp_path):
    rows = make_rows(q_1=[1, 2, 3, 4, 5], q_2=[2, 3, 4, 5, 1], q_3=[5, 4, 3, 2, 1], origin=["India", "Peru"])
    left = draft_files([write(tmp_path, rows)], takes_proposals=False)
    assert (
        "columns.unit" in [question.key for question in left.draft.questions]
        or left.draft.columns["unit"].value == "country"
    )
