"""`bpo-index definitions`: list the built-in index definitions."""

from __future__ import annotations

from collections import Counter

from bpo_index.cli.command import Command
from bpo_index.cli.options import Json
from bpo_index.cli.output import make_console, print_json
from bpo_index.display.catalogue import phrase


def definitions(as_json: Json = False) -> None:
    """Print name, title, size and path of each."""
    from bpo_index.definition import load_definition  # noqa: PLC0415
    from bpo_index.files.resources import list_definitions  # noqa: PLC0415

    rows, lines = [], []
    for name, path in list_definitions().items():
        index = load_definition(name)
        counts = Counter(node.level for node in index.category_nodes)
        by_level = [counts[level] for level in sorted(counts)]
        units, categories, questions = len(index.units), sum(by_level), len(index.questions)
        rows.append(
            {
                "name": name,
                "title": index.title,
                "units": units,
                "categories": categories,
                "categories_by_level": by_level,
                "questions": questions,
                "path": str(path),
            }
        )
        levels = ", ".join(map(str, by_level))
        described = phrase(
            "terminal.definition",
            name=name,
            title=index.title,
            units=index.words.count_units(units),
            categories=phrase("terminal.categories_by_level", count=categories, levels=levels)
            if len(by_level) > 1
            else phrase("terminal.categories", count=categories),
            questions=phrase("terminal.questions", count=questions),
        )
        lines.append(f"{described}\n  {path}")
    if as_json:
        print_json(rows)
        return
    for line in lines:
        make_console().print(line, markup=False, highlight=False, soft_wrap=True)


RECORDS = (Command(name="definitions", line="List the built-in index definitions.", call=definitions, order=70),)
