"""A page for readers as Markdown."""

from __future__ import annotations

from bpo_index.publication.formats.reader_tables import NAME_AT, Page, Row


def render_markdown(page: Page) -> bytes:
    """Return a page as Markdown (CommonMark with tables), one table a section; marks of notes are superscripts."""
    blocks = [f"# {escape_markdown(page.title)}"]
    if page.notice:
        blocks.append(f"**{escape_markdown(page.notice)}**")
    for section in page.sections:
        if section.title:
            # NOTE: Markdown has six levels of headings; deeper ones stand with the sixth.
            blocks.append(f"{'#' * min(section.level + 1, 6)} {escape_markdown(section.title)}")
        blocks.append(_write_table(page.headings, section.rows))
    blocks += [f"<sup>{mark}</sup> {escape_markdown(note)}" for mark, note in page.notes]
    blocks += [escape_markdown(paragraph) for paragraph in page.legend]
    return ("\n\n".join(blocks) + "\n").encode()


def _write_table(headings: tuple[str, ...], rows: tuple[Row, ...]) -> str:
    lines = [
        " | ".join(escape_markdown(heading) for heading in headings),
        "|".join(":---" if place == NAME_AT else "---:" for place in range(len(headings))),
    ]
    for row in rows:
        cells = [escape_markdown(cell) for cell in row.cells]
        cells[NAME_AT] += f"<sup>{row.mark}</sup>" if row.mark else ""
        lines.append(" | ".join(cells))
    return "\n".join(f"|{line}|" if line.startswith("-") else f"| {line} |" for line in lines)


def escape_markdown(text: str) -> str:
    """Return a text in one line that Markdown shows as it is.

    Examples
    --------
    >>> escape_markdown("a*b\\n<c>")
    'a\\\\*b &lt;c&gt;'
    """
    escaped = "".join(f"\\{character}" if character in "\\`*_[]|#~$" else character for character in text)
    return " ".join(escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
