"""A draft as the text of a definition: YAML with the evidence for each key as a comment.

Drafting again over a file that a person has edited keeps what stands there; only what is new in the answers, or was
left to do, is written. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpo_index.definition.left_to_do import TODO
from bpo_index.display.catalogue import phrase
from bpo_index.drafting.drafted import CategoryDrafted, Draft, QuestionDrafted
from bpo_index.drafting.kept_edits import find_known, keep_edits, list_known, read_earlier, write_known
from bpo_index.drafting.look import read_number
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.drafting.yaml_text import WIDTH, make_yaml
from bpo_index.validation.rules.registry import list_rules

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

#: How categories are written, where none were found.
_EXAMPLE = "- {id: …, title: …, questions: [{id: …, text: …}]}"
#: Column in which a comment beside a value begins.
BESIDE = 48


def write_document(draft: Draft, before: str | None = None) -> str:
    """Return the YAML text of a definition.

    Parameters
    ----------
    draft
        What was drafted.
    before
        The text of an earlier draft, edited or not; None: there is none.

    Raises
    ------
    DefinitionError
        When the earlier text is no YAML.
    """
    made = _make_map(draft)
    known = list_known(made)
    if before is not None:
        made = keep_edits(read_earlier(before), made, find_known(before))
        known |= find_known(before)
    stream = io.StringIO()
    make_yaml().dump(made, stream)
    return f"{stream.getvalue().rstrip()}\n\n{write_known(known)}"


def _make_map(draft: Draft) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415

    made = CommentedMap()
    made["schema_version"] = 1
    made["index"] = draft.index
    made["edition"] = _quote(str(draft.edition.value))
    made["version"] = "draft"
    made["title"] = draft.title.value
    made["provenance"] = CommentedMap(note=phrase("drafting.provenance", files=", ".join(draft.table.files)))
    made.yaml_set_start_comment(_write_head(draft))
    _comment(made, "edition", draft.edition.evidence)
    _comment(made, "version", phrase("drafting.why_draft"))
    _comment(made, "title", draft.title.evidence)
    if draft.words:
        made["words"] = CommentedMap(unit=draft.words[0], units=draft.words[1])
        _comment(made["words"], "unit", phrase("drafting.why_words"), level=1)
    made["scale"] = _make_scale(draft)
    if draft.units:
        units = CommentedSeq()
        for unit in draft.units:
            item = CommentedMap(code=_quote(unit.code), name=unit.name)
            if unit.aliases:
                item["aliases"] = _flow([_quote(alias) for alias in unit.aliases])
            item.fa.set_flow_style()
            units.append(item)
            units.yaml_add_eol_comment(_count_rows(unit.rows), len(units) - 1, column=BESIDE)
        made["units"] = units
        made.yaml_set_comment_before_after_key("units", before=draft.units_evidence)
    else:
        made["units"] = TODO
        _comment(made, "units", phrase("drafting.units_todo", example="`- {code: COL, name: Colombia}`"))
    made["categories"] = _make_categories(draft)
    if draft.categories_todo:
        _comment(made, "categories", f"{draft.categories_todo}: `{_EXAMPLE}`")
    made["columns"] = _make_columns(draft)
    if draft.table.is_from_tool:
        made["source"] = CommentedMap(export=draft.table.headings.export)
        _comment(made["source"], "export", phrase("drafting.tool_columns"), level=1)
    rules = _list_rules(draft)
    if rules:
        made["quality_rules"] = CommentedMap()
        for name, (options, evidence) in rules.items():
            made["quality_rules"][name] = _flow_map(options)
            _comment(made["quality_rules"], name, evidence, level=1)
    return made


def _write_head(draft: Draft) -> str:
    lines = [phrase("drafting.head", files=", ".join(draft.table.files), rows=draft.table.rows)]
    lines.append(phrase("drafting.head_comments"))
    lines += list(draft.remarks)
    return "\n".join(_wrap(line) for line in lines)


def _wrap(line: str) -> str:
    import textwrap  # noqa: PLC0415

    return "\n".join(textwrap.wrap(line, WIDTH - 2)) or line


def _make_scale(draft: Draft) -> CommentedMap | str:
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415

    made = CommentedMap()
    scale = draft.scale.value
    if not isinstance(scale, ScaleFound):
        made["minimum"], made["maximum"] = TODO, TODO
        _comment(made, "minimum", phrase("drafting.lowest"), level=1)
        _comment(made, "maximum", phrase("drafting.highest"), level=1)
        return made
    if draft.scale.is_todo and not scale.labels:
        made["minimum"], made["maximum"] = TODO, TODO
        _comment(made, "minimum", f"{draft.scale.evidence} {scale.evidence}", level=1)
    else:
        made["minimum"], made["maximum"] = _whole(scale.minimum), _whole(scale.maximum)
        _comment(made, "minimum", draft.scale.evidence, level=1)
    if scale.labels:
        made["labels"] = CommentedMap()
        for text, rating in scale.labels:
            made["labels"][_quote(text)] = TODO if draft.scale.is_todo else _whole(rating)
        if draft.scale.is_todo:
            _comment(
                made["labels"],
                next(iter(made["labels"])),
                phrase("drafting.labels_todo"),
                level=2,
            )
    for kind in ("dont_know", "skipped", "not_asked"):
        texts = [text for text, (held, _) in draft.no_answers.items() if held == kind]
        if texts:
            made[kind] = _flow([_quote(text) for text in dict.fromkeys(map(_write_code, texts))])
            evidence = {draft.no_answers[text][1] for text in texts}
            _comment(made, kind, phrase("drafting.never_rating", evidence="; ".join(sorted(evidence))), level=1)
    if draft.no_answers_todo:
        made["dont_know"] = TODO
        _comment(made, "dont_know", draft.no_answers_todo, level=1)
    return made


def _make_categories(draft: Draft) -> CommentedSeq | str:
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415

    if not draft.categories:
        return TODO
    made = CommentedSeq()
    for category in draft.categories:
        made.append(_make_category(category, draft))
    return made


def _make_category(category: CategoryDrafted, draft: Draft) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415

    made = CommentedMap(id=category.id, title=category.title)
    _comment_beside(made, "title", category.evidence)
    if category.scale:
        made["scale"] = scale = _make_own_scale(category.scale, draft)
        _comment_beside(scale, "minimum", category.scale.evidence)
    made["questions"] = CommentedSeq()
    for question in category.questions:
        made["questions"].append(_make_question(question))
    return made


def _make_own_scale(own: ScaleFound, draft: Draft) -> CommentedMap:
    """Return the scale of a category; a code of the index's that lies on it is a rating here."""
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415

    is_todo = not own.is_sure
    ends = (TODO, TODO) if is_todo and not own.labels else (_whole(own.minimum), _whole(own.maximum))
    scale = CommentedMap(minimum=ends[0], maximum=ends[1])
    if own.labels:
        scale["labels"] = CommentedMap(
            (_quote(text), TODO if is_todo else _whole(rating)) for text, rating in own.labels
        )
    for kind in ("dont_know", "skipped", "not_asked"):
        texts = [text for text, (held, _) in draft.no_answers.items() if held == kind]
        kept = [text for text in texts if not own.minimum <= (read_number(text) or own.minimum - 1) <= own.maximum]
        if kept != texts:
            scale[kind] = _flow([_quote(text) for text in kept])
    return scale


