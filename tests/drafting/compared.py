"""A draft beside the definition that a person wrote for the same file: which keys are right, wrong, or left to do."""

from bpo_index.display.labels import fold_label
from bpo_index.drafting.ratings import ScaleFound

COLUMNS = ("unit", "respondent", "design_weight", "company", "started_at", "finished_at", "finished", "duration")


def compare_draft(draft, definition):
    """Return each key that the file has anything for with `right`, `wrong`, `left to do` or `left out`."""
    found = {key: said for key in COLUMNS if (said := _compare_column(key, draft, definition))}
    scale, questions = draft.scale, [one for category in draft.categories for one in category.questions]
    if scale.is_todo:
        found["scale"] = "left to do"
    else:
        assert isinstance(scale.value, ScaleFound)
        known = {fold_label(text): rating for text, rating in definition.scale.labels.items()}
        ends = (scale.value.minimum, scale.value.maximum) == (definition.scale.minimum, definition.scale.maximum)
        labels = all(known.get(fold_label(text), rating) == rating for text, rating in scale.value.labels)
        found["scale"] = "right" if ends and labels else "wrong"
    if not questions:
        found["questions"] = "left to do"
        return found
    asked = {fold_label(label): one for one in definition.questions for label in (one.id, one.text, *one.aliases)}
    drafted = {}
    for one in questions:
        for label in (one.column.name, *one.column.wordings, one.text):
            if fold_label(label) in asked:
                drafted[asked[fold_label(label)].id] = one
    is_whole = set(drafted) == set(definition.question_ids) and len(questions) == len(drafted)
    found["questions"] = "right" if is_whole else "wrong"
    reverse = {question.id for question in definition.questions if question.reverse}
    is_asked = any(one.reverse is None for one in questions)
    turned = {question for question, one in drafted.items() if one.reverse}
    found["reverse"] = "left to do" if is_asked else "right" if turned == reverse else "wrong"
    return found


def _compare_column(key, draft, definition):
    wanted = {
        fold_label(text)
        for text in (getattr(definition.columns, key), *definition.columns.aliases.get(key, ()))
        if text
    }
    labels = {
        column.name: {fold_label(text) for text in (column.name, *column.wordings)} for column in draft.table.columns
    }
    is_there = any(wanted & own for own in labels.values())
    have = draft.columns.get(key)
    if have is None:
        return "left out" if is_there else ""
    if have.is_todo:
        return "left to do"
    return "right" if wanted & labels[have.value] else "wrong"
