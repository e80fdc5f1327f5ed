"""A release of a survey with a declared design, and with margins that trimmed weights cannot meet."""

import json
from dataclasses import replace

import polars as pl
from rich.console import Console

from bpo_index.cli.print_run import print_run
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.surveys import SMALL

DESIGN = """design:
  strata: size
  population: {column: firms}
  lonely_company: certainty
  lonely_reason: The one large firm was sure to be asked.
"""
RATINGS = [(3, 4, 5), (8, 6, 2), (5, 7, 3), (9, 9, 1), (4, 5, 6), (7, 8, 2), (6, 3, 4), (2, 6, 7)]


def write(folder, columns, design=""):
    text = SMALL.replace("company: company", columns).replace("straight_line: {minimum_answers: 3}", "")
    text = text.replace(
        "replicates: 100}", f"replicates: 100{', trim_weights: 1.2' if 'background' in columns else ''}}}"
    )
    (folder / "index.yaml").write_text(text + design, encoding="utf-8")
    rows = ["id,country,q1,q2,q3,size,firms"]
    for code, shift in (("AAA", 0), ("BBB", 1), ("CCC", -1)):
        for k, (one, two, three) in enumerate(RATINGS):
            size = "large" if k == 7 else "small"
            cells = (f"{code}{k}", code, one + shift, two, three + shift, size, 3 if k == 7 else 40)
            rows.append(",".join(map(str, cells)))
    (folder / "answers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Settings(
        (str(folder / "answers.csv"),), str(folder / "index.yaml"), str(folder / "out"), str(folder / "audit")
    )


def test_a_declared_design_is_in_tables_and_report(tmp_path, without_figures):
    completed = run(write(tmp_path, "status: status", DESIGN))
    table = pl.read_csv(completed.release.path / "robustness" / "design.csv")
    assert table.select("unit", "sampling_units", "strata", "degrees_of_freedom", "kish_design_effect").rows() == [
        (code, 8, 2, 6.0, 1.0) for code in ("AAA", "BBB", "CCC")
    ]
    assert table["design_based_effect"].null_count() == 3  # eight respondents: no room for it
    report = (completed.release.path / "annex.html").read_text(encoding="utf-8")
    assert "The one large firm was sure to be asked." in report


def test_margins_that_trimming_does_not_allow_are_named_in_terminal_report_and_audit(tmp_path, without_figures):
    settings = write(tmp_path, "background: {size: size}")
    (tmp_path / "margins.csv").write_text("unit,variable,level,share\n,size,small,1\n,size,large,1\n", encoding="utf-8")
    completed = run(replace(settings, margins=str(tmp_path / "margins.csv")))
    # One of eight is large: at 1.2 times the mean it has 15 % of the weight, of 50 % asked.
    says = "Aland, size large: 50.0% asked, 15.0% achieved, 35.0 percentage points off"
    console = Console(record=True, width=2_000)
    print_run(completed, console, verbose=False)
    assert says in console.export_text()
    for page in ("report.html", "annex.html"):
        assert says in (completed.release.path / page).read_text(encoding="utf-8")
    audit = json.loads((completed.checked.audit_folder / "audit.json").read_text(encoding="utf-8"))
    assert {"unit": "AAA", "variable": "size", "level": "large", "asked": 0.5, "achieved": 0.15} in [
        one | {"achieved": round(one["achieved"], 9)} for one in audit["missed_margins"]
    ]
