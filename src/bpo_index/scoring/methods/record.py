"""The records of methods: all that the rest of the program must know of a method.

There is one class of records for each step of the method. What a record leaves out is read cautiously: no bounds, not
smooth, compares units. Functions take arrays with any number of leading axes, and the method's options by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from bpo_index.display.catalogue import translate
from bpo_index.display.words import GENERIC, put_words
from bpo_index.scoring.arrays import Floats, Ints

Bounds = tuple[float, float]
#: The options of a method by name.
Options = Mapping[str, Any]
#: A key of the `method:` block, and what is wrong with it.
Problem = tuple[str, str]
UNBOUNDED: Bounds = (-math.inf, math.inf)
PERCENT: Bounds = (0.0, 100.0)


@dataclass(frozen=True, kw_only=True)
class Option:
    """A key of the `method:` block that a method uses; methods that share one share the record."""

    name: str
    type: Any
    """Its type and range, as pydantic reads them."""
    default: Any = None
    line: str
    """What it says, in one line."""
    needed: str = ""
    """What to write, where the method cannot do without it."""
    is_range: bool = False
    """Whether it is two numbers, the second well above the first."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The parts of a definition that a method may be checked against; empty where not known yet."""

    units: tuple[str, ...] = ()
    """Codes of the units."""
    categories: tuple[str, ...] = ()
    """Ids of the categories."""
    counted: int = 0
    """Categories with a weight."""
    questions: Mapping[str, int] = field(default_factory=dict)
    """Id of a category to the number of its questions."""
    scale: Bounds | None = None
    """The ends of the answer scale; of several the narrowest."""
    importance: tuple[str, ...] = ()
    """Categories that have a column of stated importance."""
    key: str = ""
    """The key of the `method:` block under which the method stands."""


def find_nothing(options: Options, around: Surroundings) -> list[Problem]:
    """Return no problems."""
    del options, around
    return []


@dataclass(frozen=True, kw_only=True)
class Method:
    """What methods of all steps have."""

    step: ClassVar[str]
    name: str
    """Its name in a definition."""
    line: str
    """What it does, in one line; `{unit}`, `{units}`, `{respondent}` and `{respondents}` in it are the definition's
    words."""
    page: str
    """Its page in docs/methods."""
    formula: str = ""
    """As the report prints it, with the same words; empty: the line says it."""
    source: str | None = None
    """A key of docs/references.bib."""
    options: tuple[Option, ...] = ()
    find_problems: Callable[[Options, Surroundings], list[Problem]] = find_nothing
    """What is wrong between its options and the rest of the definition; the options may be broken in other ways."""
    order: int = 1000
    """Its place in lists; those with the same one are in order of their names."""

    def show_line(self, words: Mapping[str, str] = GENERIC) -> str:
        """Return what it does as readers see it, in the words of a definition."""
        return self._show("line", self.line, words)

    def show_formula(self, words: Mapping[str, str] = GENERIC) -> str:
        """Return the formula as readers see it, in the words of a definition; empty: the line says it."""
        return self._show("formula", self.formula, words)

    def _show(self, part: str, text: str, words: Mapping[str, str]) -> str:
        return put_words(translate(f"methods.{self.step}.{self.name}.{part}", text), words)

    def pick(self, method: Any) -> dict[str, Any]:
        """Return its options, out of an object that has all of them as attributes."""
        return {option.name: getattr(method, option.name) for option in self.options}

    def choose(self, options: Options) -> dict[str, Any]:
        """Return its options out of many by name; those that are not there have their defaults."""
        return {option.name: options.get(option.name, option.default) for option in self.options}


@dataclass(frozen=True, kw_only=True)
class AnswerScale:
    """Where values lie before they are normalised."""

    minimum: float = 0.0
    maximum: float = 100.0
    reference: int | None = None
    """The position of a unit of reference."""


class Learnt(Protocol):
    """What a method learnt from units."""

    def apply(self, values: Floats) -> Floats:
        """Return the values as the method makes them, same shape; NaN stays NaN."""


@dataclass(frozen=True)
class Nothing:
    """Values stay as they are."""

    def apply(self, values: Floats) -> Floats:
        """Return the values."""
        return values


@dataclass(frozen=True, kw_only=True)
class RespondentWeights(Method):
    """A way in which respondents get their weights; chosen by the data and by options, not by name."""

    step: ClassVar[str] = "respondent_weights"


