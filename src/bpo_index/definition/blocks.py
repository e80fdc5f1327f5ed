"""The blocks of an index definition, each a typed, frozen value; every key has its docstring, which the schema carries.

`definition.IndexDefinition` is made of them. Method page: docs/methods/definition.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bpo_index.fields import (
    LEAST_PART,
    MOST,
    Block,
    Count,
    CountFromTwo,
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

Action = Literal["flag", "quarantine"]
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


class UnfinishedRule(Block):
    """Rows whose respondent did not reach the end, as the column `finished` says."""

    action: Action = "quarantine"


class IncompleteRule(Block):
    """Rows with a rating on fewer than `minimum_share` of the questions asked."""

    action: Action = "quarantine"
    minimum_share: Share = 0.5


class StraightLineRule(Block):
    """Rows that give one and the same rating to every question answered, `minimum_answers` or more."""

    action: Action = "quarantine"
    minimum_answers: CountFromTwo = 10


class MarkedTestRule(Block):
    """Rows that the survey tool marks as a test, a preview or spam in the column `status`."""

    action: Action = "quarantine"
    values: tuple[Text, ...] = ()
    """Texts of the column `status` that mark such rows, beside those that are known of survey tools."""


class LongStringRule(Block):
    """Rows with the same rating to `longest_run` or more questions in a row, in the order of the questionnaire."""

    action: Action = "flag"
    longest_run: CountFromTwo = 12


class LowVarianceRule(Block):
    """Rows whose ratings, `minimum_answers` or more, have a standard deviation under `minimum_sd`."""

    action: Action = "flag"
    minimum_sd: Part = 0.5
    """In points of the scale, divisor n - 1."""
    minimum_answers: CountFromTwo = 10


class SpeederRule(Block):
    """Rows that took less than `minimum_share` of the median time."""

    action: Action = "flag"
    minimum_share: Annotated[Finite, Field(ge=LEAST_PART, lt=1)] = 0.33
    minimum_times: CountFromTwo = 20
    """Rows with a time that the rule needs; with fewer it does nothing and says so."""


class NearIdenticalRule(Block):
    """Rows that agree with another row in `minimum_share` or more of the questions that both rated."""

    action: Action = "flag"
    minimum_share: Annotated[Finite, Field(ge=LEAST_PART, le=1)] = 0.9
    minimum_answers: CountFromTwo = 10
    """Questions that both rated, at least."""


class CompanyAnswersRule(Block):
    """Rows beyond the first `most` of one company in one unit."""

    action: Action = "flag"
    most: Count = 1


class OutlyingRule(Block):
    """Rows far from the others of their unit in Mahalanobis distance."""

    action: Action = "flag"
    level: Annotated[Finite, Field(ge=LEAST_PART, lt=0.5)] = 0.001
    """The share of rows beyond the limit if very many answered from one normal distribution; of few, less."""
    rows_per_question: Annotated[Finite, Field(ge=1, le=MOST)] = 5.0
    """Complete rows that the rule needs, a question; with fewer it does nothing and says so."""


class QualityRules(Block):
    """Rules on the quality of a row. A rule that is left out is not applied."""

    test_row: MarkedTestRule | None = None
    unfinished: UnfinishedRule | None = None
    incomplete: IncompleteRule | None = None
    straight_line: StraightLineRule | None = None
    long_string: LongStringRule | None = None
    low_variance: LowVarianceRule | None = None
    speeder: SpeederRule | None = None
    near_identical: NearIdenticalRule | None = None
    company_answers: CompanyAnswersRule | None = None
    outlying: OutlyingRule | None = None
