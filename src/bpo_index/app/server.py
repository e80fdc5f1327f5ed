"""The server of the page: on this machine only, behind a token in the address, with the Host and Origin checked.

`make_server` gives the Starlette application, `serve` runs it with uvicorn. Nothing is loaded from elsewhere: scripts
and styles are shipped, and the content security policy allows no other. Uploads are bounded and lie in the workspace's
folder.
"""

from __future__ import annotations

import secrets
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bpo_index.app.forms import Fields, Problems, check_scale, read_answers, read_arranged, read_left_out, read_trial
from bpo_index.app.views import Said, render_page
from bpo_index.app.workspace import Workspace
from bpo_index.drafting.arrangement import read_arrangement
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.errors import BpoIndexError, EnvironmentFailed

#: Bytes of all files of an upload together, files at most, and fields of a form.
MOST_BYTES, MOST_FILES, MOST_FIELDS = 2**29, 20, 5_000
_ASSETS = Path(__file__).parent / "assets"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The report has scripts of its own: it may run them, and reach nothing of the page.
_REPORT_POLICY = (
    "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: 'self'; font-src data:"
)


class Guard:
    """Serves only who asks this machine by its name, and takes no form from another page."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request for another host, or from another origin; add the headers that keep a page to itself."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin")
        is_foreign = origin is not None and origin.removeprefix("http://") not in self.hosts
        if request.headers.get("host") not in self.hosts or is_foreign:
            await PlainTextResponse("This page is for this machine only.", 403)(scope, receive, send)
            return
        if request.method == "POST":
            length = request.headers.get("content-length", "")
            if not length.isdigit() or int(length) > MOST_BYTES:
                said = f"The files hold more than {MOST_BYTES // 2**20} MiB together. Give fewer at once."
                await PlainTextResponse(said, 413)(scope, receive, send)
                return

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                own = {
                    b"x-content-type-options": b"nosniff",
                    b"referrer-policy": b"same-origin",
                    b"cache-control": b"no-store",
                    b"cross-origin-opener-policy": b"same-origin",
                    b"cross-origin-resource-policy": b"same-origin",
                }
                own.setdefault(b"content-security-policy", _POLICY.encode())
                message["headers"] = [*message["headers"], *((k, v) for k, v in own.items() if k not in headers)]
            await send(message)

        await self.app(scope, receive, send_guarded)


def make_server(token: str, port: int, workspace: Workspace) -> ASGIApp:
    """Return the application.

    Parameters
    ----------
    token
        Begins every address; who does not have it gets nothing.
    port
        Where it listens on 127.0.0.1.
    workspace
        The files and answers.
    """

    async def show(_: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(render_page, workspace, token))

    async def upload(request: Request) -> Response:
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
            given = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
            if not given:
                return await answer(Said(problems={"files": "No file is chosen. Choose one first."}))
            folder = workspace.start_over()
            for n, one in enumerate(given):
                path = folder / _name_file(str(one.filename), n)
                with path.open("wb") as file:
                    while part := await one.read(2**20):
                        file.write(part)
                workspace.files.append(path)
            await run_in_threadpool(workspace.look)
        return RedirectResponse(f"/{token}/", 303)

    async def settle(request: Request) -> Response:
        async with request.form(max_fields=MOST_FIELDS) as form:
            fields = [(str(key), str(value)) for key, value in form.multi_items()]
        return await answer(await run_in_threadpool(_settle, workspace, fields))

    async def start(_: Request) -> Response:
        try:
            await run_in_threadpool(workspace.start_report)
        except BpoIndexError as error:
            return await answer(Said(problems={"report": str(error)}))
        return await answer(Said())

    async def answer(said: Said) -> Response:
        return HTMLResponse(await run_in_threadpool(render_page, workspace, token, said))

    async def download_definition(_: Request) -> Response:
        return _send(
            (await run_in_threadpool(workspace.write_definition)).encode(), "definition.yaml", "application/yaml"
        )

    async def download_release(_: Request) -> Response:
        return _send(await run_in_threadpool(workspace.pack_release), "release.zip", "application/zip")

    async def show_release(request: Request) -> Response:
        job = workspace.job
        if job is None or job.completed is None:
            return PlainTextResponse("There is no report yet.", 404)
        root = job.completed.release.path.resolve()
        path = (root / request.path_params["path"]).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            return PlainTextResponse("There is no such file in the release.", 404)
        return FileResponse(path, headers={"content-security-policy": _REPORT_POLICY})

    async def send_asset(request: Request) -> Response:
        path = _ASSETS / Path(request.path_params["name"]).name
        return FileResponse(path) if path.is_file() else PlainTextResponse("No such file.", 404)

    routes = [
        Route("/", show),
        Route("/files", upload, methods=["POST"]),
        Route("/settle", settle, methods=["POST"]),
        Route("/report", start, methods=["POST"]),
        Route("/definition.yaml", download_definition),
        Route("/release.zip", download_release),
        Route("/release/{path:path}", show_release),
        Route("/assets/{name}", send_asset),
    ]
    app = Starlette(
        routes=[Mount(f"/{token}", routes=routes)],
        exception_handlers={BpoIndexError: _say},
    )
    return Guard(app, frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}))


def _settle(workspace: Workspace, fields: Fields) -> Said:
    """Take what a form says, and return the rest: what could not be taken, and a trial."""
    problems: Problems = {}
    try:
        before = workspace.arrangement or read_arrangement(workspace.drafted.text)
        answers = read_answers(fields)
        scale = workspace.drafted.draft.scale.value
        labels = [text for text, _ in scale.labels] if isinstance(scale, ScaleFound) else []
        problems |= check_scale(answers, labels)
        if problems:
            answers.pop("correct.scale")
        arranged = read_arranged(fields, before, problems)
        left_out = read_left_out(fields, [one.code for one in workspace.drafted.draft.units], problems)
        workspace.settle(answers, arranged, left_out)
        return Said(problems=problems, fields=dict(fields), trial=read_trial(fields, problems))
    except BpoIndexError as error:
        return Said(str(error), problems, dict(fields))


async def _say(_: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 409)


def _send(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _name_file(name: str, place: int) -> str:
    """Return a name that stays in the folder: the last part, without what a path could be made of."""
    plain = "".join(sign for sign in Path(name.replace("\\", "/")).name if sign.isprintable()).lstrip(".")
    return plain[-120:] or f"file-{place}"


def serve(port: int, *, opens: bool = True, tell: Callable[[str], object] = print) -> None:
    """Serve the page on 127.0.0.1 until it is interrupted.

    Parameters
    ----------
    port
        0: any that is free.
    opens
        Whether the browser is opened.
    tell
        Takes the address.

    Raises
    ------
    EnvironmentFailed
        When the port is taken.
    """
    import socket  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415

    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        raise EnvironmentFailed(f"Port {port} cannot be used: {error.strerror}. Give another with --port.") from None
    workspace, token, port = Workspace(), secrets.token_urlsafe(24), listening.getsockname()[1]
    address = f"http://127.0.0.1:{port}/{token}/"
    config = uvicorn.Config(make_server(token, port, workspace), log_level="warning", access_log=False)
    tell(address)
    if opens:
        webbrowser.open(address)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        workspace.close()
