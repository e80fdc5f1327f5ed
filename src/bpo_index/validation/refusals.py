"""Explain to the owner of checked answers why no index can be computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.validation.audit import Audit
from bpo_index.validation.reasons import describe_reason

#: Reasons whose sentences quote nothing but what the definition does not know.
_QUOTED = ("unknown_unit", "not_a_rating", "out_of_range", "invalid_weight", "invalid_design")


def find_examples(quarantined: pl.DataFrame) -> dict[str, str]:
    """Return, for reasons that quote what the definition does not know, the first row that has one, and its sentence.

    Parameters
    ----------
    quarantined
        As `Validation.quarantined`.
    """
    listed = quarantined.select("source_file", "source_row", "reasons", "sentences").explode("reasons", "sentences")
    first = listed.filter(pl.col("reasons").is_in(_QUOTED)).unique("reasons", keep="first", maintain_order=True)
    return {reason: f"row {row} of {file}: {sentence.rstrip('.')}" for file, row, reason, sentence in first.iter_rows()}


def find_refusal(
    refusals: list[str], audit: Audit, definition: IndexDefinition, examples: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """Return why no index can be computed, as a paragraph; None where one can.

    Parameters
    ----------
    refusals
        Those of the reader and of validation: why files cannot be used at all.
    audit, definition
        What became of the rows, and the index.
    examples
        From `find_examples`.
    """
    if refusals:
        return " ".join(refusals)
    minimum, words = definition.method.minimum_respondents_to_rank, definition.words
    if any(count >= minimum for count in audit.respondents_by_unit.values()):
        return None
    read = f"Of {audit.rows_read} row{'' if audit.rows_read == 1 else 's'} read, {audit.rows_accepted} can be used"
    if audit.reasons:
        reasons = ", ".join(
            f"{count} x {code} ({describe_reason(code, words)}{f'; {examples[code]}' if code in examples else ''})"
            for code, count in audit.reasons.items()
        )
        read += f"; quarantined: {reasons}"
    return (
        f"{read}. No {words.unit} of {definition.title} has the {minimum} accepted {words.respondents} that a rank "
        "needs (`minimum_respondents_to_rank`). Correct the rows, collect more answers, or change the definition."
    )
