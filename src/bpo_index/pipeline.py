"""The whole program: the stages in order.

`run` reads the survey files, checks every row, scores and ranks the units, says how far the ranking can be trusted,
decides what of all that may be public and publishes it; `check` ends after the checks. The command line and the inbox
call them; the flows call the same stages one by one (`handover/`). All give the same release to the byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from bpo_index.completed import CompletedCheck, CompletedRun
from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.disclosure import choose_key
from bpo_index.disclosure.corrections import hold_changes
from bpo_index.disclosure.private_audit import add_exclusions, add_influence, add_missed_margins
from bpo_index.disclosure.publishable import Publishable, disclose
from bpo_index.disclosure.published_answers import find_earlier, keep_answers, leave_answers, mark_public
from bpo_index.errors import DataRefused, UsageError
from bpo_index.publication.identity import describe_release, refuse_other_draws
from bpo_index.publication.methodology import Methodology, load_methodology
from bpo_index.publication.release import Release, publish_release
from bpo_index.publication.release_files import render_release
from bpo_index.publication.result import Result, build_result
from bpo_index.publication.standing import Standing, find_standing
from bpo_index.responses import Responses, read_responses
from bpo_index.robustness.assess import Robustness, assess_robustness
from bpo_index.robustness.chunks import Progress
from bpo_index.robustness.exclusions import compare_exclusions
from bpo_index.robustness.executors import open_executor
from bpo_index.scoring.margins import read_margins
from bpo_index.scoring.unit_scores import Scores, score_units
from bpo_index.settings import Settings
from bpo_index.validation.audit import add_refusal_to_private_audit
from bpo_index.validation.checked import Checked, account_for_rows
from bpo_index.validation.validate import validate_responses


def run(
    settings: Settings,
    progress: Progress | None = None,
    before_publishing: Callable[[], object] | None = None,
    *,
    methodology: Methodology | None = None,
) -> CompletedRun:
    """Compute and publish an index from survey files.

    Parameters
    ----------
    progress
        Called with the replicates done and all.
    before_publishing
        Called when all is computed; an error that it raises keeps the release from being published.
    methodology
        In place of the one that the settings name.

    Raises
    ------
    DataRefused
        The files cannot carry an index; the audit says why.
    UsageError, EnvironmentFailed
        The command line or the definition is wrong; the disk failed.
    """
    methodology = methodology or load_methodology(settings)
    definition = methodology.definition
    margins = read_margins(settings.margins) if settings.margins else None
    responses = read_responses(settings.responses, definition)
    checked = validate(responses, definition, settings, methodology.standing)
    scores = score(checked, definition, margins)
    robustness = assess(checked, scores, definition, settings, progress=progress)
    if before_publishing is not None:
        before_publishing()
    publishable = disclose(checked, scores, robustness, definition)
    standing = methodology.standing
    result, release = publish(responses, publishable, definition=definition, settings=settings, standing=standing)
    return CompletedRun(definition, responses, checked, result, release, robustness.exclusions)


def check(settings: Settings, *, definition: IndexDefinition | None = None) -> CompletedCheck:
    """Check survey files, write the private audit, and rank with and without the quality exclusions.

    Raises as `run` does. A definition takes the place of the one that the settings name.
    """
    definition = definition or load_definition(settings.definition, settings.method)
    margins = read_margins(settings.margins) if settings.margins else None
    responses = read_responses(settings.responses, definition)
    checked = _check_rows(responses, definition, settings)
    try:
        scores = score(checked, definition, margins)
    except DataRefused as refusal:
        return CompletedCheck(definition, responses, checked, None, str(refusal))
    exclusions = compare_exclusions(
        checked.validation.accepted, checked.validation.quarantined_by_rules, scores, definition
    )
    add_exclusions(checked.audit_folder, exclusions)
    return CompletedCheck(definition, responses, checked, exclusions, None)


def validate(
    responses: Responses, definition: IndexDefinition, settings: Settings, standing: Standing | None = None
) -> Checked:
    """Check every row, write the private audit, and refuse answers that cannot carry a ranking.

    Where a release of the edition was public before, a unit in which one or two respondents differ keeps the answers
    published last (`hold_changes`); in a trial none does. Without `standing` it is one where `definition` is not what
    `settings.definition` says.
    """
    checked = _check_rows(responses, definition, settings)
    standing = standing or find_standing(load_definition(settings.definition), definition)
    if standing.kind == "trial":
        return checked
    earlier = find_earlier(settings.key_folder, Path(settings.out), definition)
    answers = hold_changes(checked.validation.accepted, earlier, definition)
    validation = replace(checked.validation, accepted=answers.accepted)
    leave_answers(checked.audit_folder, answers.accepted)
    return replace(
        checked,
        validation=validation,
        held=answers.held,
        restated=answers.restated,
        earlier=tuple(one.release for one in earlier),
    )


def _check_rows(responses: Responses, definition: IndexDefinition, settings: Settings) -> Checked:
    validation = validate_responses(responses, definition)
    return account_for_rows(validation, responses, definition, _find_audit(responses, definition, settings))


def _find_audit(responses: Responses, definition: IndexDefinition, settings: Settings) -> Path:
    key = choose_key(responses.is_synthetic, settings.key_folder)
    name = key.sign("audit", f"{responses.input_hash}{definition.hash_content()}".encode())[:8].hex()
    return Path(settings.audit_dir) / name


def score(checked: Checked, definition: IndexDefinition, margins: pl.DataFrame | None) -> Scores:
    """Score and rank the units; a refusal is written into the private audit too."""
    try:
        scores = score_units(checked.validation.accepted, definition, margins, restated=checked.restated)
    except DataRefused as refusal:
        add_refusal_to_private_audit(checked.audit_folder, str(refusal))
        raise
    add_missed_margins(checked.audit_folder, scores.sample.missed_margins)
    return scores


def assess(
    checked: Checked,
    scores: Scores,
    definition: IndexDefinition,
    settings: Settings,
    *,
    progress: Progress | None = None,
) -> Robustness:
    """Say how far the ranking can be trusted and what drives it; single respondents are named in the private audit."""
    with open_executor(settings.scheduler) as executor:
        robustness = assess_robustness(
            checked.validation.accepted,
            scores,
            definition,
            quarantined_by_rules=checked.validation.quarantined_by_rules,
            seed=choose_key(checked.is_synthetic, settings.key_folder).choose_seed(definition.method.seed),
            executor=executor,
            progress=progress,
        )
    add_influence(checked.audit_folder, robustness.influence)
    add_exclusions(checked.audit_folder, robustness.exclusions)
    return robustness


def publish(
    responses: Responses,
    publishable: Publishable,
    *,
    definition: IndexDefinition,
    settings: Settings,
    standing: Standing | None = None,
) -> tuple[Result, Release]:
    """Publish the release; tables, figures and report are made where it is not there already.

    A trial goes to `trials` in the private folder. Without `standing` it is one where `definition` is not what
    `settings.definition` says. Of the responses the identity of their rows is taken, with the owner's key, and nothing
    else.

    Raises
    ------
    UsageError
        When another definition was published under its index, edition and version, or the robustness was not assessed
        as the definition and the owner's key say.
    """
    standing = standing or find_standing(load_definition(settings.definition), definition)
    key = choose_key(responses.is_synthetic, settings.key_folder)
    refuse_other_draws(publishable.draws, publishable.replicates, definition, key)
    result = build_result(publishable, definition, standing=standing)
    rows = responses.sum_rows(key.secret)
    release_id, manifest = describe_release(result, definition, rows=rows, publishable=publishable, key=key)
    is_public, private = standing.kind != "trial", settings.key_folder
    if is_public:
        answers = _find_audit(responses, definition, settings)
        keep_answers(private, release_id, answers, held=publishable.held, definition=definition)

    def confirm() -> None:
        """Refuse when a release appeared with whose answers these were not compared."""
        known = {one.release for one in find_earlier(private, Path(settings.out), definition)}
        if not known <= {*publishable.earlier, release_id}:
            raise UsageError(
                f"Another release of edition {definition.edition} of {definition.index} appeared while this one was "
                "computed, so the answers were not compared with those behind it. Run again."
            )

    release = publish_release(
        lambda: render_release(
            result, definition, publishable.audit, release_id=release_id, made_from=manifest["made_from"]
        ),
        out=standing.choose_folder(Path(settings.out), Path(settings.audit_dir)),
        definition=definition,
        release_id=release_id,
        manifest=manifest,
        standing=standing,
        supersede=settings.supersede,
        private=private,
        confirm=confirm if is_public else None,
    )
    if is_public:
        mark_public(private, release_id, definition)
    return result, release
