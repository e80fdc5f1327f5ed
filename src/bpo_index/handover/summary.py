"""A run in a few rows and lines, for the page of a run; holds nothing about single respondents."""

from __future__ import annotations

from bpo_index.completed import CompletedRun
from bpo_index.publication.formats.markdown import escape_markdown
from bpo_index.publication.formats.reader_tables import view_units
from bpo_index.validation.reasons import REASONS


def list_ranking_rows(completed: CompletedRun) -> list[dict[str, str]]:
    """Return the ranking as rows of text, heading to cell, as readers' tables have them."""
    view = view_units(completed.result.ranking, completed.definition)
    return [dict(zip(view.headings, row, strict=True)) for row in view.rows]


def list_audit_rows(completed: CompletedRun) -> list[dict[str, object]]:
    """Return what became of the rows read, and the reasons with their counts."""
    audit = completed.checked.audit
    counts = {
        "rows read": audit.rows_read,
        "rows used": audit.rows_accepted,
        "rows quarantined": audit.rows_quarantined,
        "rows kept out by rules alone": audit.rows_quarantined_by_rules,
        "rows kept out for errors": audit.rows_quarantined_for_errors,
        "rows quarantined by the reader": audit.rows_quarantined_by_reader,
    }
    rows: list[dict[str, object]] = [{"what": what, "rows": count, "meaning": ""} for what, count in counts.items()]
    rows += [{"what": code, "rows": count, "meaning": REASONS[code]} for code, count in audit.reasons.items()]
    rows += [{"what": f"flag: {code}", "rows": n, "meaning": REASONS[code]} for code, n in audit.flags.items()]
    return rows + [{"what": "note", "rows": "", "meaning": note} for note in audit.notes]


def write_summary(completed: CompletedRun) -> str:
    """Return a short Markdown text: what was computed, from how many rows, and where it lies."""
    audit, release = completed.checked.audit, completed.release
    where = "." if release.is_new else ", there already and unchanged."
    if not release.is_latest and release.standing.kind != "trial":
        where += " The edition's pointer stays at a newer release."
    lines = [
        *_head(completed, completed.definition.title),
        f"{audit.rows_accepted} of {audit.rows_read} rows used, {audit.rows_quarantined} quarantined.",
        "",
        f"Release `{release.release_id}` in `{release.path}`{where}",
        *(line for warning in release.warnings for line in ("", f"**{escape_markdown(warning)}**")),
    ]
    return "\n".join(lines)


def write_findings(completed: CompletedRun) -> str:
    """Return what the ranking supports and what drives it, as a list in Markdown, and the notes on its units."""
    lines = [*_head(completed, f"What the ranking supports: {completed.definition.title}")]
    lines += [f"- {escape_markdown(sentence)}" for sentence in completed.result.findings]
    lines += ["", *(f"\\* {escape_markdown(note)}" for note in completed.result.notes)]
    return "\n".join(lines)


def _head(completed: CompletedRun, title: str) -> list[str]:
    notice = completed.result.notice
    return [f"# {escape_markdown(title)}", "", *([f"**{notice}**", ""] if notice else [])]
