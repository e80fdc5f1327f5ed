"""Write CSV tables in which a spreadsheet finds no formula; every CSV file of the package is written here.

A spreadsheet runs a cell that starts with ``= + - @`` or one of their wide forms, even after invisible characters;
and it splits a cell at separators and line breaks that it does not know to be quoted (a semicolon where the list
separator of the system is one). `escape_formula` puts ``'`` before such starts, at the start of a cell and after a
separator in it; `restore_text` takes exactly these marks away again. Source: OWASP, CSV Injection. Method page:
docs/methods/release.md.
"""

from __future__ import annotations

import re

import polars as pl

#: Signs that start a formula, and the characters that NFKC makes these signs (wide, small and raised forms).
_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u207a\u207b\u207c\u208a\u208b\u208c\ufb29"
_BREAKS = r"\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"
#: Where a spreadsheet may split a cell.
_SEPARATORS = rf",;|{_BREAKS}"
#: Quotation marks, and what cannot be seen: blanks, controls, letters of no width, fillers.
_UNSEEN = (
    r"'\x22\x00-\x08\x0e-\x1b\x1f\x20\x7f-\x84\x86-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff\u2000-\u200f\u202a-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
# After a separator in a cell a number or a sign alone is left as it is: original rows are full of them.
_HARMLESS = rf"(?:[+-][0-9.]*(?:[eE][+-]?[0-9]+)?|[{_SIGNS}])[{_UNSEEN}]*(?:[{_SEPARATORS}]|\Z)"
_AT_START = rf"(?:'*+[{_BREAKS}]|[{_UNSEEN}{_BREAKS}]*+[{_SIGNS}])"
_WITHIN = rf"[{_UNSEEN}]*+(?!{_HARMLESS})[{_SIGNS}]"
_PLACES = re.compile(rf"\A(?={_AT_START})|(?<=[{_SEPARATORS}])(?={_WITHIN})")
_MARKS = re.compile(rf"\A'(?={_AT_START})|(?<=[{_SEPARATORS}])'(?={_WITHIN})")
# For polars, which looks neither ahead nor back: finds the cells to look at.
_SUSPECT = rf"(?:^|[{_SEPARATORS}])[{_UNSEEN}]*[{_SIGNS}]|^'*[{_BREAKS}]"


def render_csv(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV in UTF-8; text that a spreadsheet would run gets a ``'``, in headings as in cells.

    Examples
    --------
    >>> render_csv(pl.DataFrame({"name": ["=1+1"], "score": [-1.0]})).decode()
    "name,score\\n'=1+1,-1.0\\n"
    """
    return escape_formulas(frame).write_csv().encode()


def escape_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with `escape_formula` of its headings and text cells; numbers stay as they are.

    Examples
    --------
    >>> escape_formulas(pl.DataFrame({"@name": ["=1+1", "Peru"], "score": [-1.0, 2.0]})).to_dict(as_series=False)
    {"'@name": ["'=1+1", 'Peru'], 'score': [-1.0, 2.0]}
    """
    escaped = [
        pl.Series(
            column.name,
            [escape_formula(cell) if is_suspect else cell for cell, is_suspect in zip(column, suspect, strict=True)],
            dtype=pl.String,
        )
        for column in frame.get_columns()
        if column.dtype == pl.String and (suspect := column.str.contains(_SUSPECT)).any()
    ]
    return frame.with_columns(escaped).rename({name: escape_formula(name) for name in frame.columns})


def escape_formula(text: str) -> str:
    """Return the text with ``'`` wherever a spreadsheet would begin a formula.

    Examples
    --------
    >>> escape_formula("=1+1"), escape_formula("\\n ＝1+1"), escape_formula("a;=cmd"), escape_formula("'=1+1")
    ("'=1+1", "'\\n' ＝1+1", "a;'=cmd", "''=1+1")
    >>> escape_formula("Peru"), escape_formula("r1,Peru,-1,5")
    ('Peru', 'r1,Peru,-1,5')
    """
    return _PLACES.sub("'", text)


def restore_text(text: str) -> str:
    """Undo `escape_formula`: return the original text.

    Examples
    --------
    >>> restore_text("'=1+1"), restore_text("a;'=cmd"), restore_text("''=1+1"), restore_text("'tis")
    ('=1+1', 'a;=cmd', "'=1+1", "'tis")
    """
    return _MARKS.sub("", text)
