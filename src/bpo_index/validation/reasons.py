"""All reason codes for which a row is quarantined or flagged, with their meanings, in the order of lists.

The reasons of quality rules are those of the rules' records; all others are here.
Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from bpo_index.errors import EnvironmentFailed
from bpo_index.validation.rules.registry import NamedRule, find_marking, list_rules

#: For these a row is quarantined before its answers are looked at: by the reader, or with its file.
READER_REASONS = {
    "file_refused": "the file was refused as a whole",
    "other_scale": "the file was answered on another scale than the definition's",
    "malformed_quotes": "the row breaks the rules of quoting",
    "undecodable": "the row holds bytes that are not text",
    "ragged_row": "the row has another number of cells than the header row",
    "missing_respondent": "no respondent is named (long layout)",
    "unknown_question": "the question is not one of the definition's (long layout)",
    "duplicate_row": "the row says the same as another (long layout)",
    "conflicting_rows": "rows of one respondent contradict each other (long layout)",
    "repeated_answer": "a respondent answers a question twice (long layout)",
}
#: Errors of a row that no definition can allow.
ERROR_REASONS = {
    "missing_unit": "no unit is named",
    "unknown_unit": "the unit is not one of the definition's",
    "invalid_weight": "the design weight is not a number from 0.000001 to 1,000,000,000",
    "not_a_rating": "an answer is neither a rating nor a don't-know",
    "out_of_range": "an answer lies outside the scale",
    "no_answers": "no question has a rating",
    "duplicate_response": "the row says the same as another row of the respondent",
    "conflicting_id": "rows under one respondent id contradict each other",
}
#: For these a row is flagged and used.
FLAG_REASONS = {"unclear_field": "a time, the mark of completion or an importance cannot be read"}
#: The quality rules'.
RULE_REASONS = {rule.name: rule.line for rule in list_rules()}
#: Reason code to what it means.
REASONS = {**READER_REASONS, **ERROR_REASONS, **RULE_REASONS, **FLAG_REASONS}
#: Reasons that no definition can turn off: neither a quality rule nor a flag.
HARD_REASONS = (*READER_REASONS, *ERROR_REASONS)


def refuse_taken_names(rules: Mapping[str, str], taken: Iterable[str]) -> None:
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
