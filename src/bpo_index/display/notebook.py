"""What a notebook shows of a value: HTML made from texts, the same in every class's `_repr_html_`.

`show_block` puts together `show_sentence`, `show_list`, `show_table`, `show_link` and `show_image`. Every text is
escaped here and nowhere else, so callers give it as it is. Colours are those of the notebook, light or dark, but for
images; there are no scripts and nothing is fetched. This module knows none of the values: each stage says itself what
is worth showing, and shows counts and published numbers only, never the answers of single respondents.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import quote

from bpo_index.display.table_view import TableView

#: Notebooks would take what stands between two dollar signs for a formula.
_NO_FORMULAS = ' class="tex2jax_ignore mathjax_ignore"'
#: Words may be broken over lines, numbers never.
_TEXT = "text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8em"
_HEADING = "text-align: right; white-space: normal"
_NUMBER = "text-align: right; white-space: nowrap"


def show_sentence(text: str) -> str:
    """Return a paragraph.

    Examples
    --------
    >>> show_sentence("1 < 2")
    '<p>1 &lt; 2</p>'
    """
    return f"<p>{escape(text)}</p>"


def show_list(sentences: Iterable[str]) -> str:
    """Return sentences as a list; nothing where there are none."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""


def show_table(view: TableView) -> str:
    """Return a table with its caption above it and its note below.

    Examples
    --------
    >>> from bpo_index.display.table_view import make_table
    >>> html = show_table(make_table("ranks", "Ranks", ["Unit", "Rank"], [["<b>", 1]]))
    >>> html.count("<tr>"), "<b>" in html, "&lt;b&gt;" in html
    (2, False, True)
    """
    sides = [_TEXT if column.is_text else _NUMBER for column in view.columns]
    head = "".join(
        f'<th scope="col" style="{_TEXT if column.is_text else _HEADING}">{escape(column.heading)}</th>'
        for column in view.columns
    )
    # <bdi>: a name written from right to left must not reorder the numbers beside it.
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{side}"><bdi>{escape(cell)}</bdi></td>' for cell, side in zip(row, sides, strict=True))
        + "</tr>"
        for row in view.rows
    )
    return (
        f'<table><caption style="caption-side: top; text-align: left">{escape(view.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{show_sentence(view.note) if view.note else ''}"
    )


def show_link(path: Path, text: str) -> str:
    """Return a paragraph with a link to a file or folder; relative where it lies below the folder that we are in.

    Notebook servers open relative links only; a file elsewhere is named by its whole address.

    Examples
    --------
    >>> show_link(Path("releases") / "a b" / "report.html", "Report")
    '<p><a href="releases/a%20b/report.html">Report</a></p>'
    """
    here, there = Path.cwd(), path.absolute()
    address = quote(there.relative_to(here).as_posix()) if there.is_relative_to(here) else there.as_uri()
    return f'<p><a href="{escape(address)}">{escape(text)}</a></p>'


def show_image(svg: bytes, alt: str) -> str:
    """Return a figure in SVG as an image with its alternative text.

    Notebooks of others, which are not trusted, show images and no SVG within a page.

    Examples
    --------
    >>> show_image(b"<svg/>", 'a "b"')
    '<p><img src="data:image/svg+xml;base64,PHN2Zy8+" alt="a &quot;b&quot;" style="max-width: 100%"></p>'
    """
    content = b64encode(svg).decode("ascii")
    return f'<p><img src="data:image/svg+xml;base64,{content}" alt="{escape(alt)}" style="max-width: 100%"></p>'


def show_block(title: str, *parts: str, notice: str = "") -> str:
    """Return parts, each HTML, under a title; a notice stands in a frame before all of them.

    Examples
    --------
    >>> show_block("A & B", show_sentence("c"))
    '<div class="tex2jax_ignore mathjax_ignore"><p><strong>A &amp; B</strong></p><p>c</p></div>'
    """
    framed = (
        f'<p style="border: 1px solid currentColor; padding: 0.3em 0.6em"><strong>{escape(notice)}</strong></p>'
        if notice
        else ""
    )
    return f"<div{_NO_FORMULAS}><p><strong>{escape(title)}</strong></p>{framed}{''.join(parts)}</div>"
