"""Disclosure is the only door to publication: no module of `publication/` sees a type that holds exact numbers.

Imports are read, wherever in a file they stand, and types are followed: of every function, method and field, through
unions, containers, aliases and dataclasses. Functions of earlier stages that take or give frames count as exact.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import importlib.util
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import polars as pl
import pytest

from bpo_index.completed import CompletedCheck, CompletedRun
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.disclosure.publishable import Publishable
from bpo_index.responses import Responses
from bpo_index.robustness.assess import Robustness
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.robustness.influence import Influence
from bpo_index.scoring.chain import Evidence
from bpo_index.scoring.preparation import Sample
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers
from bpo_index.scoring.unit_scores import Scores
from bpo_index.validation.audit import Audit
from bpo_index.validation.checked import Checked
from bpo_index.validation.validate import Validation

PACKAGE = "bpo_index"
#: Parts whose types hold answers, or numbers made of them of which nobody has decided yet what may be public.
EXACT_PARTS = ("responses", "validation", "scoring", "robustness", "simulation", "completed", "pipeline", "handover")
#: Parts of them, and types, that hold no number made of answers: records, the index itself, what a plan is wanted for.
HARMLESS = ("scoring.methods", "scoring.designs", "validation.rules", "scoring.structure", "robustness.planning.Wanted")


def is_exact(dotted: str) -> bool:
    """Return whether a name within the package, such as `scoring.unit_scores.Scores`, lies before the door."""

    def lies_in(part: str) -> bool:
        return dotted == part or dotted.startswith(f"{part}.")

    return any(map(lies_in, EXACT_PARTS)) and not any(map(lies_in, HARMLESS))


def name_within(thing: Any) -> str:
    """Return the name of a class, function or module within the package; empty for one from elsewhere."""
    full = thing.__name__ if isinstance(thing, ModuleType) else f"{thing.__module__}.{thing.__qualname__}"
    return full.removeprefix(f"{PACKAGE}.") if full.startswith(f"{PACKAGE}.") else ""


def resolve_imports(module: ModuleType) -> dict[str, Any]:
    """Return what a module imports of its own package and of this one, wherever in its file, by its name there."""
    assert module.__file__
    packages = {PACKAGE, module.__name__.split(".")[0]}
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in packages:
                    found[alias.asname or alias.name] = importlib.import_module(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), module.__package__ or "")
            if base.split(".")[0] not in packages:
                continue
            for alias in node.names:
                found[alias.asname or alias.name] = import_name(base, alias.name)
    return found


def import_name(base: str, name: str) -> Any:
    home = importlib.import_module(base)
    return getattr(home, name) if hasattr(home, name) else importlib.import_module(f"{base}.{name}")


class Walk:
    """A walk along the types of this package and of the one that is looked at."""

    def __init__(self, package: str = PACKAGE) -> None:
        self.packages = {PACKAGE, package}
        self.seen: dict[int, Any] = {}

    def list_exact(self, thing: Any) -> Iterator[str]:
        """Yield the names of the exact types and modules that can be reached from a module, class, function or type."""
        if isinstance(thing, list | tuple):
            for part in thing:
                yield from self.list_exact(part)
            return
        if id(thing) in self.seen:
            return
        self.seen[id(thing)] = thing
        if isinstance(thing, ModuleType):
            if thing.__name__ == PACKAGE or is_exact(name_within(thing)):
                yield f"the module {thing.__name__}"
        elif typing.get_origin(thing) is not None:
            yield from self.list_exact(typing.get_args(thing))
        elif isinstance(thing, type):
            if is_exact(name_within(thing)):
                yield name_within(thing)
            elif thing.__module__.split(".")[0] in self.packages:
                yield from self.list_exact([*self.read_hints(thing), *map(list_functions, vars(thing).values())])
        elif isinstance(thing, FunctionType) and thing.__module__.split(".")[0] in self.packages:
            hints = self.read_hints(thing)
            if is_exact(name_within(thing)) and any(map(holds_frame, hints)):
                yield f"frames of {name_within(thing)}"
            yield from self.list_exact(hints)
        elif wrapped := getattr(thing, "__wrapped__", None):  # functools.cache
            yield from self.list_exact(wrapped)
        elif type(thing).__module__.startswith(f"{PACKAGE}."):  # a record
            yield from self.list_exact(type(thing))

    def read_hints(self, thing: Any) -> list[Any]:
        """Return the types in the annotations of a function, or of a class and the classes that it is made from."""
        hints: list[Any] = []
        for owner in thing.__mro__ if isinstance(thing, type) else (thing,):
            if owner.__module__.split(".")[0] in self.packages:
                written = type("Written", (), {"__annotations__": read_annotations(owner)})
                names = list_names(sys.modules[owner.__module__])
                hints += typing.get_type_hints(written, {}, names, include_extras=True).values()
        return hints


def holds_frame(kind: Any) -> bool:
    """Return whether a type is a frame, or a container of frames."""
    parts = kind if isinstance(kind, list | tuple) else typing.get_args(kind)
    return kind in (pl.DataFrame, pl.LazyFrame, pl.Series) or any(map(holds_frame, parts))


def read_annotations(owner: Any) -> dict[str, Any]:
    return vars(owner).get("__annotations__", {}) if isinstance(owner, type) else owner.__annotations__


class Unknown(type):
    """The type of what is not loaded."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class Elsewhere(metaclass=Unknown):
    """What a module imports from another package for type checkers only, and all that is in it."""


