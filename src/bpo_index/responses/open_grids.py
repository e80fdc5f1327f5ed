"""The grids of a file, whatever its format, which is told from its bytes and never from the name.

A text file has a grid for each separator that it may have, a workbook one for each sheet, any other file one. Which of
them holds the answers is decided by their headings (`views.py`). The formats are records (`formats/`).
"""

from __future__ import annotations

from dataclasses import replace

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.responses.encodings import decode_text
from bpo_index.responses.formats.record import FileFormat, OtherFormat
from bpo_index.responses.formats.registry import list_formats
from bpo_index.responses.grids import ADVICE, Grid, Unreadable
from bpo_index.responses.sources import Source

#: Bytes in which a zero says that a file is no text, unless it is in UTF-16.
_LOOKED_AT = 4_096


def read_grids(source: Source, how: HowToRead) -> list[Grid]:
    """Return the grids of a file in which answers may lie.

    Raises
    ------
    Unreadable
        The file is empty, of a format that is not read, or broken.
    """
    content = source.content
    if source.fault:
        raise Unreadable(f"{source.fault}. Export the survey again")
    if not content or content.isspace():
        raise Unreadable("is empty. Export the survey again")
    known = next(one for one in list_formats() if one.recognise(content))
    if isinstance(known, OtherFormat):
        raise Unreadable(_describe_other(known))
    assert isinstance(known, FileFormat)
    if known is list_formats()[-1]:
        _refuse_by_name(source)
    grids = known.read(content, how)
    return [replace(grid, form=f"gzip, {grid.form}") if source.is_packed else grid for grid in grids]


def _describe_other(known: OtherFormat) -> str:
    advice = known.advice.rstrip(".") or ADVICE
    return f"is {known.title}, not a file of responses. {advice}"


def _refuse_by_name(source: Source) -> None:
    """Refuse bytes of no format known that are no text, where the name says what they are."""
    start = source.content[:_LOOKED_AT]
    if 0 not in start or decode_text(start)[1].startswith("UTF-16"):
        return
    name = source.name.lower().removesuffix(".gz")
    for one in list_formats():
        if isinstance(one, OtherFormat) and one.endings and name.endswith(one.endings):
            raise Unreadable(_describe_other(one))
