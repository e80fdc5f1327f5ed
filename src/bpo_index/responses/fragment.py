"""The keys of a definition that make explicit how a file is read: `write_fragment`, as YAML.

What was taken stands as keys; what is only near stands as comments, for a person to check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Category
from bpo_index.display.labels import fold_label
from bpo_index.responses.headings import TIDY_COLUMNS, Proposal, label_questions
from bpo_index.responses.views import View

#: Unknown answers that are proposed as labels, at most.
_MOST_ANSWERS = 30


def write_fragment(
    view: View,
    proposals: Iterable[Proposal],
    unit_proposals: Iterable[Proposal],
    unknown_answers: Sequence[str],
    *,
    definition: IndexDefinition,
) -> str:
    """Return YAML: the keys that make the mapping explicit, and as comments those that are only proposed."""
    source: dict[str, Any] = {"export": view.headings.export} | view.grid.explicit
    if view.grid.has_headings:
        source["header_rows"] = view.headings.rows
    known = label_questions(definition)
    key_of = {tidy: key for key, tidy in TIDY_COLUMNS.items()}
    columns: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for tidy, match in view.mapping.matches.items():
        if tidy in definition.question_ids:
            # The name of the column, where the definition does not know it: the next export may lack the wording.
            if fold_label(match.heading) not in known:
                aliases[tidy] = match.heading
        elif match.label not in definition.columns.aliases.get(key_of.get(tidy, tidy), ()):  # type: ignore[call-overload]
            _put_column(columns, tidy, match.label, key_of)
    for tidy, tool_field in view.mapping.fields.items():
        if view.headings.names.count(tool_field.heading) == 1:  # else `export` alone says which columns it is
            _put_column(columns, tidy, tool_field.heading, key_of)
    wanted_columns: dict[str, Any] = {}
    wanted_aliases: dict[str, str] = {}
    for proposal in proposals:
        if proposal.target in definition.question_ids:
            wanted_aliases[proposal.target] = proposal.heading
        else:
            _put_column(wanted_columns, proposal.target, proposal.heading, key_of)
    units: dict[str, list[str]] = {}
    for proposal in unit_proposals:
        units.setdefault(proposal.target, []).append(proposal.heading)
    wanted: dict[str, Any] = {
        "columns": wanted_columns,
        "categories": _nest_aliases(wanted_aliases, definition.categories),
        "units": [
            {"code": unit.code, "aliases": [*unit.aliases, *units[unit.code]]}
            for unit in definition.units
            if unit.code in units
        ],
        "scale": {"labels": dict.fromkeys(unknown_answers[:_MOST_ANSWERS])} if unknown_answers else {},
    }
    taken = {"source": source, "columns": columns, "categories": _nest_aliases(aliases, definition.categories)}
    text = _dump({key: value for key, value in taken.items() if value})
    proposed = _dump({key: value for key, value in wanted.items() if value})
    if proposed:
        text += "# Proposed, not taken: check each line before you use it.\n"
        text += "".join(f"# {line}\n" for line in proposed.splitlines())
        if len(unknown_answers) > _MOST_ANSWERS:
            text += f"# and {len(unknown_answers) - _MOST_ANSWERS:,} more answers: inspect --json lists all\n"
    return text


def _put_column(columns: dict[str, Any], tidy: str, heading: str, key_of: Mapping[str, str]) -> None:
    for start in ("importance", "background"):
        if tidy.startswith(f"{start}_"):
            columns.setdefault(start, {})[tidy.removeprefix(f"{start}_")] = heading
            return
    if tidy.startswith("design."):  # stands in another block
        return
    if heading not in columns.values():  # a heading names one column of a definition
        columns[key_of.get(tidy, tidy)] = heading


def _nest_aliases(aliases: Mapping[str, str], categories: Sequence[Category]) -> list[dict[str, Any]]:
    nested = []
    for category in categories:
        questions = [
            {"id": question.id, "aliases": [*question.aliases, aliases[question.id]]}
            for question in category.questions
            if question.id in aliases
        ]
        inside = _nest_aliases(aliases, category.categories)
        if questions or inside:
            nested.append({"id": category.id} | ({"questions": questions} if questions else {"categories": inside}))
    return nested


def _dump(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000) if value else ""
