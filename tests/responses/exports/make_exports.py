"""Write every text export of this folder from the table in `answers.py`; make the binary ones for tests.

``python -m tests.responses.exports.make_exports`` writes the text exports and the variant of the definition. Each
`write_*` puts one binary export into a folder and returns its path. The answers are the same in all of them.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.responses.exports import qualtrics, tools
from tests.responses.exports.answers import (
    COMPANY_QUESTION,
    ENGLISH,
    GERMAN,
    NUMBERS,
    QUESTIONS,
    SPANISH,
    UNIT_QUESTION,
    UNITS,
    Table,
    list_rows,
    name_answers,
)

if TYPE_CHECKING:
    import polars as pl

FOLDER = Path(__file__).parent
#: With `N/A`, for forms that tell a question that was not asked from one left blank.
PLAIN = NUMBERS | {"x": "N/A"}
DECIMALS = name_answers(["1,0", "2,0", "3,0", "4,0", "5,0"], "9,0", not_asked="N/A")

PLAIN_HEADINGS = ["respondent_id", "country", "company", "started_at", "finished_at", "finished", *QUESTIONS]


def make_plain() -> Table:
    """Return the base: codes and names of countries, numbers, times in ISO form."""
    return [
        PLAIN_HEADINGS,
        *(
            [
                row.respondent,
                row.unit if row.number % 2 else UNITS[row.unit]["en"],
                row.company,
                row.started.isoformat(),
                row.ended.isoformat(),
                "true",
                *row.write_answers(PLAIN),
            ]
            for row in list_rows()
        ),
    ]


def make_long() -> Table:
    """Return a row a respondent and question: all respondents for the first question, then for the next."""
    base = make_plain()
    return [
        [*PLAIN_HEADINGS[:6], "question", "rating"],
        *([*row[:6], question, row[6 + n]] for n, question in enumerate(QUESTIONS) for row in base[1:]),
    ]


def make_decimal_commas() -> Table:
    """Return what a spreadsheet in German writes: decimal commas, days first, and a duration with a comma."""
    rows = [
        [
            row.respondent,
            UNITS[row.unit]["de"],
            row.company,
            row.started.strftime("%d.%m.%Y %H:%M:%S"),
            f"{row.seconds},5",
            *row.write_answers(DECIMALS),
        ]
        for row in list_rows()
    ]
    return [["respondent_id", "country", "company", "started_at", "duration_seconds", *QUESTIONS], *rows]


def make_accents() -> Table:
    """Return countries and labels in Spanish and German, of which Windows-1252 has all letters."""
    rows = [
        [row.respondent, UNITS[row.unit][language], row.company, *row.write_answers(labels | {"x": "N/A"})]
        for row in list_rows()
        for language, labels in [("de", GERMAN) if row.number % 2 else ("es", SPANISH)]
    ]
    return [["respondent_id", "country", "company", *QUESTIONS], *rows]


COMMENTS = {
    2: "Line one\nline two",
    6: 'He said:\n"no comment",\nthen nothing',
    7: "r99,JAM,Not a row,5,5,5,5,5\nr98,JAM,Not a row,5,5,5,5,5",
    13: "\n\nafter two blank lines",
    18: "Windows line end\r\nin a cell",
    21: "respondent_id,country,company",
    26: "ends with a line end\n",
}


def make_line_breaks() -> Table:
    """Return the base with a column of comments over several lines before the answers."""
    heading, *rows = make_plain()
    comments = [COMMENTS.get(row.number, "") for row in list_rows()]
    return [
        [*heading[:6], "comment\n(in your own words)", *heading[6:]],
        *([*row[:6], comment, *row[6:]] for row, comment in zip(rows, comments, strict=True)),
    ]


# ---- files -----------------------------------------------------------------------------------------------------------


def write_text(rows: Table, *, separator: str = ",", quote_all: bool = False, end: str = "\n") -> str:
    """Return rows as delimited text."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end).writerows(rows)
    return text.getvalue()


