"""The docs are executed and held against the code: examples, citations, links, and the tables of keys and codes."""

from __future__ import annotations

import doctest
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.robustness.assess import describe_notes
from bpo_index.scoring.methods.record import Aggregation, Normalisation, Weighting
from bpo_index.scoring.methods.registry import list_methods
from bpo_index.validation.reasons import REASONS, describe_reason
from bpo_index.validation.rules.record import RowRule
from bpo_index.validation.rules.registry import list_rules

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
# NOTE: release.md describes files on disk; it has no formula to work through.
FORMULA_PAGES = [page for page in sorted((DOCS / "methods").glob("*.md")) if page.name != "release.md"]


def name_page(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def keep_python_blocks(text: str) -> str:
    """Return the text with every line outside ```python blocks blank, so that line numbers stay."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = line.strip() == "```python"
            kept.append("")
        else:
            kept.append(line if inside else "")
    return "\n".join(kept) + "\n"


def read_table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading of a page, without its two head rows."""
    text = (DOCS / page).read_text(encoding="utf-8")
    section = re.split(r"^#{2,3} ", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    table = re.search(r"(?:^\|.*\|\n)+", section, flags=re.MULTILINE)
    assert table, f"no table under {heading}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_examples_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = page.read_text(encoding="utf-8")
    example = doctest.DocTestParser().get_doctest(keep_python_blocks(text), {}, page.name, str(page), 0)
    assert len(example.examples) == len(re.findall(r"^\s*>>> ", text, flags=re.MULTILINE)), "example outside ```python"
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=report.append)
    assert result.failed == 0, "".join(report)


@pytest.mark.parametrize("page", FORMULA_PAGES, ids=name_page)
def test_page_with_a_formula_has_an_example(page: Path) -> None:
    assert ">>> " in page.read_text(encoding="utf-8")


def test_citations_and_references_match() -> None:
    bib = (DOCS / "references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"^@\w+\{([^,]+),", bib, flags=re.MULTILINE)
    cited = {key for page in PAGES for key in re.findall(r"\[@([\w-]+)", page.read_text(encoding="utf-8"))}
    assert len(entries) == len(set(entries))
    assert cited == set(entries)


def test_method_pages_named_in_the_code_exist() -> None:
    named = {
        (source.relative_to(ROOT).as_posix(), page)
        for source in (ROOT / "src").rglob("*.py")
        for page in re.findall(r"Method page:\s+(docs/\S+?\.md)", source.read_text(encoding="utf-8"))
    }
    assert named
    assert [pair for pair in sorted(named) if not (ROOT / pair[1]).is_file()] == []


def test_decisions_named_in_the_project_exist() -> None:
    sources = [ROOT / "pyproject.toml", *(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]
    named = {
        page for source in sources for page in re.findall(r"docs/adr/[\w-]+\.md", source.read_text(encoding="utf-8"))
    }
    assert named
    assert [page for page in sorted(named) if not (ROOT / page).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def find_models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in find_models(part)]


def walk_definition(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    yield path, model
    for key, field in model.model_fields.items():
        for inner in find_models(field.annotation):
            # A category holds categories, which have its keys.
            if inner is model:
                continue
            many = "[]" if str(field.annotation).startswith("tuple") else ""
            yield from walk_definition(inner, f"{path}.{key}{many}".lstrip("."))


def show_default(field: FieldInfo) -> str:
    default = field.default
    if field.is_required():
        return "required"
    if default is None:
        return "none"
    if isinstance(default, BaseModel):
        return "its defaults"
    if default in ((), {}):
        return "empty"
    if isinstance(default, tuple):
        return f"`{', '.join(f'{number:g}' for number in default)}`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, int | float) else f"`{default}`"


@pytest.mark.parametrize(("path", "model"), list(walk_definition(IndexDefinition)), ids=str)
def test_every_key_of_a_definition_is_tabulated_with_its_default(path: str, model: type[BaseModel]) -> None:
    rows = read_table("methods/definition.md", f"`{path}`" if path else "Top level")
    assert {row[0]: row[-1] for row in rows} == {f"`{k}`": show_default(f) for k, f in model.model_fields.items()}


def test_reason_codes_are_those_of_the_code_in_its_order() -> None:
    rows = read_table("methods/validation.md", "Reason codes")
    assert [(row[0].strip("`"), row[1]) for row in rows] == [(code, describe_reason(code)) for code in REASONS]


def test_quality_rules_are_tabulated_as_their_records_say() -> None:
    rows = read_table("methods/quality-rules.md", "The rules")
    assert rows == [
        [
            f"`{rule.name}`",
            rule.show_line(),
            "the row by itself" if isinstance(rule, RowRule) else "other rows",
            f"`{rule.options().action}`",
            f"[page]({rule.page}.md)",
        ]
        for rule in list_rules()
    ]


def test_notes_are_those_of_the_code() -> None:
    text = (DOCS / "methods/sampling-error.md").read_text(encoding="utf-8")
    assert [note for note in describe_notes(Words()).values() if note and f"| `{note}` |" not in text] == []


def show_bounds(bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return "as values"
    return "none" if not math.isfinite(bounds[1]) else f"{bounds[0]:g} to {bounds[1]:g}"


def show_lowest(record: Normalisation) -> str:
    """Return the least value that a unit has at twelve units, with the usual options."""
    options = {option.name: option.default for option in record.options}
    lowest = record.find_lowest(options, 12)
    return "below zero" if lowest < 0 else "zero" if lowest == 0 else "need not be zero"


def say(is_so: bool) -> str:
    return "yes" if is_so else ""


def list_natures() -> Iterator[str]:
    """Yield the tables of docs/methods/admissible.md, a line each, as the records have it."""
    methods = list_methods()
    yield "| Normalisation | Bounds | Lowest of 12 units | Smooth | Compares units | Needs the answer scale |"
    yield "|---|---|---|---|---|---|"
    for record in methods["normalisation"].values():
        assert isinstance(record, Normalisation)
        bounds = show_bounds(record.find_bounds({option.name: option.default for option in record.options}))
        marks = (record.is_smooth, record.compares_units, record.needs_scale)
        yield f"| `{record.name}` | {bounds} | {show_lowest(record)} | {' | '.join(map(say, marks))} |"
    yield ""
    yield "| Aggregation | Bounds | Power | Smooth | Compares units | Takes negative weights |"
    yield "|---|---|---|---|---|---|"
    for record in methods["aggregation"].values():
        assert isinstance(record, Aggregation)
        power = "`power`" if callable(record.power) else "" if record.power is None else f"{record.power:g}"
        marks = (record.is_smooth, record.compares_units, record.takes_negative_weights)
        yield f"| `{record.name}` | {show_bounds(record.bounds)} | {power} | {' | '.join(map(say, marks))} |"
    yield ""
    yield "| Weighting | Of | Learns | Compares units | Needs values from 0 on |"
    yield "|---|---|---|---|---|"
    for record in methods["weighting"].values():
        assert isinstance(record, Weighting)
        of = "categories" if len(record.keys) == 1 else "questions, categories"
        marks = (record.learns, record.compares_units, record.needs_zero)
        yield f"| `{record.name}` | {of} | {' | '.join(map(say, marks))} |"


def test_the_tables_of_methods_are_those_of_the_records() -> None:
    tables = "\n".join(list_natures())
    assert tables in (DOCS / "methods" / "admissible.md").read_text(encoding="utf-8"), f"the page has to say:\n{tables}"
