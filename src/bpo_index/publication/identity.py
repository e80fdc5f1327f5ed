"""What a release is called and made from: its id, keyed, and what its manifest says beside the list of files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure import Key
from bpo_index.disclosure.keys import name_draws
from bpo_index.disclosure.publishable import Publishable
from bpo_index.errors import UsageError
from bpo_index.kinds import list_extensions
from bpo_index.publication.result import Result
from bpo_index.version import __version__

#: Raised by one whenever the same input would give other files.
RELEASE_FORM = 9
#: The key of a release's settings under which the keyed hash of its margins stands; there are none without it.
MARGINS = "margins_hmac_sha256"
NUMERIC_DEPENDENCIES = ("numpy", "polars", "scikit-learn", "scipy")


def identify_release(
    rows: int, definition: IndexDefinition, settings: Mapping[str, Any], key: Key
) -> tuple[str, dict[str, Any]]:
    """Return the id of a release and what it is made from; nobody without the key can make either from the answers.

    Parameters
    ----------
    rows
        The identity of all input rows, from `Responses.sum_rows`.
    definition
        The index definition, as it was used.
    settings
        Everything else that changes the output.
    key
        The owner's, or the public one of synthetic data.
    """
    identity = {
        "form": RELEASE_FORM,
        "rows_hmac_sha256": key.sign("rows", rows.to_bytes(32, "big")).hex(),
        "key": "public" if key.is_public else "private",
        "definition_sha256": definition.hash_content(),
        "settings": dict(settings),
        # NOTE: extensions only where there are any, so that ids of plain installations stay as they are.
        "versions": {"bpo-index": __version__}
        | {name: version(name) for name in NUMERIC_DEPENDENCIES}
        | list_extensions(),
    }
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return key.sign("release", canonical.encode())[:8].hex(), identity


def describe_release(
    result: Result, definition: IndexDefinition, *, rows: int, publishable: Publishable, key: Key
) -> tuple[str, dict[str, Any]]:
    """Return the id of a release and what its manifest says; under `made_from` what the id is made from.

    Parameters
    ----------
    result, definition
        What is published.
    rows
        The identity of all input rows, from `Responses.sum_rows`.
    publishable
        What it was made from: margins, and units that keep earlier answers.
    key
        The owner's, or the public one of synthetic data.
    """
    margins = publishable.margins
    settings: dict[str, Any] = {"replicates": definition.method.replicates, "seed": definition.method.seed}
    if margins is not None:
        settings[MARGINS] = key.sign("margins", margins.encode()).hex()
    if publishable.held:
        settings["held"] = dict(publishable.held)
    if publishable.restated:
        settings["restated"] = list(publishable.restated)
    if result.standing.kind == "trial":
        # Trials of one method may depart from different definitions, which each of them says.
        settings["departures"] = result.standing.departures
    release_id, identity = identify_release(rows, definition, settings, key)
    return release_id, {
        "title": definition.title,
        "index": definition.index,
        "edition": definition.edition,
        "data_origin": result.data_origin,
        "provenance": definition.provenance.note,
        "made_from": identity,
        "replicates_not_ranked": result.replicates_not_ranked,
        "assumptions_not_ranked": result.assumptions_not_ranked,
        "notes": result.notes,
    }


def refuse_other_draws(draws: str, replicates: int, definition: IndexDefinition, key: Key) -> None:
    """Refuse robustness that was not assessed with the definition's replicates and the owner's seed.

    Parameters
    ----------
    draws, replicates
        As in `Publishable`.
    definition, key
        What says how it is to be assessed.

    Raises
    ------
    UsageError
        Saying how it is assessed as it may be published.
    """
    method = definition.method
    if draws != name_draws(method.replicates, key.choose_seed(method.seed)):
        raise UsageError(
            f"The robustness was assessed with {replicates:,} replicates and a seed of its own; what is "
            f"published takes the {method.replicates:,} of the definition, and its seed with the owner's "
            "key. Assess it with `bpo_index.assess`, or change `replicates` and `seed` of the definition."
        )
