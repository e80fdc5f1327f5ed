"""A page for readers as one HTML document: no script, nothing from elsewhere, readable on a phone and on paper."""

from __future__ import annotations

from bpo_index.display.language import current_language
from bpo_index.display.table_view import DEEPEST_LEVEL
from bpo_index.display.templates import load_template
from bpo_index.publication.formats.reader_tables import TEMPLATES, Page


def render_html(page: Page, table_id: str) -> bytes:
    """Return a page as an HTML document.

    Parameters
    ----------
    page
        What it holds.
    table_id
        The `id` of the table, for style sheets and links.
    """
    template = load_template(TEMPLATES / "table.html")
    language = current_language()
    return str(template.render(page=page, table_id=table_id, deepest=DEEPEST_LEVEL, language=language)).encode()
