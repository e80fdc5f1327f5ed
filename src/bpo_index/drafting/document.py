"""A draft as the text of a definition: YAML with the evidence for each key as a comment.

Drafting again over a file that a person has edited keeps what stands there; only what is new in the answers, or was
left to do, is written. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from bpo_index.definition.left_to_do import TODO
from bpo_index.display.catalogue import phrase
from bpo_index.drafting.drafted import CategoryDrafted, Draft, QuestionDrafted
from bpo_index.drafting.look import read_number
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.errors import DefinitionError

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

#: How categories are written, where none were found.
_EXAMPLE = "- {id: …, title: …, questions: [{id: …, text: …}]}"
_WIDTH = 120
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
    fresh = _make_map(draft)
    if before is not None:
        fresh = _keep_edits(_read(before), fresh)
    stream = io.StringIO()
    make_yaml().dump(fresh, stream)
    return stream.getvalue()


def make_yaml() -> Any:
    """Return the reader and writer of YAML that keeps comments."""
    from ruamel.yaml import YAML  # noqa: PLC0415

    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _read(text: str) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        value = make_yaml().load(text)
    except YAMLError as error:
        raise DefinitionError("that is there", [f"it is no YAML ({str(error).splitlines()[0]})"]) from None
    if not isinstance(value, CommentedMap):
        raise DefinitionError("that is there", ["it holds no keys"])
    return value


def _keep_edits(before: CommentedMap, fresh: CommentedMap) -> CommentedMap:
    """Return the earlier definition with what it lacks: keys, units, questions, answers, and what was left to do."""
    _fill(before, fresh, ("units", "categories"))
    _add_items(before, fresh, "units", "code")
    settled = {one["id"]: one for category in _walk(fresh.get("categories")) for one in category.get("questions", [])}
    for category in _walk(before.get("categories")):
        for question in category.get("questions", []):
            _settle(question, settled.get(question.get("id"), {}))
    known = {
        question.get("id") for category in _walk(before.get("categories")) for question in category.get("questions", [])
    }
    known |= {
        name
        for category in _walk(before.get("categories"))
        for question in category.get("questions", [])
        for name in [question.get("text"), *question.get("aliases", [])]
    }
    new = []
    for category in _walk(fresh.get("categories")):
        left = [
            question
            for question in category.get("questions", [])
            if question["id"] not in known
            and question.get("text") not in known
            and not known & set(question.get("aliases", []))
        ]
        if left:
            category["questions"] = type(category["questions"])(left)
            new.append(category)
    if isinstance(before.get("categories"), list) and new:
        ids = {category.get("id") for category in _walk(before["categories"])}
        for category in new:
            if category["id"] in ids:
                category["id"] = f"{category['id'][:40]}-new"
            before["categories"].append(category)
    elif new and not isinstance(before.get("categories"), list):
        before["categories"] = fresh["categories"]
    return before


def _walk(categories: object) -> list[MutableMapping[str, Any]]:
    found: list[MutableMapping[str, Any]] = []
    for category in categories if isinstance(categories, list) else []:
        if isinstance(category, MutableMapping):
            found += [category, *_walk(category.get("categories"))]
    return found


def _fill(before: MutableMapping[str, Any], fresh: Mapping[str, Any], lists: tuple[str, ...] = ()) -> None:
    for key, value in fresh.items():
        old = before.get(key)
        if old is None or (isinstance(old, str) and old.startswith(TODO)):
            before[key] = value
        elif isinstance(old, MutableMapping) and isinstance(value, Mapping) and key not in lists:
            _fill(old, value)


def _settle(question: MutableMapping[str, Any], fresh: Mapping[str, Any]) -> None:
    """Fill in what was left to do of a question, or take it out where it is not needed any more."""
    for key in [key for key, value in question.items() if isinstance(value, str) and value.startswith(TODO)]:
        if key in fresh:
            question[key] = fresh[key]
        else:
            del question[key]


def _add_items(before: MutableMapping[str, Any], fresh: Mapping[str, Any], key: str, name: str) -> None:
    old = before.get(key)
    if not isinstance(old, list):
        before[key] = fresh[key]
        return
    known = {str(label).casefold() for item in old if isinstance(item, Mapping) for label in _list_labels(item, name)}
    for item in fresh[key] if isinstance(fresh[key], list) else []:
        if not known & {str(label).casefold() for label in _list_labels(item, name)}:
            old.append(item)


def _list_labels(item: Mapping[str, Any], name: str) -> list[object]:
    return [item.get(name), item.get("name"), *item.get("aliases", [])]


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

    return "\n".join(textwrap.wrap(line, _WIDTH - 2)) or line


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
            made[kind] = _flow([_quote(text) for text in texts])
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
    is_todo = question.evidence.startswith(TODO)
    if question.reverse or is_todo:
        made["reverse"] = TODO if is_todo else True
        evidence = question.evidence.removeprefix(f"{TODO}: ")
        _comment_beside(made, "reverse", phrase("drafting.true_or_false", evidence=evidence) if is_todo else evidence)
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
    rules: dict[str, tuple[dict[str, object], str]] = {}
    has_end = (
        "finished" in draft.columns
        or "finished" in draft.table.headings.fields
        or "finished" in draft.table.headings.coded
    )
    if has_end:
        rules["unfinished"] = (
            {"action": "quarantine"},
            phrase("drafting.why_unfinished"),
        )
    if "status" in draft.columns or "status" in draft.table.headings.fields:
        rules["test_row"] = ({"action": "quarantine"}, phrase("drafting.why_test_rows"))
    return rules


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
