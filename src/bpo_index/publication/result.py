"""One result: everything public about an index, as documented frames, from which all else is made.

`build_result` joins scores, robustness and names; the columns are those of `columns`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.notebook import show_block, show_list, show_table
from bpo_index.display.numbers import show_number, show_range, show_score, show_share
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.answers import NONRESPONSE
from bpo_index.publication.findings import describe_support
from bpo_index.publication.neighbours import tabulate_neighbours
from bpo_index.publication.standard_phrases import choose_notice
from bpo_index.publication.standing import OFFICIAL, Standing
from bpo_index.robustness.assess import NOTES, Robustness
from bpo_index.scoring.unit_scores import Scores
from bpo_index.validation.audit import Audit


@dataclass(frozen=True)
class Result:
    """Everything public about one index, as documented frames.

    Attributes
    ----------
    ranking
        One row per unit, by rank, units without a rank last; columns as in `columns.list_tables()`.
    categories
        One row per category and unit, categories in the definition's order; columns likewise.
    tables
        The other tables of `columns.list_tables()` but `long`, by name; `pairs` has one row per pair of ranked units.
    findings
        Sentences on what the ranking supports.
    data_origin
        `survey`, `synthetic` or `partly synthetic`.
    standing
        Whether it is official, a draft or a trial.
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
    standing: Standing = OFFICIAL

    @property
    def notices(self) -> list[str]:
        """What stands above every table, figure and page: that it is a trial or a draft, that data is synthetic."""
        return [notice for notice in (self.standing.notice, choose_notice(self.data_origin)) if notice]

    @property
    def notice(self) -> str:
        """The notices in one paragraph; empty where there is none."""
        return " ".join(self.notices)

    @property
    def mark(self) -> str:
        """The notices in two or three words; empty where there is none."""
        origin = "" if self.data_origin == "survey" else f"{self.data_origin} data"
        return ", ".join(part for part in (self.standing.mark, origin) if part).capitalize()

    def group_unit_notes(self) -> list[tuple[str, list[str]]]:
        """Return each note on single units with the names of those it is of, in the order of the ranking."""
        noted = self.ranking.filter(pl.col("note") != "")
        return list(noted.group_by("note", maintain_order=True).agg("name").iter_rows())

    def _repr_html_(self) -> str:
        """Return what a notebook shows: ranking, findings and notes."""
        return show_block("Ranking", *self.show_parts(), notice=self.notice)

    def show_parts(self, unit: str = "unit", level: str = "") -> list[str]:
        """Return ranking, findings and notes as pieces of HTML, for a notebook.

        Parameters
        ----------
        unit
            What is ranked.
        level
            The confidence level in words and a space, such as "95% "; empty: not told.
        """
        name = unit[:1].upper() + unit[1:]
        ranks = f"{level}rank interval".capitalize()
        headings = ["Rank", name, "Score", f"{level}interval".capitalize(), ranks, "Respondents", "P(first)"]
        rows = [
            [
                show_number(row["rank"]),
                row["name"],
                show_score(row),
                show_range(row["ci_low"], row["ci_high"]),
                show_range(row["rank_interval_low"], row["rank_interval_high"]),
                show_number(row["respondents"]),
                show_share(row["p_first"]),
            ]
            for row in self.ranking.iter_rows(named=True)
        ]
        caption = (
            f"Intervals are from the sampling of respondents only. P(first) is a share of {self.replicates:,} "
            f"replicates with respondents drawn. Each respondent rates one {unit} only, so rater and "
            f"{unit} are confounded."
        )
        noted = self.ranking.filter(self.ranking["note"] != "")
        notes = [f"{row['name']}: {row['note']}." for row in noted.iter_rows(named=True)]
        return [
            show_table(caption, headings, rows, texts=[name]),
            show_list(self.findings),
            show_list([*notes, *self.notes]),
        ]


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
    *,
    nonresponse: pl.DataFrame | None = None,
    standing: Standing = OFFICIAL,
) -> Result:
    """Join scores, robustness and names into the public frames.

    Parameters
    ----------
    scores, robustness, audit, definition
        What was computed, and the index.
    nonresponse
        From `hide_small_units`; None: an empty table.
    standing
        Whether the result is official, a draft or a trial.
    """
    origin = name_origin(audit)
    names = pl.DataFrame(
        [(unit.code, unit.name, unit.region) for unit in definition.units],
        schema={"unit": pl.String, "name": pl.String, "region": pl.String},
        orient="row",
    )
    titles = pl.DataFrame(
        [(node.id, node.title, node.number) for node in definition.category_nodes],
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
        "neighbours": tabulate_neighbours(ranking, categories, scores.weights, definition),
        "weights": scores.weights,
        "outcomes": robustness.outcomes,
        "sensitivity": robustness.sensitivity,
        "method_ranks": robustness.method_ranks,
        "exclusions": robustness.exclusions.public,
        "groups": robustness.groups,
        "nonresponse": pl.DataFrame(schema=NONRESPONSE.schema) if nonresponse is None else nonresponse,
    }
    for part in (robustness.ranks, robustness.structure, robustness.weights, robustness.influence):
        tables |= vars(part)
    described = list_tables()
    return Result(
        ranking=described["ranking"].complete(ranking),
        categories=described["categories"].complete(_place(categories, definition)),
        tables={
            name: table.complete(_place(tables[name], definition).with_columns(data_origin=pl.lit(origin)))
            for name, table in described.items()
            if table.folder
        },
        notes=scores.notes,
        findings=describe_support(
            ranking,
            tables,
            confidence_level=definition.method.confidence_level,
            titles=definition.category_titles,
        ),
        data_origin=origin,
        replicates=robustness.replicates,
        replicates_not_ranked=robustness.replicates_not_ranked,
        assumptions_not_ranked=robustness.assumptions_not_ranked,
        standing=standing,
    )


def _place(frame: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return a table with the level and the parent of the category of each row, where it has categories."""
    if "category" not in frame.columns:
        return frame
    places = pl.DataFrame(
        [(node.id or None, node.level, node.parent_id) for node in definition.nodes],
        schema={"category": pl.String, "level": pl.Int64, "parent": pl.String},
        orient="row",
    )
    return frame.join(places, on="category", how="left", maintain_order="left", nulls_equal=True)
