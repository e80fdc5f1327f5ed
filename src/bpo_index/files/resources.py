"""Where the files that ship with the package are: definitions, schemas and sample data.

In a wheel they lie inside the package (hatchling copies them there); in an editable checkout they lie
at the top of the repository. `find_resource` is the only place that knows.
"""

from __future__ import annotations

from pathlib import Path

from bpo_index.errors import EnvironmentFailed

PACKAGE = Path(__file__).resolve().parent.parent
#: The built-in definition that is used where none is named.
DEFAULT_DEFINITION = "offshore-bpo-2021"


def find_resource(*parts: str) -> Path:
    """Return the path of a shipped file or folder, such as ``find_resource("schemas", "definitions")``.

    Raises
    ------
    EnvironmentFailed
        When neither the wheel's copy nor a checkout's is there: the installation is damaged.

    Examples
    --------
    >>> find_resource("schemas", "definitions", "offshore-bpo-2021.yaml").name
    'offshore-bpo-2021.yaml'
    """
    for root in (PACKAGE / "_shipped", PACKAGE.parent.parent):
        candidate = root.joinpath(*parts)
        if candidate.exists():
            return candidate
    raise EnvironmentFailed(
        f"The installation of bpo-index lacks its file {'/'.join(parts)}. Install the package again; "
        "an editable installation needs the whole checkout."
    )


def list_definitions() -> dict[str, Path]:
    """Return the built-in index definitions, name to path, sorted by name.

    Examples
    --------
    >>> list(list_definitions())
    ['offshore-bpo-2021', 'offshore-bpo-2022']
    """
    return {path.stem: path for path in sorted(find_resource("schemas", "definitions").glob("*.yaml"))}
