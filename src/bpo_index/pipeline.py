"""The whole program: five stages in order.

`run` reads the survey files, checks every row, scores and ranks the units, says how far the ranking can be trusted and
publishes the release. The command line calls `run`; the flows call the same stages one by one through `run_stage`,
which keeps what passes between them in a private folder. Both give the same release to the byte.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from bpo_index.definition import IndexDefinition, change_method, load_definition
from bpo_index.definition.differences import describe_differences, list_differences
from bpo_index.disclosure import PUBLIC_KEY, Key, open_key
from bpo_index.display.notebook import show_block, show_list, show_sentence
from bpo_index.errors import DataRefused, UsageError
from bpo_index.files.given_paths import refuse_addresses
from bpo_index.publication.release import Release, identify_release, publish_release, refuse_other_definition
from bpo_index.publication.release_files import render_release
from bpo_index.publication.result import Result, build_result
from bpo_index.publication.standard_phrases import name_level
from bpo_index.publication.standing import Standing, choose_standing
from bpo_index.responses import Responses, read_responses
from bpo_index.robustness.assess import Robustness, assess_robustness
from bpo_index.robustness.exclusions import Exclusions, compare_exclusions
from bpo_index.robustness.executors import open_executor
from bpo_index.scoring.margins import hash_margins, read_margins
from bpo_index.scoring.unit_scores import Scores, score_units
from bpo_index.validation.audit import (
    Audit,
    add_refusal_to_private_audit,
    add_to_private_audit,
    publish_audit,
    summarise_audit,
    write_private_audit,
)
from bpo_index.validation.check import Validation, validate_responses
from bpo_index.validation.nonresponse import hide_small_units, tabulate_nonresponse
from bpo_index.validation.reasons import REASONS

DEFAULT_DEFINITION = "offshore-bpo-2021"
#: The folder of trials, in the private folder.
TRIALS = "trials"
Progress = Callable[[int, int], None]


#: How the settings of a run and of a sweep become a form: each attribute's docstring is its description.
FORM = ConfigDict(use_attribute_docstrings=True, extra="forbid")
Replicates = Annotated[int, Field(json_schema_extra={"minimum": 100, "maximum": 10_000_000})]
Seed = Annotated[int, Field(json_schema_extra={"minimum": 0})]


@pydantic_dataclass(frozen=True, config=FORM)
class Settings:
    """What a run is told."""

    responses: tuple[str, ...]
    """Paths of the survey files of one edition."""
    definition: str = DEFAULT_DEFINITION
    """A built-in definition's name or a path."""
    out: str = "releases"
    """The folder of all releases."""
    audit_dir: str = "audit"
    """The private folder of the audits."""
    replicates: Replicates | None = None
    """A trial with so many replicates, 100 to 10,000,000; none: as the definition says."""
    seed: Seed | None = None
    """A trial with another seed, an integer from 0; none: the definition's."""
    method: str | None = None
    """A trial with another method: the path of a file whose keys take the place of those of the definition's `method:`
    block."""
    margins: str | None = None
    """The path of a file with shares of the population, to which respondents are weighed."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers evaluate replicates; none: threads. The result is the same."""
    supersede: bool = True
    """Whether `latest.json` comes to point to a new release; False for answers older than those it points to."""
    key_dir: str | None = None
    """The private folder whose `key` makes ids and seeds, where it is not the one of the audits; `BPO_INDEX_KEY_FILE`
    goes before both."""

    def __post_init__(self) -> None:
        """Refuse numbers that no run can use, and addresses in the place of paths."""
        refuse_addresses(
            **{
                "--out": self.out,
                "--audit-dir": self.audit_dir,
                "--definition": self.definition,
                "key_dir": self.key_dir,
            },
            **{"--method": self.method, "--margins": self.margins, "the path of responses": self.responses},
        )
        if self.replicates is not None and not 100 <= self.replicates <= 10_000_000:
            raise UsageError(f"--replicates must be between 100 and 10,000,000; found {self.replicates}.")
        if self.seed is not None:
            check_seed(self.seed)


