"""LaTeX on this machine: whether it is there, and setting tables with it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.limits import HANG_SECONDS


def compile_latex(engine: str, folder: Path, **fragments: bytes) -> str:
    """Set fragments as a document and return the text of its pages, or the log where that fails."""
    for name, content in fragments.items():
        (folder / f"{name}.tex").write_bytes(content)
    fonts = r"\usepackage[T1]{fontenc}" if engine == "pdflatex" else ""
    inputs = "\n".join(rf"\input{{{name}}}" for name in fragments)
    packages = r"\usepackage{booktabs,longtable,array}"
    document = f"\\documentclass{{article}}{fonts}{packages}\\begin{{document}}\n{inputs}\n\\end{{document}}\n"
    (folder / "document.tex").write_text(document, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=HANG_SECONDS)
    log = (folder / "document.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


def has_booktabs(engine: str) -> bool:
    if not shutil.which(engine) or not shutil.which("kpsewhich"):
        return False
    return bool(subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True, check=False).stdout.strip())
