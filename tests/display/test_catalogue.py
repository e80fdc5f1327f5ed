"""Every sentence that readers see stands in the catalogues, is used, and gets the values that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bpo_index.display.catalogue import VALUE, fill, phrase, translate
from bpo_index.display.compiling import compile_catalogue, compile_catalogues
from bpo_index.display.language import LANGUAGES, SOURCE, use_language
from bpo_index.display.numbers import list_names, show_level, show_number
from bpo_index.record_texts import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = LANGUAGES / SOURCE / "LC_MESSAGES"
#: What nothing but the examples of `phrase` may say.
IN_EXAMPLES = {"numbers.places"}
#: A call of `phrase` in a template.
IN_TEMPLATE = re.compile(r"""\bphrase\(\s*["']([^"']+)["']""")

#: Modules of which every text is one that readers see, and functions elsewhere of which that holds.
READ_MODULES = (
    *("src/bpo_index/cli/print_*.py", "src/bpo_index/publication/**/*.py", "src/bpo_index/display/**/*.py"),
    *("src/bpo_index/handover/summary.py", "flows/reporting.py"),
    *("src/bpo_index/drafting/*.py", "src/bpo_index/drafting/roles/*.py"),
)
READ_FUNCTIONS = re.compile(r"_repr_html_|show_parts|describe_\w+")
#: Calls of which every text is shown.
READ_CALLS = re.compile(r"show_sentence|show_block|show_list|show_link|make_table|print|print_table")
#: What a value in a key may be.
VARIES = "[a-z0-9_]+"
#: What of a template is no text: signs of Jinja, styles and tags, commands of LaTeX.
NO_TEXT = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>|<[^>]*>|<%.*?%>|<<.*?>>|\\[a-z]+|\{[^}]*\}", re.DOTALL)
#: Start of the place of a text, its file and what it stands in, to why it may stand in the code.
EXEMPT = {
    "src/bpo_index/responses/tools/registry.py::describe_export": "a part of sentences on how a file was read",
    "flows/inbox.py::sweep_inbox": "lines of the log of a flow",
    "src/bpo_index/definition/differences.py::describe_differences": "a part of errors and of a release's id",
    "src/bpo_index/cli/process.py::describe_fault": "an error",
    "src/bpo_index/definition/yaml_places.py": "a part of errors",
    "src/bpo_index/display/notebook.py": "styles",
    "src/bpo_index/drafting/countries.py": "names of countries, and what these begin with",
    "src/bpo_index/drafting/document.py::_EXAMPLE": "a line of YAML",
    "src/bpo_index/drafting/roles/completion.py::find_status": "values of status columns",
    "src/bpo_index/drafting/session.py::DraftedFile::load": "a part of errors",
    "src/bpo_index/drafting/units.py::WORDS": "words of headings in five languages",
    "src/bpo_index/publication/columns/__init__.py": "parts of errors",
    "src/bpo_index/publication/columns/description.py": "units of measure and kinds of answers are values",
    "src/bpo_index/publication/facts.py": "outcomes are values, translated where they are printed",
    "src/bpo_index/publication/figures/fonts/__init__.py::FAMILY": "the name of a font",
    "src/bpo_index/publication/figures/frame.py::_write_style": "styles",
    "src/bpo_index/publication/figures/score_marks.py::_SHAPES": "values of the column score_bound",
    "src/bpo_index/publication/figures/fonts/__init__.py": "names of fonts, and styles",
    "src/bpo_index/publication/figures/style.py": "styles",
    "src/bpo_index/publication/findings.py::_ASSUMPTIONS": "values of the table of assumptions",
    "src/bpo_index/publication/integrity.py::_ADVICE": "the end of errors",
    "src/bpo_index/publication/release.py::publish_release": "a part of errors",
    "src/bpo_index/publication/report/page.py::_write_policy": "directives of a policy",
    "src/bpo_index/publication/standing.py::find_standing": "stands in the manifest, and is a part of a release's id",
    "src/bpo_index/publication/verification.py": "a part of errors",
    "src/bpo_index/publication/withdrawal.py::_move": "a part of errors",
    "src/bpo_index/validation/table_schema.py": "titles of schemas for machines",
}
#: Calls whose texts are no sentences for readers, or are those of records.
SILENT_CALLS = re.compile(
    r"phrase|translate|list_phrases|compile|\w+Error|\w+Failed|Column|Table|FigureRecord|Command|Option|Role|Step"
    r"|\w+Rule|debug|info|warning|exception|ArgumentParser|add_argument"
)
#: Three forms of the plural, and a decimal comma.
POLISH = """
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "numbers.places"
msgid_plural "numbers.places"
msgstr[0] "{count} miejsce"
msgstr[1] "{count} miejsca"
msgstr[2] "{count} miejsc"
"""
#: A style of the terminal.
STYLE = re.compile(r"(?:(?:bold|dim|italic|red|yellow|green|cyan) ?)+")
WORD = re.compile(r"[\"'`(]*[A-Za-z][a-z]+[\"'`).,;:!?]*")


@dataclass(frozen=True)
class Entry:
    """A sentence: the values that it names in any of its forms, and whether it has plural forms."""

    values: frozenset[str]
    has_forms: bool

    @property
    def needed(self) -> frozenset[str]:
        """What must be passed."""
        return self.values | {"count"} if self.has_forms else self.values


@cache
def read_entries() -> dict[str, Entry]:
    """Return the sentences of the source language by key, without the texts of records."""
    entries: dict[str, Entry] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        if path.stem in DOMAINS:
            continue
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if not message.id:
                    continue
                keys = message.id if message.pluralizable else (message.id,)
                forms = message.string if message.pluralizable else (message.string,)
                assert len(set(keys)) == 1, f"{keys} are two keys"
                assert keys[0] not in entries, f"{keys[0]} stands there twice"
                assert re.fullmatch(rf"{path.stem}\.[a-z][a-z0-9_]*", keys[0]), keys[0]
                assert all(forms), f"{keys[0]} is empty"
                values = frozenset(chain.from_iterable(map(VALUE.findall, forms)))
                entries[keys[0]] = Entry(values, message.pluralizable)
    return entries


@dataclass(frozen=True)
class Use:
    """A call of `phrase`: where, patterns of its keys, and what is passed; None: that cannot be seen."""

    place: str
    patterns: tuple[str, ...]
    values: frozenset[str] | None
    faults: tuple[str, ...] = field(default=())


def list_code() -> list[Path]:
    return sorted(path for top in ("src", "flows") for path in (ROOT / top).rglob("*.py"))


def name_file(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def find_patterns(key: ast.expr) -> Iterator[str]:
    """Yield the keys that an argument may be, as patterns; raise what cannot be checked."""
    match key:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.IfExp(body=one, orelse=other):
            yield from find_patterns(one)
            yield from find_patterns(other)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if re.match(r"[a-z_]+\.", start):
            parts = [re.escape(part.value) if isinstance(part, ast.Constant) else VARIES for part in key.values]
            yield "".join(parts)
        case ast.Name() | ast.Subscript() | ast.Attribute():
            return  # a table of keys, see `list_table_keys`
        case _:
            raise ValueError(ast.unparse(key))


def list_uses(text: str, place: str) -> Iterator[Use]:
    """Yield the calls of `phrase` in a module."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "phrase"):
            continue
        where = f"{place}:{node.lineno}"
        try:
            patterns = tuple(find_patterns(node.args[0]))
        except (ValueError, IndexError) as error:
            yield Use(where, (), None, (f"the key is not literal: {error}",))
            continue
        named = [keyword.arg for keyword in node.keywords]
        yield Use(where, patterns, None if None in named else frozenset(name for name in named if name))


@cache
def list_all_uses() -> tuple[Use, ...]:
    """Return all calls in code and templates."""
    uses = [use for path in list_code() for use in list_uses(path.read_text(encoding="utf-8"), name_file(path))]
    for path in sorted(chain.from_iterable((ROOT / "src").rglob(f"*.{kind}") for kind in ("html", "md", "tex"))):
        keys = IN_TEMPLATE.findall(path.read_text(encoding="utf-8"))
        uses += [Use(name_file(path), (re.escape(key),), None) for key in keys]
    return tuple(uses)


def list_table_keys() -> set[str]:
    """Return the keys that stand in code outside calls, as in a table of keys."""
    return {
        node.value
        for path in list_code()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in read_entries()
    }


def find_entries(use: Use, entries: dict[str, Entry]) -> dict[str, Entry]:
    """Return the sentences that a call may say: of a key that is not wholly literal those that it has the values of."""
    values = use.values
    return {
        key: entry
        for pattern in use.patterns
        for key, entry in entries.items()
        if re.fullmatch(pattern, key) and (VARIES not in pattern or values is None or entry.needed <= values)
    }


def list_faults(use: Use, entries: dict[str, Entry]) -> Iterator[str]:
    """Yield what is wrong with a call."""
    yield from use.faults
    found = find_entries(use, entries)
    yield from (f"no catalogue has {one}" for one in use.patterns if not any(re.fullmatch(one, key) for key in found))
    if use.values is None or not found:
        return
    named = frozenset(chain.from_iterable(entry.needed for entry in found.values()))
    if use.values - named:
        yield f"passes {sorted(use.values - named)}, which no sentence names"
    if named - use.values:
        yield f"lacks {sorted(named - use.values)}"


def test_every_call_finds_its_sentence_and_passes_what_it_names() -> None:
    assert len(list_all_uses()) > 50
    assert [f"{use.place} {fault}" for use in list_all_uses() for fault in list_faults(use, read_entries())] == []


def test_every_sentence_is_used() -> None:
    used = set(chain.from_iterable(find_entries(use, read_entries()) for use in list_all_uses()))
    assert sorted(read_entries().keys() - used - list_table_keys() - IN_EXAMPLES) == []


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ('phrase("a.one", name=x)', ""),
        ('phrase("a.many", count=2, name=x)', ""),
        ('phrase("a.one" if x else "a.none", name=x)', ""),
        ('phrase(f"a.{x}", name=x, count=3)', ""),
        ('phrase(f"a.{x}", name=x)', ""),
        ('phrase(f"a.m{x}", name=x)', "no catalogue has a\\.m[a-z0-9_]+"),
        ('phrase(f"a.{x}", unit=x)', "passes ['unit'], which no sentence names"),
        ('phrase(KEYS[x], other=x)', ""),
        ('phrase("a.one", **x)', ""),
        ('phrase("a.two", name=x)', "no catalogue has a\\.two"),
        ('phrase(f"b.{x}")', "no catalogue has b\\.[a-z0-9_]+"),
        ('phrase(f"{x}.one")', "the key is not literal: f'{x}.one'"),
        ('phrase("a" + x)', "the key is not literal: 'a' + x"),
        ('phrase("a.one")', "lacks ['name']"),
        ('phrase("a.many", name=x)', "lacks ['count']"),
        ('phrase("a.one", name=x, unit=y)', "passes ['unit'], which no sentence names"),
    ],
)  # fmt: skip
def test_faulty_calls_are_found(call: str, fault: str) -> None:
    entries = {"a.one": Entry(frozenset({"name"}), False), "a.many": Entry(frozenset({"name"}), True)}
    entries |= {"a.none": Entry(frozenset(), False)}
    found = [said for use in list_uses(call, "here") for said in list_faults(use, entries)]
    assert found == ([fault] if fault else [])


