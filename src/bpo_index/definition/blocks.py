"""The blocks of an index definition, each a typed, frozen value; every key has its docstring, which the schema carries.

`definition.IndexDefinition` is made of them. Method page: docs/methods/definition.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from bpo_index.definition.method_block import Aggregation, QuestionWeighting, Weighting
from bpo_index.display.catalogue import phrase
from bpo_index.fields import (
    Block,
    Count,
    Finite,
    ItemId,
    Name,
    Number,
    Text,
    UnitCode,
    Weight,
    Whole,
)
from bpo_index.responses.tools.registry import list_exports
from bpo_index.validation.rules.registry import RulesBlock, build_rules_block, list_rules

if TYPE_CHECKING:
    Export: TypeAlias = str
else:
    Export = Literal[list_exports()]
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
    """The answer scale of the index, and of every question without a scale of its own."""

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


class OwnScale(Block):
    """The answer scale of a category or a question that was answered on another one than the rest.

    What is left out is as outside it; labels only where the ends are. Ratings become those of the index's scale in
    between the same ends: the lowest its lowest, the highest its highest.
    """

    minimum: Number | None = None
    """The lowest rating; null: as outside."""
    maximum: Number | None = None
    """The highest rating; null: as outside."""
    dont_know: tuple[Text, ...] | None = None
    """Answers that mean "don't know" or "refused" here, in place of those of outside; they may be numbers within the
    scale. Null: as outside."""
    skipped: tuple[Text, ...] | None = None
    """Answers that mean that the question was left blank; they may be numbers within the scale. Null: as outside."""
    not_asked: tuple[Text, ...] | None = None
    """Answers that mean that the question was not put to the respondent; they may be numbers within the scale. Null: as
    outside."""
    empty: Literal["skipped", "not_asked"] | None = None
    """What an empty cell means; null: as outside."""
    labels: dict[Text, Number] | None = None
    """Answer texts and codes, and the rating each stands for, such as {18: 1, 19: 2}. Where codes are listed, no other
    number is a rating. Null: as outside where the ends are the same, else none."""
    may_be_narrow: bool | None = None
    """Whether ratings are taken that look as if they were given on a narrower scale; null: as outside."""

    def put_over(self, outside: Scale) -> Scale:
        """Return the scale that holds here, of the one that holds outside.

        Examples
        --------
        >>> own = OwnScale(minimum=1, maximum=5).put_over(Scale(minimum=0, maximum=10, dont_know=("98",)))
        >>> own.minimum, own.maximum, own.dont_know
        (1.0, 5.0, ('98',))
        """
        given = {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}
        own = outside.model_copy(update=given)
        if self.labels is None and (own.minimum, own.maximum) != (outside.minimum, outside.maximum):
            own = own.model_copy(update={"labels": {}})
        return own


class MayHaveScale(Block):
    """What may have an answer scale of its own."""

    scale: OwnScale | None = None
    """The answer scale here, where it is another than outside; null: as outside."""

    @model_serializer(mode="wrap")
    def _leave_out_no_scale(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a scale that is not given, so that the key changes no definition without it."""
        written: dict[str, Any] = write(self)
        own = written.get("scale")
        if own is None:
            written.pop("scale", None)
        else:
            written["scale"] = {name: value for name, value in own.items() if value is not None}
        return written


class Words(Block):
    """What readers call the units and the respondents, in tables, figures and sentences."""

    unit: Name = "unit"
    """One of what is ranked, such as country."""
    units: Name = "units"
    """Several of them; left out where `unit` is given: that with an s."""
    respondent: Name = "respondent"
    """One of those who answer, such as nurse."""
    respondents: Name = "respondents"
    """Several of them; left out where `respondent` is given: that with an s."""

    @model_validator(mode="before")
    @classmethod
    def _add_plurals(cls, given: object) -> object:
        """Make the plural of a word that is given without one; refuse a plural without its singular."""
        if not isinstance(given, Mapping):
            return given
        words = dict(given)
        for one in ("unit", "respondent"):
            if one in words and words.get(f"{one}s") is None:
                words[f"{one}s"] = f"{words[one]}s"
            elif one not in words and f"{one}s" in words:
                msg = f"gives `{one}s` without `{one}`: give both"
                raise ValueError(msg)
        return words

    @property
    def names(self) -> dict[str, str]:
        """The words by their names, as sentences and the texts of records take them."""
        return {
            "unit": self.unit,
            "units": self.units,
            "respondent": self.respondent,
            "respondents": self.respondents,
        }

    def count_units(self, count: int) -> str:
        """Return a number of units with the word for them, such as "9 countries"."""
        return phrase("words.counted", count=count, one=self.unit, many=self.units)

    def count_respondents(self, count: int) -> str:
        """Return a number of respondents with the word for them, such as "1 nurse"."""
        return phrase("words.counted", count=count, one=self.respondent, many=self.respondents)


