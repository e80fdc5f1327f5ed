"""How many respondents to ask next time: from the answers of one edition to a plan, its table and its figure.

`plan_next_survey` scores the answers as `run` does, takes standard errors from replicates, and simulates surveys of
growing size. Without answers of the user's own it plans from the synthetic sample of a built-in definition, and says
so. Method page: docs/methods/planning.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_level, show_percent, show_point
from bpo_index.display.words import start_sentence
from bpo_index.errors import DataRefused, EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder, render_json, replace_file
from bpo_index.files.csv_tables import render_csv
from bpo_index.files.given_paths import refuse_addresses
from bpo_index.files.resources import find_resource, list_definitions
from bpo_index.publication.figures.plan import draw_plan
from bpo_index.publication.standard_phrases import choose_notice
from bpo_index.responses import read_responses
from bpo_index.robustness.chunks import Progress
from bpo_index.robustness.planning import LastSurvey, Plan, Wanted, describe_last_survey, plan_survey
from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.standard_errors import estimate_errors
from bpo_index.scoring.unit_scores import Scores, score_units, unit_score_matrix
from bpo_index.settings import check_seed
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.refusals import find_refusal
from bpo_index.validation.validate import validate_responses

#: Behind the standard errors of the last survey.
_REPLICATES = 2_000


@dataclass(frozen=True)
class PlanSettings:
    """The settings of a plan."""

    definition: str
    """A built-in definition's name or a path."""
    responses: tuple[str, ...] = ()
    """Paths of the last edition's survey files; none: the synthetic sample of a built-in definition."""
    width: float | None = None
    """The mean number of ranks in a rank set, at most."""
    neighbours: float | None = None
    """The share of neighbours that are distinguished, at least. With neither, the width is half the units."""
    assurance: float = 0.8
    """The share of surveys that have to reach it."""
    out: str = "plan"
    """The folder of the table and the figure."""
    seed: int = 2021
    """Any integer from 0."""
    method: str | None = None
    """The path of a file whose keys take the place of those of the definition's `method:` block."""

    def __post_init__(self) -> None:
        """Refuse numbers that no survey can reach, and addresses in the place of paths."""
        refuse_addresses(
            **{"--out": self.out, "the definition": self.definition, "--method": self.method},
            **{"--responses": self.responses},
        )
        if self.width is not None and not self.width >= 1:
            raise UsageError(f"--width is a number of ranks, from 1; found {self.width:g}.")
        if self.neighbours is not None and not 0 < self.neighbours <= 1:
            raise UsageError(f"--neighbours is a share of pairs, above 0 and at most 1; found {self.neighbours:g}.")
        if not 0.5 <= self.assurance <= 0.99:
            raise UsageError(f"--assurance is a share of surveys, .5 to .99; found {self.assurance:g}.")
        check_seed(self.seed)


@dataclass(frozen=True)
class CompletedPlan:
    """A plan and where it lies."""

    definition: IndexDefinition
    survey: LastSurvey
    wanted: Wanted
    plan: Plan
    data_origin: str
    """Of the answers it was planned from: `survey`, `synthetic` or `partly synthetic`."""
    sentences: list[str]
    """What it says, for readers."""
    files: tuple[Path, ...]


def plan_next_survey(settings: PlanSettings, progress: Progress | None = None) -> CompletedPlan:
    """Plan the next survey, and write `plan.csv`, `plan.json` and `plan.svg`.

    Raises
    ------
    DataRefused
        The answers cannot carry a plan.
    UsageError, EnvironmentFailed
        The settings or the definition are wrong; the disk failed.
    """
    definition = load_definition(settings.definition, settings.method)
    responses = read_responses(settings.responses or _find_sample(settings.definition), definition)
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    refusal = find_refusal([*responses.refusals, *validation.refusals], audit, definition)
    if refusal:
        raise DataRefused(refusal)
    survey = read_last_survey(score_units(validation.accepted, definition), definition, settings.seed)
    wanted = _choose_target(settings, len(survey.codes))
    plan = plan_survey(survey, wanted, seed=settings.seed, progress=progress)
    origin = audit.data_origin
    sentences = describe_plan(plan, wanted, survey, words=definition.words, origin=origin)
    files = _write_plan(
        plan, wanted, sentences=sentences, definition=definition, origin=origin, folder=Path(settings.out)
    )
    return CompletedPlan(
        definition=definition,
        survey=survey,
        wanted=wanted,
        plan=plan,
        data_origin=origin,
        sentences=sentences,
        files=files,
    )


