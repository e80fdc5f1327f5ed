"""Parse texts into unit codes, ratings, weights and times; unreadable text is marked, never guessed.

`cast_responses` turns the tidy text into the typed frame, `put_on_common_scale` its ratings into ratings on one scale;
that is what the pandera schema checks. A rating is a plain number
(ASCII digits, a point) or a label of the scale; an answer that is a "don't know" of the scale, was skipped or not asked
is not a rating; anything else is unreadable.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import fold_label
from bpo_index.responses.answer_texts import Answers, find_unit, map_answers, parse_number
from bpo_index.responses.distinct import encode_texts
from bpo_index.threads import map_in_threads
from bpo_index.validation.design_fields import mark_invalid_design
from bpo_index.validation.row_marks import name_mark

# In the languages in which survey tools write choices; none of these words means both.
FINISHED = frozenset(
    [
        "true",
        "1",
        "yes",
        "finished",
        "complete",
        "completed",
        "wahr",
        "ja",
        "vrai",
        "oui",
        "verdadero",
        "sí",
        "si",
        "verdadeiro",
        "sim",
        "vero",
        "sì",
    ]
)
UNFINISHED = frozenset(
    ["false", "0", "no", "unfinished", "partial", "incomplete", "falsch", "nein", "faux", "non", "falso", "não", "nao"]
)
#: The largest number of points or seconds that is read.
MOST_POINTS = 1e9
#: Different texts of a column from which they are not looked up by numbers.
_MANY = 10_000
#: How the reader writes times, whatever their spelling in the file.
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S%.f"


def cast_responses(table: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return the typed frame of the tidy responses, same rows and order; ratings as they were given.

    Columns beside the tidy ones: `unit` is a code, or the text given where no unit has that name; `dont_know`,
    `not_asked` and `unreadable` list question ids; `asked` counts the questions that were, `answers` the ratings;
    `all_same` says that all ratings given are equal; `finished` is a boolean; `duration` is in seconds,
    from 0, null where unknown; `importance_<category>` is a number from 0; `unclear` lists the fields (times, duration,
    finished, importance) whose text could not be read.
    """
    questions = list(definition.question_ids)
    found: dict[str, Answers] = {}
    columns = [table[question] for question in questions]
    encoded = dict(zip(questions, map_in_threads(encode_texts, columns, table.height), strict=True))
    for scale, held in definition.scale_groups:
        answers: set[str] = set()
        for question in held:
            known = encoded[question]
            answers.update(table[question].drop_nulls().unique() if known is None else known[0])
        found |= dict.fromkeys(held, map_answers(answers, scale))
    blank = {question for scale, held in definition.scale_groups for question in held if scale.empty == "not_asked"}
    units = _map_unique(table["unit"], lambda text: find_unit(text, definition.unit_by_label) or text, pl.String)
    weights = _map_unique(table["design_weight"], parse_number, pl.Float64)
    finished = _map_unique(table["finished"], _parse_finished, pl.Boolean)
    points = [f"importance_{category}" for category in definition.columns.importance]
    design = definition.design.numbers if definition.design else {}
    has_weights = definition.columns.design_weight is not None
    typed = table.with_columns(
        units,
        weights if has_weights else pl.lit(1.0).alias("design_weight"),
        _parse_time("started_at"),
        _parse_time("finished_at"),
        finished,
        _map_unique(table["duration"], _parse_points, pl.Float64),
        *(_map_unique(table[name], _parse_points, pl.Float64) for name in points),
        *(_map_unique(table[name], parse_number, pl.Float64) for name in design),
        *(
            _map_texts(table[question], answers.ratings, pl.Float64, encoded.pop(question))
            for question, answers in found.items()
        ),
        dont_know=_list_questions(questions, {question: answers.dont_know for question, answers in found.items()}),
        not_asked=_list_questions(
            questions, {question: answers.not_asked for question, answers in found.items()}, blank=blank
        ),
        unreadable=_list_questions(questions, {question: answers.unreadable for question, answers in found.items()}),
    )
    is_unclear = [
        pl.when(table[name].is_not_null() & typed[name].is_null()).then(pl.lit(name))
        for name in ("started_at", "finished_at", "finished", "duration", *points)
    ]
    if definition.design is not None:
        typed = typed.with_columns(mark_invalid_design(definition).alias(name_mark("invalid_design")))
    taken = (pl.col("finished_at") - pl.col("started_at")).dt.total_microseconds() / 1e6
    return typed.with_columns(
        duration=pl.coalesce("duration", pl.when(taken >= 0).then(taken)),
        asked=len(questions) - pl.col("not_asked").list.len().cast(pl.Int64),
        answers=pl.sum_horizontal(pl.col(question).is_not_null() for question in questions).cast(pl.Int64),
        all_same=_are_all_same(questions),
        unclear=pl.concat_list(is_unclear).list.drop_nulls(),
    )


