"""One name for each thing: the glossary is in order and true, and names that were given up are used nowhere."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from bpo_index.publication.columns import list_tables

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
#: Given-up name, as the glossary writes it, to how it is found; in names of code its words are joined by underscores.
GIVEN_UP = {
    "hide, hidden (of numbers)": r"hid(?:e|es|den|ing)",
    "let in": r"let(?:s|ting)?[\s_]+in",
    "probability (of replicates)": r"probabilit(?:y|ies)",
    "put aside": r"put(?:s|ting)?[\s_]+(?:\w+[\s_]+)?aside",
    "rank interval": r"rank[\s_]+intervals?",
    "set aside": r"set(?:s|ting)?[\s_]+aside",
    # Pairs that cannot be told apart, or one thing from another, are another matter.
    "told (of numbers)": r"told(?![\s_]+(?:apart|from)\b)",
}
PATTERNS = {
    name: re.compile(rf"(?<![A-Za-z])(?:{found})(?![A-Za-z])", re.IGNORECASE) for name, found in GIVEN_UP.items()
}
#: Start of the path of a file, or of files, to why given-up names may stand there.
EXEMPT_FILES = {
    "CHANGELOG.md": "says what was renamed",
    "docs/adr/": "decisions as they were taken",
    "docs/glossary.md": "lists the names",
}
#: Words round a given-up name that mean something else, and what.
EXEMPT_WORDS = {
    "overflow: hidden": "a style of pages",
    "visibility: hidden": "a style of pages",
    'type="hidden"': "a field of a form",
    "aria-hidden": "what a screen reader leaves out",
    "[hidden]": "a style of pages",
    " hidden>": "an attribute of a page",
    ".hidden": "a property of an element",
    "hidden and lock files": "files whose name begins with a dot",
    "hidden sibling": "a folder whose name begins with a dot",
}


def find_given_up(text: str) -> list[tuple[int, str]]:
    """Return line and name of every given-up name in a text."""
    for words in EXEMPT_WORDS:
        text = text.replace(words, re.sub(r"\S", "-", words))
    found = [(match.start(), name) for name, pattern in PATTERNS.items() for match in pattern.finditer(text)]
    return [(text.count("\n", 0, start) + 1, name) for start, name in sorted(found)]


def list_files() -> list[Path]:
    """Return code, templates and documents."""
    folders = [path for top in ("src", "flows", "benches", "docs") for path in (ROOT / top).rglob("*")]
    kinds = (".py", ".md", ".html", ".js", ".css", ".po")
    return sorted(path for path in (*folders, ROOT / "README.md", ROOT / "CHANGELOG.md") if path.suffix in kinds)


def name_file(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_given_up_names_are_used_nowhere() -> None:
    files = [path for path in list_files() if not name_file(path).startswith(tuple(EXEMPT_FILES))]
    assert len(files) > 200
    wrong = [
        f"{name_file(path)}:{line} {name}"
        for path in files
        for line, name in find_given_up(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rows put aside by the reader.", "put aside"),
        ("a rule puts theirs aside", "put aside"),
        ("rows_put_aside_by_reader = 1", "put aside"),
        ("validation.set_aside", "set aside"),
        ("it was set\naside", "set aside"),
        ("Let in again", "let in"),
        ("the score is told as a bound", "told (of numbers)"),
        ("find_told_as_bounds(scores)", "told (of numbers)"),
        ("what single persons told", "told (of numbers)"),
        ("hidden = cells.copy()", "hide, hidden (of numbers)"),
        ("complete_hiding", "hide, hidden (of numbers)"),
        ("rank_interval_low", "rank interval"),
        ("Rank interval", "rank interval"),
        ("the probability of the first rank", "probability (of replicates)"),
    ],
)
def test_given_up_names_are_found(text: str, name: str) -> None:
    assert find_given_up(f"first line\n{text}") == [(2, name)]


@pytest.mark.parametrize(
    "text",
    [
        "units that cannot be told apart", "pairs_told_apart", "a decimal comma cannot be told\nfrom two answers",
        "rank_set_low", "marginal_rank_set_low", "a side", "set beside", "outlet in", "hideous", "in rank intervene",
        "skips hidden and lock files",
    ],
)  # fmt: skip
def test_other_words_are_left_alone(text: str) -> None:
    assert find_given_up(text) == []


@pytest.mark.parametrize("start", EXEMPT_FILES)
def test_exempt_files_have_given_up_names(start: str) -> None:
    """An exemption that is not needed any more goes."""
    files = [path for path in list_files() if name_file(path).startswith(start)]
    assert any(find_given_up(path.read_text(encoding="utf-8")) for path in files)


@pytest.mark.parametrize("words", EXEMPT_WORDS)
def test_exempt_words_are_used(words: str) -> None:
    files = [path for path in list_files() if not name_file(path).startswith(tuple(EXEMPT_FILES))]
    assert any(words in path.read_text(encoding="utf-8") for path in files)


def read_rows(heading: str) -> list[list[str]]:
    """Return the cells of the rows of the table under a heading of the glossary."""
    section = GLOSSARY.read_text(encoding="utf-8").split(f"# {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_terms_are_in_order() -> None:
    terms = [term for term, *_ in read_rows("Glossary")]
    assert len(terms) > 50
    assert terms == sorted(set(terms), key=str.lower)


def test_glossary_names_what_is_looked_for() -> None:
    assert [name for name, _ in read_rows("Names that were given up")] == list(GIVEN_UP)


def test_terms_stand_where_the_glossary_says() -> None:
    columns = {f"{table.name}.{column.name}" for table in list_tables().values() for column in table.columns}
    wrong = []
    for term, _, _, where in read_rows("Glossary"):
        name = where.strip("`")
        if name.startswith("bpo_index."):
            module, _, last = name.rpartition(".")
            is_there = hasattr(import_module(module), last)
        else:
            is_there = name in columns
        if not is_there:
            wrong.append(f"{term}: {name}")
    assert wrong == []
