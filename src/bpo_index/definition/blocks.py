"""The blocks of an index definition, each a typed, frozen value; every key has its docstring, which the schema carries.

`definition.IndexDefinition` is made of them. Method page: docs/methods/definition.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from bpo_index.fields import (
    MOST,
    Block,
    Count,
    Finite,
    ItemId,
    Name,
    Number,
    Part,
    Share,
    Text,
    UnitCode,
    Weight,
    Whole,
)
from bpo_index.scoring.methods.catalogue import (
    Aggregation,
    MissingAnswers,
    Normalisation,
    Outcome,
    Outliers,
    QuestionWeighting,
    Weighting,
    WeightingLevel,
)
from bpo_index.validation.rules.registry import RulesBlock, build_rules_block, list_rules

Origin = Literal["published", "topic", "own"]


class Provenance(Block):
    """What of the definition somebody published, and what is the authors' own choice."""

    note: Text
    """One paragraph, printed with every release."""
    published: tuple[Text, ...] = ()
    """Statements with their sources."""
    own_choices: tuple[Text, ...] = ()
    """Choices that no source gives, named as such."""


class Scale(Block):
    """The answer scale of every question."""

    minimum: Number
    """The lowest rating, least confidence."""
    maximum: Number
    """The highest rating, most confidence."""
    dont_know: tuple[Text, ...] = ()
    """Answers that mean "don't know" or "refused": texts or numeric codes outside the scale. Never a rating."""
    skipped: tuple[Text, ...] = ()
    """Answers that mean that the question was seen and left blank, such as -99. Never a rating."""
    not_asked: tuple[Text, ...] = ()
    """Answers that mean that the question was not put to the respondent. Never a rating."""
    empty: Literal["skipped", "not_asked"] = "skipped"
    """What an empty cell means."""
    labels: dict[Text, Number] = {}
    """Answer texts and codes, in any language, and the rating each stands for. Where codes are listed, no other number
    is a rating."""
    may_be_narrow: bool = False
    """Whether a file is taken whose ratings look as if they were given on a narrower scale, such as 1 to 5."""


class Source(Block):
    """How the files are to be read. What is left out is found by looking into each file, and reported."""

    export: Literal["plain", "qualtrics", "limesurvey", "kobotoolbox", "surveymonkey", "google_forms"] | None = None
    """The survey tool whose form of export the files have; `plain`: none."""
    header_rows: Annotated[Whole, Field(ge=1, le=3)] | None = None
    """Rows of headings above the answers."""
    encoding: Literal["utf-8", "utf-16", "windows-1252"] | None = None
    """How text files were written."""
    separator: Literal[",", ";", "tab"] | None = None
    """What separates the cells of text files."""
    decimal: Literal[".", ","] | None = None
    """The decimal mark of numbers."""
    dates: Literal["day_first", "month_first"] | None = None
    """How 03/04/2021 is meant; not found where no day is above 12, then such times are left empty."""
    sheet: Text | None = None
    """The sheet of a workbook."""


class Unit(Block):
    """One thing that is ranked; in this index a country."""

    code: UnitCode
    """The code in all tables (ISO 3166-1 alpha-3 for countries)."""
    name: Name
    """The name in all tables."""
    region: Text | None = None
    """A grouping for readers; not used in any computation."""
    aliases: tuple[Name, ...] = ()
    """Other names and spellings under which surveys give the unit. Case and white space do not matter."""


class Question(Block):
    """One rated item."""

    id: ItemId
    """The column of the responses."""
    text: Name
    """The wording put to respondents."""
    weight: Weight = 1.0
    """The nominal weight within its category; weights are divided by their sum."""
    reverse: bool = False
    """True where a high rating means low confidence."""
    aliases: tuple[Name, ...] = ()
    """Other headings under which surveys give the question."""
    origin: Origin = "own"
    """`published`: the wording is in print; `topic`: its topic is in print, the wording is ours; `own`: ours."""


class Category(Block):
    """A group of questions with a score of its own."""

    id: ItemId
    """The name in all tables."""
    title: Name
    """The title for readers."""
    weight: Weight = 1.0
    """The nominal weight within the index; weights are divided by their sum."""
    origin: Origin = "own"
    """`published`: the category's name is in print; `topic`: its topic is; `own`: ours."""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    """The questions, in the order of the questionnaire."""


