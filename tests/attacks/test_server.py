"""`make serve` attacked from another process and from a page in a real browser: nobody without the login runs anything.

It brings its own server and worker: `.ci/run` and `make faults` run it, `make test` does not.
"""

import asyncio
import base64
import http.server
import json
import re
import shutil
import stat
import subprocess
import threading
import uuid
from pathlib import Path

import httpx
import pytest

from tests.conftest import find_browser
from tests.flows.served import LOGIN, Served

pytestmark = [
    pytest.mark.component("prefect-machine"),
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds its processes in /proc"),
]

#: Routes of the server that answer anybody: that it is there.
OPEN = {("GET", "/api/health"), ("GET", "/api/ready")}
FOREIGN = ("http://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example", "https://127.0.0.1")
COMMAND = "touch {folder}/was-run"


@pytest.fixture(scope="module")
def served(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    machine = Served(project, folder, environment={"PREFECT_LOGGING_LEVEL": "DEBUG"})
    machine.shown = machine.start()
    yield machine
    assert machine.stop() == 0


def authorise(string):
    return {"Authorization": f"Basic {base64.b64encode(string.encode()).decode()}"}


def make_run(served):
    """Return the body of a run of the sweep's flow with a command of its own, as an attacker would post it."""
    deployment = served.ask("deployments")[0]
    return {
        "flow_id": deployment["flow_id"],
        "deployment_id": deployment["id"],
        "name": f"attack-{uuid.uuid4()}",
        "job_variables": {"command": COMMAND.format(folder=served.folder)},
        "state": {"type": "SCHEDULED"},
    }


def list_attacks(served):
    found = served.ask("flow_runs", flow_runs={"name": {"like_": "attack-"}}, limit=200)
    return [*found, *served.folder.glob("was-run")]


def test_the_login_is_printed_at_the_first_start_and_its_file_and_all_beside_it_are_private(served):
    assert served.shown.count(served.login) == 1
    assert f"Log in on the page with the line in {served.home / 'login'}" in served.shown
    served.wait_for(lambda: "COMPLETED" in {run["state_type"] for run in served.list_runs()}, "sweep")
    # Inbox and releases were made by it too; what it is given lies open there.
    for folder in (served.home, served.folder / "inbox", served.releases):
        for path in (folder, *folder.rglob("*")):
            assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("given", [None, ":", "admin:", "admin:wrong", "{login}x", "{half}"])
def test_no_route_answers_without_the_login(served, given):
    string = None if given is None else given.format(login=served.login, half=served.login[:-1])
    headers = {} if string is None else authorise(string)
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", headers=headers, timeout=60) as client:
        paths = client.get("/openapi.json").json()["paths"]
        routes = [(method.upper(), f"/api{path.removeprefix('/api')}") for path in paths for method in paths[path]]
        assert len(routes) > 150
        if given is not None:  # all of them once, the others by a few
            routes = routes[:: len(routes) // 15]
        left = []
        for method, path in routes:
            answer = client.request(method, re.sub(r"\{[^}]*\}", str(uuid.uuid4()), path), json={})
            if answer.status_code != 401:
                left.append((method, path))
        assert set(left) <= OPEN, left
        if given is None:
            for path in ("/api/docs", "/api/openapi.json", "/api/metrics", "/api/ui-settings", "/api/nothing", "/api/"):
                assert client.get(path).status_code == 401
            odd = ("/api/flow_runs/filter/../../health", "/api/flow_runs/health", "/api//health", "/api/HEALTH")
            assert all(client.post(path, json={}).status_code in (401, 404, 405) for path in odd)


@pytest.mark.parametrize("scheme", ["Bearer", "basic", "Digest"])
def test_no_other_scheme_of_logging_in_is_taken(served, scheme):
    token = base64.b64encode(served.login.encode()).decode()
    for value in (f"{scheme} {token}", f"{scheme} {served.login}", served.login):
        answer = httpx.post(f"{served.api}/flow_runs/filter", json={}, headers={"Authorization": value}, timeout=60)
        assert answer.status_code == 401


def test_with_the_login_it_answers(served):
    answer = httpx.post(f"{served.api}/flow_runs/filter", json={}, headers=authorise(served.login), timeout=60)
    assert answer.status_code == 200


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_foreign_page_is_admitted(served, origin):
    body = make_run(served)
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-mine"}
    preflight = httpx.options(f"{served.api}/flow_runs/", headers=asked, timeout=60)
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    assert "POST" not in preflight.headers["access-control-allow-methods"]
    assert "x-mine" not in preflight.headers["access-control-allow-headers"]
    for kind in ("application/json", "text/plain"):  # the second needs no preflight
        headers = {"Origin": origin, "Content-Type": kind}
        posted = httpx.post(f"{served.api}/flow_runs/", content=json.dumps(body), headers=headers, timeout=60)
        assert posted.status_code == 401
        assert "access-control-allow-origin" not in posted.headers
    assert list_attacks(served) == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4200", "127.0.0.1.evil.example", "/api/health", ""])
def test_a_name_that_leads_here_opens_nothing(served, host):
    posted = httpx.post(f"{served.api}/flow_runs/filter", json={}, headers={"Host": host}, timeout=60)
    assert posted.status_code in (400, 401)


@pytest.mark.parametrize("path", ["events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled"])
def test_no_websocket_opens_without_the_login(served, path):
    import websockets

    async def knock(first, subprotocols):
        address = f"ws://127.0.0.1:{served.port}/api/{path}"
        try:
            async with websockets.connect(address, subprotocols=subprotocols, proxy=None) as opened:
                await opened.send(json.dumps(first))
                return await asyncio.wait_for(opened.recv(), 60)
        except (websockets.ConnectionClosed, websockets.InvalidStatus, OSError):
            return None

    for token in (None, "", "admin:wrong"):
        for subprotocols in (None, ["prefect"]):
            assert asyncio.run(knock({"type": "auth", "token": token}, subprotocols)) is None


def test_the_login_shows_in_no_command_line_log_or_database(served):
    shutil.copy(served.project / "sample_data" / "offshore-bpo-2021.csv", served.drop / "good.csv")
    served.wait_for(served.list_releases, "release")
    secret = served.login.partition(":")[2].encode()
    tokens = (secret, base64.b64encode(served.login.encode()))
    commands = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, check=True).stdout
    assert b"release_server.py" in commands
    assert all(token not in commands for token in tokens)
    for path in served.home.rglob("*"):
        if path.is_file() and path.name != "login":
            content = path.read_bytes()
            assert all(token not in content for token in tokens), path
    for pid in served.find_processes():
        if b"release_server.py" in (command := Path(f"/proc/{pid}/cmdline").read_bytes()):
            assert b"releases" in command
            assert all(token not in Path(f"/proc/{pid}/environ").read_bytes() for token in tokens)


@pytest.fixture
def page(served):
    """Return a page in a real browser, without any login."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser.new_context().new_page()
        browser.close()


@pytest.fixture
def foreign():
    """Return the address of a site that is not ours."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Evil</title>")

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


