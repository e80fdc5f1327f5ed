"""README, "Run it on a schedule", followed word by word in a checkout of its own, with the login, in a real browser.

It brings its own server and worker, and waits for sweeps of a minute: `.ci/run` runs it, `make test` does not.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import find_browser
from tests.flows.served import LOGIN
from tests.limits import HANG_SECONDS

pytestmark = [
    pytest.mark.component("prefect-machine"),
    pytest.mark.component("browser"),
    pytest.mark.timeout(900),
]

SECTION = (Path(__file__).resolve().parents[2] / "README.md").read_text().split("## Run it on a schedule")[1]
BLOCKS = re.findall(r"```\n(.*?)\n```", SECTION.split("\n## ")[0], flags=re.DOTALL)


@pytest.fixture(scope="module")
def checkout(project, tmp_path_factory):
    """Return a copy of the project, installed without a download: its Python is this one."""
    folder = tmp_path_factory.mktemp("checkout")
    left_out = shutil.ignore_patterns(*(".git", ".venv", ".prefect", "inbox", "releases", "audit", "build", "*cache*"))
    shutil.copytree(project, folder, dirs_exist_ok=True, ignore=left_out)
    venv = folder / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    (venv / ".installed").write_text(f"{folder}\n")
    return folder


@pytest.fixture(scope="module")
def environment():
    """Return an environment in which nothing is set that the README does not name, but a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "BPO_INDEX_"))}
    return kept | {"PORT": str(port), "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def shown(checkout, environment):
    """Return what `make serve` prints, and keep it running."""
    serve = BLOCKS[0]
    assert serve == "make serve"
    log = checkout / "serve.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            serve.split(), cwd=checkout, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    while "Drop a file" not in log.read_text():
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    yield log.read_text()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(120)
    assert "Stopped." in log.read_text()


@pytest.fixture(scope="module")
def page(shown):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = browser.new_context().new_page()
        page.set_default_timeout(120_000)
        yield page
        browser.close()


def test_from_the_login_to_the_report(checkout, environment, shown, page):
    (address,) = re.findall(r"Page: (\S+)", shown)
    (login,) = re.findall(r"admin:\S+", shown)
    assert (checkout / ".prefect" / "login").read_text() == f"{login}\n"
    page.goto(address)
    page.fill("input[type=password]", login)
    page.click("button[type=submit]")
    page.wait_for_url("**/dashboard")

    subprocess.run(BLOCKS[1], shell=True, cwd=checkout, env=environment, check=True)
    end = time.monotonic() + HANG_SECONDS
    while not list(checkout.glob("inbox/offshore-bpo-2021/processed/*/outcome.json")):
        assert time.monotonic() < end, (checkout / ".prefect" / "logs" / "worker.log").read_text()[-5000:]
        time.sleep(1)
    page.wait_for_timeout(5000)  # the name of the run comes last
    page.goto(f"{address}/runs")
    page.get_by_text("published 1: offshore-bpo-2021.csv").first.click()
    page.wait_for_url("**/runs/flow-run/**")
    asked = {"artifacts": {"key": {"any_": ["release-offshore-bpo-2021"]}}}
    auth = tuple(login.split(":"))
    (link,) = httpx.post(f"{address}/api/artifacts/filter", json=asked, auth=auth, timeout=60).json()
    assert f":{int(environment['PORT']) + 1}/offshore-bpo/2021/" in link["data"]

    trouble = []
    report = f"http://127.0.0.1:{int(environment['PORT']) + 1}/offshore-bpo/2021/"
    (release,) = checkout.glob("releases/offshore-bpo/2021/*/report.html")
    # NOTE: the page of Prefect, left behind, may still have something to say.
    page.goto("about:blank")
    page.on("console", lambda message: trouble.append(message.text) if is_trouble(message, report) else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    for name in ("ranking.html", "figures/ranking.svg", "report.html"):
        answer = page.goto(f"{report}{release.parent.name}/{name}")
        assert answer.status == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert page.get_by_text("Colombia has the highest score").count()
    before = page.inner_text("#explorer")
    slider = page.locator("#explorer input[type=range]").first
    slider.evaluate("one => { one.value = one.max; one.dispatchEvent(new Event('input', {bubbles: true})) }")
    page.wait_for_timeout(1000)
    assert page.inner_text("#explorer") != before
    assert trouble == []


def is_trouble(message, report):
    """An error of the release's own pages; browsers ask for an icon by themselves, and releases have none."""
    return message.type == "error" and message.location["url"].startswith(report)


def run(checkout, environment, line, **more):
    return subprocess.run(
        line,
        shell=True,
        cwd=checkout,
        env=environment | more,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("line", BLOCKS[2].splitlines())
def test_the_flows_run_from_the_command_line_on_a_temporary_server(checkout, environment, line):
    done = run(checkout, environment, line, PREFECT_HOME=str(checkout / "temporary"))
    assert done.returncode == 0, done.stderr


def test_the_flows_run_from_the_command_line_on_the_server_with_its_login(checkout, environment, shown):
    named = {
        "PREFECT_API_URL": f"http://127.0.0.1:{environment['PORT']}/api",
        "PREFECT_HOME": str(checkout / "client"),
    }
    line = BLOCKS[2].splitlines()[1]
    done = run(
        checkout, environment, line, **named, **{LOGIN[1]: (checkout / ".prefect" / "login").read_text().strip()}
    )
    assert done.returncode == 0, done.stderr
    done = run(checkout, environment, line, **named)
    assert done.returncode == 3
    shown = done.stderr.splitlines()[-1]
    assert shown.endswith("The Prefect server of PREFECT_API_URL wants a login: set PREFECT_API_AUTH_STRING.")
