"""A page for readers as a LaTeX table with booktabs, to be put into a document by `\\input`."""

from __future__ import annotations

import textwrap
import unicodedata

from bpo_index.publication.formats.reader_tables import NAME_AT, Page, Section

#: From so many rows on a table may break over pages.
_LONG_FROM = 31
#: From so many letters on a name is broken over lines.
_WIDE_FROM = 24
#: A word of so many letters may break, after every so many.
_LONG_WORD, _BREAK_EVERY = 20, 10
_BREAK = r"\allowbreak{}"
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
    rows = [row for section in page.sections for row in section.rows]
    is_long = len(rows) + len(page.sections) >= _LONG_FROM
    is_wide = any(len(row.cells[NAME_AT]) >= _WIDE_FROM for row in rows)
    name = r">{\raggedright\arraybackslash}p{.2\linewidth}" if is_wide else "l"
    columns = "".join(name if place == NAME_AT else "r" for place in range(len(page.headings)))
    environment = "longtable" if is_long else "tabular"
    origin = rf" \textbf{{{escape_latex(page.mark)}.}}" if page.mark else ""
    caption = rf"\caption{{{escape_latex(page.title)}: {escape_latex(page.caption)}.{origin}}}\label{{{label}}}"
    head = [
        r"\toprule",
        " & ".join(_write_heading(heading, place) for place, heading in enumerate(page.headings)) + r" \\",
        r"\midrule",
    ]
    body = _write_body(page.sections, len(page.headings))
    begin = [r"\small\setlength{\tabcolsep}{3.5pt}", rf"\begin{{{environment}}}{{@{{}}{columns}@{{}}}}"]
    notes = _write_notes(page)
    if is_long:
        lines = [
            r"\begingroup",
            *begin,
            rf"{caption}\\",
            *head,
            r"\endfirsthead",
            *head,
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *body,
            rf"\end{{{environment}}}",
            r"\footnotesize",
            *notes,
            r"\par\endgroup",
        ]
    else:
        lines = [
            r"\begin{table}[htbp]",
            r"\centering",
            caption,
            *begin,
            *head,
            *body,
            r"\bottomrule",
            rf"\end{{{environment}}}",
            "",
            r"\medskip",
            r"\begin{minipage}{\linewidth}\footnotesize\setlength{\parskip}{2pt}",
            *notes,
            r"\end{minipage}",
            r"\end{table}",
        ]
    packages = "booktabs,longtable,array" if is_long else "booktabs,array"
    comments = [
        rf"% Put into a document by \input. The preamble needs \usepackage{{{packages}}}; with pdflatex also",
        r"% \usepackage[T1]{fontenc}. Other than Latin letters need lualatex or xelatex, \usepackage{fontspec} and a",
        r"% \setmainfont that has them.",
    ]
    return ("\n".join([*comments, *lines]) + "\n").encode()


def _write_heading(heading: str, place: int) -> str:
    """Return a heading, over two lines or more where it has more than one word."""
    if place == NAME_AT or " " not in heading:
        return escape_latex(heading)
    lines = textwrap.wrap(heading, max(len(heading) // 2 + 2, 6), break_long_words=False)
    return rf"\shortstack[r]{{{_NEW_LINE.join(map(escape_latex, lines))}}}"


def _write_body(sections: tuple[Section, ...], width: int) -> list[str]:
    lines = []
    for number, section in enumerate(sections):
        if section.title:
            column = r"p{.9\linewidth}" if len(section.title) >= 60 else "l"
            # NOTE: \quad is one em; deeper than six levels all stand with the sixth.
            title = r"\quad " * (min(section.level, 6) - 1) + escape_latex(section.title)
            heading = rf"\multicolumn{{{width}}}{{@{{}}{column}}}{{\bfseries {title}}} \\*"
            lines += [*([r"\addlinespace"] if number else []), heading]
        for row in section.rows:
            cells = [escape_latex(cell) for cell in row.cells]
            cells[NAME_AT] += rf"\textsuperscript{{{row.mark}}}" if row.mark else ""
            lines.append(" & ".join(cells) + r" \\")
    return lines


def _write_notes(page: Page) -> list[str]:
    """Return the paragraphs below the table, the notice first."""
    notice = [rf"\textbf{{{escape_latex(page.notice)}}}"] if page.notice else []
    notes = [rf"\textsuperscript{{{mark}}} {escape_latex(note)}" for mark, note in page.notes]
    paragraphs = [*notice, *notes, *(escape_latex(paragraph) for paragraph in page.legend)]
    return "\n\n".join(rf"\noindent {paragraph}" for paragraph in paragraphs).split("\n")


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
