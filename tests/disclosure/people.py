"""A small survey that can be attacked: respondents with chosen means, its files, and its release beside its audit."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bpo_index.definition import parse_definition
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.quick import put_key

UNITS = ("Aland", "Beland", "Celand", "Deland", "Eland", "Feland")
CODES = {name: name[0] * 3 for name in UNITS}
QUESTIONS = ("t1", "t2", "p1", "p2", "s1", "i1", "i2")
CATEGORIES = {"trade": ("t1", "t2"), "people": ("p1", "p2"), "security": ("s1",), "infra": ("i1", "i2")}
DEFINITION = f"""
schema_version: 1
index: attacked
edition: one
version: 1
title: Attacked index
provenance: {{note: Made for tests.}}
scale: {{minimum: 0, maximum: 10, dont_know: [dk]}}
units: [{", ".join(f"{{code: {CODES[name]}, name: {name}}}" for name in UNITS)}]
categories:
  - {{id: trade, title: Trade, questions: [{{id: t1, text: T1}}, {{id: t2, text: T2}}]}}
  - {{id: people, title: People, questions: [{{id: p1, text: P1}}, {{id: p2, text: P2}}]}}
  - {{id: security, title: Security, questions: [{{id: s1, text: S1}}]}}
  - {{id: infra, title: Infra, questions: [{{id: i1, text: I1}}, {{id: i2, text: I2}}]}}
columns: {{respondent: id, unit: country, finished: done, company: company}}
quality_rules: {{unfinished: {{}}, straight_line: {{minimum_answers: 7}}, outlying: {{}}}}
"""
Person = tuple[str, Sequence[object], str]


@dataclass(frozen=True)
class Published:
    """The files of a release, and of its private audit."""

    files: dict[str, bytes]
    private: dict[str, bytes]

    def read(self, name: str) -> pl.DataFrame:
        return pl.read_csv(io.BytesIO(self.files[f"{name}.csv"]), infer_schema_length=None)

    def read_private(self, name: str) -> pl.DataFrame:
        return pl.read_csv(io.BytesIO(self.private[f"{name}.csv"]), infer_schema_length=None)

    @property
    def comparable(self) -> dict[str, bytes]:
        """All files but the manifest, without what the report says that it was made from, by hashes."""
        manifest = json.loads(self.files["manifest.json"])
        hashes = manifest["release"], manifest["made_from"]["rows_hmac_sha256"]
        release, rows = (text.encode() for text in hashes)
        return {
            name: content.replace(release, b"").replace(rows, b"")
            for name, content in self.files.items()
            if name != "manifest.json"
        }


def make_people(means: dict[str, float], respondents: dict[str, int] | int = 5) -> list[Person]:
    """Return respondents whose ratings vary and whose unit has a mean near the one given, in points of the scale."""
    people: list[Person] = []
    for number, (name, mean) in enumerate(means.items()):
        rng = np.random.default_rng(number)
        count = respondents if isinstance(respondents, int) else respondents[name]
        ratings = np.clip(np.rint(rng.normal(mean, 1.2, (count, len(QUESTIONS)))), 0, 10).astype(int)
        people += [(name, row, "yes") for row in ratings.tolist()]
    return people


def write_files(folder: Path, people: Sequence[Person], method: str) -> tuple[Path, Path]:
    folder.mkdir(exist_ok=True)
    lines = [
        f"r{n},{unit},{','.join('' if rating is None else str(rating) for rating in ratings)},{done},firm {n}"
        for n, (unit, ratings, done) in enumerate(people)
    ]
    survey, definition = folder / "survey.csv", folder / "definition.yaml"
    survey.write_text("\n".join([f"id,country,{','.join(QUESTIONS)},done,company", *lines]) + "\n")
    options = ", ".join(filter(None, ["replicates: 100, seed: 1", method]))
    definition.write_text(f"{DEFINITION}method: {{{options}}}\n")
    parse_definition(definition.read_text())
    return survey, definition


def publish(folder: Path, people: Sequence[Person], method: str = "") -> Published:
    survey, definition = write_files(folder, people, method)
    # One key for all: with another, other numbers would be drawn.
    completed = run(Settings((str(survey),), str(definition), str(folder / "out"), str(put_key(folder / "audit"))))

    def read(root: Path) -> dict[str, bytes]:
        return {
            path.relative_to(root).as_posix().removesuffix(".csv") + (".csv" if path.suffix == ".csv" else ""): (
                path.read_bytes()
            )
            for path in root.rglob("*")
            if path.is_file()
        }

    return Published(read(completed.release.path), read(completed.checked.audit_folder))


MEANS = {"Aland": 8.5, "Beland": 7.4, "Celand": 7.0, "Deland": 6.8, "Eland": 6.0, "Feland": 4.5}
