"""Stage 2: accepted and quarantined rows, with reasons."""

from bpo_index.validation.audit import Audit, add_to_private_audit, summarise_audit, write_private_audit
from bpo_index.validation.check import Validation, validate_responses

__all__ = [
    "Audit",
    "Validation",
    "add_to_private_audit",
    "summarise_audit",
    "validate_responses",
    "write_private_audit",
]
