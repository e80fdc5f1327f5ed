"""html-validate finds no error in any page of a release: report, annex, pages of units, tables for readers."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import find_html_validate

pytestmark = pytest.mark.component("html-validate")
CONFIG = Path(__file__).with_name("html-validate.config.cjs")


def list_faults(folder: Path, tmp_path: Path) -> list[str]:
    """Return what it finds in all pages below a folder."""
    pages = sorted(folder.rglob("*.html"))
    assert {"report.html", "annex.html", "ranking.html", "categories.html"} <= {page.name for page in pages}
    # NOTE: a pipe would be cut when the program ends.
    with (tmp_path / "found.json").open("wb") as found:
        command = ["node", find_html_validate(), "--config", CONFIG, "--formatter", "json", *pages]
        done = subprocess.run(command, stdout=found, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    results = json.loads((tmp_path / "found.json").read_bytes())
    return [
        f"{Path(page['filePath']).relative_to(folder)}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
        for page in results
        for fault in page["messages"]
    ]


def test_pages_of_the_sample_have_no_faults(sample, tmp_path):
    assert list_faults(sample.release.path, tmp_path) == []


def test_pages_of_a_tree_have_no_faults(four_levels, tmp_path):
    assert list_faults(four_levels.release.path, tmp_path) == []


def test_a_fault_is_found(sample, tmp_path):
    for page in sample.release.path.glob("*.html"):
        (tmp_path / page.name).write_bytes(page.read_bytes())
    broken = tmp_path / "ranking.html"
    broken.write_text(broken.read_text("utf-8").replace("<caption>", "<caption><p>", 1), encoding="utf-8")
    assert any(fault.startswith("ranking.html:") for fault in list_faults(tmp_path, tmp_path))
