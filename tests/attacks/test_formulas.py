"""A text that a spreadsheet would run as a formula is run from no CSV file, and can be had back as it was.

What a spreadsheet does is imitated here: it opens a file under one list separator or another, and runs
a cell whose first visible character is a sign.
"""

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.cli.main import main
from bpo_index.files.csv_tables import escape_formula, restore_text
from tests.surveys import SMALL

pytestmark = pytest.mark.usefixtures("without_figures")

FORMULA = "1+cmd|' /C calc'!A0"
BEFORE = {
    "nothing": "",
    "a line feed": "\n",
    "a return": "\r",
    "a return and a line feed": "\r\n",
    "a tab": "\t",
    "a vertical tab": "\v",
    "a form feed": "\f",
    "a next-line control": "\x85",
    "a line separator": "\u2028",
    "a paragraph separator": "\u2029",
    "a blank": " ",
    "a blank that does not break": "\u00a0",
    "a wide blank": "\u3000",
    "a blank of no width": "\u200b",
    "a byte-order mark": "\ufeff",
    "a turn of direction": "\u202e",
    "a soft hyphen": "\u00ad",
    "a filler": "\u3164",
    "a quotation mark": '"',
    "several": ' \n\u200b"\t',
    "text and a semicolon": "a;",
    "text, a semicolon and a blank": "a; ",
    "text and a tab": "a\t",
    "text and a line feed": "a\n",
    "text and a return": "a\r",
    "text and a bar": "a|",
    "text, a semicolon and a quotation mark": 'a;"',
    "a number and a semicolon": "-1;",
}
SIGNS = "=+-@＝＋－＠"
SEPARATORS = ",;\t|"


def is_run(cell):
    """Return whether a spreadsheet would run a cell: what is seen of it begins with a sign, and is no number."""
    seen = cell.lstrip("".join(letter for letter in cell if not is_seen(letter)))
    if not seen or seen[0] not in SIGNS:
        return False
    try:
        float(seen)
    except ValueError:
        return len(seen.strip()) > 1
    return False


def is_seen(letter):
    return unicodedata.category(letter) not in ("Zs", "Zl", "Zp", "Cc", "Cf") and letter not in '"\u3164'


def open_in_spreadsheets(content):
    """Yield every cell that one spreadsheet or another would see in a file."""
    text = content.decode("utf-8-sig")
    for separator in SEPARATORS:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield from row
        for line in text.splitlines():
            yield from line.split(separator)


def find_run(folder):
    """Return the cells of the CSV files below a folder that a spreadsheet would run, and how many files there are."""
    paths = sorted(folder.rglob("*.csv"))
    return [
        (path.name, cell) for path in paths for cell in open_in_spreadsheets(path.read_bytes()) if is_run(cell)
    ], len(paths)


@pytest.mark.parametrize("before", BEFORE)
def test_a_formula_is_defused_whatever_stands_before_it(before):
    for sign in SIGNS:
        text = f"{BEFORE[before]}{sign}{FORMULA}"
        escaped = escape_formula(text)
        assert escaped.count("'") > text.count("'")
        assert not any(is_run(cell) for one in SEPARATORS for line in escaped.splitlines() for cell in line.split(one))
        assert restore_text(escaped) == text


Tricky = st.text(st.sampled_from("=-＝'\"\n\t\r ;,|\u200b\u2028a1.e"), max_size=12) | st.text(max_size=12)


@settings(max_examples=400, deadline=None)
@given(Tricky)
def test_every_text_comes_back(text):
    escaped = escape_formula(text)
    assert restore_text(escaped) == text
    assert restore_text(escape_formula(escaped)) == escaped
    assert escape_formula(text) != text or not is_run(text)


@pytest.mark.parametrize("text", ["\n" * 300_000 + "x", "; " * 300_000, " " * 500_000, "'" * 500_000, "=" * 300_000])
def test_a_long_cell_is_no_longer_work_than_its_length(text):
    assert restore_text(escape_formula(text)) == text


@pytest.mark.parametrize(
    "before", ["a line feed", "a return and a line feed", "a blank", "text and a semicolon", "several"]
)
def test_no_file_of_a_run_holds_a_formula(tmp_path, monkeypatch, before):
    """Names of units, categories, questions and companies, ids, and the text of a row that is not used."""
    monkeypatch.chdir(tmp_path)
    texts = [f"{BEFORE[before]}{sign}{n}{FORMULA}" for n, sign in enumerate(SIGNS)]
    quoted = [escape_yaml(text) for text in texts]
    text = (
        SMALL.replace("name: Aland", f"name: {quoted[0]}")
        .replace("title: First", f"title: {quoted[1]}")
        .replace("text: Two", f"text: {quoted[2]}")
        .replace("company: company", f"company: {quoted[3]}")
        .replace("respondent: id", f"respondent: {quoted[4]}")
        .replace("{top: 10}", f"{{{quoted[5]}: 10}}")
        .replace("provenance: {note: Made for tests.}", f"provenance: {{note: {quoted[6]}}}")
    )
    (tmp_path / "definition.yaml").write_text(text, encoding="utf-8")
    rows = [[texts[4], texts[3], "country", "q1", "q2", "q3"]]
    for n in range(24):
        unit = ["AAA", "Beland", "Celand"][n % 3]
        rows.append([f"{texts[n % 8]} {n}", f"{texts[n % 8]} {n}", unit, n % 11, n % 7, n % 5])
    rows.append([texts[0], texts[1], texts[2], 11, texts[3], texts[4]])
    with (tmp_path / "survey.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert main(["run", "survey.csv", "--definition", "definition.yaml", "--replicates", "100", "--json"]) == 0
    assert main(["template", "definition.yaml"]) == 0
    run, files = find_run_in_ours(tmp_path)
    assert run == []
    assert files > 25


def find_run_in_ours(folder):
    (folder / "survey.csv").unlink()
    return find_run(folder)


def escape_yaml(text):
    """Return a text as YAML's double-quoted form has it."""
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


@pytest.mark.parametrize("heading", ["=cmd", "\n=cmd", "＝cmd", "a;=cmd", "'=cmd"])
def test_a_filled_template_is_read_under_the_headings_of_the_definition(tmp_path, monkeypatch, capsys, heading):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "definition.yaml").write_text(
        SMALL.replace("unit: country", f"unit: {escape_yaml(heading)}"), encoding="utf-8"
    )
    for _ in range(2):  # the second finds it empty, and writes it again
        assert main(["template", "definition.yaml", "--out", "."]) == 0
    with (tmp_path / "small-one-questionnaire.csv").open(encoding="utf-8", newline="") as file:
        (headings,) = csv.reader(file)
    assert heading not in headings
    answers = {
        escape_formula(heading): ["Aland", "Beland", "Celand"],
        "q1": [1, 2, 3],
        "q2": [4, 5, 6],
        "q3": [7, 8, 9],
    }
    with (tmp_path / "filled.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [[answers.get(name, [""] * 3)[n % 3] for name in headings] for n in range(9)]
        csv.writer(file).writerows([headings, *rows])
    capsys.readouterr()
    assert main(["check", "filled.csv", "--definition", "definition.yaml", "--json"]) == 0
    assert '"rows_accepted": 9' in capsys.readouterr().out


def test_numbers_and_plain_texts_stay_as_they_are():
    for text in ("Peru", "a; b", "r1,Peru,-1,+5,-2.5e-3", "x;-99", "0 - 10", "e-mail", "", "1=1", "a; -", "it's"):
        assert escape_formula(text) == text