class Names(dict[str, Any]):
    """What names mean in a module."""

    def __missing__(self, name: str) -> Any:
        return vars(builtins).get(name, Elsewhere)


@functools.cache
def list_names(module: ModuleType) -> Names:
    return Names(vars(module) | resolve_imports(module))


def list_functions(member: Any) -> list[Any]:
    """Return the functions behind a member of a class."""
    if isinstance(member, property):
        return [function for function in (member.fget, member.fset) if function]
    if isinstance(member, classmethod | staticmethod):
        return [member.__func__]
    if isinstance(member, functools.cached_property):
        return [member.func]
    return [member] if isinstance(member, FunctionType) else []


def find_exact(module: ModuleType) -> list[str]:
    """Return what of exact types a module sees: by what it imports, its functions, classes and aliases of types."""
    names = resolve_imports(module)
    own = [
        thing
        for thing in vars(module).values()
        if getattr(thing, "__module__", None) == module.__name__ or typing.get_origin(thing) is not None
    ]
    walk = Walk(module.__name__.split(".")[0])
    return sorted(set(walk.list_exact([*names.values(), *own])))


def list_modules(package: str) -> list[ModuleType]:
    folder = Path(importlib.import_module(package).__path__[0])
    dotted = [path.relative_to(folder).with_suffix("").parts for path in sorted(folder.rglob("*.py"))]
    return [importlib.import_module(".".join((package, *parts)).removesuffix(".__init__")) for parts in dotted]


def test_no_module_of_publication_sees_an_exact_type() -> None:
    modules = list_modules(f"{PACKAGE}.publication")
    assert len(modules) > 50
    assert {module.__name__: found for module in modules if (found := find_exact(module))} == {}


def test_what_publication_receives_is_not_exact_and_what_it_must_not_see_is() -> None:
    exact = (Scores, Sample, UnitAnswers, Evidence, Robustness, Influence, Exclusions, Checked, Validation, Responses)
    for kind in (*exact, Audit, CompletedRun, CompletedCheck):
        assert is_exact(name_within(kind)), kind
    for kind in (Publishable, PublicAudit, IndexStructure):
        assert not is_exact(name_within(kind)), kind
        assert list(Walk().list_exact(kind)) == [], kind


LEAKS = {
    "an import": "from bpo_index.scoring.unit_scores import Scores",
    "an import within a function": "def f():\n    from bpo_index.validation.checked import Checked\n    return Checked",
    "an import for type checkers": (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from bpo_index.scoring.unit_scores import Scores\n"
        "def f(scores: list[Scores | None]) -> int:\n    return len(scores)\n"
    ),
    "a module": "from bpo_index.robustness import assess",
    "the package": "import bpo_index\ndef f(given):\n    return bpo_index.score_units(*given)",
    "a name of the package": "from bpo_index import Responses",
    "a function that returns one": "from bpo_index.robustness.influence import assess_influence",
    "a function from frames to frames": "from bpo_index.validation.nonresponse import tabulate_nonresponse",
    "a function of disclosure": "from bpo_index.disclosure.publishable import disclose",
    "a stage of the pipeline": "from bpo_index.pipeline import assess",
    "an audit that is not public": "from bpo_index.validation.audit import Audit",
    "a neighbour that sees one": "from leaky.neighbour import Holder\ndef f(holder: Holder) -> None: ...",
    "an alias": "from leaky.neighbour import Pair\ndef f(pair: dict[str, Pair]) -> None: ...",
    "a method": "from leaky.neighbour import Quiet",
    "a cached function": "from leaky.neighbour import load",
}
NEIGHBOUR = """
from __future__ import annotations
from dataclasses import dataclass
from functools import cache
from bpo_index.robustness.assess import Robustness
from bpo_index.scoring.unit_scores import Scores

Pair = tuple[Scores, int]

@dataclass
class Holder:
    held: dict[str, tuple[Robustness, ...]] | None

class Quiet:
    @property
    def scores(self) -> Scores: ...

@cache
def load() -> list[Scores]: ...
"""


@pytest.mark.parametrize("leak", LEAKS)
def test_every_way_in_is_seen(leak: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "leaky"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "neighbour.py").write_text(NEIGHBOUR, encoding="utf-8")
    (folder / "page.py").write_text(LEAKS[leak], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("leaky", "leaky.neighbour", "leaky.page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    found = {module.__name__: find_exact(module) for module in list_modules("leaky")}
    assert found["leaky.page"] != []
    assert found["leaky.neighbour"] == ["robustness.assess.Robustness", "scoring.unit_scores.Scores"]


def test_what_is_public_is_no_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tight"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from bpo_index.definition import IndexDefinition\nfrom bpo_index.disclosure.publishable import Publishable\n"
        "from bpo_index.scoring.methods.registry import get_aggregation\n"
        "from bpo_index.validation.reasons import REASONS\n"
        "def f(given: Publishable, definition: IndexDefinition) -> list[str]:\n    return given.notes\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [find_exact(module) for module in list_modules("tight")] == [[]]
