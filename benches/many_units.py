"""Surveys of many units for the benches: the sample's questions, its respondents over and over, with other answers."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

from bpo_index.definition import load_definition
from bpo_index.files.resources import DEFAULT_DEFINITION, find_resource
from bpo_index.settings import Settings

#: Respondents of a unit, about as many as in the sample.
RESPONDENTS = 9
REGIONS = 6


def write_survey(folder: Path, units: int, replicates: int | None = None) -> Settings:
    """Write a definition and responses of so many units into a folder; return the settings of a run over them."""
    definition = load_definition(DEFAULT_DEFINITION)
    content = definition.model_dump(mode="json", exclude_none=True) | {"index": f"units-{units}"}
    content["units"] = [
        {"code": f"U{n:03}", "name": f"Country number {n}", "region": f"Region {n % REGIONS}"} for n in range(units)
    ]
    if replicates is not None:
        content["method"]["replicates"] = replicates
    (folder / "definition.yaml").write_text(json.dumps(content), encoding="utf-8")
    with find_resource("sample_data", "offshore-bpo-2021.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    usable = [row for row in rows if row["finished"] == "true"]
    questions = [question.id for question in definition.questions]
    rng = random.Random(1)
    with (folder / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for n in range(units):
            level = rng.gauss(0, 1)
            for respondent in range(RESPONDENTS):
                row = dict(rng.choice(usable))
                row |= {"respondent_id": f"{n}-{respondent}", "country": f"U{n:03}", "company": f"{n} {respondent}"}
                for question in questions:
                    answer = row[question]
                    if answer.isdigit():
                        row[question] = str(min(10, max(0, round(int(answer) - 1 + level + rng.gauss(0, 1)))))
                writer.writerow(row)
    return Settings(
        (str(folder / "responses.csv"),),
        str(folder / "definition.yaml"),
        str(folder / "out"),
        str(folder / "audit"),
        key_dir=str(folder / "key"),
    )