ATTACK = """async ([api, body, request]) => {
    try {
        const answer = await fetch(`${api}/flow_runs/`, {method: "POST", body: JSON.stringify(body), ...request});
        return `${answer.type} ${answer.status}`;
    } catch (error) {
        return String(error);
    }
}"""
REQUESTS = (
    {"headers": {"Content-Type": "application/json"}},
    {"headers": {"Content-Type": "text/plain"}},
    {"headers": {"Content-Type": "application/json", "Authorization": "Basic YWRtaW46cGFzcw=="}},
    {"mode": "no-cors"},
    {"mode": "no-cors", "credentials": "include"},
)


@pytest.mark.component("browser")
def test_a_foreign_page_in_a_browser_makes_no_run_though_the_user_is_logged_in(served, page, foreign):
    log_in(served, page)
    page.goto(foreign)
    body = make_run(served)
    answers = [page.evaluate(ATTACK, [served.api, body, request]) for request in REQUESTS]
    assert answers == ["TypeError: Failed to fetch"] * 3 + ["opaque 0"] * 2
    with page.expect_response(f"{served.api}/flow_runs/") as answered:  # a form needs no permission
        page.evaluate(
            """([api]) => { const form = document.createElement("form"); form.action = `${api}/flow_runs/`;
            form.method = "POST"; form.enctype = "text/plain"; document.body.append(form); form.submit(); }""",
            [served.api],
        )
    assert answered.value.status == 401
    assert list_attacks(served) == []


def log_in(served, page):
    page.goto(f"http://127.0.0.1:{served.port}/")
    page.fill("input[type=password]", served.login)
    page.click("button[type=submit]")
    page.wait_for_url("**/dashboard")


@pytest.mark.component("browser")
def test_the_page_lets_in_with_the_login_only(served, page):
    outside = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto(f"http://127.0.0.1:{served.port}/runs")
    page.fill("input[type=password]", "admin:wrong")
    page.click("button[type=submit]")
    page.get_by_text("Authentication failed").first.wait_for()
    log_in(served, page)
    page.goto(f"http://127.0.0.1:{served.port}/runs")
    page.get_by_text("published 1: good.csv").first.wait_for()
    assert {url.split("/")[2] for url in outside if url.startswith("http")} == {f"127.0.0.1:{served.port}"}


def test_a_login_of_the_environment_wins_and_nothing_is_printed_again(served):
    assert served.stop() == 0
    made = served.login
    served.environment |= {LOGIN[0]: "me:mine"}
    shown = served.start()
    assert made not in shown
    assert "me:mine" not in shown
    assert f"Log in on the page with the string of {LOGIN[0]}" in shown
    for string, status in ((made, 401), ("me:mine", 200)):
        answer = httpx.get(f"{served.api}/admin/version", headers=authorise(string), timeout=60)
        assert answer.status_code == status
