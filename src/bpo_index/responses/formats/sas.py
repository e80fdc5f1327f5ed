"""SAS data sets (.sas7bdat) and transport files (.xpt, versions 5 and 8): labels of columns, kinds of missing values.

The labels of codes lie in a catalogue of their own, which is not read; that there is one is said.
Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bpo_index.responses.formats.labelled import make_grid, read_labelled
from bpo_index.responses.formats.record import FileFormat, OtherFormat, starts_with
from bpo_index.responses.grids import Grid

_DATA_SET, _TRANSPORT = "a SAS data set", "a SAS transport file"
_MAGIC = b"\x00" * 12 + b"\xc2\xea\x81%b\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11"
#: Formats that come with SAS and are no labels: of texts, numbers, money, dates and times.
_OWN = re.compile(
    r"\$?[0-9.]*|\$(?:CHAR|F)[0-9.]*|(?:BEST|F|COMMA|COMMAX|DOLLAR|EURO|NUMX?|PERCENT|PERCENTN|Z|E|D|NEGPAREN|HEX)[0-9.]*"
    r"|(?:[A-Z0-9]*(?:DATE|TIME|YY|MMDD|DDMM|MON|QTR|WEEK|JUL|DT)[A-Z]*|HHMM|MMSS|TOD|B?IEEE[A-Z]*)[0-9.]*",
    re.IGNORECASE,
)


def read_data_set(path: str) -> Grid:
    """Return the grid of a .sas7bdat file; for the process of its own."""
    import pyreadstat  # noqa: PLC0415

    named: dict[str, str] = {}

    def read(*arguments: Any, **options: Any) -> Any:
        frame, meta = pyreadstat.read_sas7bdat(*arguments, **options)
        named.update(meta.variable_to_label)
        return frame, meta

    grid = make_grid("SAS", read, path, user_missing=True)
    if any(not _OWN.fullmatch(name) for name in named.values()):
        return replace(grid, form="SAS, without the labels of codes, which lie in a catalogue")
    return grid


def read_transport_file(path: str) -> Grid:
    """Return the grid of a transport file; for the process of its own."""
    import pyreadstat  # noqa: PLC0415

    return make_grid("SAS transport", pyreadstat.read_xport, path)


RECORDS = (
    FileFormat(
        name="sas",
        title=_DATA_SET,
        recognise=starts_with(_MAGIC % b"\x60"),
        read=lambda content, _: read_labelled(content, read_data_set, _DATA_SET),
        endings=(".sas7bdat",),
    ),
    FileFormat(
        name="sas_transport",
        title=_TRANSPORT,
        recognise=starts_with(b"HEADER RECORD*******LIBRARY HEADER", b"HEADER RECORD*******LIBV8   HEADER"),
        read=lambda content, _: read_labelled(content, read_transport_file, _TRANSPORT),
        endings=(".xpt", ".xport"),
    ),
    OtherFormat(
        name="sas_catalogue",
        title="a SAS catalogue, which holds labels of codes and no answers",
        recognise=starts_with(_MAGIC % b"\x63"),
        endings=(".sas7bcat",),
        advice="Give the data set (.sas7bdat), and name its codes in the definition, or export the answers as labels.",
    ),
)