def check_seed(seed: int) -> None:
    """Refuse a seed that the generators do not take."""
    if not 0 <= seed < 2**63:
        raise UsageError(f"--seed must be an integer from 0 to 2^63 - 1; found {seed}.")


@dataclass(frozen=True)
class Checked:
    """What validation leaves: accepted answers, the audit, and where its private part lies."""

    validation: Validation
    audit: Audit
    audit_folder: Path
    is_synthetic: bool = False
    """Whether all rows say that they are synthetic: then ids and seeds are public."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the account of rows, and where its private part lies."""
        return self.audit._repr_html_() + show_sentence(f"Private audit: {self.audit_folder}")


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    definition: IndexDefinition
    responses: Responses
    checked: Checked
    result: Result
    release: Release
    exclusions: Exclusions
    """The ranking with and without the quality exclusions; `public` is what the release holds of it."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: ranking, findings, the account of rows, the release."""
        audit, level = self.checked.audit, f"{name_level(self.definition.method.confidence_level)} "
        return show_block(
            self.definition.title,
            *self.result.show_parts(self.definition.columns.unit, level),
            show_sentence(
                f"Rows read {audit.rows_read}, used {audit.rows_accepted}, quarantined {audit.rows_quarantined}."
            ),
            *self.release.show_parts(),
            notice=self.result.notice,
        )


@dataclass(frozen=True)
class CheckOutcome:
    """What a check found: for the owner of the answers, not for publication."""

    definition: IndexDefinition
    responses: Responses
    checked: Checked
    exclusions: Exclusions | None
    """The ranking with and without the quality exclusions; None where there is no ranking."""
    refusal: str | None
    """Why there is none."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: how the files were read, and the account of rows."""
        refusal = show_sentence(f"No ranking can be computed: {self.refusal}") if self.refusal else ""
        return show_list(self.responses.decisions) + self.checked._repr_html_() + refusal


def check(settings: Settings) -> CheckOutcome:
    """Check survey files, write the private audit, and rank with and without the quality exclusions.

    Raises
    ------
    DataRefused
        The files cannot carry an index; the audit says why.
    UsageError, EnvironmentFailed
        The command line or the definition is wrong; the disk failed.
    """
    definition = load_definition(settings.definition, settings.method)
    margins = load_margins(settings)
    responses = read_responses(settings.responses, definition)
    checked = validate(responses, definition, settings)
    try:
        scores = score(checked, definition, margins)
    except DataRefused as refusal:
        return CheckOutcome(definition, responses, checked, None, str(refusal))
    validation = checked.validation
    exclusions = compare_exclusions(validation.accepted, validation.set_aside, scores, definition)
    add_to_private_audit(checked.audit_folder, "exclusions.csv", exclusions.exact)
    return CheckOutcome(definition, responses, checked, exclusions, None)


def run(
    settings: Settings, progress: Progress | None = None, before_publishing: Callable[[], object] | None = None
) -> Outcome:
    """Compute and publish an index from survey files.

    Parameters
    ----------
    progress
        Told the replicates done and all.
    before_publishing
        Called when all is computed; an error that it raises keeps the release from being published.

    Raises
    ------
    DataRefused
        The files cannot carry an index; the audit says why.
    UsageError, EnvironmentFailed
        The command line or the definition is wrong; the disk failed.
    """
    definition = load_methodology(settings)
    margins = load_margins(settings)
    responses = read_responses(settings.responses, definition)
    checked = validate(responses, definition, settings)
    scores = score(checked, definition, margins)
    robustness = assess(checked, scores, definition, settings, progress)
    if before_publishing is not None:
        before_publishing()
    result, release = publish(responses, checked, scores, robustness, definition, settings)
    return Outcome(definition, responses, checked, result, release, robustness.exclusions)


def load_methodology(settings: Settings) -> IndexDefinition:
    """Return the definition as a run uses it, with the method, replicates and seed of its settings.

    Raises
    ------
    UsageError
        When the definition is broken, or another one was published under its index, edition and version.
    """
    used = load_definition(settings.definition, settings.method)
    used = change_method(used, replicates=settings.replicates, seed=settings.seed)
    if find_standing(used, settings).kind != "trial":
        refuse_other_definition(Path(settings.out), used)
    return used


