"""The published tables: one result, rendered for machines, for spreadsheets and for readers.

`build_result` joins scores, robustness and names into the public frames; `render_tables` turns them into files: CSV,
JSON and Parquet (`table_files`, `long_form`), workbooks (`workbook`), pages in Markdown, HTML and LaTeX, which show the
same cells (`reader_tables`), and a description of them all (`datapackage`). The same input gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns import CATEGORIES, RANKING, ROBUSTNESS_TABLES, TABLES
from bpo_index.publication.datapackage import describe_package
from bpo_index.publication.findings import describe_support
from bpo_index.publication.html_tables import render_html
from bpo_index.publication.latex import render_latex
from bpo_index.publication.long_form import list_frames
from bpo_index.publication.markdown import escape_markdown, render_markdown
from bpo_index.publication.neighbours import tabulate_neighbours
from bpo_index.publication.reader_tables import (
    SYNTHETIC_NOTICE,
    describe_reading,
    format_cell,
    lay_out_categories,
    lay_out_ranking,
    names_percentage,
    show_score,
)
from bpo_index.publication.table_files import render_csv, render_parquet, render_records
from bpo_index.publication.workbook import make_about, make_codebook, make_sheet, render_workbook
from bpo_index.robustness import Robustness
from bpo_index.robustness.assess import NOTES
from bpo_index.scoring import Scores
from bpo_index.validation import Audit
from bpo_index.validation.nonresponse import NONRESPONSE_SCHEMA

__all__ = [
    "SYNTHETIC_NOTICE",
    "Result",
    "build_result",
    "escape_markdown",
    "format_cell",
    "name_origin",
    "names_percentage",
    "render_tables",
    "show_score",
]


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

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from bpo_index.publication.result_display import show_result  # noqa: PLC0415

        return show_result(self)


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
        "neighbours": tabulate_neighbours(ranking, categories, scores.weights, definition.method),
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
    """Return the files of the tables, path within the release to content; the last describes all others.

    Parameters
    ----------
    result
        Of `build_result`.
    definition
        The index.
    """
    frames = list_frames(result)
    is_percentage = names_percentage(definition)
    notice = "" if result.data_origin == "survey" else SYNTHETIC_NOTICE
    pages = {"ranking": lay_out_ranking(result, definition), "categories": lay_out_categories(result, definition)}
    print_setup: dict[str, Any] = {"title": definition.title, "notice": notice, "is_percentage": is_percentage}
    files: dict[str, bytes] = {}
    for name, page in pages.items():
        sheets = [make_sheet(TABLES[name], frames[name]), make_codebook([TABLES[name]], is_percentage=is_percentage)]
        files |= {
            f"{name}.csv": render_csv(frames[name]),
            f"{name}.json": render_records(frames[name]),
            f"{name}.parquet": render_parquet(frames[name]),
            f"{name}.md": render_markdown(page),
            f"{name}.html": render_html(page, name),
            f"{name}.tex": render_latex(page, f"tab:{definition.index}-{definition.edition}-{name}"),
            f"{name}.xlsx": render_workbook(sheets, **print_setup),
        }
    files |= {"long.csv": render_csv(frames["long"]), "long.parquet": render_parquet(frames["long"])}
    files |= {TABLES[name].path: render_csv(table) for name, table in result.tables.items()}
    tables = [table for name, table in TABLES.items() if name in frames and name != "long"]
    sheets = [make_sheet(table, frames[table.name]) for table in tables]
    about = make_about(_list_paragraphs(result, definition, notice), sheets)
    sheets = [about, *sheets, make_codebook(tables, is_percentage=is_percentage)]
    files["tables.xlsx"] = render_workbook(sheets, **print_setup)
    files["datapackage.json"] = describe_package(files, result, definition)
    return files


def _list_paragraphs(result: Result, definition: IndexDefinition, notice: str) -> list[tuple[str, str]]:
    """Return what the first sheet of a workbook says, each paragraph after what it is about."""
    return [
        ("index", definition.title),
        ("edition", definition.edition),
        *([("data", notice)] if notice else []),
        ("provenance", definition.provenance.note),
        *(("finding", sentence) for sentence in result.findings),
        ("how to read", describe_reading(definition)),
        *(("note", note) for note in result.notes),
    ]
