"""The records that say what a published table and each of its columns hold; everything else is made from them.

`Table.schema` gives the polars types with which a module builds its frame, `Table.complete` the frame that is
published. A column that a file of its own or another package adds to a table has a `value`, computed from the columns
that are published anyway: so it says nothing that they do not say. A column that does not state of which answers its
numbers are made is withheld.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

import polars as pl

from bpo_index.display.catalogue import phrase, translate
from bpo_index.errors import EnvironmentFailed

#: Units of measure, and the least and the largest value of any number in them; None: no end.
UNITS: dict[str, tuple[float | None, float | None]] = {
    # Texts, ids, flags and running numbers.
    "none": (None, None),
    # NOTE: methods that measure in standard deviations have no ends, and differences may be negative.
    "score points": (None, None),
    "places squared or score points squared": (0, None),
    "share": (0, 1),
    # NOTE: methods that allow it give negative weights, and then others above one.
    "share of the weight": (None, None),
    "p-value": (0, 1),
    # Estimates from random replicates: they and the ends of their intervals need not keep to 0 and 1.
    "share of variance": (None, None),
    "percent": (0, 100),
    "percentage points": (-100, 100),
    "coefficient": (None, None),
    "ratio": (0, None),
    "rank": (1, None),
    "places": (0, None),
    "respondents": (0, None),
    "companies or respondents": (0, None),
    "strata": (0, None),
    "replicates": (0, None),
    "units": (0, None),
    "questions": (0, None),
    "answers": (0, None),
    "left out, one at a time": (0, None),
    "pairs": (0, None),
    "see value_unit": (None, None),
}
#: Of which answers the numbers of a column are made.
ANSWERS = {
    "none": "of no answers: names, codes, settings of the definition",
    "published": "of no answers but through other numbers that the release holds",
    "unit": "of those of the row's unit, in a table of categories to the questions of the row's category; under a "
    "method that compares units, of those of the others too",
    "all units": "of those of all units that take part",
    "quarantined": "of those of rows, too, that quality rules keep out, or of how many these are",
}
#: Types that all formats of tables can hold.
DTYPES = (pl.String, pl.Boolean, pl.Int64, pl.Float64)

Dtype = type[pl.DataType]
Value = pl.Expr | Callable[[pl.DataFrame], pl.Series]


@dataclass(frozen=True)
class Column:
    """One published column."""

    name: str
    dtype: Dtype
    """Its polars type, one of `DTYPES`."""
    meaning: str
    """What it holds and what null means."""
    _: KW_ONLY
    unit: str = "none"
    """The unit of measure, one of `UNITS`."""
    decimals: int | None = None
    """Decimals in tables for readers."""
    heading: str = ""
    """What stands above it in tables for readers; empty: its name in words."""
    most_decimals: int | None = None
    """Decimals with which a number that is made of answers is published at most; None: two, or those of `decimals`
    where it is made of published numbers."""
    answers: str | None = None
    """Of which answers its numbers are made, one of `ANSWERS`; None: not stated, and the column is withheld."""
    table: str = ""
    """The table that it is added to, for a column with a record of its own; empty: the table lists it."""
    value: Value | None = field(default=None, compare=False)
    """For an added column: an expression over the other columns of its table, or a function of the published frame."""

    @property
    def is_text(self) -> bool:
        """Whether it holds words and no numbers."""
        return not self.dtype.is_numeric()

    @property
    def published_decimals(self) -> int | None:
        """Decimals with which it is published; None: as it was computed, of no answers."""
        if self.answers == "none":
            return None
        if self.most_decimals is not None:
            return self.most_decimals
        return max(2, self.decimals or 0) if self.answers == "published" else 2

    @property
    def english_heading(self) -> str:
        """What stands above it, in English: that of the record, or its name in words.

        Examples
        --------
        >>> Column("rank_without", pl.Int64, "").english_heading
        'Rank without'
        """
        return self.heading or self.name.replace("_", " ").capitalize()

    @property
    def range_name(self) -> str:
        """For an end of a range, such as `ci_low`, the name of the range, such as `ci`; else empty."""
        return self.name.removesuffix("_low").removesuffix("_high") if self.name.endswith(("_low", "_high")) else ""

    @property
    def english_range_heading(self) -> str:
        """For an end of a range: what stands above a column with both ends, in English.

        Examples
        --------
        >>> Column("ci_low", pl.Float64, "", heading="Interval, low").english_range_heading
        'Interval'
        """
        # NOTE: headings of ends are those of their range, a comma and which end it is.
        return self.english_heading.rpartition(", ")[0]

    def name_heading(self, table: str, *, is_percentage: bool = False, is_range: bool = False) -> str:
        """Return what stands above the column in tables for readers.

        Parameters
        ----------
        table
            The name of its table.
        is_percentage
            Whether score points are per cent of the answer scale.
        is_range
            Whether both ends of the range stand in it, of which this is the low one.

        Examples
        --------
        >>> Column("score", pl.Float64, "", unit="score points").name_heading("ranking", is_percentage=True)
        'Score (%)'
        """
        if is_range:
            return translate(f"columns.{table}.{self.range_name}.heading", self.english_range_heading)
        heading = translate(f"columns.{table}.{self.name}.heading", self.english_heading)
        is_per_cent = is_percentage and self.unit == "score points"
        return phrase("tables.heading_percent", heading=heading) if is_per_cent else heading

    def say_meaning(self, table: str) -> str:
        """Return what the column of a table holds, for readers."""
        return translate(f"columns.{table}.{self.name}.meaning", self.meaning)

    def say_unit(self) -> str:
        """Return the unit of measure, for readers."""
        return translate(f"columns.unit_of_measure.{self.unit.replace(' ', '_')}", self.unit)


ORIGIN = Column("data_origin", pl.String, "survey, synthetic or partly synthetic", answers="none")
UNIT_AND_CATEGORY = (
    Column("unit", pl.String, "code of the unit", answers="none"),
    Column("category", pl.String, "id of the category; null: all categories", answers="none"),
)
#: Of the category of a row, in every table that has a column `category`.
PLACE = (
    Column(
        "level",
        pl.Int64,
        "steps of the category below the index, 1 for those that the index holds itself; 0: the index",
        answers="none",
    ),
    Column("parent", pl.String, "id of the category that holds the category; null: the index does", answers="none"),
)
#: Where the tables beside ranking and categories lie.
ROBUSTNESS_FOLDER = "robustness/"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One published table."""

    name: str
    """The name of its files, without folder and ending; at most 31 characters, as the sheet of a workbook."""
    title: str
    row: str
    """What a row is, after the words "one row per"."""
    own: tuple[Column, ...]
    """The columns of the frame that a module makes; the place of its category, the origin of the data and added columns
    follow them."""
    place: int
    """Tables are published in the order of this number, those of one module as the module lists them."""
    key: tuple[str, ...] = ()
    """Columns that together distinguish rows and are never null; empty: there are none."""
    folder: str = ROBUSTNESS_FOLDER
    """The folder of its files within the release, with a slash at its end; empty: the release itself."""
    added: tuple[Column, ...] = ()
    """Columns that files of their own and other packages add."""

    def say_title(self) -> str:
        """Return what the table is called, for readers."""
        return translate(f"columns.{self.name}.title", self.title)

    def say_row(self) -> str:
        """Return what a row is, after the words "one row per", for readers."""
        return translate(f"columns.{self.name}.row", self.row)

    @property
    def has_categories(self) -> bool:
        """Whether rows speak of categories, so that their place in the index stands beside them."""
        return any(column.name == "category" for column in self.own)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All published columns, in their order."""
        return (*self._made, *(column for column in self.added if column.answers is not None))

    @property
    def _made(self) -> tuple[Column, ...]:
        """Those of them that are made by the program: the place of the category and the origin of the data last."""
        stated = (column for column in self.own if column.answers is not None)
        return (*stated, *(PLACE if self.has_categories else ()), ORIGIN)

    @property
    def withheld(self) -> tuple[Column, ...]:
        """The columns that do not state of which answers their numbers are made."""
        return tuple(column for column in (*self.own, *self.added) if column.answers is None)

    @property
    def schema(self) -> pl.Schema:
        """The polars types of the table's own columns: what a module builds its frame with."""
        return pl.Schema({column.name: column.dtype for column in self.own})

    @property
    def path(self) -> str:
        """The path of its CSV file within the release.

        Examples
        --------
        >>> Table(name="pairs", title="", row="", own=(), place=0).path
        'robustness/pairs.csv'
        """
        return f"{self.folder}{self.name}.csv"

    @property
    def parquet_path(self) -> str:
        """The path of its Parquet file, where it has one, within the release."""
        return f"{self.folder}{self.name}.parquet"

    def keep_stated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame without added columns: those in their order, with their types, that state their answers.

        Parameters
        ----------
        frame
            With the table's own columns, the place of the row's category, and the origin of the data.

        Examples
        --------
        >>> own = (Column("score", pl.Float64, "", answers="unit"), Column("spread", pl.Float64, ""))
        >>> table = Table(name="t", title="", row="", own=own, place=0)
        >>> table.keep_stated(pl.DataFrame({"spread": [0.2], "data_origin": "survey", "score": [9]})).rows()
        [(9.0, 'survey')]
        """
        made = pl.Schema({column.name: column.dtype for column in self._made})
        return frame.select(made.names()).cast(made)

    def complete(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame as it is published: as `keep_stated`, and added columns that state their answers computed.

        Parameters
        ----------
        frame
            With the table's own columns, the place of the row's category, and the origin of the data.

        Raises
        ------
        EnvironmentFailed
            When an added column cannot be computed.

        Examples
        --------
        >>> gap = pl.col("score").max() - pl.col("score")
        >>> added = Column("gap", pl.Float64, "", table="t", value=gap, answers="published")
        >>> own = (Column("score", pl.Float64, "", answers="unit"),)
        >>> table = Table(name="t", title="", row="", own=own, place=0, added=(added,))
        >>> table.complete(pl.DataFrame({"score": [9.0, 7.5], "data_origin": "survey"})).rows()
        [(9.0, 'survey', 0.0), (7.5, 'survey', 1.5)]
        """
        published = self.keep_stated(frame)
        for column in self.added:
            if column.answers is not None:
                published = _add_column(published, column)
        return published


def _add_column(frame: pl.DataFrame, column: Column) -> pl.DataFrame:
    """Return a published frame with an added column; what is no finite number is null, as JSON has no place for it."""
    value, name = column.value, column.name
    try:
        assert value is not None
        computed = value if isinstance(value, pl.Expr) else value(frame)
        longer = frame.with_columns(computed.alias(name)).cast({name: column.dtype})
    # NOTE: whatever another package's function raises.
    except Exception as error:
        raise EnvironmentFailed(
            f"The column {name} of the table {column.table} cannot be computed: {type(error).__name__}: {error}. "
            "Repair or uninstall the extension that adds it."
        ) from error
    return longer.with_columns(pl.when(pl.col(name).is_finite()).then(name)) if column.dtype.is_float() else longer
