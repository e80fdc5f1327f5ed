"""A page for readers as Markdown."""

from __future__ import annotations

from bpo_index.display.table_view import DEEPEST_LEVEL
from bpo_index.display.templates import load_template
from bpo_index.publication.formats.reader_tables import TEMPLATES, Page


def render_markdown(page: Page) -> bytes:
    """Return a page as Markdown (CommonMark with tables), one table a section; marks of notes are superscripts."""
    template = load_template(TEMPLATES / "table.md", escape_markdown)
    return str(template.render(page=page, deepest=DEEPEST_LEVEL)).encode()


def escape_markdown(text: str) -> str:
    """Return a text in one line that Markdown shows as it is.

    Examples
    --------
    >>> escape_markdown("a*b\\n<c>")
    'a\\\\*b &lt;c&gt;'
    """
    escaped = "".join(f"\\{character}" if character in "\\`*_[]|#~$" else character for character in text)
    return " ".join(escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
