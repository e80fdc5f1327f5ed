"""The page of a run: a short text, findings and rows, which say what the completed says."""

from dataclasses import replace

import pytest

from bpo_index.files.resources import find_resource
from bpo_index.handover.summary import list_audit_rows, list_ranking_rows, write_findings, write_summary
from bpo_index.pipeline import run
from bpo_index.publication.standard_phrases import choose_notice
from bpo_index.settings import Settings
from tests.quick import quick_definition


@pytest.fixture(scope="module")
def completed(without_figures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("summary")
    sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
    return run(Settings((sample,), quick_definition(), str(folder / "out"), str(folder / "audit")))


def test_the_summary_says_what_was_computed_from_what(completed):
    lines = write_summary(completed).splitlines()
    assert lines[:3] == ["# Offshore BPO Confidence Index 2021", "", f"**{choose_notice('synthetic')}**"]
    assert "100 of 108 rows used, 8 quarantined." in lines
    assert lines[-1] == f"Release `{completed.release.release_id}` in `{completed.release.path}`."


def test_the_notice_is_that_of_the_data(completed):
    for origin, notice in (("partly synthetic", choose_notice("partly synthetic")), ("survey", "")):
        changed = replace(completed, result=replace(completed.result, data_origin=origin))
        for text in (write_summary(changed), write_findings(changed)):
            assert choose_notice("synthetic") not in text.replace(choose_notice("partly synthetic"), "")
            assert (choose_notice("partly synthetic") in text) is bool(notice)


def test_findings_are_a_list(completed):
    lines = write_findings(completed).splitlines()
    assert [line[2:] for line in lines if line.startswith("- ")] == completed.result.findings


def test_rows_are_those_of_the_ranking_and_of_the_audit(completed):
    rows = list_ranking_rows(completed)
    ranking = completed.result.ranking
    assert [row["Country"] for row in rows] == ranking["name"].to_list()
    assert [row["Score (%)"] for row in rows] == [f"{score:.1f}" for score in ranking["score"]]
    counts = {row["What"]: row["Rows"] for row in list_audit_rows(completed)}
    assert (counts["rows read"], counts["rows used"], counts["rows quarantined"]) == (108, 100, 8)
