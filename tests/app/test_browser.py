"""The page in a real browser against a real server: by mouse and by keyboard, wide and narrow, light and dark."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import find_browser
from tests.limits import HANG_SECONDS

pytestmark = pytest.mark.component("browser")
CHAMBERS = Path(__file__).parents[1] / "drafting/encuesta_camaras_2024.csv"


@pytest.fixture(scope="module")
def address():
    command = [sys.executable, "-m", "bpo_index", "app", "--no-browser"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    said = ""
    while "http://" not in said:
        said = process.stderr.readline()
        assert said, "the page does not start"
    yield re.search(r"http://\S+", said)[0]
    process.send_signal(signal.SIGINT)
    process.wait(HANG_SECONDS)
    process.stderr.close()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"], timeout=1000 * HANG_SECONDS
        )
        yield opened
        opened.close()


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=["wide", "narrow"])
def page(browser, request, address):
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(1000 * HANG_SECONDS)
    opened, asked, faults = context.new_page(), [], []
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(address)
    yield opened
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert faults == []
    context.close()


def find_violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(one["id"], one["impact"]) for one in found if one["impact"] in ("serious", "critical")]


def test_from_a_file_to_a_report(page, address):
    assert find_violations(page) == []
    page.set_input_files("#files", CHAMBERS)
    page.wait_for_selector("#h-ranking")
    assert page.locator("meter").count() == 15
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert find_violations(page) == []
    from playwright.sync_api import expect

    # An answer is taken at once, and where the keyboard is stays.
    page.focus("#a-reverse-1")
    page.keyboard.press("Space")
    expect(page.locator("#r-q3")).not_to_be_checked(timeout=1000 * HANG_SECONDS)
    assert page.evaluate("document.activeElement.id") == "a-reverse-1"
    page.keyboard.press("Space")
    expect(page.locator("#r-q3")).to_be_checked(timeout=1000 * HANG_SECONDS)

    page.click("summary:has-text('Try another')")
    page.select_option("#m-normalisation", "min_max")
    page.wait_for_selector("text=A trial, and no publication")

    page.click("button:has-text('Make the report')")
    page.wait_for_selector("a:has-text('Open the report')")
    with page.context.expect_page() as opening:
        page.click("a:has-text('Open the report')")
    report = opening.value
    report.wait_for_load_state()
    assert report.locator("h1").inner_text()
    with page.expect_download() as loading:
        page.click("a:has-text('Definition (YAML)')")
    assert loading.value.suggested_filename == "definition.yaml"


def look(page):
    """Return where the page is, and where the control with the focus."""
    where = "(() => { const one = document.activeElement; return [one.id, one.getBoundingClientRect().top]; })()"
    return page.evaluate(where)


def test_what_was_changed_stays_where_it_is(page):
    page.set_input_files("#files", CHAMBERS)
    page.wait_for_selector("#h-ranking")
    page.click("#d-units > summary")
    page.focus("#k-q2")
    before = look(page)
    with page.expect_response("**/settle"):
        page.select_option("#k-q2", label="New category")
    page.wait_for_selector("#c2")
    after = look(page)
    assert after[0] == before[0] == "k-q2"
    assert abs(after[1] - before[1]) < 2
    assert page.locator("tbody tr:has(#k-q2) th").inner_text() == page.locator("#t-q2").inner_text()
    assert page.locator("#d-units").evaluate("one => one.open")

    page.fill("#w1", "much")
    page.press("#w1", "Tab")
    page.wait_for_selector("#w1[aria-invalid=true]")
    assert page.locator("#w1").input_value() == "much"
    said = page.locator("[id='e-category.1.weight']").bounding_box()
    assert 0 <= said["y"] < 900


def test_a_broken_file_is_said_and_another_may_follow(page, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("just one line\n")
    page.set_input_files("#files", broken)
    page.wait_for_selector("[role=alert]")
    assert find_violations(page) == []
    page.set_input_files("#files", CHAMBERS)
    page.wait_for_selector("#h-ranking")
    assert page.locator("[role=alert]").count() == 0


def test_all_of_it_is_reached_by_keyboard(page):
    page.set_input_files("#files", CHAMBERS)
    page.wait_for_selector("#h-ranking")
    reached = set()
    page.evaluate("document.querySelector('.skip').focus()")
    for _ in range(120):
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
        page.keyboard.press("Tab")
    assert {"files", "a-reverse-1", "c0", "w0", "k-q1", "p-q1", "r-q1"} <= reached