def _list_kept(value: object) -> object:
    """Return one value as a list of one; true and false as the texts that files have for them."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else one for one in values)


_KeptInput: TypeAlias = str | int | float | bool
_KeptValue: TypeAlias = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
    Field(max_length=2_000),
]
#: What rows of the edition have in a column: one text or several.
KeptValues: TypeAlias = Annotated[
    tuple[_KeptValue, ...],
    Field(min_length=1),
    BeforeValidator(_list_kept, json_schema_input_type=_KeptInput | list[_KeptInput]),
]


class Source(Block):
    """How the files are to be read. What is left out is found by looking into each file, and reported."""

    export: Export | None = None
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
    keep: dict[Name, KeptValues] = {}
    """Heading of a column to the text, or the texts, that a row of this edition has there, such as {wave: 2}; an empty
    text for an empty cell. With several columns a row must have all. Other rows are counted apart and not used."""

    @model_serializer(mode="wrap")
    def _leave_out_no_choice(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a choice of rows that is not given, so that the key changes no definition without it."""
        written: dict[str, Any] = write(self)
        return written if written.get("keep") else {key: value for key, value in written.items() if key != "keep"}


class Unit(Block):
    """One thing that is ranked, such as a country."""

    code: UnitCode
    """The code in all tables (ISO 3166-1 alpha-3 for countries)."""
    name: Name
    """The name in all tables."""
    region: Text | None = None
    """The region it lies in; `groups: region` makes groups of these."""
    size: Annotated[Finite, Field(gt=0, le=1e15)] | None = None
    """How large it is, such as its population; `group_weights: size` weighs the units of a group by it."""
    aliases: tuple[Name, ...] = ()
    """Other names and spellings under which surveys give the unit. Case and white space do not matter."""


class Question(MayHaveScale):
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


#: Keys of a category that go before those of the same name of the `method:` block, for it and all that it holds.
CATEGORY_KEYS = ("question_weighting", "weighting", "question_aggregation", "aggregation", "questions_needed")


class Category(MayHaveScale):
    """A group of questions, or of categories, with a score of its own."""

    id: ItemId
    """The name in all tables."""
    title: Name
    """The title for readers."""
    weight: Weight = 1.0
    """The nominal weight among the categories beside it; weights are divided by their sum."""
    origin: Origin = "own"
    """`published`: the category's name is in print; `topic`: its topic is; `own`: ours."""
    question_weighting: QuestionWeighting | None = None
    """The weights of questions within their category, here and in the categories in it; null: as outside."""
    weighting: Weighting | None = None
    """The weights of the categories in it, and in those; null: as outside."""
    question_aggregation: Aggregation | None = None
    """How questions become a category score, here and in the categories in it; null: as outside."""
    aggregation: Aggregation | None = None
    """How the scores of the categories in it become its own, and in those; null: as outside."""
    questions_needed: Count | None = None
    """How many questions must have answers for a score, here and in the categories in it; null: as outside."""
    questions: tuple[Question, ...] = ()
    """The questions, in the order of the questionnaire; none: it holds categories."""
    categories: tuple[Category, ...] = ()
    """The categories in it, to any depth; none: it holds questions."""

    @model_validator(mode="after")
    def _hold_one_kind(self) -> Category:
        """Refuse a category that holds nothing, or both kinds."""
        if not self.questions and not self.categories:
            msg = "holds neither questions nor categories: give it one of them"
            raise ValueError(msg)
        if self.questions and self.categories:
            msg = "holds questions and categories: put its questions into a category of their own"
            raise ValueError(msg)
        return self


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
    """What kind of row it is; test, preview and spam rows are recognised by it."""
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


if TYPE_CHECKING:
    QualityRules = RulesBlock
else:
    QualityRules = build_rules_block(list_rules(), __name__)
