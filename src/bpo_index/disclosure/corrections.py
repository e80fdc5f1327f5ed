"""Keep two releases of one edition from being subtracted from each other.

Whoever has both knows what changed. Where one or two respondents of a unit differ from those of an earlier release, in
answers, weight or company, the unit keeps the answers that were published last: the two say the same of it. Where the
category scores are made in another way of answers that were published before, that is a second function of the same
answers, for which small cells have no room (`cells.room`). Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Category
from bpo_index.disclosure.cells.units import is_protected
from bpo_index.errors import UsageError
from bpo_index.scoring.dont_know import place_dont_know
from bpo_index.scoring.methods.registry import find_method

#: From so many respondents of a unit on that differ, its new scores are published.
FEWEST_DIFFERING = 3
#: Keys of the method that say how answers become the scores of categories that hold questions.
_CELL_KEYS = (
    *("outcome", "outcome_boxes", "missing_answers", "questions_needed", "normalisation", "outliers"),
    *("question_weighting", "question_aggregation", "trim_weights"),
)


@dataclass(frozen=True)
class EarlierRelease:
    """What a release of the edition was made from."""

    release: str
    """Its id."""
    accepted: pl.DataFrame
    """The answers behind it, as in `Validation.accepted`."""
    cells: str
    """From `hash_cells`."""
    is_protected: bool = True
    """Whether its definition protected respondents."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Unit to the id of the release whose answers it kept."""


@dataclass(frozen=True)
class HeldAnswers:
    """The answers that may be published after earlier releases."""

    accepted: pl.DataFrame
    """The given ones, but for units that keep earlier ones."""
    held: dict[str, str]
    """Unit to the id of the release whose answers it keeps."""
    restated: tuple[str, ...]
    """Units whose category scores were made in another way of the same answers."""


def hash_cells(definition: IndexDefinition) -> str:
    """Return a hash of all that says how answers become the scores of categories that hold questions."""
    method = definition.method.model_dump(mode="json")

    def describe(category: Category) -> object:
        own = category.model_dump(mode="json", include={*_CELL_KEYS})
        questions = [(question.id, question.weight, question.reverse) for question in category.questions]
        return [category.id, own, questions, [describe(held) for held in category.categories]]

    said: dict[str, object] = {
        "scale": definition.scale.model_dump(mode="json"),
        "method": {key: method.get(key) for key in _CELL_KEYS},
        "categories": [describe(category) for category in definition.categories],
    }
    # NOTE: options that are as usual are not in it, so that what was kept of earlier releases stays comparable.
    options = {
        option.name: method[option.name]
        for key in _CELL_KEYS
        if isinstance(name := method.get(key), str) and (record := find_method(key, name)) is not None
        for option in record.options
        if option.name not in _CELL_KEYS and getattr(definition.method, option.name) != option.default
    }
    if options:
        said["options"] = options
    if any(scale != definition.scale for scale in definition.question_scales.values()):
        said["question_scales"] = {
            question: scale.model_dump(mode="json") for question, scale in definition.question_scales.items()
        }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def hold_changes(accepted: pl.DataFrame, earlier: Sequence[EarlierRelease], definition: IndexDefinition) -> HeldAnswers:
    """Return the answers with those of units kept in which one or two respondents differ from an earlier release.

    Parameters
    ----------
    accepted
        As `Validation.accepted`.
    earlier
        All releases of the edition that were ever public, oldest first.
    definition
        The index.

    Raises
    ------
    UsageError
        When an earlier release protected respondents and the definition does not.
    """
    if not earlier:
        return HeldAnswers(accepted, {}, ())
    if not is_protected(definition.method) and any(one.is_protected for one in earlier):
        raise UsageError(
            f"Edition {definition.edition} of {definition.index} was published with respondents protected, and this "
            "definition publishes units of one respondent. Set `minimum_respondents_to_publish` to more than 1."
        )
    minimum, cells = definition.method.minimum_respondents_to_publish, hash_cells(definition)
    held: dict[str, str] = {}
    restated, kept = [], []
    for unit in [one.code for one in definition.units]:
        rows = accepted.filter(pl.col("unit") == unit)
        before = [(one, one.accepted.filter(pl.col("unit") == unit)) for one in earlier]
        before = [(one, old) for one, old in before if old.height >= minimum]
        # Don't-know answers are answers where the score counts them.
        counted = place_dont_know(rows, definition)
        differing = [(one, count_differing(counted, place_dont_know(old, definition))) for one, old in before]
        if any(0 < count < FEWEST_DIFFERING for _, count in differing):
            last, old = before[-1]
            held[unit] = last.held.get(unit, last.release)
            kept.append(old.select(name for name in accepted.columns if name in old.columns))
        if any(count < FEWEST_DIFFERING and one.cells != cells for one, count in differing):
            restated.append(unit)
    if held:
        others = accepted.filter(~pl.col("unit").is_in(list(held)))
        together = pl.concat([others, *kept], how="diagonal_relaxed").select(accepted.columns)
        accepted = together.cast(accepted.schema).sort("unit", "respondent_id", maintain_order=True)
    return HeldAnswers(accepted, held, tuple(restated))


def count_differing(rows: pl.DataFrame, before: pl.DataFrame) -> int:
    """Return how many respondents of a unit differ, whatever they are called: the larger number of those on one side.

    Examples
    --------
    >>> rows = pl.DataFrame({"q": [3, 4, 5], "design_weight": 1.0})
    >>> count_differing(rows, pl.DataFrame({"q": [3, 4, 4, 1], "design_weight": 1.0}))
    2
    """
    names = {"source_file", "source_row", "respondent_id", "unit", "started_at", "finished_at", "data_origin"}
    compared = [name for name in rows.columns if name in before.columns and name not in names]
    sides = [
        side.group_by(pl.col(compared).exclude(pl.List(pl.String))).len(name) if compared else side.clear()
        for side, name in ((rows, "here"), (before, "there"))
    ]
    keys = [name for name in sides[0].columns if name != "here"]
    there = sides[1].cast({name: sides[0].schema[name] for name in keys})
    both = sides[0].join(there, on=keys, how="full", coalesce=True, nulls_equal=True).fill_null(0)
    change = both["here"].cast(pl.Int64) - both["there"].cast(pl.Int64)
    return max(int(change.clip(lower_bound=0).sum()), int((-change).clip(lower_bound=0).sum()))
