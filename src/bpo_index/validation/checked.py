"""Checked and counted answers from which an index can be computed.

`account_for_rows` counts what `validate_responses` found, writes the private audit, and refuses answers from which no
index can be computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.notebook import show_sentence
from bpo_index.errors import DataRefused
from bpo_index.responses import Responses
from bpo_index.validation.audit import Audit, summarise_audit, write_private_audit
from bpo_index.validation.refusals import find_examples, find_refusal
from bpo_index.validation.validate import Validation


@dataclass(frozen=True)
class Checked:
    """The result of validation: accepted answers, the audit, and the folder of its private part."""

    validation: Validation
    audit: Audit
    audit_folder: Path
    is_synthetic: bool = False
    """Whether all rows say that they are synthetic: then ids and seeds are public."""
    words: Words = field(default_factory=Words)
    """What readers call units and respondents."""
    held: dict[str, str] = field(default_factory=dict)
    """Unit to the release whose answers it keeps, since only one or two respondents differ (`hold_changes`)."""
    restated: tuple[str, ...] = ()
    """Units whose category scores were published before, made in another way of the same answers."""
    earlier: tuple[str, ...] = ()
    """The releases of the edition with whose answers these were compared."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the account of rows, and where its private part lies."""
        return self.audit.show_block(self.words) + show_sentence(
            phrase("notebook.private_audit", folder=str(self.audit_folder))
        )


def account_for_rows(
    validation: Validation, responses: Responses, definition: IndexDefinition, folder: Path
) -> Checked:
    """Count the rows, write the private audit, and refuse answers that cannot carry a ranking.

    Parameters
    ----------
    validation, responses, definition
        What `validate_responses` found, the rows it looked at, and the index.
    folder
        Of the private audit; made if it is not there.

    Raises
    ------
    DataRefused
        When no index can be computed; the audit is written first.
    EnvironmentFailed
        When the folder cannot be written.
    """
    audit = summarise_audit(validation, definition)
    refusals = [*responses.refusals, *validation.refusals]
    refusal = find_refusal(refusals, audit, definition)
    for_owner = find_refusal(refusals, audit, definition, find_examples(validation.quarantined))
    write_private_audit(audit, validation, responses, definition, folder=folder, refusal=for_owner)
    if refusal:
        where = f"Every row and its reasons are in {folder}."
        raise DataRefused(f"{refusal} {where}", for_owner=f"{for_owner} {where}")
    return Checked(validation, audit, folder, responses.is_synthetic, definition.words)
