"""The `method:` block: the keys of every index, and the options of its methods (`scoring.methods`).

Names and options come from the records of methods. A block is written with its keys and the options of the methods that
it chooses. Method page: docs/methods/definition.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field, create_model

from bpo_index.fields import Block, Count, Finite, Number, Part, Share
from bpo_index.scoring.methods.record import STEPS, VARIED
from bpo_index.scoring.methods.record import Method as MethodRecord
from bpo_index.scoring.methods.registry import find_method, list_methods, list_names, list_options

if TYPE_CHECKING:
    MissingAnswers: TypeAlias = str
    Outcome: TypeAlias = str
    Outliers: TypeAlias = str
    Normalisation: TypeAlias = str
    QuestionWeighting: TypeAlias = str
    Weighting: TypeAlias = str
    Aggregation: TypeAlias = str
else:
    MissingAnswers = Literal[list_names("missing_answers")]
    Outcome = Literal[list_names("outcome")]
    Outliers = Literal[list_names("outliers")]
    Normalisation = Literal[list_names("normalisation")]
    QuestionWeighting = Literal[list_names("weighting", "question_weighting")]
    Weighting = Literal[list_names("weighting", "weighting")]
    Aggregation = Literal[list_names("aggregation")]


class MethodKeys(Block):
    """How ratings become scores and ranks; `bpo-index methods` says what each name stands for."""

    missing_answers: MissingAnswers = "available_case"
    """What stands for a rating that was not given."""
    questions_needed: Count | None = None
    """How many questions of a category must have answers for a category score; null: all of them."""
    outcome: Outcome = "mean"
    """What of a question's ratings is scored."""
    outliers: Outliers = "none"
    """Treatment of extreme units before normalisation."""
    normalisation: Normalisation = "scale"
    """How question means come onto one scale."""
    question_weighting: QuestionWeighting = "given"
    """The weights of questions within their category."""
    weighting: Weighting = "given"
    """The weights of categories within the index."""
    question_aggregation: Aggregation = "arithmetic"
    """How questions become a category score."""
    aggregation: Aggregation = "arithmetic"
    """How category scores become the index."""
    confidence_level: Annotated[Finite, Field(ge=0.5, le=0.999)] = 0.95
    """The level of intervals and rank sets."""
    minimum_respondents_to_publish: Count = 5
    """A unit, or a unit's category, with fewer respondents is suppressed: no score, no rank."""
    minimum_respondents_to_rank: Count = 5
    """A unit with fewer respondents takes no rank."""
    replicates: Annotated[int, Field(ge=100, le=10_000_000)] = 10_000
    """How often the index is computed again under drawn assumptions, in each version."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 2021
    """The seed of all draws; those of a survey are drawn from it and the owner's key."""


if TYPE_CHECKING:

    class Method(MethodKeys):
        """The `method:` block with the options of all methods."""

        def __getattr__(self, name: str) -> Any:
            """Return an option."""

else:
    Method = create_model(
        "Method",
        __base__=MethodKeys,
        __module__=__name__,
        __doc__=MethodKeys.__doc__,
        **{
            name: (option.type, Field(default=option.default, description=option.line))
            for name, option in list_options().items()
        },
    )


def list_chosen_options(method: Mapping[str, Any], varied: Mapping[str, Iterable[str]] | None = None) -> set[str]:
    """Return the names of the options of the methods that a `method:` block chooses.

    Parameters
    ----------
    method
        The keys of the block; unknown names of methods are skipped.
    varied
        Key to further methods, from the `uncertainty:` block.
    """
    chosen: list[MethodRecord] = list(list_methods()["respondent_weights"].values())
    for step in STEPS:
        for key in step.keys:
            names = [method.get(key, step.default), *(varied or {}).get(key, ())]
            chosen += [record for name in names if (record := find_method(key, name)) is not None]
    return {option.name for record in chosen for option in record.options}


def drop_unused_options(
    method: Mapping[str, Any], varied: Mapping[str, Iterable[str]], *, given: Iterable[str] = ()
) -> dict[str, Any]:
    """Return a `method:` block without the options that no chosen method uses; those given stay.

    Parameters
    ----------
    method, varied
        As for `list_chosen_options`.
    given
        Keys that stay, so that their errors are reported.
    """
    kept = {*given, *list_chosen_options(method, varied)}
    return {key: value for key, value in method.items() if key in kept or key not in list_options()}


class Uncertainty(Block):
    """What is drawn anew in each replicate, beside the definition's own method: the assumptions of the index.

    Levels of one assumption have parts, which are divided by their sum; an assumption without levels stays as the
    `method:` block says.
    """

    respondents: bool = True
    """Whether respondents are resampled."""
    weight_variation: Share | None = None
    """Coefficient of variation of a category's weight, drawn from a Dirichlet distribution round the nominal; null:
    0.25 where weights are fixed, none where they are learnt from the answers."""
    weight_bounds: tuple[Share, Annotated[Finite, Field(ge=1, le=1000)]] = (0.5, 2.0)
    """Ranks are also published over all weights between these multiples of the weights used."""
    normalisation: dict[Normalisation, Part] = Field(default={})
    """Normalisations and their parts."""
    normalisation_range: tuple[Number, Number] = (1.0, 100.0)
    """`normalisation_range` of the normalisations listed here."""
    aggregation: dict[Aggregation, Part] = Field(default={})
    """Aggregations of categories and their parts."""
    missing_answers: dict[MissingAnswers, Part] = Field(default={})
    """Treatments of missing answers and their parts."""
    excluded_category: Share = 0.0
    """How often one category, drawn evenly, is left out."""
    excluded_question: Share = 0.0
    """How often one question, drawn evenly from categories with more than one, is left out."""

    @property
    def varied(self) -> dict[str, dict[str, float]]:
        """Key of the `method:` block to the methods that are drawn, with their parts."""
        return {key: getattr(self, key) for key in VARIED}