@dataclass(frozen=True)
class Completed:
    """Ratings with missing answers treated."""

    ratings: Floats
    """Respondents x questions; NaN where there still is none."""
    filled: int
    """Ratings that were filled in."""
    converged: bool = True
    """False where the filling was stopped before it settled."""


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """What the treatment of missing answers knows of respondents and questions."""

    unit_of: Ints
    """Respondents: the number of each one's unit."""
    category_of: Ints
    """Questions: the number of the category."""
    weights: Floats
    """Questions: nominal weight within the category."""
    reverse: np.ndarray
    """Questions: true where a high rating means low confidence."""
    minimum: float
    maximum: float
    """The ends of the scale; ratings that are filled in lie between them."""


@dataclass(frozen=True, kw_only=True)
class MissingAnswers(Method):
    """A treatment of missing answers."""

    step: ClassVar[str] = "missing_answers"
    complete: Callable[..., Completed] | None
    """From respondents x questions of all units, a `Questionnaire` and options; None: nothing is filled in."""
    looks_at_others: bool = True
    """Whether a rating is filled in from what other respondents said."""
    weighs_questions: bool = True
    """Whether what is filled in depends on the weights of questions."""


@dataclass(frozen=True, kw_only=True)
class Outcome(Method):
    """How the ratings of a question are coded for scoring."""

    step: ClassVar[str] = "outcome"
    code: Callable[..., Floats] | None
    """From ratings, turned so that more is better, the ends of the scale (a number each, or an array of one a question
    where questions have scales of their own), and options; None: the ratings themselves, not turned."""
    ends: Bounds | None = None
    """The ends of what it gives; None: those of the scale."""
    counts_points: bool = True
    """Whether it counts points of the scale, so that a rating has to be one."""
    is_percentage: bool = False
    """Whether scores of it on the answer scale are per cent."""
    low_end_tells: bool = True
    """Whether a mean at its low end says nearly what everybody answered."""


@dataclass(frozen=True, kw_only=True)
class Outliers(Method):
    """A treatment of extreme units."""

    step: ClassVar[str] = "outliers"
    learn: Callable[..., Learnt] | None
    """From ... x units x items and options; None: values stay as they are."""
    leaves_scale: bool = True
    """Whether values are on the answer scale no more."""


@dataclass(frozen=True, kw_only=True)
class Normalisation(Method):
    """How values come onto one scale."""

    step: ClassVar[str] = "normalisation"
    learn: Callable[..., Learnt]
    """From ... x units x items, more is better, an `AnswerScale`, and options."""
    bounds: Bounds | Callable[[Options], Bounds] = UNBOUNDED
    """Between which values it gives lie."""
    lowest: float | Callable[[Options, int], float] = -math.inf
    """The least value that some unit has, whatever the answers, of so many units (0: not known); above zero where none
    has to be zero."""
    lowest_depends: bool = False
    """Whether the least value depends on the answers, so that means which need positive values are checked on them
    (`scoring.positive_values`) and not refused when the definition is read."""
    clipped: str = ""
    """In words, where it takes values beyond an end as that end; options may stand in braces."""
    clips: tuple[bool, bool] = (False, False)
    """Whether it does so at the low end, and at the high end."""
    needs_scale: bool = True
    """Whether it needs values on the answer scale."""
    is_smooth: bool = False
    """Whether what it gives changes smoothly with the values."""
    compares_units: bool = True
    """Whether what a unit gets depends on other units."""
    is_share_of_scale: bool = False
    """Whether it is the straight line from the ends of the scale to 0 and 100: scores are then per cent of the scale,
    and an index of weighted means is linear."""
    explorer: str = ""
    """In words, where the report's page can compute it of category scores."""

    def find_bounds(self, options: Options) -> Bounds:
        """Return the bounds under some options."""
        return self.bounds(options) if callable(self.bounds) else self.bounds

    def show_clipped(self, options: Options) -> str:
        """Return as readers see it what it does with values beyond its ends; empty: it has no such ends."""
        return translate(f"methods.{self.step}.{self.name}.clipped", self.clipped).format(**options)

    def find_lowest(self, options: Options, units: int) -> float:
        """Return the least value under some options."""
        return self.lowest(options, units) if callable(self.lowest) else self.lowest


@dataclass(frozen=True, kw_only=True)
class Items:
    """What weights are learnt from; items of nominal weight zero are not among them."""

    nominal: Floats
    """Items: the weights of the definition, above zero."""
    positions: Ints
    """Items: their places among all, those without weight included."""
    values: Floats | None
    """... x units x items, normalised; NaN where there is none."""
    covariance: Floats | None = None
    """... x items x items within units, between respondents; None: it is to be taken between units."""
    importance: Floats | None = None
    """... x items: the respondents' stated importance."""

    def require_values(self, weighting: str) -> Floats:
        """Return the values, or say that there are none."""
        if self.values is None:
            msg = f"{weighting} needs values"
            raise ValueError(msg)
        return self.values


