"""Results that are tables, as frames of polars and of pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpo_index.errors import EnvironmentFailed

if TYPE_CHECKING:
    import polars as pl


class AsFrame:
    """A result with a table of its own."""

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a polars frame."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return what a prompt shows: the table, and neither answers nor all else that is held."""
        return f"<{type(self).__name__}>\n{self.to_polars()}"

    def to_pandas(self) -> Any:
        """Return the table of `to_polars` as a pandas frame.

        Raises
        ------
        EnvironmentFailed
            When pandas or pyarrow is not installed.
        """
        try:
            import pandas as pd  # noqa: F401, PLC0415

            return self.to_polars().to_pandas()
        except ImportError as error:
            raise EnvironmentFailed(
                f"A pandas frame needs pandas and pyarrow, and {error.name or 'one of them'} is missing. Install them "
                "(pip install 'bpo-index[notebook]'), or use to_polars()."
            ) from None
