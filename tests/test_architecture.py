"""The order of the stages, held by reading every import: a later stage may import an earlier one, never the reverse."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpo_index.responses.tools.registry import list_tools
from bpo_index.scoring.methods.record import STEPS
from bpo_index.scoring.methods.registry import list_methods
from tests.limits import HANG_SECONDS

PACKAGE = "bpo_index"

# From what everything may use to what may use everything. Parts in one row may use one another. A module belongs to the
# part with the longest name that fits it: the records of methods, quality rules and survey tools stand before the
# definition, which is written in their names, and those of columns before all that build their frames with them. Which
# cells are published is decided before anything is ranked.
ORDER: tuple[tuple[str, ...], ...] = (
    ("errors", "threads", "version"),
    ("kinds",),
    ("display",),
    ("publication.columns",),
    ("fields",),
    ("files",),
    ("settings",),
    ("scoring.arrays", "scoring.ranking", "scoring.methods", "scoring.designs", "validation.rules", "responses.tools"),
    ("definition",),
    ("responses",),
    ("validation",),
    ("scoring.structure", "scoring.steps", "scoring.unit_design", "scoring.unit_means", "scoring.sampling_units"),
    ("disclosure.cells",),
    ("scoring",),
    ("drafting",),
    ("robustness",),
    ("disclosure",),
    ("publication",),
    ("simulation", "completed", "record_texts"),
    ("pipeline",),
    ("handover",),
    ("inbox",),
    ("notebook",),
    ("app",),
    ("cli", "__main__"),
)
PLACES = {part: place for place, row in enumerate(ORDER) for part in row}
# The stages, and what imports them.
STAGES = {
    *("responses", "validation", "scoring", "simulation", "robustness", "disclosure", "publication"),
    *("completed", "pipeline", "handover", "inbox", "notebook"),
}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common"}
SLOW_TO_IMPORT = ("sklearn", "scipy", "prefect", "pandera", "vl_convert")

RUN_HELP = """
import json, sys
from bpo_index.cli.main import main
try:
    code = main(["--help"])
except SystemExit as stop:
    code = stop.code