class Columns(Block):
    """The headings under which the source gives what is not a question. Case and white space do not matter."""

    unit: Name
    """The unit a respondent rates."""
    respondent: Text | None = None
    """The respondent's id; without it ids are made from the content of the row."""
    design_weight: Text | None = None
    """The design weight, 0.000001 to 1,000,000,000; if named, every file must have it. Without it all weigh 1."""
    company: Text | None = None
    """The respondent's company: answers from one company are resampled together."""
    started_at: Text | None = None
    """When the respondent began."""
    finished_at: Text | None = None
    """When the respondent ended."""
    finished: Text | None = None
    """Whether the respondent reached the end (true/false, yes/no, 1/0, complete/partial)."""
    duration: Text | None = None
    """How long the respondent took, in seconds; without it the time from `started_at` to `finished_at`."""
    status: Text | None = None
    """What kind of row it is; test, preview and spam rows are told by it."""
    data_origin: Text | None = None
    """Where a row comes from; the word `synthetic` marks every table made from it."""
    importance: dict[ItemId, Text] = {}
    """Category to the heading of the points that a respondent gives to its importance."""
    background: dict[ItemId, Text] = {}
    """Background variable, such as company size, to its heading; margins may be given for it."""
    aliases: dict[
        Literal[
            "unit",
            "respondent",
            "design_weight",
            "company",
            "started_at",
            "finished_at",
            "finished",
            "duration",
            "status",
            "data_origin",
            "question",
            "rating",
        ],
        tuple[Text, ...],
    ] = {}
    """Key of this block to other headings of the column, such as the wording of the question."""
    question: Text | None = None
    """Long layout only: the question's id, alias or text."""
    rating: Text | None = None
    """Long layout only: the answer."""


class Method(Block):
    """How ratings become scores and ranks; `bpo-index methods` says what each name stands for."""

    missing_answers: MissingAnswers = "available_case"
    """What stands for a rating that was not given."""
    neighbours: Annotated[Whole, Field(ge=1, le=100)] = 5
    """Respondents from whom `knn` takes a missing rating."""
    questions_needed: Count | None = None
    """How many questions of a category must have answers for a category score; null: all of them."""
    outcome: Outcome = "mean"
    """What of a question's ratings is scored."""
    outcome_boxes: Count = 2
    """Scale points at an end that `top_two_box` and `net_balance` count."""
    trim_weights: Annotated[Finite, Field(ge=1, le=MOST)] | None = None
    """No respondent weighs more than so many times the mean of the unit; null: weights are not trimmed."""
    outliers: Outliers = "none"
    """Treatment of extreme units before normalisation."""
    normalisation: Normalisation = "scale"
    """How question means come onto one scale."""
    normalisation_range: tuple[Number, Number] = (0.0, 100.0)
    """What `min_max` makes of the lowest and the highest unit; `borda` of one beaten by all and one beating all."""
    goalposts: tuple[Number, Number] | None = None
    """The scale points that `goalposts` makes 0 and 100."""
    target: Number | None = None
    """The scale point that `distance_to_target` makes 100."""
    reference_unit: UnitCode | None = None
    """The unit that `distance_to_reference` makes 100."""
    question_weighting: QuestionWeighting = "given"
    """The weights of questions within their category."""
    weighting: Weighting = "given"
    """The weights of categories within the index."""
    weighting_level: WeightingLevel = "between"
    """Where weightings by covariance look: `between` units, or `within` units, between respondents."""
    negative_weights: bool = False
    """Whether `pca` keeps negative loadings as negative weights; otherwise they become zero."""
    factors: Count | None = None
    """How many factors `factor_analysis` keeps; null: those with an eigenvalue above one."""
    comparisons: tuple[tuple[Annotated[Finite, Field(ge=0.001, le=1000)], ...], ...] | None = None
    """For `ahp`: how many times more important the category of the row is than that of the column."""
    lowest_share: Share | None = None
    """For `benefit_of_the_doubt`: the least share of a unit's weight that any category has."""
    highest_share: Share | None = None
    """For `benefit_of_the_doubt`: the largest share of a unit's weight that any category has."""
    question_aggregation: Aggregation = "arithmetic"
    """How questions become a category score."""
    aggregation: Aggregation = "arithmetic"
    """How category scores become the index."""
    power: Annotated[Finite, Field(ge=-100, le=100)] | None = None
    """The power of `generalised_mean`: 1 arithmetic, 0 geometric, -1 harmonic."""
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
    """Ranks are also told over all weights between these multiples of the weights used."""
    normalisation: dict[Normalisation, Part] = {}
    """Normalisations and their parts."""
    normalisation_range: tuple[Number, Number] = (1.0, 100.0)
    """`normalisation_range` of the normalisations listed here."""
    aggregation: dict[Aggregation, Part] = {}
    """Aggregations of categories and their parts."""
    missing_answers: dict[MissingAnswers, Part] = {}
    """Treatments of missing answers and their parts."""
    excluded_category: Share = 0.0
    """How often one category, drawn evenly, is left out."""
    excluded_question: Share = 0.0
    """How often one question, drawn evenly from categories with more than one, is left out."""


if TYPE_CHECKING:
    QualityRules = RulesBlock
else:
    QualityRules = build_rules_block(list_rules(), __name__)
