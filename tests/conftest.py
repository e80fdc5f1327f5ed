"""What every test may use: the repository's root, and tests that need a real component such as a Prefect server."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

HEALTH_TIMEOUT_SECONDS = 60


# No test is timed; without this each example of a property has 200 ms.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-components",
        action="store_true",
        help="fail a test whose component (a Prefect server, a browser, R's data) is missing, instead of skipping it",
    )


@functools.cache
def find_prefect_problem(api_url: str | None) -> str | None:
    """Return why there is no Prefect server to test against, or None when one answers."""
    if not api_url:
        return "PREFECT_API_URL is not set"
    health = f"{api_url.rstrip('/')}/health"
    try:
        with urllib.request.urlopen(health, timeout=HEALTH_TIMEOUT_SECONDS) as answer:
            return None if answer.status == 200 else f"{health} answered {answer.status}"
    except urllib.error.HTTPError as error:
        with error:
            return f"{health} answered {error.code}"
    except (OSError, ValueError) as error:
        return f"{health} does not answer: {error}"


def find_machine_problem(api_url: str | None) -> str | None:
    """Return why `make serve` is not tried: its tests take minutes and bring their own server and worker."""
    if api_url or os.environ.get("BPO_INDEX_FAULTS"):
        return None
    return "its tests run with PREFECT_API_URL set, or by `make faults`"


def find_browser() -> str | None:
    """Return the path of a Chromium, the one of BPO_INDEX_CHROMIUM first; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("BPO_INDEX_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def find_browser_problem(is_required: bool) -> str | None:
    """Return why no browser is to open a report, or None when one is there and wanted: its tests take a minute."""
    if not is_required and not os.environ.get("BPO_INDEX_CHROMIUM"):
        return "its tests run with BPO_INDEX_CHROMIUM naming a browser, or by `make test-components`"
    if importlib.util.find_spec("playwright") is None:
        return "the package playwright is not installed"
    return None if find_browser() else "no Chromium is installed (BPO_INDEX_CHROMIUM names one elsewhere)"


def find_html_validate() -> str:
    """Return the path of html-validate's program, which BPO_INDEX_HTML_VALIDATE names; empty: it is not named."""
    return os.environ.get("BPO_INDEX_HTML_VALIDATE", "")


def find_html_validate_problem() -> str | None:
    """Return why no html-validate is to be had, or None when it is there."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not find_html_validate():
        return "BPO_INDEX_HTML_VALIDATE does not name html-validate's program (from npm)"
    return None if Path(find_html_validate()).is_file() else f"there is no file {find_html_validate()}"


def find_minutes_problem(is_required: bool) -> str | None:
    """Return why tests that take long are not run: `make test` has few minutes."""
    if is_required or os.environ.get("BPO_INDEX_FAULTS") or os.environ.get("BPO_INDEX_FUZZ"):
        return None
    return "its tests take long: `make test-components`, `make faults` and `make fuzz` run them"


def find_survey_data_problem() -> str | None:
    """Return why the data of R's package survey are not there, or None when they are."""
    if importlib.util.find_spec("rdata") is None:
        return "the package rdata is not installed"
    folder = os.environ.get("BPO_INDEX_SURVEY_DATA")
    if not folder:
        return "BPO_INDEX_SURVEY_DATA does not name the data folder of Debian's r-cran-survey"
    return None if (Path(folder) / "api.rda").is_file() else f"there is no api.rda in {folder}"


COMPONENTS: dict[str, Callable[[bool], str | None]] = {
    "browser": find_browser_problem,
    "html-validate": lambda _: find_html_validate_problem(),
    "minutes": find_minutes_problem,
    "prefect-server": lambda _: find_prefect_problem(os.environ.get("PREFECT_API_URL")),
    "survey-data": lambda _: find_survey_data_problem(),
    "prefect-machine": lambda _: find_machine_problem(os.environ.get("PREFECT_API_URL")),
}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or with ``--require-components`` fail, a test whose component is missing."""
    for marker in item.iter_markers("component"):
        if len(marker.args) != 1 or marker.args[0] not in COMPONENTS:
            pytest.fail(f"component{marker.args} is unknown; known: {', '.join(COMPONENTS)}", pytrace=False)
        is_required = item.config.getoption("--require-components")
        problem = COMPONENTS[marker.args[0]](is_required)
        if problem is None:
            continue
        sentence = f"needs {marker.args[0]}: {problem}"
        if is_required:
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def without_figures() -> Iterator[None]:
    """Let runs in this process publish without figures, which take a second each and are made from the tables alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bpo_index.publication.release_files.start_figures", lambda *_: dict)
        yield