def test_compiled_catalogues_are_those_of_the_sources() -> None:
    sources = sorted(LANGUAGES.glob("*/LC_MESSAGES/*.po"))
    assert len(sources) > 5
    wrong = [path.name for path in sources if path.with_suffix(".mo").read_bytes() != compile_catalogue(path)]
    assert wrong == []
    assert {path.with_suffix(".po") for path in LANGUAGES.rglob("*.mo")} == set(sources)


def is_prose(text: str) -> bool:
    """Return whether a text has two words or more, and is no style of the terminal."""
    return not STYLE.fullmatch(text) and sum(bool(WORD.fullmatch(word)) for word in text.split()) >= 2


def list_prose(node: ast.AST, place: str, *, is_read: bool) -> Iterator[tuple[str, str]]:
    """Yield place and text of what readers may see under a node, of two words or more."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
            place = f"{place}::{name}"
            is_read = is_read or bool(READ_FUNCTIONS.fullmatch(name))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            place = f"{place}::{name}"
            if name in ("msg", "style"):
                return
        case ast.Raise() | ast.Assert() | ast.Expr(value=ast.Constant() | ast.JoinedStr()):
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if SILENT_CALLS.fullmatch(name):
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if READ_CALLS.fullmatch(name):
            is_read = True
        case ast.Constant(value=str(text)) if is_read and is_prose(text):
            yield place, text
        case ast.JoinedStr(values=parts):
            text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
            if is_read and is_prose(text):
                yield place, text
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from list_prose(part.value, place, is_read=is_read)
            return
    for child in ast.iter_child_nodes(node):
        yield from list_prose(child, place, is_read=is_read)


@cache
def list_all_prose() -> tuple[tuple[str, str], ...]:
    modules = set(chain.from_iterable(ROOT.glob(pattern) for pattern in READ_MODULES))
    return tuple(
        found for path in list_code() for found in list_prose(parse(path), name_file(path), is_read=path in modules)
    )


def test_no_sentence_for_readers_stands_in_code() -> None:
    assert [f"{place}: {text}" for place, text in list_all_prose() if not place.startswith(tuple(EXEMPT))] == []


def test_no_sentence_for_readers_stands_in_templates() -> None:
    publication = ROOT / "src/bpo_index/publication"
    templates = [*(publication / "formats/templates").iterdir(), *(publication / "report/assets").glob("*.html")]
    assert len(templates) > 20
    texts = {path.name: NO_TEXT.sub(" ", path.read_text(encoding="utf-8")) for path in templates}
    assert sorted(name for name, text in texts.items() if is_prose(text)) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('x = "two words"', ["two words"]),
        ('x = f"{n} rows read"', ["{} rows read"]),
        ("x = f\"{phrase('a.b')}: {say('more words')}\"", ["more words"]),
        ('def say():\n    """Return two words."""\n    return "official"', []),
        ('raise UsageError("It is wrong.")', []),
        ('x = EnvironmentFailed("It is wrong.")', []),
        ('msg = "It is wrong."\nraise ValueError(msg)', []),
        ('C = Column("a", str, "what it holds")', []),
        ('log.info("It is done.")', []),
    ],
)
def test_sentences_in_code_are_found(code: str, found: list[str]) -> None:
    assert [text for _, text in list_prose(ast.parse(code), "here", is_read=True)] == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('def _repr_html_(self):\n    return "two words"', ["two words"]),
        ('def describe_plan(plan):\n    return f"{plan} and more words"', ["{} and more words"]),
        ('console.print("two words")', ["two words"]),
        ('x = "two words"', []),
    ],
)
def test_sentences_that_are_shown_are_found_in_every_module(code: str, found: list[str]) -> None:
    assert [text for _, text in list_prose(ast.parse(code), "here", is_read=False)] == found


def test_sentences_are_filled_and_chosen() -> None:
    assert fill("{who} leads {who}", {"who": "{a}"}) == "{a} leads {a}"
    assert phrase("numbers.places", count=1) == "1 place"
    with pytest.raises(LookupError, match=r"no catalogue has the sentence numbers\.nothing"):
        phrase("numbers.nothing")
    assert translate("columns.mine.gap.heading", "Gap") == "Gap"


def test_another_language_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "numbers.po").write_text(POLISH, encoding="utf-8")
    assert compile_catalogues(tmp_path) == [folder / "numbers.mo"]
    with use_language("pl", tmp_path):
        said = [phrase("numbers.places", count=count) for count in (1, 2, 5, 22, 1000)]
        assert said == ["1 miejsce", "2 miejsca", "5 miejsc", "22 miejsca", "1\u00a0000 miejsc"]
        assert (show_number(-1234.5), show_level(0.95), list_names(["A", "B", "C"])) == ("−1234,5", "95%", "A, B i C")
    assert phrase("numbers.places", count=5) == "5 places"


@pytest.mark.parametrize("start", EXEMPT)
def test_exempt_places_have_sentences(start: str) -> None:
    """An exemption that is not needed any more goes."""
    assert any(place.startswith(start) for place, _ in list_all_prose())