print()
print(json.dumps({"code": code or 0, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="session")
def package(project: Path) -> Path:
    return project / "src" / PACKAGE


def list_modules(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def name_module(package: Path, module: Path) -> str:
    """Return the dotted name of a module within the package; the package's own ``__init__`` is ``""``."""
    parts = module.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def find_part(name: str) -> str | None:
    """Return the part of the order that a dotted name within the package belongs to; None where there is none."""
    words = name.split(".")
    return next((part for n in range(len(words), 0, -1) if (part := ".".join(words[:n])) in PLACES), None)


def name_part(package: Path, module: Path) -> str:
    """Return the part of the order a module belongs to; the package's own ``__init__`` is ``""``."""
    name = name_module(package, module)
    return find_part(name) or name


def read_imports(tree: ast.AST, module: Path, package: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of everything a module imports; ``from a import b`` counts as ``a.b``."""
    folder = [PACKAGE, *module.relative_to(package).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def imports_of(module: Path, package: Path) -> list[tuple[int, str]]:
    return list(read_imports(ast.parse(module.read_text(encoding="utf-8")), module, package))


def name_imported_part(dotted: str) -> str | None:
    """Return the part of the order that an imported name belongs to, or None for one from elsewhere."""
    words = dotted.split(".")
    return find_part(".".join(words[1:])) if words[0] == PACKAGE and len(words) > 1 else None


def link_files(package: Path) -> dict[str, set[str]]:
    """Return which files each file imports, wherever in it; what the package's own ``__init__`` offers is not counted.

    ``from a import b`` is an import of the file ``a.b`` where there is one, else of ``a``.
    """
    files = {name_module(package, module): module for module in list_modules(package)}
    links: dict[str, set[str]] = {}
    for name, module in files.items():
        imported = [dotted.removeprefix(f"{PACKAGE}.") for _, dotted in imports_of(module, package)]
        found = {one if one in files else one.rpartition(".")[0] for one in imported}
        links[name] = found & set(files) - {""} if name else set()
    return links


def find_circles(links: dict[str, set[str]]) -> list[list[str]]:
    """Return the files that can be reached from themselves, those of one circle together (Tarjan 1972)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    circles = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in sorted(links[name]):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            found = path[path.index(name) :]
            del path[path.index(name) :]
            if len(found) > 1 or name in links[name]:
                circles.append(sorted(found))

    for name in sorted(links):
        if name not in number:
            visit(name)
    return circles


def drop_deferred(tree: ast.Module) -> ast.Module:
    """Return the tree without what does not run on import: bodies of functions, and blocks for type checkers."""

    class Dropper(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

        def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
            return ast.Constant(value=None)

        def visit_If(self, node: ast.If) -> ast.AST:
            self.generic_visit(node)
            if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                node.body = [ast.Pass()]
            return node

    dropped = Dropper().visit(tree)
    assert isinstance(dropped, ast.Module)
    return dropped


def test_every_module_has_a_place_in_the_order(package: Path) -> None:
    parts = {name_part(package, module) for module in list_modules(package)} - {""}
    assert parts
    assert parts - set(PLACES) == set(), "a new module: give it a place in ORDER, the earliest that its imports allow"


def test_no_stage_imports_a_later_one(package: Path) -> None:
    wrong = []
    for module in list_modules(package):
        part = name_part(package, module)
        place = PLACES.get(part, 0)
        tree = ast.parse(module.read_text(encoding="utf-8"))
        # The package's own `__init__` offers names of all parts, and imports none of them itself.
        for line, dotted in read_imports(tree if part else drop_deferred(tree), module, package):
            imported = name_imported_part(dotted)
            if imported is not None and PLACES.get(imported, len(ORDER)) > place:
                wrong.append(f"{module.relative_to(package)}:{line} imports {dotted}")
    assert wrong == []


def test_no_circle_of_files(package: Path) -> None:
    links = link_files(package)
    assert len(links) > 100
    assert find_circles(links) == []


def test_circles_are_found() -> None:
    links: dict[str, set[str]] = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": {"e"}, "e": set(), "f": {"f"}}
    assert find_circles(links) == [["a", "b", "c"], ["f"]]


def test_nothing_in_the_package_imports_prefect(package: Path) -> None:
    wrong = [
        f"{module.relative_to(package)}:{line} imports {dotted}"
        for module in list_modules(package)
        for line, dotted in imports_of(module, package)
        if dotted.split(".")[0] == "prefect"
    ]
    assert wrong == []


def test_the_command_line_imports_a_stage_only_when_it_runs_it(package: Path) -> None:
    files = {name_module(package, module): module for module in list_modules(package)}
    commands = [name for name in files if name.startswith("cli.commands.")]
    assert len(commands) > 7
    reached, waiting = set(), ["__main__", *commands]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        tree = drop_deferred(ast.parse(files[name].read_text(encoding="utf-8")))
        for _, dotted in read_imports(tree, files[name], package):
            words = dotted.removeprefix(f"{PACKAGE}.").split(".")
            waiting += [part for n in range(len(words) + 1) if (part := ".".join(words[:n])) in files]
    assert "cli.main" in reached
    assert sorted(name for name in reached if find_part(name) in STAGES) == []


def test_no_module_has_a_name_that_says_nothing(project: Path) -> None:
    sources = [path for top in ("src", "flows", "tests", "benches") for path in (project / top).rglob("*")]
    modules = [path for path in sources if path.suffix == ".py" or path.is_dir()]
    assert modules
    assert [str(path) for path in modules if path.stem.strip("_") in NAMES_THAT_SAY_NOTHING] == []


def test_no_test_imports_from_another_file_of_tests(project: Path) -> None:
    tests = sorted((project / "tests").rglob("*.py"))
    wrong = [
        f"{path.relative_to(project)}:{node.lineno}"
        for path in tests
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and ".test_" in f".{node.module}"
    ]
    assert len(tests) > 100
    assert wrong == []


def test_help_imports_nothing_slow(project: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", RUN_HELP]
    finished = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout.splitlines()[-1])
    assert answer["code"] == 0
    assert "bpo_index.cli.main" in answer["modules"]
    assert [name for name in SLOW_TO_IMPORT if name in answer["modules"]] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import bpo_index.scoring.unit_means", "bpo_index.scoring.unit_means"),
        ("from bpo_index import pipeline", "bpo_index.pipeline"),
        ("from ..scoring import score_units", "bpo_index.scoring.score_units"),
        ("from . import read", "bpo_index.responses.read"),
        ("def f():\n    from bpo_index.pipeline import run", "bpo_index.pipeline.run"),
    ],
)
def test_imports_are_read_in_every_spelling(package: Path, text: str, expected: str) -> None:
    module = package / "responses" / "read.py"
    assert [dotted for _, dotted in read_imports(ast.parse(text), module, package)] == [expected]


def test_deferred_imports_do_not_count_for_the_command_line(package: Path) -> None:
    text = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from bpo_index.scoring import a\n"
        "def f():\n    from bpo_index.scoring import b\n"
        "try:\n    from bpo_index.scoring import c\nexcept ImportError:\n    pass\n"
    )
    tree = drop_deferred(ast.parse(text))
    names = [dotted for _, dotted in read_imports(tree, package / "cli.py", package)]
    assert names == ["typing.TYPE_CHECKING", "bpo_index.scoring.c"]


def test_every_csv_file_is_written_where_formulas_are_escaped(package: Path) -> None:
    """Of tables; a row of a file that is kept as text becomes a cell of one."""
    writing = [
        str(module.relative_to(package))
        for module in list_modules(package)
        if any(call in module.read_text(encoding="utf-8") for call in ("write_csv(", "DictWriter(", "writerows("))
    ]
    assert writing == ["files/csv_tables.py"]


def test_no_code_names_a_method_but_its_own_module(package: Path) -> None:
    """What the rest must know of a method is in its record; words that mean other things too are left out."""
    steps = ("missing_answers", "outliers", "normalisation", "weighting", "aggregation")
    common = {"none", "log", "power", "scale", "rank", "mean", "given", "equal", "importance", "median", "robust"}
    usual = {step.default for step in STEPS}
    names = {name for step in steps for name in list_methods()[step]} - common - usual
    assert len(names) > 25
    wrong = []
    for module in list_modules(package):
        if find_part(name_module(package, module)) == "scoring.methods":
            continue
        tree = ast.parse(module.read_text(encoding="utf-8"))
        # What an estimator takes where nothing is said.
        defaults = {default for node in ast.walk(tree) if isinstance(node, ast.arguments) for default in node.defaults}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node not in defaults and node.value in names:
                wrong.append(f"{module.relative_to(package)}:{node.lineno} names {node.value}")
    assert wrong == []


def test_no_code_names_a_survey_tool_but_its_own_module(package: Path) -> None:
    names = set(list_tools())
    assert len(names) > 7
    wrong = [
        f"{module.relative_to(package)}:{node.lineno} names {node.value}"
        for module in list_modules(package)
        if find_part(name_module(package, module)) != "responses.tools"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names
    ]
    assert wrong == []


def test_functions_have_at_most_four_positional_arguments(project: Path) -> None:
    """Past four, a reader of the call cannot tell which is which."""
    wrong = []
    for module in [path for top in ("src", "flows", "benches") for path in (project / top).rglob("*.py")]:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
                if len([name for name in names if name not in ("self", "cls")]) > 4:
                    wrong.append(f"{module.relative_to(project)}:{node.lineno} {node.name}")
    assert wrong == []
