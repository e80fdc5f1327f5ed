"""The records that say what a published table and each of its columns hold; every format is made from them."""

from __future__ import annotations

from dataclasses import dataclass

from bpo_index.display.numbers import NOTHING

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
    "probability": (0, 1),
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
    "replicates": (0, None),
    "units": (0, None),
    "questions": (0, None),
    "answers": (0, None),
    "left out, one at a time": (0, None),
    "pairs": (0, None),
    "see value_unit": (None, None),
}


@dataclass(frozen=True)
class Column:
    """One published column."""

    name: str
    meaning: str
    """What it holds and what null means."""
    decimals: int | None = None
    """Decimals in tables for readers; machine-readable tables keep what was computed."""
    unit: str = "none"
    """The unit of measure, one of `UNITS`."""
    heading: str = ""
    """What stands above it in tables for readers; empty: its name in words."""

    def name_heading(self, *, is_percentage: bool = False) -> str:
        """Return what stands above the column in tables for readers.

        Parameters
        ----------
        is_percentage
            Whether score points are per cent of the answer scale.

        Examples
        --------
        >>> Column("rank_without", "").name_heading()
        'Rank without'
        >>> Column("score", "", unit="score points").name_heading(is_percentage=True)
        'Score (%)'
        """
        heading = self.heading or self.name.replace("_", " ").capitalize()
        return f"{heading} (%)" if is_percentage and self.unit == "score points" else heading


@dataclass(frozen=True)
class Table:
    """One published table."""

    name: str
    """The name of its files, without folder and ending; at most 31 characters, as the sheet of a workbook."""
    title: str
    row: str
    """What a row is, after the words "one row per"."""
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """Columns that together tell rows apart and are never null; empty: there are none."""
    folder: str = ""
    """The folder of its files within the release, with a slash at its end."""

    @property
    def path(self) -> str:
        """The path of its CSV file within the release.

        Examples
        --------
        >>> Table("pairs", "", "", (), folder="robustness/").path
        'robustness/pairs.csv'
        """
        return f"{self.folder}{self.name}.csv"


ORIGIN = Column("data_origin", "survey, synthetic or partly synthetic")
UNIT_AND_CATEGORY = (
    Column("unit", "code of the unit"),
    Column("category", "id of the category; null: all categories"),
)
#: Where the tables beside ranking and categories lie.
ROBUSTNESS_FOLDER = "robustness/"


def format_cell(value: object, column: Column) -> str:
    """Return a value as readers see it: one decimal for scores, a dash for null.

    Examples
    --------
    >>> format_cell(90.902778, Column("score", "", 1)), format_cell(None, Column("rank", ""))
    ('90.9', '–')
    """
    if value is None:
        return NOTHING
    if column.decimals is not None and isinstance(value, float):
        return f"{value:.{column.decimals}f}"
    return str(value)
