"""A made-up language: every text in brackets, longer, its letters with accents, so that English that is left shows."""

from __future__ import annotations

import re
from io import BytesIO
from math import ceil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bpo_index.display.catalogue import VALUE
from bpo_index.display.language import LANGUAGES, SOURCE
from bpo_index.publication.columns import list_tables
from bpo_index.publication.figures import list_figures
from bpo_index.scoring.methods.registry import list_methods
from bpo_index.validation.rules.registry import list_rules

#: The name of the language, as gettext has it for languages that nobody speaks.
PSEUDO = "qps"
#: How much longer texts are.
_LONGER = 0.4
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀçđéƒğĥîĵķļɱñöþǫŕšţûṽŵẋýžÁƁÇĐÉƑĞĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
)
_SPACE = re.compile(r"(\s+)")


def garble(text: str) -> str:
    """Return a text as the language has it; values in braces stay.

    Examples
    --------
    >>> garble("Dot: score of {units}.")
    '[Đöţ: šçöŕé öƒ {units}. ~~~]'
    """
    parts = re.split(f"({VALUE.pattern.replace('(', '(?:')})", text)
    said = "".join(part if VALUE.fullmatch(part) else part.translate(_ACCENTS) for part in parts)
    missing = max(1, ceil(_LONGER * len(VALUE.sub("", text))) - 3)
    # In words, so that it breaks into lines as words do.
    return f"[{said} {' '.join('~' * min(6, missing - start) for start in range(0, missing, 7))}]"


def list_record_texts() -> dict[str, str]:
    """Return the texts of records by the keys under which `translate` looks for them."""
    texts = {}
    for table in list_tables().values():
        texts |= {f"columns.{table.name}.title": table.title, f"columns.{table.name}.row": table.row}
        for column in table.columns:
            key, heading = f"columns.{table.name}.{column.name}", column.heading or column.name.replace("_", " ")
            texts |= {f"{key}.heading": heading, f"{key}.meaning": column.meaning}
            texts[f"columns.unit_of_measure.{column.unit.replace(' ', '_')}"] = column.unit
            if column.name.endswith("_low"):
                texts[f"{key.removesuffix('_low')}.heading"] = heading.rpartition(", ")[0] or heading
    for figure in list_figures():
        texts |= {f"figure_records.{figure.name}.{part}": getattr(figure, part) for part in ("title", "line")}
    for step, methods in list_methods().items():
        for method in methods.values():
            key = f"methods.{step}.{method.name}"
            texts |= {f"{key}.line": method.line, f"{key}.formula": method.formula}
    for rule in list_rules():
        texts |= {f"rules.{rule.name}.line": rule.line, f"rules.{rule.name}.idle": getattr(rule, "idle", "")}
    return {key: text for key, text in texts.items() if text}


def write_catalogues(folder: Path) -> Path:
    """Write the catalogues of the language, with every text of the program and of its records; return the folder."""
    catalogues = {path.stem: _read(path) for path in sorted((LANGUAGES / SOURCE).glob("LC_MESSAGES/*.po"))}
    for catalogue in catalogues.values():
        for message in catalogue:
            if message.id:
                said = message.string
                message.string = garble(said) if isinstance(said, str) else tuple(map(garble, said))
    for key, text in list_record_texts().items():
        catalogues.setdefault(key.partition(".")[0], Catalog("en_GB")).add(key, garble(text))
    target = folder / PSEUDO / "LC_MESSAGES"
    target.mkdir(parents=True)
    for domain, catalogue in catalogues.items():
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        (target / f"{domain}.mo").write_bytes(compiled.getvalue())
    return folder


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)
