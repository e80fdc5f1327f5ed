"""The texts of all records, by the key under which `translate` looks for them, for whoever translates them.

Records of columns, methods, quality rules, figures and roles of columns hold their texts in English. `python -m
bpo_index.record_texts` (`make messages`) writes them as catalogues of the language `en` beside those of
sentences, and compiles all; a translation is a copy of them in a folder of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from bpo_index.display.compiling import compile_catalogues
from bpo_index.display.language import LANGUAGES, SOURCE
from bpo_index.drafting.roles.registry import list_roles
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import UNITS, Table
from bpo_index.publication.figures import list_figures
from bpo_index.scoring.methods.registry import list_methods
from bpo_index.validation.rules.registry import list_rules

#: The domains of records.
DOMAINS = ("columns", "figure_records", "methods", "roles", "rules")
_HEADER = """\
# Made from the records of the program by `make messages`; change the records, not this file.
msgid ""
msgstr ""
"Language: en_GB\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def list_record_texts() -> dict[str, str]:
    """Return the texts of all records by their keys, in the order of the records; empty texts are left out.

    Examples
    --------
    >>> texts = list_record_texts()
    >>> texts["columns.ranking.rank_set_low.heading"], texts["columns.ranking.rank_set.heading"]
    ('Rank set, best', 'Rank set')
    """
    texts: dict[str, str] = {}
    for table in list_tables().values():
        texts |= _list_table_texts(table)
    texts |= {f"columns.unit_of_measure.{unit.replace(' ', '_')}": unit for unit in UNITS}
    for figure in list_figures():
        texts |= {
            f"figure_records.{figure.name}.title": figure.title,
            f"figure_records.{figure.name}.line": figure.line,
        }
    for step, methods in list_methods().items():
        for name, method in methods.items():
            texts |= {f"methods.{step}.{name}.line": method.line, f"methods.{step}.{name}.formula": method.formula}
            for part in ("explorer", "clipped"):
                texts[f"methods.{step}.{name}.{part}"] = getattr(method, part, "")
    texts |= {f"roles.{role.name}.question": role.question for role in list_roles()}
    for rule in list_rules():
        texts |= {f"rules.{rule.name}.line": rule.line, f"rules.{rule.name}.idle": getattr(rule, "idle", "")}
    return {key: text for key, text in texts.items() if text}


def _list_table_texts(table: Table) -> dict[str, str]:
    """Return what a table is, and what its columns are; ranges that may stand in one column after their low ends."""
    texts = {f"columns.{table.name}.title": table.title, f"columns.{table.name}.row": table.row}
    names = {column.name for column in table.columns}
    for column in table.columns:
        place = f"columns.{table.name}.{column.name}"
        texts |= {f"{place}.heading": column.english_heading, f"{place}.meaning": column.meaning}
        both = column.range_name
        if column.name == f"{both}_low" and f"{both}_high" in names:
            texts.setdefault(f"columns.{table.name}.{both}.heading", column.english_range_heading)
    return texts


def render_catalogue(texts: Iterable[tuple[str, str]]) -> str:
    r"""Return a `.po` file of texts by key.

    Examples
    --------
    >>> print(render_catalogue([("rules.odd.line", 'the "odd" ones')]).partition("\n\n")[2], end="")
    msgid "rules.odd.line"
    msgstr "the \"odd\" ones"
    """
    entries = [f"msgid {_quote(key)}\nmsgstr {_quote(text)}\n" for key, text in texts]
    return "\n".join([_HEADER, *entries])


def _quote(text: str) -> str:
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(sign, written)
    return f'"{text}"'


def write_catalogues(folder: Path = LANGUAGES) -> list[Path]:
    """Write the texts of the records as catalogues, a domain a file, and compile all; return what changed.

    Parameters
    ----------
    folder
        Of all languages.
    """
    texts, changed = list_record_texts(), []
    for domain in DOMAINS:
        path = folder / SOURCE / "LC_MESSAGES" / f"{domain}.po"
        written = render_catalogue(item for item in texts.items() if item[0].startswith(f"{domain}."))
        if not path.is_file() or path.read_text(encoding="utf-8") != written:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8", newline="\n")
            changed.append(path)
    return [*changed, *compile_catalogues(folder)]


if __name__ == "__main__":
    for name in write_catalogues():
        sys.stdout.write(f"{name.relative_to(LANGUAGES)}\n")