def find_standing(used: IndexDefinition, settings: Settings) -> Standing:
    """Return what a release is: a trial where the definition that is used departs from the one that settings name."""
    official = load_definition(settings.definition)
    differences = list_differences(official.model_dump(mode="json"), used.model_dump(mode="json"))
    # Where the definition's own variations do not go with another method, they are left out (`replace_method`).
    chosen = [one for one in differences if not one.place.startswith("uncertainty.")]
    departures = describe_differences(chosen or differences)
    if 0 < len(chosen) < len(differences):
        departures += "; the variations of `uncertainty:`, which do not go with it, are left out"
    return choose_standing(used.version, departures)


def choose_key(is_synthetic: bool, settings: Settings) -> Key:
    """Return the key that ids and seeds are made with: the owner's, or the public one of synthetic data."""
    return PUBLIC_KEY if is_synthetic else open_key(Path(settings.key_dir or settings.audit_dir))


def load_margins(settings: Settings) -> pl.DataFrame | None:
    """Return the margins that the settings name; None: design weights are used as they are."""
    return read_margins(settings.margins) if settings.margins else None


def validate(responses: Responses, definition: IndexDefinition, settings: Settings) -> Checked:
    """Check every row, write the private audit, and refuse answers that cannot carry a ranking."""
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    refusal = find_refusal([*responses.refusals, *validation.refusals], audit, definition)
    key = choose_key(responses.is_synthetic, settings)
    name = key.sign("audit", f"{responses.input_hash}{definition.hash_content()}".encode())[:8].hex()
    folder = Path(settings.audit_dir) / name
    write_private_audit(audit, validation, responses, definition, folder=folder, refusal=refusal)
    if refusal:
        raise DataRefused(f"{refusal} Every row and its reasons are in {folder}.")
    return Checked(validation, audit, folder, responses.is_synthetic)


def find_refusal(refusals: list[str], audit: Audit, definition: IndexDefinition) -> str | None:
    """Return why no index can be computed, as a paragraph; None where one can.

    Parameters
    ----------
    refusals
        Those of the reader and of validation: why files cannot be used at all.
    audit, definition
        What became of the rows, and the index.
    """
    if refusals:
        return " ".join(refusals)
    minimum = definition.method.minimum_respondents_to_rank
    if any(count >= minimum for count in audit.respondents_by_unit.values()):
        return None
    read = f"Of {audit.rows_read} row{'' if audit.rows_read == 1 else 's'} read, {audit.rows_accepted} can be used"
    if audit.reasons:
        reasons = ", ".join(f"{count} x {code} ({REASONS[code]})" for code, count in audit.reasons.items())
        read += f"; put aside: {reasons}"
    return (
        f"{read}. No unit of {definition.title} has the {minimum} accepted respondents that a rank needs "
        "(`minimum_respondents_to_rank`). Correct the rows, collect more answers, or change the definition."
    )


def score(checked: Checked, definition: IndexDefinition, margins: pl.DataFrame | None) -> Scores:
    """Score and rank the units; that the answers cannot carry the method goes into the private audit too."""
    try:
        return score_units(checked.validation.accepted, definition, margins)
    except DataRefused as refusal:
        add_refusal_to_private_audit(checked.audit_folder, str(refusal))
        raise


def assess(
    checked: Checked, scores: Scores, definition: IndexDefinition, settings: Settings, progress: Progress | None = None
) -> Robustness:
    """Say how far the ranking can be trusted and what drives it; single respondents are named in the private audit."""
    with open_executor(settings.scheduler) as executor:
        robustness = assess_robustness(
            checked.validation.accepted,
            scores,
            definition,
            set_aside=checked.validation.set_aside,
            replicates=definition.method.replicates,
            seed=choose_key(checked.is_synthetic, settings).choose_seed(definition.method.seed),
            executor=executor,
            progress=progress,
        )
    add_to_private_audit(checked.audit_folder, "influence.csv", robustness.influence.items)
    add_to_private_audit(checked.audit_folder, "exclusions.csv", robustness.exclusions.exact)
    return robustness


