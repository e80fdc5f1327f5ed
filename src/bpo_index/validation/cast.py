"""Text into types: unit codes, ratings, weights, times; what cannot be read is kept apart, never guessed.

`cast_responses` turns the tidy text into the typed frame that the pandera schema checks. A rating is a plain number
(ASCII digits, a point); an answer that is a "don't know" of the scale is not a rating; anything else is unreadable.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition_blocks import Scale
from bpo_index.labels import fold_label

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_FINISHED = {"true": True, "1": True, "yes": True, "finished": True, "complete": True, "completed": True}
_UNFINISHED = {"false": False, "0": False, "no": False, "unfinished": False, "partial": False, "incomplete": False}
_TIME_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)


def parse_number(text: str) -> float | None:
    """Return the finite number that the text writes in ASCII digits, or None.

    Examples
    --------
    >>> [parse_number(text) for text in ("7", " 7.50 ", "1e309", "NaN", "7,5", "seven")]
    [7.0, 7.5, None, None, None, None]
    """
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if abs(number) < float("inf") else None


def find_unit(text: str, unit_by_label: dict[str, str]) -> str | None:
    """Return the code of the unit that the text names, or None. Numeric codes match by value: ``1.0`` is ``1``.

    Examples
    --------
    >>> labels = {"col": "COL", "colombia": "COL", "1": "1"}
    >>> [find_unit(text, labels) for text in (" Colombia", "1.0", "Narnia")]
    ['COL', '1', None]
    """
    code = unit_by_label.get(fold_label(text))
    number = parse_number(text) if code is None else None
    return code if number is None else unit_by_label.get(f"{number:g}")


def map_answers(texts: Iterable[str], scale: Scale) -> tuple[dict[str, float], set[str], set[str]]:
    """Sort answer texts into ratings (text to number), "don't know" texts and unreadable texts.

    Numeric "don't know" codes match by value, so that ``98`` and ``98.0`` are the same answer.
    """
    labels = {fold_label(label): rating for label, rating in scale.labels.items()}
    dont_know = {fold_label(code) for code in scale.dont_know}
    codes = {parse_number(code) for code in scale.dont_know} - {None}
    ratings: dict[str, float] = {}
    unknown: set[str] = set()
    unreadable: set[str] = set()
    for text in texts:
        folded, number = fold_label(text), parse_number(text)
        if folded in dont_know or number in codes:
            unknown.add(text)
        elif folded in labels:
            ratings[text] = labels[folded]
        elif number is not None:
            ratings[text] = number
        else:
            unreadable.add(text)
    return ratings, unknown, unreadable


def cast_responses(table: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return the typed frame of the tidy responses, same rows and order.

    Columns beside the tidy ones: `unit` is a code, or the text given where no unit has that name; `dont_know` and
    `unreadable` list question ids; `answers` counts ratings; `all_same` says that all ratings given are equal;
    `finished` is a boolean; `importance_<category>` is a number from 0; `unclear` lists the fields (times, finished,
    importance) whose text could not be read.
    """
    questions = list(definition.question_ids)
    answers = pl.concat([table[question].drop_nulls().unique() for question in questions]).unique().to_list()
    ratings, unknown, unreadable = map_answers(answers, definition.scale)
    units = _map_unique(table["unit"], lambda text: find_unit(text, definition.unit_by_label) or text, pl.String)
    weights = _map_unique(table["design_weight"], parse_number, pl.Float64)
    finished = _map_unique(table["finished"], _parse_finished, pl.Boolean)
    points = [f"importance_{category}" for category in definition.columns.importance]
    has_weights = definition.columns.design_weight is not None
    typed = table.with_columns(
        units,
        weights if has_weights else pl.lit(1.0).alias("design_weight"),
        _parse_time("started_at"),
        _parse_time("finished_at"),
        finished,
        *(_map_unique(table[name], _parse_points, pl.Float64) for name in points),
        *(pl.col(question).replace_strict(ratings, default=None, return_dtype=pl.Float64) for question in questions),
        dont_know=_list_questions(questions, unknown),
        unreadable=_list_questions(questions, unreadable),
    )
    is_unclear = [
        pl.when(table[field].is_not_null() & typed[field].is_null()).then(pl.lit(field))
        for field in ("started_at", "finished_at", "finished", *points)
    ]
    return typed.with_columns(
        answers=pl.sum_horizontal(pl.col(question).is_not_null() for question in questions).cast(pl.Int64),
        all_same=(pl.min_horizontal(questions) == pl.max_horizontal(questions)).fill_null(value=False),
        unclear=pl.concat_list(is_unclear).list.drop_nulls(),
    )


def _map_unique(column: pl.Series, parse: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Apply a function of one text to a column, once for each different text."""
    texts = column.drop_nulls().unique().to_list()
    return column.replace_strict({text: parse(text) for text in texts}, default=None, return_dtype=dtype)


def _list_questions(questions: list[str], texts: set[str]) -> pl.Expr:
    listed = sorted(texts)
    if not listed:
        return pl.lit([], dtype=pl.List(pl.String))
    return pl.concat_list(
        pl.when(pl.col(question).is_in(listed)).then(pl.lit(question)) for question in questions
    ).list.drop_nulls()


def _parse_finished(text: str) -> bool | None:
    folded = fold_label(text)
    return _FINISHED.get(folded, _UNFINISHED.get(folded))


def _parse_points(text: str) -> float | None:
    number = parse_number(text)
    return number if number is not None and number >= 0 else None


def _parse_time(column: str) -> pl.Expr:
    text = pl.col(column)
    return pl.coalesce(text.str.to_datetime(form, strict=False, time_unit="us") for form in _TIME_FORMATS).alias(column)