@dataclass(frozen=True, kw_only=True)
class WeightsReport:
    """What a weighting may report on its weights."""

    scores: Floats
    """Units x categories: those that count."""
    nominal: Floats
    """Categories that count: weights of the definition, sum one."""
    covariance: Floats | None
    """Categories x categories within units, where weights are learnt there."""
    names: Sequence[str]
    """Ids of the categories."""


@dataclass(frozen=True, kw_only=True)
class Weighting(Method):
    """How items get their weights."""

    step: ClassVar[str] = "weighting"
    weigh: Callable[..., Floats] | None = None
    """From `Items` and options: ... x items, sum one; None: each unit has weights of its own (`score`)."""
    score: Callable[..., Floats] | None = None
    """From ... x units x categories and options: overall scores, where each unit has weights of its own."""
    can_weigh: Callable[[Options, int], bool] | None = None
    """Whether weights can be found for so many categories; None: for any number."""
    keys: tuple[str, ...] = ("question_weighting", "weighting")
    """Where it may stand: weights of questions, of categories."""
    learns: bool = True
    """Whether answers move the weights."""
    compares_units: bool = True
    """Whether the spread between units moves the weights."""
    needs_importance: bool = False
    """Whether it needs the respondents' stated importance of categories."""
    has_level: bool = False
    """Whether it looks between units or within them, as `weighting_level` says."""
    needs_zero: bool = False
    """Whether it takes no values below zero."""
    may_be_negative: Callable[[Options], bool] | None = None
    """Whether a weight may be below zero; None: never."""
    describe: Callable[[WeightsReport, Options], list[str]] | None = None
    """Sentences for readers on the weights that it gave to categories."""

    @property
    def has_own_scores(self) -> bool:
        """Whether each unit has weights of its own."""
        return self.score is not None


@dataclass(frozen=True, kw_only=True)
class Aggregation(Method):
    """How values of items become one."""

    step: ClassVar[str] = "aggregation"
    aggregate: Callable[..., Floats]
    """From ... x units x items, weights (items, or ... x items), how many values are needed (None: all), and options:
    ... x units."""
    bounds: Bounds | None = UNBOUNDED
    """Between which values it gives lie; None: between those that it takes."""
    is_smooth: bool = False
    """Whether what it gives changes smoothly with the values."""
    compares_units: bool = True
    """Whether what a unit gets depends on other units."""
    power: float | Callable[[Options], float | None] | None = None
    """The power of a weighted power mean: 1 arithmetic, 0 geometric, -1 harmonic; None for any other."""
    add: Callable[[Floats], Floats] | None = None
    """From units x categories: values whose weighted sums order units as the index does; None: as its power says."""
    takes_negative_weights: bool = False
    adds_alone: bool = True
    """Whether those of a unit depend on its own values only."""
    most_units: int | None = None
    """Units that it can compare, at most."""
    explorer: str = ""
    """In words, where the report's page can compute it; options may stand in braces."""
    describe: Callable[[Floats, Floats, np.ndarray], list[str]] | None = None
    """Sentences for readers, from units x categories, weights, and which units have a score."""

    def find_power(self, options: Options) -> float | None:
        """Return the power under some options."""
        return self.power(options) if callable(self.power) else self.power


@dataclass(frozen=True)
class Step:
    """A step of the method and the keys of the `method:` block that choose its methods."""

    name: str
    record: type[Method]
    keys: tuple[str, ...] = ()
    default: str = ""


#: In the order of the method, from answers to ranks.
STEPS = (
    Step("respondent_weights", RespondentWeights),
    Step("missing_answers", MissingAnswers, ("missing_answers",), "available_case"),
    Step("outcome", Outcome, ("outcome",), "mean"),
    Step("outliers", Outliers, ("outliers",), "none"),
    Step("normalisation", Normalisation, ("normalisation",), "scale"),
    Step("weighting", Weighting, ("question_weighting", "weighting"), "given"),
    Step("aggregation", Aggregation, ("question_aggregation", "aggregation"), "arithmetic"),
)
#: Keys of the `method:` block that the `uncertainty:` block varies, in the order of its scenarios.
VARIED = ("normalisation", "aggregation", "missing_answers")
