"""The stages one by one, for flows: what passes between them lies in a folder, as Arrow and JSON files.

`run_stage` reads what the stages before left and writes what its own leaves: `methodology.json` and `responses/`
(ingest), `checked/` (validate), `scores/` (score), `robustness/` (assess), `publishable/` (disclose), `result/` and
`release.json` (publish). A person can look into all of it where a stage failed. The definition is read once, by
`ingest`. The folder holds answers of single respondents: the flow makes it, for its owner only, and takes it away. Why
such files: docs/adr/0016-hand-over-by-arrow-and-json.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from bpo_index import pipeline
from bpo_index.completed import CompletedRun
from bpo_index.disclosure.publishable import Publishable, disclose
from bpo_index.errors import UsageError
from bpo_index.handover.value_files import read_value, write_value
from bpo_index.publication.methodology import Methodology, load_methodology
from bpo_index.publication.release import Release
from bpo_index.publication.result import Result
from bpo_index.responses import Responses, read_responses
from bpo_index.robustness.assess import Robustness
from bpo_index.robustness.chunks import Progress
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.scoring.margins import read_margins
from bpo_index.scoring.unit_scores import Scores
from bpo_index.settings import Settings
from bpo_index.validation.checked import Checked

T = TypeVar("T")
STAGES = ("ingest", "validate", "score", "assess", "disclose", "publish")
#: Where in the folder a value of each type lies; a type without tables gets the ending `.json`.
PLACES = {
    Methodology: "methodology",
    Responses: "responses",
    Checked: "checked",
    Scores: "scores",
    Robustness: "robustness",
    Exclusions: "robustness/exclusions",
    Publishable: "publishable",
    Result: "result",
    Release: "release",
}


def run_stage(stage: str, settings: Settings, folder: str | Path, progress: Progress | None = None) -> Path:
    """Run one of `STAGES` on what the stages before it left in a folder, and return what it leaves there itself.

    Raises
    ------
    UsageError
        When there is no such stage.
    """
    left = Path(folder)
    match stage:
        case "ingest":
            methodology = load_methodology(settings)
            leave(methodology, left)
            return leave(read_responses(settings.responses, methodology.definition), left)
        case "validate":
            methodology = take(Methodology, left)
            return leave(
                pipeline.validate(take(Responses, left), methodology.definition, settings, methodology.standing), left
            )
        case "score":
            definition = take(Methodology, left).definition
            margins = read_margins(settings.margins) if settings.margins else None
            return leave(pipeline.score(take(Checked, left), definition, margins), left)
        case "assess":
            definition = take(Methodology, left).definition
            checked, scores = take(Checked, left), take(Scores, left)
            return leave(pipeline.assess(checked, scores, definition, settings, progress=progress), left)
        case "disclose":
            definition = take(Methodology, left).definition
            exact = take(Checked, left), take(Scores, left), take(Robustness, left)
            return leave(disclose(*exact, definition), left)
        case "publish":
            return _publish(settings, left)
    raise UsageError(f"There is no stage {stage!r}. The stages are {', '.join(STAGES)}.")


def load_completed_run(folder: str | Path) -> CompletedRun:
    """Return what all stages together did, from what they left in a folder."""
    left = Path(folder)
    return CompletedRun(
        definition=take(Methodology, left).definition,
        responses=take(Responses, left),
        checked=take(Checked, left),
        result=take(Result, left),
        release=take(Release, left),
        exclusions=take(Exclusions, left),
    )


def leave(value: object, folder: Path) -> Path:
    """Write what a stage leaves in the place of its type, and return the file or folder."""
    return write_value(value, type(value), folder / PLACES[type(value)])


def take(kind: type[T], folder: Path) -> T:
    """Return what a stage left."""
    return read_value(kind, folder / PLACES[kind])


def _publish(settings: Settings, left: Path) -> Path:
    methodology = take(Methodology, left)
    result, release = pipeline.publish(
        take(Responses, left),
        take(Publishable, left),
        definition=methodology.definition,
        settings=settings,
        standing=methodology.standing,
    )
    leave(result, left)
    return leave(release, left)
