"""The page on respondents and quality: the account of rows, answers by unit, reliability."""

from __future__ import annotations

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.display.numbers import show_estimate, show_number
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result
from bpo_index.validation.reasons import describe_reason


def tabulate_rows(audit: PublicAudit, names: Names) -> TableView:
    """Return what became of the rows read."""
    respondents = start_sentence(names.words.respondents)
    rows: list[tuple[object, ...]] = [
        ("Rows read", audit.rows_read),
        ("Used", audit.rows_accepted),
        ("Kept out by quality rules alone", audit.rows_quarantined_by_rules),
        ("Kept out for errors", audit.rows_quarantined_for_errors),
        ("Put aside by the reader", audit.rows_quarantined_by_reader),
        (f"{respondents} flagged, and used", audit.respondents_flagged),
    ]
    if audit.rows_not_kept:
        rows.append(("Left out beforehand, as not of this edition", audit.rows_not_kept))
    return make_table("rows", "Every row accounted for", ("What", "Rows"), rows)


def tabulate_reasons(audit: PublicAudit, words: Words) -> TableView:
    """Return why rows were kept out and respondents flagged."""
    rows = [
        ("Kept out", code.replace("_", " "), describe_reason(code, words), count)
        for code, count in audit.reasons.items()
    ]
    rows += [
        ("Flagged", code.replace("_", " "), describe_reason(code, words), count) for code, count in audit.flags.items()
    ]
    return make_table(
        "reasons",
        "Why rows were kept out or flagged",
        ("What", "Reason", "It means", "Rows"),
        rows,
        texts=3,
        note="A row may have several reasons.",
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
        f"{start_sentence(names.words.respondents)} and their answers",
        (
            names.unit_word,
            start_sentence(names.words.respondents),
            "Effective number",
            "Kish's design effect",
            "Ratings",
            "Don't know",
            "Skipped",
            "Not asked",
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
                "All questions" if row["category"] is None else names.categories[row["category"]],
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
        "Reliability",
        (
            "Category",
            "Questions",
            f"Alpha, raw items ({level})",
            "Omega, raw items",
            "Omega, standardised items",
            "ICC(1)",
            f"Reliability of {names.words.unit} means",
            f"{start_sentence(names.words.respondents)} needed for .8",
        ),
        rows,
        levels=[names.find_level(category) for category in table["category"]],
        note=f"Alpha and omega: how well the questions of a category hang together, within {names.words.units}. "
        f"ICC(1): the share of the variance of single scores that lies between {names.words.units}.",
    )
