"""A run in a few rows and lines, for the page of a run; holds nothing about single respondents."""

from __future__ import annotations

from bpo_index.completed import CompletedRun
from bpo_index.display.catalogue import phrase
from bpo_index.publication.formats.markdown import escape_markdown
from bpo_index.publication.formats.reader_tables import view_units
from bpo_index.validation.reasons import describe_reason


def list_ranking_rows(completed: CompletedRun) -> list[dict[str, str]]:
    """Return the ranking as rows of text, heading to cell, as readers' tables have them."""
    view = view_units(completed.result.ranking, completed.definition)
    return [dict(zip(view.headings, row, strict=True)) for row in view.rows]


def list_audit_rows(completed: CompletedRun) -> list[dict[str, object]]:
    """Return what became of the rows read, and the reasons with their counts."""
    audit, words = completed.checked.audit, completed.definition.words
    counts = {
        phrase("flow.rows_read"): audit.rows_read,
        phrase("flow.rows_used"): audit.rows_accepted,
        phrase("flow.rows_quarantined"): audit.rows_quarantined,
        phrase("flow.rows_by_rules"): audit.rows_quarantined_by_rules,
        phrase("flow.rows_for_errors"): audit.rows_quarantined_for_errors,
        phrase("flow.rows_by_reader"): audit.rows_quarantined_by_reader,
    }
    rows: list[tuple[str, object, str]] = [(what, count, "") for what, count in counts.items()]
    rows += [(code, count, describe_reason(code, words)) for code, count in audit.reasons.items()]
    rows += [
        (phrase("flow.flag", code=code), count, describe_reason(code, words)) for code, count in audit.flags.items()
    ]
    rows += [(phrase("flow.note"), "", note) for note in audit.notes]
    headings = (phrase("flow.heading_what"), phrase("flow.heading_rows"), phrase("flow.heading_meaning"))
    return [dict(zip(headings, row, strict=True)) for row in rows]


def write_summary(completed: CompletedRun) -> str:
    """Return a short Markdown text: what was computed, from how many rows, and where it lies."""
    audit, release = completed.checked.audit, completed.release
    where = {"release": f"`{release.release_id}`", "folder": f"`{release.path}`"}
    lies = phrase("flow.release_is_new", **where) if release.is_new else phrase("flow.release_was_there", **where)
    stays = not release.is_latest and release.standing.kind != "trial"
    lines = [
        *_head(completed, completed.definition.title),
        phrase(
            "flow.rows_counted",
            count=audit.rows_read,
            used=audit.rows_accepted,
            quarantined=audit.rows_quarantined,
        ),
        "",
        f"{lies} {phrase('flow.pointer_stays')}" if stays else lies,
        *(line for warning in release.warnings for line in ("", f"**{escape_markdown(warning)}**")),
    ]
    return "\n".join(lines)


def write_findings(completed: CompletedRun) -> str:
    """Return what the ranking supports and what drives it, as a list in Markdown, and the notes on its units."""
    lines = [*_head(completed, phrase("flow.what_it_supports", title=completed.definition.title))]
    lines += [f"- {escape_markdown(sentence)}" for sentence in completed.result.findings]
    lines += ["", *(f"\\* {escape_markdown(note)}" for note in completed.result.notes)]
    return "\n".join(lines)


def _head(completed: CompletedRun, title: str) -> list[str]:
    notice = completed.result.notice
    return [f"# {escape_markdown(title)}", "", *([f"**{notice}**", ""] if notice else [])]