def put_on_common_scale(typed: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return the typed frame with the ratings of all questions on the scale of the index.

    A rating x on a question's own scale from a to b becomes A + (x - a) (B - A) / (b - a), where the scale of the index
    runs from A to B. Its ends become the ends, to the bit; what lies outside the one lies outside the other.
    """
    ends = definition.question_ends
    if ends is None:
        return typed
    low, high = definition.scale.minimum, definition.scale.maximum
    moved = []
    for question, a, b in zip(definition.question_ids, *ends, strict=True):
        if (a, b) != (low, high):
            own = pl.col(question)
            straight = low + (own - a) * (high - low) / (b - a)
            moved.append(pl.when(own == b).then(high).otherwise(straight).alias(question))
    questions = list(definition.question_ids)
    return typed.with_columns(moved).with_columns(all_same=_are_all_same(questions))


def _are_all_same(questions: list[str]) -> pl.Expr:
    return (pl.min_horizontal(questions) == pl.max_horizontal(questions)).fill_null(value=False)


def _map_unique(
    column: pl.Series, parse: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]
) -> pl.Series | pl.Expr:
    """Apply a function of one text to a column, once for each different text."""
    if column.null_count() == len(column):
        return pl.lit(None, dtype=dtype).alias(column.name)  # takes no memory
    texts = column.drop_nulls().unique().to_list()
    encoded = encode_texts(column) if len(texts) < _MANY else None
    return _map_texts(column, {text: parse(text) for text in texts}, dtype, encoded)


def _map_texts(
    column: pl.Series,
    values: Mapping[str, object],
    dtype: pl.DataType | type[pl.DataType],
    encoded: tuple[pl.Series, pl.Series] | None,
) -> pl.Series:
    """Return what stands for each text of a column, which may be encoded; null where nothing does."""
    if encoded is None:
        return column.replace_strict(dict(values), default=None, return_dtype=dtype)
    texts, numbers = encoded
    return pl.Series([values.get(text) for text in texts], dtype=dtype).gather(numbers).alias(column.name)


def _list_questions(
    questions: list[str], texts: Mapping[str, Collection[str]], *, blank: Collection[str] = ()
) -> pl.Expr:
    """Return the questions whose text is one of theirs; those of `blank` also where they have none."""
    nothing = pl.lit([], dtype=pl.List(pl.String))
    if not any(texts.values()) and not blank:
        return nothing
    listed = {question: sorted(texts[question]) for question in questions}
    # NOTE: joined and split at the spaces, which no id of a question has: several times as fast as lists row by row.
    joined = pl.concat_str(
        [
            pl.when(
                pl.col(question).is_in(listed[question]) | (pl.col(question).is_null() if question in blank else False)
            ).then(pl.lit(question))
            for question in questions
            if listed[question] or question in blank
        ],
        separator=" ",
        ignore_nulls=True,
    )
    return pl.when(joined != "").then(joined.str.split(" ")).otherwise(nothing)


def _parse_finished(text: str) -> bool | None:
    folded = fold_label(text)
    return True if folded in FINISHED else False if folded in UNFINISHED else None


def _parse_points(text: str) -> float | None:
    number = parse_number(text)
    return number if number is not None and 0 <= number <= MOST_POINTS else None


def _parse_time(column: str) -> pl.Expr:
    return pl.col(column).str.to_datetime(_TIME_FORMAT, strict=False, time_unit="us")
