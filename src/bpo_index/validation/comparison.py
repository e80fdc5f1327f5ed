"""The quality rules that compare rows: who is compared with whom, in which order, and what they mark.

Compared are rows without a hard reason that are neither test rows nor unfinished, whether or not there is a rule on
those: broken rows, trials and second attempts never change what others get. A row that is not compared gets no mark.
`speeder`, `near_identical` and `outlying` look at all of these and not at each other; `company_answers` comes last and
looks at those that nothing else puts aside.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.validation.company_answers import find_company_answers
from bpo_index.validation.near_identical import find_near_identical
from bpo_index.validation.outlying import find_outlying
from bpo_index.validation.phrases import Note
from bpo_index.validation.schema import HARD_REASONS, list_comparing_rules, list_flag_codes, name_mark
from bpo_index.validation.speeders import find_speeders


@dataclass(frozen=True)
class Comparison:
    """What the rules that compare rows say.

    Attributes
    ----------
    marked
        `response` of every row and a boolean mark a rule, as the schema forbids them.
    sentences
        `response, reason, sentence` of the rows marked.
    notes
        One a rule that lacked what it needs and did nothing.
    """

    marked: pl.DataFrame
    sentences: pl.DataFrame
    notes: list[Note]


def compare_rows(typed: pl.DataFrame, failures: pl.DataFrame, definition: IndexDefinition) -> Comparison:
    """Apply the definition's rules that compare rows.

    Parameters
    ----------
    typed
        The frame of `cast_responses`.
    failures
        What each row fails by itself: `response, reason`.
    """
    rules, questions = definition.quality_rules, list(definition.question_ids)
    names = list_comparing_rules(definition)
    quarantining = set(names) - list_flag_codes(definition)
    compared = keep_comparable(typed, failures) if names else typed.clear()
    found: dict[str, pl.DataFrame] = {}
    notes: list[Note] = []

    def enter(name: str, result: pl.DataFrame | str) -> None:
        if isinstance(result, pl.DataFrame):
            found[name] = result.select("response", pl.lit(name).alias("reason"), "sentence")
        elif typed.height:
            notes.append(say_idle(name, result))

    if rules.speeder:
        enter("speeder", find_speeders(compared, rules.speeder))
    if rules.near_identical:
        enter("near_identical", find_near_identical(compared, questions, rules.near_identical))
    if rules.outlying:
        enter("outlying", find_outlying(compared, questions, rules.outlying))
    if rules.company_answers:
        put_aside = [failures.filter(~pl.col("reason").is_in(sorted(list_flag_codes(definition)))).select("response")]
        put_aside += [rows.select("response") for name, rows in found.items() if name in quarantining]
        counting = compared.join(pl.concat(put_aside), on="response", how="anti", maintain_order="left")
        enter("company_answers", find_company_answers(counting, rules.company_answers))
    nothing = pl.DataFrame(schema={"response": pl.Int64, "reason": pl.String, "sentence": pl.String})
    sentences = pl.concat([nothing, *found.values()])
    marked = typed.select(
        "response",
        *(
            pl.col("response")
            .is_in(sentences.filter(pl.col("reason") == name)["response"].implode())
            .alias(name_mark(name))
            for name in names
        ),
    )
    return Comparison(marked, sentences, notes)


def keep_comparable(typed: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are compared: no hard reason, no test row, not unfinished."""
    hard = failures.filter(pl.col("reason").is_in(HARD_REASONS)).select("response")
    return typed.join(hard, on="response", how="anti", maintain_order="left").filter(
        ~pl.col("is_test") & pl.col("finished").fill_null(value=True)
    )


def find_idle_rules(table: pl.DataFrame, definition: IndexDefinition) -> list[Note]:
    """Return a note for each rule on a row by itself whose column no row fills.

    Parameters
    ----------
    table
        The text frame of the responses.
    """
    needs = {"test_row": ("status", "what kind of row it is"), "unfinished": ("finished", "whether it was finished")}
    return [
        Note(f"The quality rule {name} does nothing: no row says {what}")
        for name, (column, what) in needs.items()
        if getattr(definition.quality_rules, name) and table.height and table[column].null_count() == table.height
    ]


def say_idle(name: str, why: str) -> Note:
    """Return the note on a rule that does nothing."""
    return Note(f"The quality rule {name} does nothing", why)
