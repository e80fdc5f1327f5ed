"""The terminal says the answer first: one screen of plain words, and no number is ever cut."""

import re
from pathlib import Path

import pytest
from rich.console import Console

from bpo_index.cli.print_run import print_run
from bpo_index.display.numbers import show_level
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.quick import quick_definition

LONG = "Republic of Colombia with all of its departments and islands"
#: What nobody understands who has not read the method pages.
TECHNICAL = (
    "replicate",
    "drawn anew",
    "all assumptions",
    "all at once",
    "analytic",
    "P(first)",
    "told apart",
    "marginal",
)


@pytest.fixture(scope="module")
def completed(project, tmp_path_factory):
    """Return a run on the sample of 2021, in which one unit has a name of sixty letters."""
    folder = tmp_path_factory.mktemp("printed")
    definition = folder / "definition.yaml"
    text = Path(quick_definition()).read_text(encoding="utf-8")
    assert text.count("name: Colombia,") == 1
    text = text.replace("name: Colombia,", f"name: {LONG},").replace("aliases: [CO,", "aliases: [Colombia, CO,")
    definition.write_text(text, encoding="utf-8")
    sample = str(project / "sample_data" / "offshore-bpo-2021.csv")
    return run(Settings((sample,), str(definition), str(folder / "out"), str(folder / "audit")))


def show(completed, width=80, **options):
    console = Console(width=width, highlight=False, no_color=True)
    with console.capture() as capture:
        print_run(completed, console, **options)
    return capture.get()


def test_the_answer_fits_one_screen_in_plain_words(completed):
    shown = show(completed)
    lines = shown.splitlines()
    assert 24 <= len(lines) <= 40
    places = ("Release: ", "Report: ", "Private audit: ")
    assert all(len(line) <= 80 for line in lines if not line.startswith(places))
    assert [word for word in TECHNICAL if word in shown] == []
    assert 3 <= len(completed.result.summary) <= 5
    joined = " ".join(shown.split())
    assert all(sentence in joined for sentence in completed.result.summary)
    assert (
        f"at {show_level(completed.definition.method.confidence_level)} confidence, ranks for all countries" in joined
    )
    assert "Rows read 108, used 100, quarantined 8 (--verbose says why)." in lines
    assert lines[-2] == f"Report: {completed.release.path / 'report.html'}"


@pytest.mark.parametrize("width", [75, 80, 200])
def test_a_long_name_cuts_no_number(completed, width):
    lines = show(completed, width).splitlines()
    for row in completed.result.ranking.iter_rows(named=True):
        low, high = f"{row['ci_low']:.1f}", f"{row['ci_high']:.1f}"
        numbers = rf"{row['score']:.1f} +{low} to {high} +{row['rank_set_low']} to {row['rank_set_high']} +"
        assert [line for line in lines if re.search(rf"^ +{row['rank']} .* {numbers}{row['respondents']} *$", line)]
    assert set(LONG.split()) <= set(" ".join(lines).split())
    assert "…" not in "".join(lines)


def test_verbose_adds_the_findings_the_account_and_the_exclusions(completed):
    brief, full = show(completed), show(completed, verbose=True)
    joined = " ".join(full.split())
    assert set(brief.splitlines()) <= set(full.splitlines())
    assert all(sentence in joined for sentence in completed.result.findings)
    for said in ("straight_line all questions", "Used: 2,348 ratings", "The ranking with and without these rules"):
        assert said in joined
        assert said not in brief
