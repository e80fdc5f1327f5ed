"""Apply a quality rule, and check what it returns against its record.

`mark_by_rule` and `explain_by_rule` apply a rule that looks at a row by itself, `compare_by_rule` one that compares
rows. A rule that fails, or returns something else than its record says, is an error of its package.
The message names the rule and the kind of error only: an error may quote answers.
Method page: docs/methods/quality-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from bpo_index.errors import BpoIndexError, EnvironmentFailed
from bpo_index.validation.rules.record import ComparingRule, Questionnaire, RowRule, RuleOptions


def mark_by_rule(rule: RowRule, options: RuleOptions, rows: pl.DataFrame, asked: Questionnaire) -> pl.Series:
    """Return whether each row is marked.

    Parameters
    ----------
    rows
        The frame that `QualityRule` describes.

    Raises
    ------
    EnvironmentFailed
        When the rule fails, or gives something else than true or false a row.
    """
    with _name_failing(rule.name):
        given = rule.mark(rows, asked, options)
        marks = given if isinstance(given, pl.Series) else _evaluate(given, rows)
    if marks.dtype != pl.Boolean or len(marks) != rows.height:
        raise _refuse(rule.name, "does not say true or false of each row")
    return marks.fill_null(value=False)


def explain_by_rule(rule: RowRule, options: RuleOptions, rows: pl.DataFrame, asked: Questionnaire) -> pl.Series:
    """Return a sentence on each of the rows that are marked.

    Parameters
    ----------
    rows
        The frame that `QualityRule` describes, and `text.<column>`: the texts of the file.

    Raises
    ------
    EnvironmentFailed
        When the rule fails, or gives something else than a text a row.
    """
    usual = rule.sentence
    if rule.explain is None:
        return pl.Series([usual], dtype=pl.String).new_from_index(0, rows.height)
    with _name_failing(rule.name):
        given = rule.explain(rows, asked, options)
        sentences = given if isinstance(given, pl.Series) else _evaluate(given, rows)
    if sentences.dtype != pl.String or len(sentences) != rows.height:
        raise _refuse(rule.name, "does not give a sentence for each row")
    return sentences.fill_null(usual)


def compare_by_rule(
    rule: ComparingRule, options: RuleOptions, rows: pl.DataFrame, asked: Questionnaire
) -> pl.DataFrame | str:
    """Return `response, sentence` of the rows that are marked, or what the rule lacks.

    Parameters
    ----------
    rows
        The rows that are compared.

    Raises
    ------
    EnvironmentFailed
        When the rule fails, or gives something else.
    """
    with _name_failing(rule.name):
        found = rule.compare(rows, asked, options)
    if isinstance(found, str):
        return found
    promised = {"response": rows.schema["response"], "sentence": pl.String}
    if not isinstance(found, pl.DataFrame) or any(found.schema.get(name) != kind for name, kind in promised.items()):
        raise _refuse(rule.name, "gives neither response and sentence of rows nor a text")
    return (
        found.select("response", pl.col("sentence").fill_null(rule.sentence))
        .unique("response", keep="first", maintain_order=True)
        .join(rows.select("response"), on="response", how="semi", maintain_order="left")
    )


def _evaluate(expression: pl.Expr, rows: pl.DataFrame) -> pl.Series:
    """Return a column as long as the rows; a constant is repeated."""
    return rows.with_columns(expression.alias("said.by_rule"))["said.by_rule"]


@contextmanager
def _name_failing(name: str) -> Iterator[None]:
    try:
        yield
    except BpoIndexError:
        raise
    except Exception as error:
        raise _refuse(name, f"fails ({type(error).__name__})") from error


def _refuse(name: str, what: str) -> EnvironmentFailed:
    return EnvironmentFailed(
        f"The quality rule {name} {what}. Repair the package that it comes from, or take {name} out of the definition."
    )
