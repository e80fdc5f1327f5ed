"""Find questions with answers outside their scale that are a coding, not slips; such files are refused.

To quarantine these rows would select respondents by what they answered. `find_other_codes` looks at each question of
each file, then at those of all files together. With the values v of a question (or of all questions on one scale from
a to b), n in number:

- **a step off**: all v are whole, some lie outside at one end, none at the other end, and moved by whole steps all lie
  on the scale; n of at least 20, from 10 rows, two of them outside;
- **other codes**: one value (or text that is neither a rating nor a don't-know) has at least 5 answers and 2 per cent
  of the question's (or 3 answers and a tenth of 20 or more), or all values outside have at least 10 answers and a
  fifth of them;
- **yes and no**: all v are 0 or 1, on a scale of four points and more, n of at least 20, and if the question were
  answered like the others on its scale, of which a share p is neither, (1 - p)^n would be under 0.001.

Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import list_names
from bpo_index.responses.answer_texts import parse_number
from bpo_index.validation.code_refusals import Finding, Refusal, be, write_refusal

#: Answers of one value outside the scale, and their share of the question's, from which it is a code and no slip.
FREQUENT, FREQUENT_SHARE = 5, 0.02
#: The same in surveys of few rows, 20 answers or more.
_FEW, _FEW_SHARE = 3, 0.1
#: Answers outside the scale in all, and their share, from which the question has other codes.
_MANY, _MANY_SHARE = 10, 0.2
#: Ratings, rows, and ratings outside from which a run of values may be taken for one a step off.
_RUN, _RUN_ROWS, _RUN_OUTSIDE = 20, 10, 2
#: Length of a scale on which answers of 0 and 1 only may be marks, and the chance under which they are.
_MARKS_FROM, _CHANCE = 3, 0.001
#: Codes of one question that a sentence lists.
_MOST_CODES = 12

#: Value to the number of answers, and the first row that gives it.
Counts = Mapping[float, tuple[int, int]]


def find_other_codes(
    typed: pl.DataFrame, definition: IndexDefinition, table: pl.DataFrame | None = None
) -> dict[str, Refusal]:
    """Return each file whose questions have other codes, with what is said of it; files may share that.

    Parameters
    ----------
    typed
        `source_file, source_row, unreadable` and `<question ids>`, as `cast_responses` returns them.
    definition
        The questions and their scales.
    table
        The text frame, row by row the same, for answers that are no numbers; None: these are not looked at.
    """
    groups = [
        (scale, held)
        for scale, held in definition.scale_groups
        if _is_any_outside(typed, held, scale) or (not scale.may_be_narrow and _list_marks(typed, held, scale))
    ]
    texts = _list_unreadable(typed, table, definition) if table is not None else None
    if not groups and texts is None:
        return {}
    refusals: dict[str, Refusal] = {}
    files = typed["source_file"].unique().sort().to_list()
    for file in files:
        found = _find_all(typed.filter(pl.col("source_file") == file) if len(files) > 1 else typed, groups)
        if texts is not None:
            found += _find_texts(texts.filter(pl.col("source_file") == file), definition)
        if found:
            start = f"The file {file} has other codes than the definition"
            refusals[file] = write_refusal(start, found, definition)
    if len(files) < 2 or refusals:
        return refusals
    found = [*_find_all(typed, groups), *(_find_texts(texts, definition) if texts is not None else [])]
    start = f"The {len(files)} files together have other codes than the definition"
    return dict.fromkeys(files, write_refusal(start, found, definition)) if found else {}


def _is_any_outside(typed: pl.DataFrame, questions: Sequence[str], scale: Scale) -> bool:
    ends = typed.select(
        low=pl.min_horizontal(pl.col(question).min() for question in questions),
        high=pl.max_horizontal(pl.col(question).max() for question in questions),
    )
    low, high = ends.row(0)
    return low is not None and (low < scale.minimum or high > scale.maximum)


def _list_marks(rows: pl.DataFrame, questions: Sequence[str], scale: Scale) -> list[str]:
    """Return the questions whose ratings are 0 and 1 only, where the others on a longer scale are not."""
    if scale.maximum - scale.minimum < _MARKS_FROM or len(questions) < 2:
        return []
    counted = rows.select(
        *(pl.col(question).count().alias(f"{question}.n") for question in questions),
        *(pl.col(question).is_in([0.0, 1.0]).sum().alias(f"{question}.marks") for question in questions),
    ).row(0, named=True)
    given = sum(counted[f"{question}.n"] for question in questions)
    marks = sum(counted[f"{question}.marks"] for question in questions)
    found = []
    for question in questions:
        n, own = counted[f"{question}.n"], counted[f"{question}.marks"]
        others = given - n
        share = (marks - own) / others if others else 1.0
        if n == own and n >= _RUN and share**n < _CHANCE and rows[question].n_unique() > 1:
            found.append(question)
    return found


def _find_all(rows: pl.DataFrame, groups: Sequence[tuple[Scale, Sequence[str]]]) -> list[Finding]:
    found: list[Finding] = []
    for scale, questions in groups:
        counts = {question: _count_values(rows, question) for question in questions}
        together: dict[float, tuple[int, int]] = {}
        for counted in counts.values():
            for value, (count, row) in counted.items():
                before = together.get(value, (0, row))
                together[value] = (before[0] + count, min(before[1], row))
        most_rows = max(sum(count for count, _ in counted.values()) for counted in counts.values())
        step = find_step(together, scale) if most_rows >= _RUN_ROWS else None
        if step is not None:
            answered = tuple(question for question in questions if counts[question])
            found.append(_describe_step(answered, together, scale, step))
        else:
            marks = [] if scale.may_be_narrow else _list_marks(rows, questions, scale)
            found += [_describe_marks(question, counts[question], scale) for question in marks]
            rest = {question: counted for question, counted in counts.items() if question not in marks}
            found += _merge(_find_in_questions(rest, scale))
    return found


def _count_values(rows: pl.DataFrame, question: str) -> dict[float, tuple[int, int]]:
    given = rows.select("source_row", value=question).drop_nulls("value")
    counted = given.group_by("value").agg(pl.len(), pl.col("source_row").min()).sort("value")
    return {value: (count, row) for value, count, row in counted.iter_rows()}


def find_step(counts: Counts, scale: Scale) -> float | None:
    """Return by how much a run of whole numbers has to move to lie on the scale, or None where there is no such run.

    A run of which nothing is on the scale is none: nothing says by how much it has to move.

    Examples
    --------
    >>> codes = {0.0: (5, 1), 1.0: (9, 2), 2.0: (9, 3), 3.0: (9, 4), 4.0: (9, 5)}
    >>> find_step(codes, Scale(minimum=1, maximum=5)), find_step(codes, Scale(minimum=0, maximum=10))
    (1.0, None)
    """
    values = sorted(counts)
    if not values or any(value != round(value) for value in (*values, scale.minimum, scale.maximum)):
        return None
    low, high = values[0], values[-1]
    outside = sum(counts[value][0] for value in values if not scale.minimum <= value <= scale.maximum)
    total = sum(count for count, _ in counts.values())
    if total < _RUN or not _RUN_OUTSIDE <= outside < total:
        return None
    points = scale.maximum - scale.minimum + 1
    # Most points of the run are used: a code such as -1 for no answer leaves a gap, or makes the run too long.
    if high - low >= points or len(values) < 0.75 * (high - low + 1) or high - low + 1 < 0.6 * points:
        return None
    if low < scale.minimum and high <= scale.maximum - (scale.minimum - low):
        return scale.minimum - low
    if high > scale.maximum and low >= scale.minimum + (high - scale.maximum):
        return scale.maximum - high
    return None


def _describe_step(questions: tuple[str, ...], counts: Counts, scale: Scale, step: float) -> Finding:
    outside = tuple(value for value in sorted(counts) if not scale.minimum <= value <= scale.maximum)
    total = sum(count for count, _ in counts.values())
    end = scale.maximum if step > 0 else scale.minimum
    reached = ", ".join(_count(value, counts) for value in outside)
    said = (
        f"whole numbers from {min(counts):g} to {max(counts):g} in {list_names(list(questions))}, where the scale runs "
        f"from {scale.minimum:g} to {scale.maximum:g}: of {total:,} ratings {reached}, and none is {end:g}"
    )
    first = scale.minimum - step
    points = range(round(scale.maximum - scale.minimum) + 1)
    mapping = {first + n: scale.minimum + n for n in points}
    return Finding(questions, scale, outside, said, mapping, is_step=True)


def _count(value: float, counts: Counts) -> str:
    count, row = counts[value]
    return f"{count:,} {be(count)} {value:g} (first in row {row})"


def _describe_marks(question: str, counts: Counts, scale: Scale) -> Finding:
    total = sum(count for count, _ in counts.values())
    said = (
        f"{question}: all of its {total:,} answers are 0 or 1, where the scale runs from {scale.minimum:g} to "
        f"{scale.maximum:g} and the other questions use it"
    )
    return Finding((question,), scale, (0.0, 1.0), said, {}, is_mark=True)


def _find_in_questions(counts: Mapping[str, Counts], scale: Scale) -> Iterator[Finding]:
    for question, counted in counts.items():
        total = sum(count for count, _ in counted.values())
        outside = {v: c for v, c in counted.items() if not scale.minimum <= v <= scale.maximum}
        many = sum(count for count, _ in outside.values())
        frequent = [value for value, (count, _) in outside.items() if _is_frequent(count, total)]
        if not frequent and not (many >= _MANY and many >= _MANY_SHARE * total):
            continue
        step = find_step(counted, scale)
        if step is not None:
            yield _describe_step((question,), counted, scale, step)
            continue
        listed = sorted(outside)
        parts = [f"{outside[value][0]:,} {be(outside[value][0])} {value:g}" for value in listed[:_MOST_CODES]]
        if len(listed) > _MOST_CODES:
            parts.append(f"and so on with {len(listed) - _MOST_CODES:,} more values")
        ends = f"outside the scale {scale.minimum:g} to {scale.maximum:g}"
        share = f"{many:,} of its {total:,} answers ({many / total:.0%})"
        first = f"first in row {min(row for _, row in outside.values())}"
        said = (
            f"{question}: {share} {be(many)} {listed[0]:g}, {ends} ({first})"
            if len(listed) == 1
            else f"{question}: {share} {'lies' if many == 1 else 'lie'} {ends} ({first}), {', '.join(parts)}"
        )
        yield Finding((question,), scale, tuple(listed), said, _guess_mapping(counted, scale))


def _is_frequent(count: int, total: int) -> bool:
    return (count >= FREQUENT and count >= FREQUENT_SHARE * total) or (
        total >= _RUN and count >= _FEW and count >= _FEW_SHARE * total
    )


def _guess_mapping(counts: Counts, scale: Scale) -> dict[float, float]:
    """Return codes in rising order to the points of the scale, where nothing is on it and there are as many."""
    values = sorted(counts)
    points = round(scale.maximum - scale.minimum) + 1
    if any(scale.minimum <= value <= scale.maximum for value in values):
        return {}
    is_run = all(value == round(value) for value in values) and values[-1] - values[0] < points
    if is_run and len(values) > 1:
        return {values[0] + n: scale.minimum + n for n in range(round(values[-1] - values[0]) + 1)}
    return {value: scale.minimum + n for n, value in enumerate(values)} if len(values) == points else {}


def _list_unreadable(typed: pl.DataFrame, table: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame | None:
    """Return `source_file, source_row, question, text, given` of unreadable answers; None where there are too few.

    `given` is how many answers the question has in the file.
    """
    has_any = typed["unreadable"].list.len() > 0
    if has_any.sum() < _FEW:
        return None
    listed = typed.filter(has_any).select("source_file", "source_row", question="unreadable").with_row_index("n")
    texts = table.filter(has_any)
    parts = []
    for question in definition.question_ids:
        some = listed.filter(pl.col("question").list.contains(question))
        if some.height:
            given = table.group_by("source_file").agg(given=pl.col(question).count().cast(pl.Int64))
            quoted = some.with_columns(question=pl.lit(question), text=texts[question].gather(some["n"])).drop("n")
            parts.append(quoted.join(given, on="source_file", maintain_order="left"))
    return pl.concat(parts)


def _find_texts(texts: pl.DataFrame, definition: IndexDefinition) -> list[Finding]:
    """Return texts that are neither a rating nor a don't-know and stand too often for a slip.

    A text of several numbers, such as two answers in one cell, is none that a definition could name.
    """
    given = dict(texts.unique(["source_file", "question"]).group_by("question").agg(pl.col("given").sum()).iter_rows())
    counted = (
        texts.group_by("question", "text")
        .agg(pl.len(), pl.col("source_row").min())
        .sort(pl.col("len"), "text", descending=[True, False])
    )
    found = []
    for question in definition.question_ids:
        total = given.get(question, 0)
        frequent = [
            (text, count, row)
            for _, text, count, row in counted.filter(pl.col("question") == question).iter_rows()
            if _is_frequent(count, total) and _may_be_code(text)
        ]
        if frequent:
            many, first = sum(count for _, count, _ in frequent), min(row for _, _, row in frequent)
            listed = [
                f"'{show_text(text)}'" + (f" ({count:,})" if len(frequent) > 1 else "") for text, count, _ in frequent
            ]
            shown = ", ".join(listed[:_MOST_CODES])
            if len(listed) > _MOST_CODES:
                shown += f" and {len(listed) - _MOST_CODES:,} more texts"
            share = f"{many:,} of its {total:,} answers ({many / total:.0%})"
            rest = f"neither a rating nor a don't-know (first in row {first})"
            said = f"{question}: {share} {be(many)} {shown}, {rest}"
            codes = tuple(show_text(text) for text, _, _ in frequent)
            found.append(Finding((question,), definition.question_scales[question], codes, said, {}))
    return found


def _may_be_code(text: str) -> bool:
    """Return whether a definition could name a text: a number, or not only digits and what parts them."""
    has_digits = any(character.isdigit() for character in text)
    return parse_number(text) is not None or not has_digits or any(character.isalpha() for character in text)


def _merge(findings: Iterator[Finding]) -> list[Finding]:
    """Return the findings, those that concern the same codes beside each other."""
    by_codes: dict[tuple[float | str, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_codes[finding.outside].append(finding)
    return [finding for some in by_codes.values() for finding in some]
