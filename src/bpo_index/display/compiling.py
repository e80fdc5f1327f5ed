"""Compile the catalogues of all languages, `.po` to `.mo`; `make messages` does it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from bpo_index.display.language import LANGUAGES

#: Headers that are kept. Others hold the time, or the version of the program that compiles.
_HEADERS = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")


class _Messages(list[Any]):
    """The messages of a catalogue, as `write_mo` asks for them."""

    charset = "utf-8"


def compile_catalogue(path: Path) -> bytes:
    """Return the compiled form of a `.po` file; the same file gives the same bytes.

    Raises
    ------
    babel.messages.pofile.PoFileError
        When it cannot be read; the message has the line.
    """
    from babel.messages.catalog import Message  # noqa: PLC0415
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    header = "".join(f"{name}: {value}\n" for name, value in catalogue.mime_headers if name in _HEADERS)
    plain: Any = _Messages([Message("", header), *list(catalogue)[1:]])
    compiled = BytesIO()
    write_mo(compiled, plain)
    return compiled.getvalue()


def compile_catalogues(folder: Path = LANGUAGES) -> list[Path]:
    """Write the compiled form of every catalogue beside it; return those that changed."""
    changed = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target, compiled = source.with_suffix(".mo"), compile_catalogue(source)
        if not target.is_file() or target.read_bytes() != compiled:
            target.write_bytes(compiled)
            changed.append(target)
    return changed
