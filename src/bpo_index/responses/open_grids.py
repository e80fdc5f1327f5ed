"""The grids of a file, whatever its format, which is told from the first bytes and never from the name.

A text file has a grid for each separator that it may have, a workbook one for each sheet, any other file one. Which of
them holds the answers is decided by their headings (`read.py`).
"""

from __future__ import annotations

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.responses.grids import ADVICE, Grid, Unreadable, read_text
from bpo_index.responses.sources import Source

#: First bytes of what holds no answers.
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document",
    b"\x1f\x8b": "packed twice with gzip",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3\x00": "a database",
}


def read_grids(source: Source, how: HowToRead) -> list[Grid]:
    """Return the grids of a file in which answers may lie.

    Raises
    ------
    Unreadable
        The file is empty, of a format without answers, or broken.
    """
    content = source.content
    if source.fault:
        raise Unreadable(f"{source.fault}. Export the survey again")
    if not content or content.isspace():
        raise Unreadable("is empty. Export the survey again")
    from bpo_index.responses import columnar, spss, workbook  # noqa: PLC0415  (slow to import)

    if content.startswith(b"PAR1"):
        return [columnar.read_parquet(content)]
    if content.startswith((b"$FL2", b"$FL3")):
        return [spss.read_spss(content)]
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return workbook.read_workbook(content, how)
    for start, kind in _OTHERS.items():
        if content.startswith(start):
            raise Unreadable(f"is {kind}, not a file of responses. {ADVICE}")
    return list(read_text(source, how))
