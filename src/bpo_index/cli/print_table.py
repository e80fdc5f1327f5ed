"""How the terminal shows a table: words are broken over lines where the window is narrow, numbers never."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from bpo_index.display.table_view import TableView


def make_terminal_table(view: TableView, styles: Sequence[str] = ()) -> Table:
    """Return a view as a table for the terminal; marks of notes stand behind the names.

    Parameters
    ----------
    view
        What is shown; its caption and note are not.
    styles
        Of rich, one a row; none: plain.
    """
    table = Table(box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for place, column in enumerate(view.columns):
        longest = max((len(row[place]) for row in view.rows), default=1)
        table.add_column(
            escape(column.heading),
            justify="left" if column.is_text else "right",
            overflow="fold",
            # NOTE: a width under which rich never goes, unlike `no_wrap`, so that headings may be broken.
            min_width=min(longest, 8) if column.is_text else longest,
        )
    for number, row in enumerate(view.rows):
        mark = view.find_mark(number)
        cells = [escape(cell) + (f" {mark}" if mark and place == view.header else "") for place, cell in enumerate(row)]
        table.add_row(*cells, style=styles[number] if styles else None)
    return table
