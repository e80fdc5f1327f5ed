"""All quality rules, built in and of other packages, and the block of a definition that names them.

`list_rules` finds the records; `build_rules_block` makes the `quality_rules:` block of a definition of them, whose
`list_named` gives the rules that a definition names with their options.
Method page: docs/methods/quality-rules.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import SerializerFunctionWrapHandler, create_model, model_serializer

from bpo_index.errors import EnvironmentFailed
from bpo_index.fields import Block
from bpo_index.kinds import find_records, refuse_same_names
from bpo_index.validation.rules.record import ComparingRule, QualityRule, RowRule, RuleOptions

#: The group of entry points by which other packages offer rules.
GROUP = "bpo_index.rules"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@cache
def list_rules() -> tuple[RowRule | ComparingRule, ...]:
    """Return all rules, in the order in which reasons are listed.

    Raises
    ------
    EnvironmentFailed
        When a rule of another package cannot be used; the message names it.

    Examples
    --------
    >>> [rule.name for rule in list_rules()][:3]
    ['test_row', 'unfinished', 'incomplete']
    """
    found = find_records(QualityRule, "bpo_index.validation.rules", GROUP)
    refuse_same_names(found, "quality rule")
    rules = tuple(rule for rule in found if isinstance(rule, RowRule | ComparingRule))
    for record in found:
        _refuse_unusable(record)
    return tuple(sorted(rules, key=lambda rule: (rule.place, rule.name)))


def _refuse_unusable(rule: QualityRule) -> None:
    """Refuse a rule that no definition could name, or whose options cannot be checked."""
    wrong = None
    if not isinstance(rule, RowRule | ComparingRule):
        wrong = "is neither a RowRule nor a ComparingRule"
    elif not _NAME.fullmatch(rule.name):
        wrong = "needs a name of small letters, digits and _ that begins with a letter"
    elif hasattr(RulesBlock, rule.name):
        wrong = "has a name that is taken; give it another"
    elif not (isinstance(rule.options, type) and issubclass(rule.options, RuleOptions)):
        wrong = "has options that are not a class of RuleOptions"
    if wrong:
        raise EnvironmentFailed(f"The quality rule {rule.name} of an extension {wrong}. Repair or uninstall it.")


@dataclass(frozen=True)
class NamedRule:
    """A rule that a definition names, with the options that it gives."""

    rule: RowRule | ComparingRule
    options: RuleOptions

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.rule.name


class RulesBlock(Block):
    """The base of the `quality_rules:` block: a key a rule, null where the definition does not name it."""

    def list_named(self) -> tuple[NamedRule, ...]:
        """Return the rules that the definition names, in the order in which reasons are listed."""
        return tuple(
            NamedRule(rule, options) for rule in list_rules() if (options := getattr(self, rule.name, None)) is not None
        )

    @model_serializer(mode="wrap")
    def _write_named(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write the rules that are named, so that a rule that is new or installed changes no other definition."""
        written: dict[str, Any] = write(self)
        return {name: options for name, options in written.items() if options is not None}


def build_rules_block(rules: Sequence[QualityRule], module: str) -> type[RulesBlock]:
    """Return the class of the `quality_rules:` block, `QualityRules` of a module.

    Examples
    --------
    >>> block = build_rules_block(list_rules(), __name__)
    >>> [named.name for named in block.model_validate({"unfinished": {}}).list_named()]
    ['unfinished']
    """
    fields: dict[str, Any] = {rule.name: (rule.options | None, None) for rule in rules}
    return create_model(
        "QualityRules",
        __base__=RulesBlock,
        __module__=module,
        __doc__="Rules on the quality of a row. A rule that is left out is not applied.",
        **fields,
    )


def find_marking(rules: Sequence[NamedRule], action: str) -> set[str]:
    """Return the names of the rules with an action.

    Examples
    --------
    >>> sorted(find_marking([NamedRule(list_rules()[0], RuleOptions(action="flag"))], "flag"))
    ['test_row']
    """
    return {named.name for named in rules if named.options.action == action}