def make_files() -> dict[str, bytes]:
    """Return the content of every text export, by file name."""
    english: dict[str, Any] = {"status": qualtrics.STATUS_ENGLISH, "finished": ("True", "False"), "answers": ENGLISH}
    codes: dict[str, Any] = {"status": qualtrics.STATUS_CODES, "finished": ("1", "0"), "country": "choice"}
    spam = codes | {"status": qualtrics.STATUS_CODES | {"test": "8"}}
    tags, texts = qualtrics.EXPORT_TAGS, qualtrics.join_stems(" - ")
    german = qualtrics.make_qualtrics(
        tags,
        qualtrics.GERMAN_TEXTS,
        answers=GERMAN,
        country="de",
        status=qualtrics.STATUS_GERMAN,
        finished=("Wahr", "Falsch"),
        language="DE",
    )
    wide = write_text(qualtrics.make_qualtrics(tags, texts, country="own", **english), separator="\t")
    files = {
        "plain.csv": write_text(make_plain()),
        "long.csv": write_text(make_long()),
        "line-breaks.csv": write_text(make_line_breaks(), end="\r\n"),
        "qualtrics-three-headers-codes.csv": write_text(
            qualtrics.make_qualtrics(qualtrics.Q_NUMBERS, texts, answers=NUMBERS, **codes)
        ),
        "qualtrics-three-headers-recoded.csv": write_text(
            qualtrics.make_qualtrics(tags, texts, answers=qualtrics.RECODED, **spam)
        ),
        "qualtrics-cleaned-one-header.csv": write_text(qualtrics.make_qualtrics(tags, None, country="en", **english)),
        "surveymonkey.csv": write_text(tools.make_surveymonkey()),
        "surveymonkey-answers-only.csv": write_text(tools.make_surveymonkey_answers()),
        "google-forms.csv": write_text(tools.make_google_forms(), end="\r\n"),
        "microsoft-forms.csv": write_text(tools.make_microsoft_forms("en"), end="\r\n"),
        "odk-central.csv": write_text(tools.make_odk()),
        "redcap-raw.csv": write_text(tools.make_redcap(labels=False)),
        "redcap-labels.csv": write_text(tools.make_redcap(labels=True)),
        **{
            f"kobotoolbox-{name}.csv": write_text(
                tools.make_kobotoolbox(labels=name == "labels"), separator=";", quote_all=True, end="\r\n"
            )
            for name in ("xml", "labels")
        },
    }
    marked = {
        "qualtrics-three-headers-labels-german.csv": write_text(german),
        "qualtrics-legacy-two-headers.csv": write_text(qualtrics.make_qualtrics_legacy()),
        "semicolon-decimal-comma.csv": write_text(make_decimal_commas(), separator=";", end="\r\n"),
        "microsoft-forms-german.csv": write_text(tools.make_microsoft_forms("de"), separator=";", end="\r\n"),
        # LimeSurvey ends its files with a blank line.
        "limesurvey-codes.csv": write_text(tools.make_limesurvey(full_text=False), quote_all=True, end="\r\n") + "\r\n",
        "limesurvey-code-and-text.csv": write_text(tools.make_limesurvey_both(), quote_all=True, end="\r\n") + "\r\n",
        "limesurvey-texts.csv": write_text(tools.make_limesurvey(full_text=True), quote_all=True, end="\r\n") + "\r\n",
    }
    return {
        **{name: text.encode() for name, text in files.items()},
        **{name: text.encode("utf-8-sig") for name, text in marked.items()},
        "qualtrics-tsv-utf16.tsv": codecs.BOM_UTF16_LE + wide.encode("utf-16-le"),
        "latin1.csv": write_text(make_accents()).encode("windows-1252"),
    }


