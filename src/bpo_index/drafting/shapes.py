"""The shape of a file: a column a question, a row a question (long), or a block of columns for each unit.

`find_shape` returns a table with a column a question whatever the file's own shape is, so that all else is drafted from
one shape. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.countries import find_country, name_country
from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.roles.identity import find_ids
from bpo_index.drafting.roles.record import find_by_heading
from bpo_index.drafting.words import list_phrases

_QUESTION = list_phrases(
    """
    question | question id | question code | item | item id | statement | indicator | variable | pregunta
    | codigo pregunta | frage | fragenummer | questao | pergunta | afirmacao | enonce | aussage
    """
)
_RATING = list_phrases(
    """
    rating | answer | value | score | response | respuesta | valor | puntaje | antwort | wert | resposta | nota
    | reponse | note
    """
)
#: Questions of a long file, at most; rows of each in the mean, and different ratings, at least and at most.
_MOST_QUESTIONS, _LEAST_ROWS, _MOST_RATINGS = 300, 3, 110
#: Share of rows of respondent and question that must differ in a long file.
_APART = 0.9
#: The unit at an end of a heading: agents_Colombia, Colombia - agents, agents [Colombia].
_ENDS = (
    re.compile(r"(?P<base>.+?)(?:\s*[-–:/]\s+|[_./]|\s+)(?P<unit>[^_./\[\]:]+)"),
    re.compile(r"(?P<base>.+?)\s*[\[(](?P<unit>[^\[\]()]+)[\])]"),
    re.compile(r"(?P<unit>[^_./\[\]:]+?)(?:\s*[-–:/]\s+|[_./])(?P<base>.+)"),
)
#: Questions and units from which headings are blocks.
_FEWEST = 2
_UNIT_HEADING = "unit"


@dataclass(frozen=True)
class Shape:
    """A table with a column a question, and what the file's own shape is."""

    table: Table
    layout: str = "wide"
    """`wide`, `long` or `blocks`."""
    respondent: Column | None = None
    """In long layout the column of the respondent's id."""
    question: Column | None = None
    """In long layout the column that names the question."""
    rating: Column | None = None
    """In long layout the column of answers."""
    evidence: str = ""


def find_shape(table: Table) -> Shape:
    """Return the shape of a file."""
    return _find_long(table) or _find_blocks(table) or Shape(table)


def _find_long(table: Table) -> Shape | None:
    questions = [
        column
        for column in table.columns
        if find_by_heading(column, _QUESTION)
        and _FEWEST <= column.different <= _MOST_QUESTIONS
        and column.given >= _LEAST_ROWS * column.different
    ]
    ratings = [
        column
        for column in table.columns
        if column not in questions and find_by_heading(column, _RATING) and 1 < column.different <= _MOST_RATINGS
    ]
    ids = [one.column for one in find_ids(table) if one.column.different < one.column.given]
    if len(questions) != 1 or len(ratings) != 1 or not ids:
        return None
    question, rating, respondent = questions[0], ratings[0], ids[0]
    others = [column for column in table.columns if column not in (question, rating, respondent)]
    pairs = pl.DataFrame({"a": respondent.cells, "b": question.cells})
    together = [column for column in others if _is_of_respondent(respondent, column)]
    keys = pl.DataFrame({str(column.position): column.cells for column in (respondent, *together)})
    frame = keys.with_columns(pairs["b"].alias("question"), rating.cells.alias("rating")).drop_nulls("question")
    if frame.select(pl.struct(*keys.columns, "question").n_unique()).item() < _APART * frame.height:
        return None
    names = list(dict.fromkeys(frame["question"]))
    wide = frame.pivot(on="question", on_columns=names, index=keys.columns, values="rating", aggregate_function="first")
    columns = [replace(column, cells=wide[str(column.position)].alias("cells")) for column in (respondent, *together)]
    start = max(column.position for column in table.columns) + 1
    columns += [
        Column(start + n, name, (name,), wide[name].alias("cells"), rating.codes) for n, name in enumerate(names)
    ]
    evidence = phrase("drafting.long_layout", column=str(question), questions=len(names))
    made = replace(table, columns=tuple(columns), rows=wide.height)
    return Shape(made, "long", respondent, question, rating, evidence)


def _is_of_respondent(respondent: Column, column: Column) -> bool:
    """Return whether a column says the same in many rows of a respondent, so that it is no answer."""
    pairs = pl.DataFrame({"a": respondent.cells, "b": column.cells})
    return bool(pairs.select(pl.struct("a", "b").n_unique()).item() <= len(column.cells) / 2)


def _find_blocks(table: Table) -> Shape | None:
    for number in range(len(_ENDS)):
        held: dict[str, dict[str, Column]] = {}
        for column in table.columns:
            found = next(_split(column, number), None)
            if found:
                held.setdefault(found[0], {}).setdefault(found[1], column)
        units = sorted({unit for own in held.values() for unit in own})
        full = {base: own for base, own in held.items() if len(own) >= _FEWEST and 2 * len(own) >= len(units)}
        if len(full) >= _FEWEST and len(units) >= _FEWEST and all(map(_has_answers, full.values())):
            return _stack(table, full, units)
    return None


def _split(column: Column, number: int) -> Iterator[tuple[str, str]]:
    for wording in column.wordings:
        found = _ENDS[number].fullmatch(wording.strip())
        code = found and len(found["unit"].strip()) > 2 and find_country(found["unit"])
        if found and code:
            yield found["base"].strip(), code


def _has_answers(own: dict[str, Column]) -> bool:
    return all(column.different < _MOST_RATINGS and column.given for column in own.values())


def _stack(table: Table, held: dict[str, dict[str, Column]], units: list[str]) -> Shape:
    """Return a row for each respondent and unit with answers."""
    inside = {column.position for own in held.values() for column in own.values()}
    others = [column for column in table.columns if column.position not in inside]
    nothing = pl.Series("cells", [None], dtype=pl.String).new_from_index(0, table.rows)
    parts = []
    for unit in units:
        answers = {f"q{n}": own[unit].cells if unit in own else nothing for n, own in enumerate(held.values())}
        part = pl.DataFrame({str(column.position): column.cells for column in others} | answers)
        part = part.with_columns(pl.lit(name_country(unit)).alias("unit"))
        parts.append(part.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in answers)))
    stacked = pl.concat(parts)
    start = max(column.position for column in table.columns) + 1
    columns = [replace(column, cells=stacked[str(column.position)].alias("cells")) for column in others]
    columns.append(Column(start, _UNIT_HEADING, (_UNIT_HEADING, "country"), stacked["unit"].alias("cells")))
    for n, (base, own) in enumerate(held.items()):
        codes = next(iter(own.values())).codes
        columns.append(Column(start + 1 + n, base, (base,), stacked[f"q{n}"].alias("cells"), codes))
    evidence = phrase("drafting.blocks", questions=len(held), countries=len(units))
    return Shape(replace(table, columns=tuple(columns), rows=stacked.height), "blocks", evidence=evidence)
