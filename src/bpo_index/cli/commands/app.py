"""`bpo-index app`: draft, rank and report in the browser, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from bpo_index.cli.command import Command


def app(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port on 127.0.0.1; 0: any that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Serve the page on 127.0.0.1 until Ctrl-C. Files given to it stay on this machine and are removed at the end."""
    from bpo_index.app.server import serve  # noqa: PLC0415
    from bpo_index.cli.output import make_talk_console  # noqa: PLC0415
    from bpo_index.display.catalogue import phrase  # noqa: PLC0415

    console = make_talk_console()

    def tell(address: str) -> None:
        console.print(phrase("terminal.page_address", address=address), markup=False, soft_wrap=True)
        console.print(phrase("terminal.page_private"), markup=False)

    serve(port, opens=not no_browser, tell=tell)


RECORDS = (Command(name="app", line="Draft, rank and report in the browser, on this machine only.", call=app, order=7),)
