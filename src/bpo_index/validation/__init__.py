"""Stage 2: accepted and quarantined rows, with reasons."""

from bpo_index.validation.audit import (
    Audit,
    add_refusal_to_private_audit,
    add_to_private_audit,
    publish_audit,
    summarise_audit,
    write_private_audit,
)
from bpo_index.validation.check import Validation, validate_responses
from bpo_index.validation.nonresponse import hide_small_units, tabulate_nonresponse

__all__ = [
    "Audit",
    "Validation",
    "add_refusal_to_private_audit",
    "add_to_private_audit",
    "hide_small_units",
    "publish_audit",
    "summarise_audit",
    "tabulate_nonresponse",
    "validate_responses",
    "write_private_audit",
]
