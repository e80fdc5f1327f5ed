"""All reason codes for which a row is quarantined or flagged, in the order of lists, and what they mean.

The reasons of quality rules are the names of the rules, whose records say what they mean; all others are here.
Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.errors import EnvironmentFailed
from bpo_index.validation.rules.registry import NamedRule, find_marking, list_rules

#: For these a row is quarantined before its answers are looked at: by the reader, or with its file.
READER_REASONS = (
    "file_refused",
    "other_scale",
    "malformed_quotes",
    "undecodable",
    "ragged_row",
    "no_unit_rated",
    "missing_respondent",
    "unknown_question",
    "duplicate_row",
    "conflicting_rows",
    "repeated_answer",
)
#: Errors of a row that no definition can allow.
ERROR_REASONS = (
    "missing_unit",
    "unknown_unit",
    "invalid_weight",
    "invalid_design",
    "not_a_rating",
    "out_of_range",
    "no_answers",
    "duplicate_response",
    "conflicting_id",
)
#: For these a row is flagged and used.
FLAG_REASONS = ("unclear_field",)
#: The quality rules'.
RULE_REASONS = tuple(rule.name for rule in list_rules())
#: All reason codes, in the order of lists.
REASONS = (*READER_REASONS, *ERROR_REASONS, *RULE_REASONS, *FLAG_REASONS)
#: Reasons that no definition can turn off: neither a quality rule nor a flag.
HARD_REASONS = (*READER_REASONS, *ERROR_REASONS)


def describe_reason(code: str, words: Words | None = None) -> str:
    """Return what a reason code means, as a part of a sentence.

    Parameters
    ----------
    code
        One of `REASONS`.
    words
        Of the definition; None: those of no definition.

    Examples
    --------
    >>> describe_reason("unknown_unit"), describe_reason("unfinished", Words(respondent="nurse"))
    ("the unit is not one of the definition's", 'the nurse did not reach the end')
    """
    names = (words or Words()).names
    rule = next((rule for rule in list_rules() if rule.name == code), None)
    return phrase(f"reasons.{code}", **names) if rule is None else rule.show_line(names)


def refuse_taken_names(rules: Iterable[str], taken: Iterable[str]) -> None:
    """Refuse quality rules with the name of another reason.

    Raises
    ------
    EnvironmentFailed
        When there are; the message names them.
    """
    both = sorted(set(rules) & set(taken))
    if both:
        raise EnvironmentFailed(
            f"An extension has a quality rule with the name of another reason: {', '.join(both)}. Rename or uninstall "
            "it."
        )


refuse_taken_names(RULE_REASONS, (*HARD_REASONS, *FLAG_REASONS))


def list_flag_codes(rules: Iterable[NamedRule]) -> set[str]:
    """Return the reason codes that flag a row and leave it in, with these rules."""
    return find_marking(list(rules), "flag") | set(FLAG_REASONS)


def is_kept_out_only_by(codes: Iterable[str]) -> pl.Expr:
    """Return whether a row has no reasons but these, over its list of `reasons`.

    Examples
    --------
    >>> rows = pl.DataFrame({"reasons": [["speeder"], ["speeder", "unknown_unit"]]})
    >>> rows.select(is_kept_out_only_by(RULE_REASONS)).to_series().to_list()
    [True, False]
    """
    return pl.col("reasons").list.eval(pl.element().is_in(list(codes))).list.all()
