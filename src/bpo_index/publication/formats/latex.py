"""A page for readers as a LaTeX table with booktabs, to be put into a document by `\\input`."""

from __future__ import annotations

import textwrap
import unicodedata

from bpo_index.display.catalogue import phrase
from bpo_index.display.table_view import DEEPEST_LEVEL, ViewColumn
from bpo_index.display.templates import load_template
from bpo_index.publication.formats.reader_tables import TEMPLATES, Page

#: From so many rows on a table may break over pages.
_LONG_FROM = 31
#: From so many letters on a name is broken over lines, in a column of this width.
_WIDE_FROM, _WIDTH = 24, r"p{.28\linewidth}"
#: A word of so many letters may break, after every so many.
_LONG_WORD, _BREAK_EVERY = 20, 10
_BREAK = r"\allowbreak{}"
_COMMENT_WIDTH = 110
#: Signs of which two become another one (dashes, quotation marks), and what keeps them apart.
_DOUBLED, _APART = "-',", r"\/"
_NEW_LINE = r"\\"
_JOINERS = "\u200c\u200d"
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
}


def render_latex(page: Page, label: str) -> bytes:
    """Return a page as a LaTeX fragment: a floating table, or one that breaks over pages where it is long.

    Parameters
    ----------
    page
        What it holds.
    label
        The label to refer to it, `[a-z0-9:-]`.
    """
    from markupsafe import Markup  # noqa: PLC0415

    tables = [section.table for section in page.sections]
    is_long = sum(len(table.rows) + 1 for table in tables) >= _LONG_FROM
    is_wide = any(len(row[table.header]) >= _WIDE_FROM for table in tables for row in table.rows)
    name = rf">{{\raggedright\arraybackslash}}{_WIDTH}" if is_wide else "l"
    template = load_template(TEMPLATES / "table.tex", escape_latex, brackets=("<", ">"))
    text = template.render(
        page=page,
        label=Markup(label),
        preamble=[Markup(line) for line in _describe_preamble(is_long)],
        is_long=is_long,
        environment="longtable" if is_long else "tabular",
        columns=Markup("".join(name if column.is_text else "r" for column in page.columns)),
        headings=[Markup(_write_heading(column)) for column in page.columns],
        deepest=DEEPEST_LEVEL,
    )
    return str(text).encode()


def _describe_preamble(is_long: bool) -> list[str]:
    """Return what a document needs to take the table, as lines of a comment."""
    said = phrase(
        "tables.latex",
        input=r"\input",
        packages=rf"\usepackage{{booktabs{',longtable' if is_long else ''},array}}",
        encoding=r"\usepackage[T1]{fontenc}",
        fontspec=r"\usepackage{fontspec}",
        font=r"\setmainfont",
    )
    return textwrap.wrap(said, _COMMENT_WIDTH, break_long_words=False, break_on_hyphens=False)


def _write_heading(column: ViewColumn) -> str:
    """Return a heading, of numbers over two lines or more where it has more than one word."""
    heading = column.heading
    if column.is_text or " " not in heading:
        return escape_latex(heading)
    lines = textwrap.wrap(heading, max(len(heading) // 2 + 2, 6), break_long_words=False)
    return rf"\shortstack[r]{{{_NEW_LINE.join(map(escape_latex, lines))}}}"


def escape_latex(text: str) -> str:
    """Return a text in one line that LaTeX sets as it is; characters without a shape, such as direction marks, go.

    Examples
    --------
    >>> print(escape_latex("50% of R&D_{x}\\n-- ~"))
    50\\% of R\\&D\\_\\{x\\} -\\/- \\textasciitilde{}
    """
    return " ".join(_escape_word(word) for word in text.split())


def _escape_word(word: str) -> str:
    """Return a word of which no two signs become another one; long ones may break anywhere."""
    shown = [
        character for character in word if unicodedata.category(character) not in ("Cc", "Cf") or character in _JOINERS
    ]
    parts = []
    for place, character in enumerate(shown):
        if place and character == shown[place - 1] and character in _DOUBLED:
            parts.append(_APART)
        if place and len(shown) >= _LONG_WORD and place % _BREAK_EVERY == 0:
            parts.append(_BREAK)
        parts.append(_ESCAPES.get(character, character))
    return "".join(parts)