def publish(
    responses: Responses,
    checked: Checked,
    scores: Scores,
    robustness: Robustness,
    definition: IndexDefinition,
    settings: Settings,
) -> tuple[Result, Release]:
    """Publish the release; tables, figures and report are made where it is not there already.

    Where `definition` is not what `settings.definition` says it is a trial, and goes to `trials` in the private folder.

    Raises
    ------
    UsageError
        When another definition was published under its index, edition and version, or the robustness was not assessed
        as the definition and the owner's key say.
    """
    key, standing = choose_key(checked.is_synthetic, settings), find_standing(definition, settings)
    seed = key.choose_seed(definition.method.seed)
    if (robustness.replicates, robustness.seed) != (definition.method.replicates, seed):
        raise UsageError(
            f"The robustness was assessed with {robustness.replicates:,} replicates and a seed of its own; what is "
            f"published takes the {definition.method.replicates:,} of the definition, and its seed with the owner's "
            "key. Assess it with `bpo_index.assess`, or change `replicates` and `seed` of the definition."
        )
    nonresponse = hide_small_units(
        tabulate_nonresponse(checked.validation.accepted, definition), definition.method.minimum_respondents_to_publish
    )
    result = build_result(scores, robustness, checked.audit, definition, nonresponse=nonresponse, standing=standing)
    made_with: dict[str, Any] = {"replicates": definition.method.replicates, "seed": definition.method.seed}
    if scores.sample.margins is not None:
        made_with["margins_hmac_sha256"] = key.sign("margins", hash_margins(scores.sample.margins).encode()).hex()
    release_id, identity = identify_release(responses.sum_rows(key.secret), definition, made_with, key)
    audit = publish_audit(checked.audit, checked.validation, nonresponse)
    manifest: dict[str, Any] = {
        "title": definition.title,
        "index": definition.index,
        "edition": definition.edition,
        "data_origin": result.data_origin,
        "provenance": definition.provenance.note,
        "made_from": identity,
        "replicates_not_ranked": result.replicates_not_ranked,
        "assumptions_not_ranked": result.assumptions_not_ranked,
        "notes": result.notes,
    }
    release = publish_release(
        lambda: render_release(result, definition, audit, release_id=release_id, made_from=identity),
        out=Path(settings.audit_dir) / TRIALS if standing.kind == "trial" else Path(settings.out),
        definition=definition,
        release_id=release_id,
        manifest=manifest,
        standing=standing,
        supersede=settings.supersede,
    )
    return result, release


# The flows run the stages one by one. What passes between them holds answers of single respondents, so it lies in a
# private folder that the flow makes and takes away; nothing but its own stages reads it.

STAGES = ("ingest", "validate", "score", "assess", "publish")


def run_stage(stage: str, settings: Settings, folder: str | Path, progress: Progress | None = None) -> Path:
    """Run one of `STAGES` on what the stages before it left in a folder, and return the file that it leaves there.

    Raises
    ------
    UsageError
        When there is no such stage.
    """
    definition = load_methodology(settings)

    def load(name: str) -> Any:
        return pickle.loads((Path(folder) / f"{name}.pickle").read_bytes())

    match stage:
        case "ingest":
            left: object = read_responses(settings.responses, definition)
        case "validate":
            left = validate(load("ingest"), definition, settings)
        case "score":
            left = score(load("validate"), definition, load_margins(settings))
        case "assess":
            left = assess(load("validate"), load("score"), definition, settings, progress)
        case "publish":
            responses, checked = load("ingest"), load("validate")
            robustness = load("assess")
            result, release = publish(responses, checked, load("score"), robustness, definition, settings)
            left = Outcome(definition, responses, checked, result, release, robustness.exclusions)
        case _:
            raise UsageError(f"There is no stage {stage!r}. The stages are {', '.join(STAGES)}.")
    path = Path(folder) / f"{stage}.pickle"
    path.write_bytes(pickle.dumps(left))
    return path


def load_outcome(folder: str | Path) -> Outcome:
    """Return what the stage `publish` left in a folder."""
    outcome: Outcome = pickle.loads((Path(folder) / "publish.pickle").read_bytes())
    return outcome
