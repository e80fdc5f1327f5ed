"""The built-in definitions with few replicates, so that tests publish official releases in little time; a known key."""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import tempfile
from pathlib import Path

from bpo_index.files.resources import list_definitions


@functools.cache
def quick_definition(name: str = "offshore-bpo-2021", replicates: int = 200, version: str = "1") -> str:
    """Return the path of a built-in definition with other replicates, and perhaps another version."""
    text = list_definitions()[name].read_text(encoding="utf-8")
    text, found = re.subn(r"(?m)^method:.*$", f"method:\n  replicates: {replicates}", text)
    assert found == 1
    text, found = re.subn(r"(?m)^version:.*$", f"version: {version}", text)
    assert found == 1
    path = _folder() / f"{name}-{replicates}-{version}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bpo-index-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def put_key(folder: Path, digit: str = "1") -> Path:
    """Put a known key into a private folder, so that two folders give one release; return the private folder."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "key"
    key.write_text(64 * digit)
    key.chmod(0o600)
    return folder