def read_last_survey(scores: Scores, definition: IndexDefinition, seed: int = 2021) -> LastSurvey:
    """Return what surveys are simulated from, of the ranked units of a scored survey."""
    sample = scores.sample
    matrix = unit_score_matrix(scores)[sample.published]
    ranked = scores.units["ranked"].to_numpy()[sample.published]
    everyone = np.repeat(ranked[:, np.newaxis], matrix.shape[1], axis=1) & ~np.isnan(matrix)
    scenario = Scenario(sample.structure, sample.answers, _REPLICATES)
    errors = estimate_errors(sample, matrix, evaluate_replicates([scenario], matrix, everyone, seed=seed))
    correlation = None if errors.correlations is None else errors.correlations[0][np.ix_(ranked, ranked)]
    return describe_last_survey(
        scores.units.filter("ranked")["unit"].to_list(),
        matrix[ranked, 0],
        errors.chosen[ranked, 0],
        errors.clusters[ranked, 0],
        correlation=correlation,
        is_shared=errors.answering is not None,
        confidence_level=definition.method.confidence_level,
        bounds=sample.structure.score_bounds[0],
    )


def describe_plan(plan: Plan, wanted: Wanted, survey: LastSurvey, *, words: Words, origin: str) -> list[str]:
    """Return what a plan says, as sentences."""
    units = len(survey.codes)
    goal = _choose_goal(wanted)
    said: dict[str, str | int] = {"unit": words.unit, "units": words.units, "ranks": units}
    if wanted.width is not None:
        said["width"] = show_point(wanted.width)
    if wanted.neighbours is not None:
        said["neighbours"] = show_percent(wanted.neighbours)
    # The size that is enough, else the largest that was tried.
    is_enough = plan.needed is not None
    row = plan.table.filter("needed").row(0, named=True) if is_enough else plan.table.row(-1, named=True)
    said |= {
        "assurance": show_percent(wanted.assurance),
        "count": row["respondents"],
        "respondents": words.count_respondents(row["respondents"]),
        "reached": show_percent(row["reached"]),
        "surveys": plan.surveys,
        "level": show_level(survey.confidence_level),
    }
    answer = phrase(f"plan.enough_{goal}" if is_enough else f"plan.not_enough_{goal}", **said)
    basis = phrase("plan.basis", units=words.count_units(units), respondents=words.respondents)
    return [answer, basis] if origin == "survey" else [choose_notice(origin), answer, basis]


def _choose_goal(wanted: Wanted) -> str:
    """Return what is wanted, as the keys of sentences have it."""
    if wanted.neighbours is None:
        return "width"
    return "neighbours" if wanted.width is None else "both"


def _find_sample(name: str) -> list[Path]:
    """Return the sample of a built-in definition.

    Raises
    ------
    UsageError
        When the definition is not built in.
    """
    if name not in list_definitions():
        raise UsageError(
            f"A plan needs the answers of an edition: pass the last one's files with --responses ({name} is not built "
            "in, so there is no sample of it)."
        )
    return [find_resource("sample_data", f"{name}.csv")]


def _choose_target(settings: PlanSettings, units: int) -> Wanted:
    width = settings.width
    if width is None and settings.neighbours is None:
        width = float(round(units / 2))
    if width is not None and width >= units:
        raise UsageError(f"--width {width:g} asks for nothing: {units} units are ranked, so no rank set is wider.")
    return Wanted(width, settings.neighbours, settings.assurance)


def _write_plan(
    plan: Plan, wanted: Wanted, *, sentences: list[str], definition: IndexDefinition, origin: str, folder: Path
) -> tuple[Path, ...]:
    marked = plan.table.with_columns(data_origin=pl.lit(origin))
    summary = {
        "index": definition.index,
        "edition": definition.edition,
        "data_origin": origin,
        "wanted": vars(wanted),
        "surveys": plan.surveys,
        "needed": plan.needed,
        "sentences": sentences,
        "table": plan.table.to_dicts(),
    }
    lines = [phrase(f"plan.spread_{'width' if wanted.width is not None else 'neighbours'}", surveys=plan.surveys)]
    if origin != "survey":
        lines.append(choose_notice(origin))
    respondents = start_sentence(definition.words.respondents)
    figure = draw_plan(
        plan.table,
        title=phrase("plan.figure_title", respondents=respondents, index=definition.title),
        subtitle=lines,
        words=definition.words,
        wanted=wanted,
    )
    make_folder(folder, "the plan")
    files = {
        "plan.csv": render_csv(marked),
        "plan.json": render_json(summary),
        "plan.svg": figure,
    }
    try:
        for name, content in files.items():
            replace_file(folder / name, content)
    except OSError as error:
        raise EnvironmentFailed(
            f"The plan cannot be written to {folder}: {error.strerror}. Free space or choose another folder with --out."
        ) from None
    return tuple(folder / name for name in files)