def make_definitions() -> dict[str, bytes]:
    """Return the variant of definition.yaml, by file name."""
    base = (FOLDER / "definition.yaml").read_text(encoding="utf-8")
    absent = [text for text in (*QUESTIONS.values(), UNIT_QUESTION, COMPANY_QUESTION) if text not in base]
    if absent:
        raise ValueError(f"definition.yaml and answers.py differ; not in the former: {absent}")
    _, keys = base.split("\n", maxsplit=1)
    codes = [qualtrics.RECODED, tools.ANSWER_CODES]
    labels = "".join(f'    "{code[point]}": {point}\n' for code in codes for point in "12345")
    start, end = keys.index("  labels:"), keys.index("units:")
    recoded = f"{keys[:start]}  empty: not_asked\n  labels:\n{labels}\n{keys[end:]}"
    recoded = recoded.replace('"9"]', ", ".join(f'"{text}"' for text in ("9", *(code["?"] for code in codes))) + "]")
    made = "# Made from definition.yaml by make_exports.py"
    return {"definition-recoded.yaml": f"{made}: answers as codes, an empty cell not asked.\n{recoded}".encode()}


def main() -> None:
    """Write all text exports and the variant of the definition into this folder."""
    for name, content in {**make_files(), **make_definitions()}.items():
        (FOLDER / name).write_bytes(content)


# ---- binary ----------------------------------------------------------------------------------------------------------


def write_gzip(folder: Path) -> Path:
    """Pack plain.csv."""
    path = folder / "plain.csv.gz"
    path.write_bytes(gzip.compress(write_text(make_plain()).encode(), mtime=0))
    return path


def _make_frame(dont_know: int, not_asked: int | None = None) -> pl.DataFrame:
    """Return the base with types: whole numbers, times, true and false; null where an answer was skipped."""
    import polars as pl

    numbers = {str(point): point for point in range(1, 6)} | {"?": dont_know, "-": None, "x": not_asked}
    rows = list_rows()
    return pl.DataFrame(
        {
            "respondent_id": [row.respondent for row in rows],
            "country": [UNITS[row.unit]["en"] for row in rows],
            "company": [row.company for row in rows],
            "started_at": [row.started for row in rows],
            "finished_at": [row.ended for row in rows],
            "finished": [True] * len(rows),
            **{question: [numbers[row.answers[n]] for row in rows] for n, question in enumerate(QUESTIONS)},
        }
    )


def write_parquet(folder: Path) -> Path:
    """Write the base with types: 9 is don't know, null skipped or not asked."""
    path = folder / "exports.parquet"
    _make_frame(9).write_parquet(path)
    return path


def write_arrow(folder: Path) -> Path:
    """Write the base with types as Arrow, packed."""
    path = folder / "exports.feather"
    _make_frame(9).write_ipc(path, compression="zstd")
    return path


def write_excel(folder: Path) -> Path:
    """Write a workbook: a cover sheet, and a sheet whose headings stand below two blank rows.

    Ratings are numbers, times are dates of Excel, skipped answers are empty cells.
    """
    import xlsxwriter

    path = folder / "exports.xlsx"
    frame = _make_frame(9)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2021, 6, 1)})
        cover = book.add_worksheet("About")
        cover.write_column(0, 0, ["Exports of survey tools", "Synthetic: nobody was asked."])
        cover.write_row(4, 0, ["Edition", "one"])
        sheet = book.add_worksheet("Responses")
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(2, 0, frame.columns)
        for n, row in enumerate(frame.iter_rows(), start=3):
            for m, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(n, m, value, time)
                elif isinstance(value, str):
                    sheet.write_string(n, m, value)
                elif value is not None:
                    sheet.write(n, m, value)
    return path


def write_microsoft_forms(folder: Path) -> Path:
    """Write the workbook of Microsoft Forms: one sheet, ids as numbers, times as dates of Excel."""
    import xlsxwriter

    path = folder / "forms.xlsx"
    heading, *rows = tools.make_microsoft_forms("en")
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2021, 6, 1)})
        sheet = book.add_worksheet("Sheet1")
        time = book.add_format({"num_format": "m/d/yy h:mm:ss"})
        sheet.write_row(0, 0, heading)
        for n, (row, given) in enumerate(zip(rows, list_rows(), strict=True), start=1):
            sheet.write_number(n, 0, int(row[0]))
            sheet.write_datetime(n, 1, given.started, time)
            sheet.write_datetime(n, 2, given.ended, time)
            for m, text in enumerate(row[3:], start=3):
                if text:
                    sheet.write_string(n, m, text)
    return path


