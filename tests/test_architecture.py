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

from tests.limits import HANG_SECONDS

PACKAGE = "bpo_index"

# From what everything may use to what may use everything. Parts in one row may use one another.
ORDER: tuple[tuple[str, ...], ...] = (
    (
        "errors",
        "given_paths",
        "labels",
        "methods",
        "notebook",
        "resources",
        "atomic",
        "definition_yaml",
        "cluster",
        "wording",
    ),
    ("csv_tables", "cli_process"),
    ("method_conflicts",),
    ("definition_conflicts", "definition_blocks"),
    ("definition", "definition_differences", "answer_texts"),
    ("responses",),
    ("validation",),
    ("scoring",),
    ("simulation", "schema_files"),
    ("robustness",),
    ("disclosure",),
    ("publication",),
    ("pipeline",),
    ("plan", "verification"),
    ("summary", "terminal", "terminal_inspection"),
    ("inbox_claims", "inbox_told"),
    ("inbox",),
    ("cli", "__main__"),
)
PLACES = {part: place for place, row in enumerate(ORDER) for part in row}
# The stages, and what imports them.
STAGES = set(PLACES) - {*ORDER[0], *ORDER[1]} - {"definition", "definition_blocks", "answer_texts", "cli", "__main__"}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common"}
SLOW_TO_IMPORT = ("sklearn", "scipy", "prefect", "pandera", "altair", "vl_convert")

RUN_HELP = """
import json, sys
from bpo_index.cli import main
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


def name_part(package: Path, module: Path) -> str:
    """Return the part of the order a module belongs to; the package's own ``__init__`` is ``""``."""
    first = module.relative_to(package).with_suffix("").parts[0]
    return "" if first == "__init__" else first


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
    """Return the part of the order that an imported name belongs to, or None for one from elsewhere.

    A name of the package's own ``__init__``, such as its version, belongs to no part.
    """
    words = dotted.split(".")
    if words[0] != PACKAGE or len(words) == 1 or words[1].startswith("__version"):
        return None
    return words[1]


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
        place = PLACES.get(part, -1)
        tree = ast.parse(module.read_text(encoding="utf-8"))
        # The package's own `__init__` offers names of all parts, and imports none of them itself.
        for line, dotted in read_imports(tree if part else drop_deferred(tree), module, package):
            imported = name_imported_part(dotted)
            if imported is not None and PLACES.get(imported, len(ORDER)) > place:
                wrong.append(f"{module.relative_to(package)}:{line} imports {dotted}")
    assert wrong == []


def test_nothing_in_the_package_imports_prefect(package: Path) -> None:
    wrong = [
        f"{module.relative_to(package)}:{line} imports {dotted}"
        for module in list_modules(package)
        for line, dotted in imports_of(module, package)
        if dotted.split(".")[0] == "prefect"
    ]
    assert wrong == []


def test_the_command_line_imports_a_stage_only_when_it_runs_it(package: Path) -> None:
    modules = [module for module in list_modules(package) if name_part(package, module) in ("cli", "__main__")]
    assert modules
    wrong = []
    for module in modules:
        tree = drop_deferred(ast.parse(module.read_text(encoding="utf-8")))
        for line, dotted in read_imports(tree, module, package):
            if name_imported_part(dotted) in STAGES:
                wrong.append(f"{module.relative_to(package)}:{line} imports {dotted}")
    assert wrong == []


def test_no_module_has_a_name_that_says_nothing(project: Path) -> None:
    sources = [path for top in ("src", "flows", "tests", "benches") for path in (project / top).rglob("*")]
    modules = [path for path in sources if path.suffix == ".py" or path.is_dir()]
    assert modules
    assert [str(path) for path in modules if path.stem.strip("_") in NAMES_THAT_SAY_NOTHING] == []


def test_help_imports_nothing_slow(project: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", RUN_HELP]
    finished = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout.splitlines()[-1])
    assert answer["code"] == 0
    assert "bpo_index.cli" in answer["modules"]
    assert [name for name in SLOW_TO_IMPORT if name in answer["modules"]] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import bpo_index.scoring.estimate", "bpo_index.scoring.estimate"),
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
    assert writing == ["csv_tables.py"]
