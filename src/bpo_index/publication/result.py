"""One result: everything public about an index, as documented frames, from which all else is made.

`build_result` makes it of what disclosure lets through; the columns are those of `columns`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.definition.tree import place_categories
from bpo_index.disclosure.publishable import Publishable
from bpo_index.display.catalogue import phrase
from bpo_index.display.frames import AsFrame
from bpo_index.display.notebook import show_block, show_list, show_table
from bpo_index.publication.category_differences import tabulate_category_differences
from bpo_index.publication.cell_errors import collect_cells
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.scores import SHOWN
from bpo_index.publication.columns.views import view_frame
from bpo_index.publication.findings import describe_support, rate_several, summarise_support
from bpo_index.publication.neighbours import tabulate_neighbours
from bpo_index.publication.standard_phrases import choose_notice, describe_ranges, name_columns
from bpo_index.publication.standing import OFFICIAL, Standing


@dataclass(frozen=True, repr=False)
class Result(AsFrame):
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
    summary
        The same in a few sentences without technical words.
    reading
        How intervals and rank sets are to be read.
    words
        What readers call units and respondents.
    cautions
        Those of the notes that are printed first: what was asked for and could not be had.
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
    summary: tuple[str, ...] = ()
    reading: str = ""
    words: Words = field(default_factory=Words)
    cautions: tuple[str, ...] = ()

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
        kind = "" if self.standing.kind == "official" else self.standing.kind
        origin = "" if self.data_origin == "survey" else self.data_origin.replace(" ", "_")
        noticed = "_".join(part for part in (kind, origin) if part)
        return phrase(f"release.mark_{noticed}") if noticed else ""

    def group_unit_notes(self) -> list[tuple[str, list[str]]]:
        """Return each note on single units with the names of those it is of, in the order of the ranking."""
        noted = self.ranking.filter(pl.col("note") != "")
        return list(noted.group_by("note", maintain_order=True).agg("name").iter_rows())

    def to_polars(self) -> pl.DataFrame:
        """Return the ranking; the other tables are `categories` and `tables`."""
        return self.ranking

    def _repr_html_(self) -> str:
        """Return what a notebook shows: ranking, findings and notes."""
        return show_block(phrase("release.notebook_ranking"), *self.show_parts(), notice=self.notice)

    def show_parts(self) -> list[str]:
        """Return ranking, findings and notes as pieces of HTML, for a notebook."""
        view = view_frame(
            list_tables()["ranking"], SHOWN, self.ranking, caption=self.reading, headings=name_columns(self.words)
        )
        noted = self.ranking.filter(self.ranking["note"] != "")
        notes = [
            phrase("release.notebook_unit_note", unit=row["name"], note=row["note"])
            for row in noted.iter_rows(named=True)
        ]
        return [
            show_table(view),
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
    several = rate_several(publishable.notes, definition.words)
    cells = collect_cells(ranking, given, definition, shares_respondents=several)
    made = {
        "category_differences": tabulate_category_differences(
            cells, dict(ranking.select("unit", "region").iter_rows()), definition.method.confidence_level
        ),
        "neighbours": tabulate_neighbours(ranking, categories, given["weights"], definition, cells=cells),
    }
    frames = given | {
        name: place_categories(frame, definition.nodes).with_columns(data_origin=pl.lit(origin))
        for name, frame in made.items()
    }
    described = list_tables()
    return Result(
        ranking=described["ranking"].complete(ranking),
        categories=described["categories"].complete(categories),
        tables={name: table.complete(frames[name]) for name, table in described.items() if table.folder},
        notes=publishable.notes,
        findings=describe_support(ranking, frames, definition),
        summary=tuple(summarise_support(ranking, frames, definition, rates_several=several)),
        reading=describe_ranges(definition),
        words=definition.words,
        cautions=publishable.cautions,
        data_origin=origin,
        replicates=publishable.replicates,
        replicates_not_ranked=publishable.replicates_not_ranked,
        assumptions_not_ranked=publishable.assumptions_not_ranked,
        standing=standing,
    )
