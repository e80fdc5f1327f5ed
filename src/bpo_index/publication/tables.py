"""The published tables: one result, rendered as CSV, JSON, Parquet and Markdown.

`build_result` joins scores, robustness and names into the public frames; `render_tables` turns them into files. The
same input gives the same bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.atomic import escape_formulas
from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns import CATEGORIES, RANKING, ROBUSTNESS_TABLES, Column
from bpo_index.publication.findings import describe_support
from bpo_index.robustness import Robustness
from bpo_index.robustness.assess import NOTES
from bpo_index.scoring import Scores
from bpo_index.validation import Audit
from bpo_index.validation.nonresponse import NONRESPONSE_SCHEMA

SYNTHETIC_NOTICE = "SYNTHETIC DATA: made by a program, no manager was asked. Not the published index."


@dataclass(frozen=True)
class Result:
    """Everything public about one index, as documented frames.

    Attributes
    ----------
    ranking
        One row per unit, by rank, units without a rank last; columns as in `columns.RANKING`.
    categories
        One row per category and unit, categories in the definition's order; columns as in `columns.CATEGORIES`.
    tables
        The tables of `columns.ROBUSTNESS_TABLES`, by name; `pairs` has one row per pair of ranked units.
    findings
        Sentences on what the ranking supports.
    data_origin
        `survey`, `synthetic` or `partly synthetic`.
    notes
        Sentences for readers: what the methods did that the numbers do not show.
    replicates
        Replicates evaluated in each version, `sampling` and `all_assumptions`.
    replicates_not_ranked, assumptions_not_ranked
        Those of either in which a ranked unit had no score.
    """

    ranking: pl.DataFrame
    categories: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    notes: list[str]
    findings: list[str]
    data_origin: str
    replicates: int
    replicates_not_ranked: int
    assumptions_not_ranked: int


def name_origin(audit: Audit) -> str:
    """Return whether the accepted respondents are synthetic, as their rows say."""
    if not audit.synthetic_respondents:
        return "survey"
    return "synthetic" if audit.synthetic_respondents == audit.respondents_accepted else "partly synthetic"


def build_result(
    scores: Scores,
    robustness: Robustness,
    audit: Audit,
    definition: IndexDefinition,
    nonresponse: pl.DataFrame | None = None,
) -> Result:
    """Join scores, robustness and names into the public frames.

    Parameters
    ----------
    scores, robustness, audit, definition
        What was computed, and the index.
    nonresponse
        From `hide_small_units`; None: an empty table.
    """
    origin = name_origin(audit)
    names = pl.DataFrame(
        [(unit.code, unit.name, unit.region) for unit in definition.units],
        schema={"unit": pl.String, "name": pl.String, "region": pl.String},
        orient="row",
    )
    titles = pl.DataFrame(
        [(category.id, category.title, n) for n, category in enumerate(definition.categories)],
        schema={"category": pl.String, "category_title": pl.String, "order": pl.Int64},
        orient="row",
    )
    suppressed = scores.units.filter("suppressed")["unit"].to_list()
    common = {"data_origin": pl.lit(origin), "note": pl.col("note").replace_strict(NOTES)}
    ranking = (
        scores.units.join(robustness.units, on="unit", how="left", maintain_order="left")
        .join(names, on="unit", how="left", maintain_order="left")
        .with_columns(**common)
        .sort("rank", "unit", nulls_last=True)
    )
    categories = (
        scores.categories.join(robustness.categories, on=["unit", "category"], how="left", maintain_order="left")
        .join(names, on="unit", how="left", maintain_order="left")
        .join(titles, on="category", how="left", maintain_order="left")
        .with_columns(**common, respondents=pl.when(~pl.col("unit").is_in(suppressed)).then("respondents"))
        .sort("order", "rank", "unit", nulls_last=True)
    )
    tables = {
        "sampling_error": robustness.sampling_error,
        "assumptions": robustness.assumptions,
        "weights": scores.weights,
        "outcomes": robustness.outcomes,
        "sensitivity": robustness.sensitivity,
        "method_ranks": robustness.method_ranks,
        "exclusions": robustness.exclusions.public,
        "nonresponse": pl.DataFrame(schema=NONRESPONSE_SCHEMA) if nonresponse is None else nonresponse,
    }
    for part in (robustness.ranks, robustness.structure, robustness.weights, robustness.influence):
        tables |= vars(part)
    return Result(
        ranking.select([column.name for column in RANKING]),
        categories.select([column.name for column in CATEGORIES]),
        {
            name: tables[name].with_columns(data_origin=pl.lit(origin)).select([column.name for column in columns])
            for name, columns in ROBUSTNESS_TABLES.items()
        },
        scores.notes,
        describe_support(ranking, tables, definition),
        origin,
        robustness.replicates,
        robustness.replicates_not_ranked,
        robustness.assumptions_not_ranked,
    )


def render_tables(result: Result, definition: IndexDefinition) -> dict[str, bytes]:
    """Return the files of the tables, path within the release to content."""
    files = {
        **_render_frame("ranking", result.ranking),
        **_render_frame("categories", result.categories),
        **{
            f"robustness/{name}.csv": escape_formulas(table).write_csv().encode()
            for name, table in result.tables.items()
        },
    }
    heading = [f"# {escape_markdown(definition.title)}", ""]
    if result.data_origin != "survey":
        heading += [f"**{SYNTHETIC_NOTICE}**", ""]
    level = f"{definition.method.confidence_level:.0%}"
    legend = [
        "",
        f"Interval and ranks: {level} confidence, from the sampling of respondents only. Each manager rates the "
        "country in which he or she operates, so rater and country are confounded.",
        "",
        *(line for sentence in result.findings for line in (escape_markdown(sentence), "")),
        escape_markdown(definition.provenance.note),
        "",
        *(line for note in result.notes for line in (escape_markdown(note), "")),
    ]
    files["ranking.md"] = "\n".join(heading + _write_markdown(result.ranking, definition) + legend).encode()
    sections = []
    for (title,), part in result.categories.group_by("category_title", maintain_order=True):
        sections += ["", f"## {escape_markdown(str(title))}", "", *_write_markdown(part, definition)]
    files["categories.md"] = "\n".join(heading + sections[1:] + legend).encode()
    return files


def _render_frame(name: str, frame: pl.DataFrame) -> dict[str, bytes]:
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    return {
        f"{name}.csv": escape_formulas(frame).write_csv().encode(),
        f"{name}.json": (json.dumps(frame.to_dicts(), indent=1, ensure_ascii=False) + "\n").encode(),
        f"{name}.parquet": parquet.getvalue(),
    }


def format_cell(value: object, column: Column) -> str:
    """Return a value as readers see it: one decimal for scores, a dash for null.

    Examples
    --------
    >>> format_cell(90.902778, Column("score", "", 1)), format_cell(None, Column("rank", ""))
    ('90.9', '–')
    """
    if value is None:
        return "–"
    if column.decimals is not None and isinstance(value, float):
        return f"{value:.{column.decimals}f}"
    return str(value)


def show_score(row: Mapping[str, Any], column: Column) -> str:
    """Return a score as readers see it: a bound with the words that make it one.

    Examples
    --------
    >>> show_score({"score": 99.0, "score_bound": "at least"}, Column("score", "", 1))
    'at least 99'
    >>> show_score({"score": 90.902778, "score_bound": None}, Column("score", "", 1))
    '90.9'
    """
    if row["score_bound"] is None:
        return format_cell(row["score"], column)
    return f"{row['score_bound']} {row['score']:g}"


def _write_markdown(frame: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    """Return the lines of a table for readers: rank, name, score, interval, ranks, respondents."""
    described = {column.name: column for column in RANKING}
    level = f"{definition.method.confidence_level:.0%}"
    unit = escape_markdown(definition.columns.unit.capitalize())
    lines = [
        f"| Rank | {unit} | Score (%) | {level} interval | Rank, {level} | Respondents |",
        "|---:|:---|---:|---:|---:|---:|",
    ]
    for row in frame.iter_rows(named=True):
        shown = {name: format_cell(row[name], column) for name, column in described.items() if name in row}
        shown["score"] = show_score(row, described["score"])
        interval = "–" if row["ci_low"] is None else f"{shown['ci_low']} to {shown['ci_high']}"
        ranks = "–" if row["rank"] is None else f"{shown['rank_interval_low']} to {shown['rank_interval_high']}"
        cells = [shown["rank"], escape_markdown(row["name"]), shown["score"], interval, ranks, shown["respondents"]]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def escape_markdown(text: str) -> str:
    """Return a text in one line that Markdown shows as it is.

    Examples
    --------
    >>> escape_markdown("a*b\\n<c>")
    'a\\\\*b &lt;c&gt;'
    """
    escaped = "".join(f"\\{character}" if character in "\\`*_[]|#" else character for character in text)
    return " ".join(escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
