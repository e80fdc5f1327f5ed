"""Simulated surveys of few respondents, and releases of them, for attacks on what is public."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.quick import put_key

UNITS = [f"U{number:02d}" for number in range(8)]


def write_survey(
    folder: Path, answers: np.ndarray, questions: int, *, weights: np.ndarray | None = None, companies: bool = False
) -> tuple[Path, Path]:
    """Write answers, units x respondents x (three categories of so many questions), as a survey with a definition."""
    folder.mkdir(exist_ok=True)
    ids = [f"c{category}q{question}" for category in range(3) for question in range(questions)]
    categories = "\n".join(
        f"  - {{id: c{category}, title: C{category}, questions: ["
        + ", ".join(f"{{id: c{category}q{question}, text: Q{category}{question}}}" for question in range(questions))
        + "]}"
        for category in range(3)
    )
    units = ", ".join(f"{{code: {unit}, name: {unit}}}" for unit in UNITS)
    named = {"design_weight: weight": weights is not None, "company: company": companies}
    columns = f"columns: {{{', '.join(['unit: unit', *(name for name, is_there in named.items() if is_there)])}}}"
    (folder / "definition.yaml").write_text(
        "schema_version: 1\nindex: counted\nedition: one\nversion: 1\ntitle: Counted\nprovenance: {note: Made.}\n"
        f"scale: {{minimum: 0, maximum: 10}}\nunits: [{units}]\ncategories:\n{categories}\n{columns}\n"
        "method: {replicates: 100}\n"
    )
    rows = {"unit": np.repeat(UNITS, answers.shape[1])}
    rows |= {name: answers[..., n].ravel() for n, name in enumerate(ids)}
    if weights is not None:
        rows["weight"] = weights.ravel()
    if companies:
        # The first two respondents of each unit are of one company.
        rows["company"] = [f"{unit}-{max(n, 1)}" for unit in UNITS for n in range(answers.shape[1])]
    pl.DataFrame(rows).write_csv(folder / "survey.csv")
    return folder / "survey.csv", folder / "definition.yaml"


def draw_answers(respondents: int, questions: int, seed: int) -> np.ndarray:
    """Return whole ratings from 0 to 10 around a mean of each unit from 5 to 9, respondents with minds of their own."""
    rng = np.random.default_rng(seed)
    shape = (len(UNITS), respondents, 3 * questions)
    means = rng.uniform(5.0, 9.0, (shape[0], 1, 1)) + rng.normal(0.0, 1.2, (shape[0], respondents, 1))
    return np.clip(np.rint(means + rng.normal(0.0, 1.5, shape)), 0, 10).astype(int)


def publish(folder: Path, survey: Path, definition: Path) -> Path:
    return run(
        Settings((str(survey),), str(definition), str(folder / "out"), str(put_key(folder / "audit")))
    ).release.path
