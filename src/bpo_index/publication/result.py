"""One result: everything public about an index, as documented frames, from which all else is made.

`build_result` makes it of what disclosure lets through; the columns are those of `columns`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.tree import place_categories
from bpo_index.disclosure.publishable import Publishable
from bpo_index.display.notebook import show_block, show_list, show_table
from bpo_index.display.numbers import show_number, show_range, show_score, show_share
from bpo_index.publication.columns import list_tables
from bpo_index.publication.findings import describe_support
from bpo_index.publication.neighbours import tabulate_neighbours
from bpo_index.publication.standard_phrases import choose_notice
from bpo_index.publication.standing import OFFICIAL, Standing


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
                show_range(row["marginal_rank_set_low"], row["marginal_rank_set_high"]),
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


def build_result(publishable: Publishable, definition: IndexDefinition, *, standing: Standing = OFFICIAL) -> Result:
    """Return the public frames: added columns computed, and what follows from the published tables alone.

    Parameters
    ----------
    publishable, definition
        What may be published, from `disclose`, and the index.
    standing
        Whether the result is official, a draft or a trial.
    """
    given, origin = publishable.tables, publishable.audit.data_origin
    ranking, categories = given["ranking"], given["categories"]
    neighbours = tabulate_neighbours(ranking, categories, given["weights"], definition)
    placed = place_categories(neighbours, definition.nodes).with_columns(data_origin=pl.lit(origin))
    frames = given | {"neighbours": placed}
    described = list_tables()
    return Result(
        ranking=described["ranking"].complete(ranking),
        categories=described["categories"].complete(categories),
        tables={name: table.complete(frames[name]) for name, table in described.items() if table.folder},
        notes=publishable.notes,
        findings=describe_support(
            ranking,
            frames,
            confidence_level=definition.method.confidence_level,
            titles=definition.category_titles,
        ),
        data_origin=origin,
        replicates=publishable.replicates,
        replicates_not_ranked=publishable.replicates_not_ranked,
        assumptions_not_ranked=publishable.assumptions_not_ranked,
        standing=standing,
    )
