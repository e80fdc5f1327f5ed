"""One release id, one set of bytes: whatever the instructions of the processor that numpy and BLAS compute with."""

import os
import platform
import subprocess
import sys

import pytest

from tests.quick import quick_definition

RUN = """
import sys
from bpo_index.publication import release_files as files
files.start_figures = lambda *_: dict  # another library's, and made from the tables
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from bpo_index.files.resources import find_resource
sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
print(run(Settings((sample,), sys.argv[1], sys.argv[2], sys.argv[3])).release.release_id)
"""


def choose_other_kernels():
    """Return an environment in which numpy and OpenBLAS compute with fewer instructions of this processor."""
    from numpy._core import _multiarray_umath as core

    used = [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]
    return {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": " ".join(used)}


def publish(folder, environment):
    command = [sys.executable, "-c", RUN, quick_definition(), str(folder / "out"), str(folder / "audit")]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.component("minutes")
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="has no second kernel that can be chosen")
def test_other_kernels_give_the_same_bytes(tmp_path):
    usual = publish(tmp_path / "usual", {})
    assert any(path.name == "report.html" for path in usual)
    other = publish(tmp_path / "other", choose_other_kernels())
    assert other.keys() == usual.keys()
    assert [str(path) for path in usual if usual[path] != other[path]] == []
