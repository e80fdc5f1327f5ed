"""The terminal: a long name is broken over lines, a number never; nothing is wider than the window."""

import io

import pytest
from rich.console import Console

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.display.table_view import TableView, ViewColumn, make_table

NUMBERS = ("12", "at least 99", "85.4 to 94.5", "10 to 12", "1,204")
HEADINGS = ("Rank", "Hospital", "Score (%)", "Interval", "Rank set", "Respondents")


def show(table, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(table)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    "name",
    ["Autonomous Territory of the Northern and the Southern Islands", "x" * 60, "مستشفى " * 9, "[bold]" * 10, "India"],
)
def test_a_long_name_cuts_no_number_at_80_columns(name):
    rank, *numbers = NUMBERS
    rows = [(rank, name, *numbers), ("1", "Short", *numbers)]
    lines = show(make_terminal_table(make_table("t", "", HEADINGS, rows, texts=(1,))))
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == [word for heading in HEADINGS for word in heading.split()]
    assert lines[1].startswith(f"   {rank}  ")
    assert all(f" {number}" in lines[1] for number in numbers)
    assert all(f" {number}" in lines[-1] for number in numbers)
    start, end = lines[0].index("Hospital"), lines[1].index("at least")
    shown = "".join(line[start:end] for line in lines[1:-1])
    assert "".join(shown.split()) == "".join(name.split())


def test_a_heading_of_many_words_is_broken_before_a_number_is():
    headings = ("Rank", "Hospital", "Nurses and doctors who answered this year", "Interval of the score at 95 %")
    rows = [("1", "y" * 60, "1,204", "85.4 to 94.5")]
    lines = show(make_terminal_table(make_table("t", "", headings, rows, texts=(1,))), width=60)
    assert max(map(len, lines)) <= 60
    first = next(line for line in lines if "yyy" in line)
    assert first.split()[0] == "1"
    assert first.split()[2:] == ["1,204", "85.4", "to", "94.5"]


def test_marks_stand_behind_names_and_markup_is_text():
    columns = (ViewColumn("Rank", False), ViewColumn("Unit", True))
    view = TableView("t", "", columns, [("1", "[red]a"), ("2", "b")], marks=("*", ""))
    assert [line.split() for line in show(make_terminal_table(view))] == [
        ["Rank", "Unit"],
        ["1", "[red]a", "*"],
        ["2", "b"],
    ]
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
    console.print(make_terminal_table(view, ["", "bold"]))
    assert "\x1b[1m" in console.file.getvalue().splitlines()[-1]
