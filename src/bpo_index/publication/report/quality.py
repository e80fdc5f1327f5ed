"""The annex on respondents and quality: the account of rows, answers by unit, reliability."""

from __future__ import annotations

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_estimate, show_number
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result
from bpo_index.validation.reasons import describe_reason


def tabulate_rows(audit: PublicAudit, names: Names) -> TableView:
    """Return what became of the rows read."""
    counts = {
        "read": audit.rows_read,
        "used": audit.rows_accepted,
        "by_rules": audit.rows_quarantined_by_rules,
        "for_errors": audit.rows_quarantined_for_errors,
        "by_reader": audit.rows_quarantined_by_reader,
        "flagged": audit.respondents_flagged,
    }
    if audit.rows_not_kept:
        counts["not_kept"] = audit.rows_not_kept
    respondents = start_sentence(names.words.respondents)
    rows = [(phrase(f"annex.rows_{what}", respondents_capital=respondents), count) for what, count in counts.items()]
    return make_table("rows", phrase("annex.rows"), (phrase("annex.what"), phrase("annex.row_count")), rows)


def tabulate_reasons(audit: PublicAudit, words: Words) -> TableView:
    """Return why rows were kept out and respondents flagged."""
    rows = [
        (phrase(f"annex.{what}"), code.replace("_", " "), describe_reason(code, words), count)
        for what, counts in (("kept_out", audit.reasons), ("flagged", audit.flags))
        for code, count in counts.items()
    ]
    return make_table(
        "reasons",
        phrase("annex.reasons"),
        [phrase(f"annex.{name}") for name in ("what", "reason", "it_means", "row_count")],
        rows,
        texts=3,
        note=phrase("annex.reasons_note"),
    )


def tabulate_respondents(result: Result, names: Names) -> TableView:
    """Return one row per unit: respondents, effective number, and what became of their questions."""
    table = result.tables["nonresponse"].filter(pl.col("unit").is_not_null() & pl.col("respondents").is_not_null())
    counts = ["ratings", "dont_know", "skipped", "not_asked"]
    sums = {row[0]: row[1:] for row in table.group_by("unit").agg(pl.col(counts).sum()).iter_rows()}
    rows = [
        (
            row["name"],
            row["respondents"],
            show_number(row["effective_n"]),
            show_number(row["design_effect"], 2),
            *sums.get(row["unit"], (None,) * len(counts)),
        )
        for row in result.ranking.iter_rows(named=True)
    ]
    return make_table(
        "respondents",
        phrase("annex.answers", respondents_capital=start_sentence(names.words.respondents)),
        (
            names.unit_word,
            start_sentence(names.words.respondents),
            *(phrase(f"annex.answers_{name}") for name in ("effective_n", "design_effect", *counts)),
        ),
        rows,
    )


def tabulate_reliability(result: Result, names: Names, level: str) -> TableView:
    """Return one row per category of any level: alpha, omega, and the reliability of unit means."""
    rows, table = [], result.tables["reliability"]
    for row in table.iter_rows(named=True):
        alpha = show_estimate(row["alpha"], row["alpha_low"], row["alpha_high"])
        rows.append(
            (
                phrase("annex.all_questions") if row["category"] is None else names.categories[row["category"]],
                row["questions"],
                alpha,
                show_number(row["omega_raw"], 2),
                show_number(row["omega"], 2),
                show_number(row["icc1"], 2),
                show_number(row["icc1k"], 2),
                row["respondents_needed"],
            )
        )
    return make_table(
        "reliability",
        phrase("annex.reliability"),
        (
            phrase("annex.category"),
            phrase("annex.questions"),
            phrase("annex.alpha", level=level),
            phrase("annex.omega_raw"),
            phrase("annex.omega"),
            phrase("annex.icc"),
            phrase("annex.unit_means", unit=names.words.unit),
            phrase("annex.respondents_needed", respondents_capital=start_sentence(names.words.respondents)),
        ),
        rows,
        levels=[names.find_level(category) for category in table["category"]],
        note=phrase("annex.reliability_note", units=names.words.units),
    )