def _make_question(question: QuestionDrafted) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415

    made = CommentedMap(id=question.id, text=_quote(question.text))
    if question.aliases:
        made["aliases"] = _flow([_quote(alias) for alias in question.aliases])
    if question.reverse is None:
        made["reverse"] = TODO
        _comment_beside(made, "reverse", phrase("drafting.true_or_false", evidence=question.evidence))
    elif question.reverse:
        made["reverse"] = True
        _comment_beside(made, "reverse", question.evidence)
    elif question.evidence:
        _comment_beside(made, "id", phrase("drafting.not_reversed", evidence=question.evidence))
    return made


def _make_columns(draft: Draft) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415

    made = CommentedMap()
    order = (
        "unit",
        "respondent",
        "design_weight",
        "company",
        "started_at",
        "finished_at",
        "finished",
        "duration",
        "status",
    )
    for key in (*order, *(other for other in draft.columns if other not in order)):
        if key in draft.columns:
            made[key] = _quote(str(draft.columns[key].value))
            _comment(made, key, draft.columns[key].evidence, level=1)
    return made


def _list_rules(draft: Draft) -> dict[str, tuple[dict[str, object], str]]:
    """Return the quality rules that go with the columns found: options, and what they do."""
    given = {*draft.columns, *draft.table.headings.fields, *draft.table.headings.coded}
    return {
        rule.name: ({"action": "quarantine"}, phrase("drafting.why_rule", rule=rule.show_line()))
        for rule in list_rules()
        if rule.drafted_for in given
    }


def _comment(made: CommentedMap, key: object, text: str, *, level: int = 0) -> None:
    """Put a comment above a key; `level` says how deep the key is."""
    if text:
        made.yaml_set_comment_before_after_key(key, before=_wrap(text), indent=2 * level)


def _comment_beside(made: CommentedMap, key: object, text: str) -> None:
    """Put a comment beside a value."""
    if text:
        made.yaml_add_eol_comment(" ".join(text.split()), key, column=BESIDE)


def _count_rows(rows: int) -> str:
    return phrase("drafting.rows", count=rows)


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _write_code(text: str) -> str:
    """Return an answer that is no rating, a number as a definition writes it: 9 for the `9,0` of the file."""
    number = read_number(text)
    return text if number is None else f"{_whole(number)}"


def _quote(text: str) -> Any:
    """Return a text that YAML would take for a number, a truth value or a date in quotation marks."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString  # noqa: PLC0415

    plain = text.strip().casefold()
    looks_other = plain in ("", "yes", "no", "on", "off", "true", "false", "null", "y", "n", "~") or plain[:1].isdigit()
    return DoubleQuotedScalarString(text) if looks_other else text


def _flow(items: list[Any]) -> Any:
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415

    made = CommentedSeq(items)
    made.fa.set_flow_style()
    return made


def _flow_map(options: Mapping[str, object]) -> Any:
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415

    made = CommentedMap(options)
    made.fa.set_flow_style()
    return made
