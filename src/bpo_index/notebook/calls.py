"""Run, check and draft from Python, with answers as paths or frames, and definitions as objects, names or paths."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from bpo_index import pipeline
from bpo_index.completed import CompletedCheck, CompletedRun
from bpo_index.definition.changes import find_named, name_value, propose
from bpo_index.drafting.look import look_at_files
from bpo_index.drafting.questions import Question
from bpo_index.drafting.session import draft_files
from bpo_index.errors import UsageError
from bpo_index.notebook.drafted import DraftedDefinition
from bpo_index.notebook.given import open_answers, settle_definition, settle_path
from bpo_index.publication.methodology import settle_methodology
from bpo_index.robustness.chunks import Progress
from bpo_index.settings import Settings


def run(
    responses: object,
    definition: object = None,
    *,
    weights: Mapping[str, float] | None = None,
    method: Mapping[str, object] | str | os.PathLike[str] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    margins: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] = "releases",
    audit_dir: str | os.PathLike[str] = "audit",
    progress: Progress | None = None,
    before_publishing: Callable[[], object] | None = None,
) -> CompletedRun:
    """Compute and publish an index from answers; with what departs from the definition it is a trial.

    Parameters
    ----------
    responses
        The path of a file or folder, a frame (polars, pandas, Arrow), or several of them; or `Settings`, which then
        say all else but `progress` and `before_publishing`.
    definition
        An `IndexDefinition`, what `draft` returned, the name of a built-in definition, or the path of one.
    weights
        A trial with other weights: id or title of a category to its weight, from 0.
    method
        A trial with another method: keys of the `method:` block with their values, or the path of a file with them.
    replicates, seed
        A trial with so many replicates, 100 to 10,000,000, and with another seed, an integer from 0.
    margins
        The path of a file with shares of the population, to which respondents are weighed.
    out
        The folder of all releases.
    audit_dir
        The private folder, with the audits and trials.
    progress
        Called with the replicates done and all.
    before_publishing
        Called when all is computed; an error that it raises keeps the release from being published.

    Raises
    ------
    DataRefused
        The answers cannot carry an index; the audit says why.
    UsageError, EnvironmentFailed
        Something given is wrong; the disk failed, or a library that a frame needs is missing.
    """
    if isinstance(responses, Settings):
        _refuse_beside_settings(weights, method, replicates, seed, margins)
        given = definition if progress is None else progress
        if given is not None and not callable(given):
            raise UsageError("Settings name the definition themselves. Leave the second argument out.")
        return pipeline.run(responses, given, before_publishing)
    used = settle_definition(definition, weights=weights, method=method, replicates=replicates, seed=seed)
    with open_answers(responses) as paths:
        settings = _make_settings(paths, margins, out, audit_dir)
        methodology = settle_methodology(used, settings.out)
        return pipeline.run(settings, progress, before_publishing, methodology=methodology)


def check(
    responses: object,
    definition: object = None,
    *,
    weights: Mapping[str, float] | None = None,
    method: Mapping[str, object] | str | os.PathLike[str] | None = None,
    margins: str | os.PathLike[str] | None = None,
    audit_dir: str | os.PathLike[str] = "audit",
) -> CompletedCheck:
    """Check answers, write the private audit, and rank with and without the quality exclusions; publish nothing.

    Arguments and errors as those of `run`.
    """
    if isinstance(responses, Settings):
        _refuse_beside_settings(definition, weights, method, margins)
        return pipeline.check(responses)
    used = settle_definition(definition, weights=weights, method=method)
    with open_answers(responses) as paths:
        return pipeline.check(_make_settings(paths, margins, "releases", audit_dir), definition=used)


def draft(
    responses: object,
    answers: Mapping[str, object] | None = None,
    *,
    takes_proposals: bool = True,
    name: str = "frame",
) -> DraftedDefinition:
    """Draft a definition from answers: what they say for certain, and for what they do not, a proposal each.

    Parameters
    ----------
    responses
        The path of a file or folder, a frame, or several of them.
    answers
        To the questions that are open: key of a question, such as ``columns.unit``, to the value or the wording of an
        option, of several options a list of them; where there are no options, a text.
    takes_proposals
        Whether what is not answered is as proposed; else it is left to do.
    name
        What a frame is called, as a file would be; index, edition and title are made of it.

    Raises
    ------
    UsageError
        When an answer is to no question, or none of its options.
    DataRefused
        When the answers cannot be read, or have no headings or no rows.
    """
    if answers is not None and not isinstance(answers, Mapping):
        raise UsageError(
            f"answers= needs keys of questions with their answers, such as {{'title': 'Chambers'}}; found "
            f"{name_value(answers)}."
        )
    with open_answers(responses, name) as paths:
        table = look_at_files(paths)
        given: dict[str, str] = {}
        left = dict(answers or {})
        # What is asked depends on earlier answers, so they are given one after the other.
        while left:
            asked = {one.key: one for one in draft_files(table, given).draft.questions}
            known = next((key for key in asked if key in left), None)
            if known is None:
                wrong = next(iter(left))
                raise UsageError(
                    f"answers= has {name_value(wrong)}, and nothing is asked under it{propose(wrong, asked)}"
                )
            given[known] = _read_answer(asked[known], left.pop(known))
        return DraftedDefinition(draft_files(table, given, takes_proposals=takes_proposals))


def _read_answer(question: Question, answer: object) -> str:
    where = f"answers[{question.key!r}]"
    if isinstance(answer, str):
        many: list[object] = list(answer.split()) if question.takes_several else [answer]
    else:
        many = list(answer) if isinstance(answer, Iterable) else [answer]
    texts = [str(one) for one in many if isinstance(one, str | int | float)]
    if len(texts) != len(many) or (len(texts) != 1 and not question.takes_several):
        raise UsageError(f"{where} needs a text; found {name_value(answer)}.")
    if not question.options:
        return texts[0]
    known: dict[str, tuple[str, ...]] = {option.value: (option.value, option.label) for option in question.options}
    if question.takes_several:
        known["none"] = ("none",)
    return " ".join(find_named(text, known, "answer", where) for text in texts) or "none"


def _make_settings(paths: tuple[str, ...], margins: object, out: object, audit_dir: object) -> Settings:
    return Settings(
        paths,
        out=settle_path("out", out),
        audit_dir=settle_path("audit_dir", audit_dir),
        margins=None if margins is None else settle_path("margins", margins),
    )


def _refuse_beside_settings(*given: object) -> None:
    if any(one is not None for one in given):
        raise UsageError("Settings say all of a run themselves. Change them, or give the answers instead of Settings.")
