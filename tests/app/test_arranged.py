"""How a person arranged questions, where titles change and questions are chosen anew."""

from bpo_index.drafting.arrangement import ArrangedCategory, Arrangement, arrange, carry_over, read_arrangement

TEXT = """
categories:
  - id: questions
    title: Questions
    questions: [{id: q1, text: A}]
  - id: questions-2
    title: Questions
    scale: {minimum: 0, maximum: 10}
    questions: [{id: q2, text: B}, {id: q3, text: C}]
"""


def test_a_category_with_another_title_keeps_its_scale():
    one, two = read_arrangement(TEXT).categories
    for title in ("Questions 2", "Other"):
        made = arrange(TEXT, Arrangement((one, ArrangedCategory(title, 2.0, two.questions))))
        assert "scale: {minimum: 0, maximum: 10}" in made
        assert [category.title for category in read_arrangement(made).categories] == ["Questions", title]
        assert "id: questions-2" in made


def test_questions_chosen_anew_stay_by_their_texts_and_new_ones_follow():
    wanted = Arrangement(
        (ArrangedCategory("Mine", 3.0, ("q2", "q1")), ArrangedCategory("Empty", 1.0, ())), {"q1": True}, ("q3",)
    )
    fresh = Arrangement((ArrangedCategory("Questions", 1.0, ("q1", "q2", "q3", "q4")),), {"q1": False})
    before, now = {"q1": "A", "q2": "B", "q3": "C"}, {"q1": "New", "q2": "A", "q3": "B", "q4": "C"}
    carried = carry_over(wanted, before, now, fresh)
    assert [(one.title, one.weight, one.questions) for one in carried.categories] == [
        ("Mine", 3.0, ("q3", "q2")),
        ("Empty", 1.0, ()),
        ("Questions", 1.0, ("q1",)),
    ]
    assert carried.reverse == {"q1": False, "q2": True}
    assert carried.left_out == ("q4",)
    assert carry_over(wanted, before, before, fresh) is wanted
