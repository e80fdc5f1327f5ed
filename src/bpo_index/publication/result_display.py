"""What a notebook shows of a result, a release, and of both together: published numbers and counts, no more."""

from __future__ import annotations

from bpo_index.definition import IndexDefinition
from bpo_index.notebook import show_block, show_link, show_list, show_sentence, show_table
from bpo_index.publication.columns import RANKING
from bpo_index.publication.formats.reader_tables import format_cell, show_score
from bpo_index.publication.release import Release
from bpo_index.publication.result import Result
from bpo_index.publication.wording import choose_notice, name_level
from bpo_index.validation import Audit
from bpo_index.wording import show_range

#: Files of a release that are linked, where they are there.
_LINKED = {"report.html": "Open the report"}
_COLUMNS = {column.name: column for column in RANKING}


def show_result(result: Result) -> str:
    """Return a result as HTML: ranking, findings and notes."""
    return show_block("Ranking", *_show_parts(result, "unit", ""), notice=choose_notice(result.data_origin))


def show_release(release: Release) -> str:
    """Return a release as HTML: where it lies, and a link to its report."""
    return show_block(f"Release {release.release_id}", *_show_release_parts(release))


def show_outcome(definition: IndexDefinition, result: Result, audit: Audit, release: Release) -> str:
    """Return what a run did as HTML: ranking, findings, the account of rows, the release."""
    level = f"{name_level(definition)} "
    return show_block(
        definition.title,
        *_show_parts(result, definition.columns.unit, level),
        show_sentence(
            f"Rows read {audit.rows_read}, used {audit.rows_accepted}, quarantined {audit.rows_quarantined}."
        ),
        *_show_release_parts(release),
        notice=choose_notice(result.data_origin),
    )


def _show_parts(result: Result, unit: str, level: str) -> list[str]:
    name = unit[:1].upper() + unit[1:]
    ranks = f"{level}rank interval".capitalize()
    headings = ["Rank", name, "Score", f"{level}interval".capitalize(), ranks, "Respondents", "P(first)"]
    rows = [
        [
            format_cell(row["rank"], _COLUMNS["rank"]),
            row["name"],
            show_score(row, _COLUMNS["score"]),
            show_range(row["ci_low"], row["ci_high"], _COLUMNS["ci_low"].decimals or 0),
            show_range(row["rank_interval_low"], row["rank_interval_high"]),
            format_cell(row["respondents"], _COLUMNS["respondents"]),
            format_cell(row["p_first"], _COLUMNS["p_first"]),
        ]
        for row in result.ranking.iter_rows(named=True)
    ]
    caption = (
        "Intervals are from the sampling of respondents only. P(first) is a share of "
        f"{result.replicates:,} replicates with respondents drawn. Each respondent rates one {unit} only, so rater and "
        f"{unit} are confounded."
    )
    noted = result.ranking.filter(result.ranking["note"] != "")
    notes = [f"{row['name']}: {row['note']}." for row in noted.iter_rows(named=True)]
    return [
        show_table(caption, headings, rows, texts=[name]),
        show_list(result.findings),
        show_list([*notes, *result.notes]),
    ]


def _show_release_parts(release: Release) -> list[str]:
    state = "new" if release.is_new else "there already, checked and unchanged"
    pointer = "" if release.is_latest else "; latest.json of the edition stays at another release"
    links = [show_link(release.path / name, text) for name, text in _LINKED.items() if (release.path / name).is_file()]
    return [show_sentence(f"Release {release.path}: {state}{pointer}."), *links]
