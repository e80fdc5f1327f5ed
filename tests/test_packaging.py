"""The package holds what it needs: a wheel, a wheel made from the sdist, and a checkout all run the sample edition."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

NOT_SOURCE = (
    *(".git", ".venv", "build", "dist", "releases", "audit", "*.egg-info"),
    *("__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis"),
)

FIND_PARTS = """
import json, bpo_index
from bpo_index.files.resources import find_resource, list_definitions
print(json.dumps({
    "package": bpo_index.__file__,
    "definitions": {name: str(path) for name, path in list_definitions().items()},
    "sample": str(find_resource("sample_data", "offshore-bpo-2021.csv")),
}))
"""


@dataclass(frozen=True)
class Installation:
    """One way to have the package: the folder to put first on Python's path, and where its files must lie."""

    path: Path
    home: Path


def run_python(*arguments: str | Path, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with `path` before everything installed, the editable install of this checkout included."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )


def run_git(*arguments: str, cwd: Path) -> str | None:
    """Return what git prints, or None where there is no git or no repository."""
    git = shutil.which("git")
    if git is None:
        return None
    finished = subprocess.run(
        [git, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    return finished.stdout if finished.returncode == 0 else None


def copy_source(project: Path, destination: Path) -> Path:
    """Copy the files git knows or would take, else everything that is not a product of working here."""
    top = run_git("rev-parse", "--show-toplevel", cwd=project)
    listing = run_git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=project)
    if top is None or listing is None or Path(top.strip()).resolve() != project:
        shutil.copytree(project, destination, ignore=shutil.ignore_patterns(*NOT_SOURCE))
        return destination
    for name in filter(None, listing.split("\0")):
        if (project / name).is_file():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, destination / name)
    return destination


def build(kind: str, source: Path, out: Path) -> Path:
    """Build a ``wheel`` or an ``sdist`` without network and return it."""
    finished = run_python("-m", "build", "--no-isolation", f"--{kind}", "--outdir", out, source, cwd=out.parent)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    built = list(out.iterdir())
    assert len(built) == 1
    return built[0]


def install(wheel: Path, target: Path) -> Installation:
    finished = run_python(
        *("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target, wheel), cwd=target.parent
    )
    assert finished.returncode == 0, finished.stderr
    return Installation(path=target, home=target)


@pytest.fixture(scope="session")
def source(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_source(project, tmp_path_factory.mktemp("source") / "bpo-index")


@pytest.fixture(scope="session")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", source, tmp_path_factory.mktemp("sdist") / "dist")


@pytest.fixture(scope="session")
def unpacked_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


@pytest.fixture(scope="session", params=["wheel", "wheel from sdist", "checkout"])
def installation(
    request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    if request.param == "checkout":
        return Installation(path=project / "src", home=project)
    tree = request.getfixturevalue("source" if request.param == "wheel" else "unpacked_sdist")
    folder = tmp_path_factory.mktemp("wheel")
    return install(build("wheel", tree, folder / "dist"), folder / "target")


def find_parts(installation: Installation, cwd: Path) -> dict[str, object]:
    finished = run_python("-c", FIND_PARTS, cwd=cwd, path=installation.path)
    assert finished.returncode == 0, finished.stderr
    parts: dict[str, object] = json.loads(finished.stdout)
    return parts


def test_the_package_and_its_files_come_from_the_installation(installation: Installation, tmp_path: Path) -> None:
    parts = find_parts(installation, tmp_path)
    definitions = parts["definitions"]
    assert isinstance(definitions, dict)
    assert {"offshore-bpo-2021", "offshore-bpo-2022"} <= set(definitions)
    package = Path(str(parts["package"]))
    assert package.parent == installation.path / "bpo_index"
    for path in (parts["sample"], *definitions.values()):
        assert Path(str(path)).is_file()
        assert Path(str(path)).is_relative_to(installation.home)


def test_the_installation_ranks_the_sample_edition(installation: Installation, tmp_path: Path) -> None:
    sample = str(find_parts(installation, tmp_path)["sample"])
    finished = run_python(
        *("-m", "bpo_index", "run", sample, "--definition", quick_definition()),
        *("--out", tmp_path / "releases", "--audit-dir", tmp_path / "audit"),
        cwd=tmp_path,
        path=installation.path,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Colombia" in finished.stdout
    assert list((tmp_path / "releases").rglob("ranking.csv"))


def test_the_catalogues_come_with_the_installation(installation: Installation, project: Path) -> None:
    folder = "bpo_index/display/languages"
    wanted = {path.relative_to(project / "src") for path in (project / "src" / folder).rglob("*.*o")}
    assert {path.suffix for path in wanted} == {".po", ".mo"}
    there = {path.relative_to(installation.path) for path in (installation.path / folder).rglob("*.*o")}
    assert there == wanted


def test_the_sdist_holds_the_catalogues(unpacked_sdist: Path, project: Path) -> None:
    folder = "src/bpo_index/display/languages"
    wanted = {path.relative_to(project) for path in (project / folder).rglob("*.*o")}
    assert {path.relative_to(unpacked_sdist) for path in (unpacked_sdist / folder).rglob("*.*o")} == wanted


def test_the_sdist_holds_what_its_recipes_need(unpacked_sdist: Path) -> None:
    needed = ("Makefile", "pyproject.toml", "README.md", "LICENSE", "requirements.lock", "requirements-dev.lock")
    folders = ("src/bpo_index", "schemas/definitions", "sample_data", "tests")
    assert [name for name in needed if not (unpacked_sdist / name).is_file()] == []
    assert [name for name in folders if not (unpacked_sdist / name).is_dir()] == []


def test_every_module_and_shipped_file_is_in_the_wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("complete")
    target = install(build("wheel", source, folder / "dist"), folder / "target").path / "bpo_index"
    shipped = [
        *(
            (path, target / path.relative_to(source / "src/bpo_index"))
            for path in (source / "src/bpo_index").rglob("*")
        ),
        *((path, target / "_shipped" / path.relative_to(source)) for path in (source / "schemas").rglob("*")),
        *((path, target / "_shipped" / path.relative_to(source)) for path in (source / "sample_data").rglob("*")),
    ]
    assert shipped
    assert [str(origin) for origin, copy in shipped if origin.is_file() and not copy.is_file()] == []
