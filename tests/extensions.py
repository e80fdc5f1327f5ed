"""A package of somebody else's, installed for a test: modules and the entry points that name them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def install_extension(folder: Path, modules: Mapping[str, str], entries: Mapping[str, str]) -> dict[str, str]:
    """Write a package of extensions and return the environment in which a process of its own finds it.

    Parameters
    ----------
    folder
        An empty folder.
    modules
        Name to content.
    entries
        Group of entry points to the module that it names, such as ``{"bpo_index.methods": "banded"}``.
    """
    for name, content in modules.items():
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    about = folder / "an_extension-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: an-extension\nVersion: 1.0\n", encoding="utf-8")
    written = "".join(f"[{group}]\n{module} = {module}\n" for group, module in entries.items())
    (about / "entry_points.txt").write_text(written, encoding="utf-8")
    path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path)}
