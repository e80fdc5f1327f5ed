"""`bpo-index verify`: check the published facts, and that a release is whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json
from bpo_index.cli.output import make_console, print_json
from bpo_index.errors import FactDoesNotHold


def verify(
    release: Annotated[str | None, typer.Argument(help="A release's folder; without it the sample data.")] = None,
    as_json: Json = False,
) -> None:
    """Print for each published fact whether it holds, and fail where one does not."""
    from bpo_index.cli.print_facts import print_facts  # noqa: PLC0415
    from bpo_index.publication.verification import verify_release  # noqa: PLC0415
    from bpo_index.simulation.sample_facts import verify_sample  # noqa: PLC0415

    if release is None:
        checks, synthetic = verify_sample(), True
    else:
        checks, synthetic = verify_release(Path(release))
    if as_json:
        print_json([asdict(item.fact) | {"outcome": item.outcome, "found": item.found} for item in checks])
    else:
        print_facts(checks, make_console(), synthetic=synthetic, release=release)
    broken = [item for item in checks if item.outcome == "does not hold"]
    if broken:
        raise FactDoesNotHold(
            f"{len(broken)} published fact{'' if len(broken) == 1 else 's'} of {len(checks)} do not hold; the lines "
            "above say which. Either the answers are not those of the edition, or the computation changed."
        )


RECORDS = (
    Command(
        name="verify",
        line="Check that a release is as it was published, and its index against the published facts, one a line.",
        call=verify,
        order=60,
    ),
)