def write_spss(folder: Path) -> Path:
    """Write an SPSS file: codes with value labels, the wording of the questions as the labels of the columns.

    Countries are 1 to 4. 97 to 99 are declared missing: 98 is labelled N/A, 99 Don't know. Skipped answers are missing
    by the system. The file holds the time at which it was written.
    """
    import polars as pl
    import pyreadstat

    path = folder / "exports.sav"
    choices = {UNITS[unit]["en"]: int(UNITS[unit]["choice"]) for unit in UNITS}
    frame = _make_frame(99, 98).with_columns(
        pl.col("country").replace_strict(choices, return_dtype=pl.Int64), pl.col("finished").cast(pl.Int64)
    )
    points = {float(point): ENGLISH[str(point)] for point in range(1, 6)} | {98.0: "N/A", 99.0: ENGLISH["?"]}
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"country": UNIT_QUESTION, "company": COMPANY_QUESTION, **QUESTIONS},
        variable_value_labels={
            "country": {float(code): name for name, code in choices.items()},
            "finished": {0.0: "No", 1.0: "Yes"},
            **dict.fromkeys(QUESTIONS, points),
        },
        missing_ranges={question: [{"lo": 97, "hi": 99}] for question in QUESTIONS},
    )
    return path


def write_stata(folder: Path) -> Path:
    """Write a Stata file: codes with value labels, the wording of the questions as the labels of the columns.

    Countries are 1 to 4. The kinds of missing values .a and .b are labelled N/A and Don't know; skipped answers are
    missing by the system.
    """
    import polars as pl
    import pyreadstat

    path = folder / "exports.dta"
    choices = {UNITS[unit]["en"]: int(UNITS[unit]["choice"]) for unit in UNITS}
    frame = _make_frame(99, 98).with_columns(
        pl.col("country").replace_strict(choices, return_dtype=pl.Int64), pl.col("finished").cast(pl.Int64)
    )
    letters = {98: "a", 99: "b"}
    frame = frame.with_columns(
        pl.Series(name, [letters.get(value, value) for value in frame[name]], dtype=pl.Object) for name in QUESTIONS
    )
    points: dict[Any, str] = {point: ENGLISH[str(point)] for point in range(1, 6)} | {"a": "N/A", "b": ENGLISH["?"]}
    pyreadstat.write_dta(
        frame,
        str(path),
        column_labels={"country": UNIT_QUESTION, "company": COMPANY_QUESTION, **QUESTIONS},
        variable_value_labels={
            "country": {code: name for name, code in choices.items()},
            "finished": {0: "No", 1: "Yes"},
            **dict.fromkeys(QUESTIONS, points),
        },
        missing_user_values={question: ["a", "b"] for question in QUESTIONS},
    )
    return path


def write_sas(folder: Path) -> Path:
    """Unpack a SAS data set: numbers alone, 9 is don't know; rows are packed in it.

    No library here writes such files: it was made with the C library ReadStat from the same table, and has to be made
    again where that changes.
    """
    path = folder / "exports.sas7bdat"
    path.write_bytes(gzip.decompress((FOLDER / "survey.sas7bdat.gz").read_bytes()))
    return path


def write_sas_transport(folder: Path) -> Path:
    """Write a SAS transport file of version 8: numbers alone, 9 is don't know; wordings as labels of the columns."""
    import polars as pl
    import pyreadstat

    path = folder / "exports.xpt"
    frame = _make_frame(9).with_columns(pl.col("finished").cast(pl.Int64))
    pyreadstat.write_xport(
        frame,
        str(path),
        column_labels={"country": UNIT_QUESTION, "company": COMPANY_QUESTION, **QUESTIONS},
        file_format_version=8,
    )
    return path


if __name__ == "__main__":
    main()
