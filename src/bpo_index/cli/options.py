"""Arguments and options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Files = Annotated[
    list[str],
    typer.Argument(metavar="RESPONSES", help="Files of one edition, or a folder of them.", show_default=False),
]
Definition = Annotated[str, typer.Option(metavar="NAME|PATH", help="A built-in definition or a YAML file.")]
NamedDefinition = Annotated[str, typer.Argument(metavar="DEFINITION", help="A built-in definition or a YAML file.")]
AuditDir = Annotated[str, typer.Option(metavar="DIR", help="Private folder: every row not used, and why.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Print everything that was found.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
