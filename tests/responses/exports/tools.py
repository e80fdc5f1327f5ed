"""Exports of LimeSurvey, KoboToolbox, ODK, REDCap, SurveyMonkey, Google and Microsoft Forms as rows of text."""

from __future__ import annotations

from datetime import timedelta

from tests.responses.exports.answers import (
    COMPANY_QUESTION,
    ENGLISH,
    GERMAN,
    GRIDS,
    NUMBERS,
    QUESTIONS,
    SPANISH,
    STEMS,
    UNIT_QUESTION,
    UNITS,
    Table,
    list_rows,
    make_code,
    name_answers,
    write_time,
)

TEXTS = [UNIT_QUESTION, COMPANY_QUESTION]
ANSWER_CODES = name_answers(["A1", "A2", "A3", "A4", "A5"], "A6")


def make_limesurvey(*, full_text: bool) -> Table:
    """Return an export of LimeSurvey: question codes and answer codes, or the texts of both."""
    if full_text:
        about = ["Response ID", "Date submitted", "Last page", "Start language", "Seed"]
        about += ["Date started", "Date last action"]
        asked = [*TEXTS, *(f"{STEMS[question]} [{text}]" for question, text in QUESTIONS.items())]
    else:
        about = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
        asked = ["country", "company", *(f"G{g}Q1[{q}]" for g, grid in enumerate(GRIDS, start=2) for q in grid[2])]
    rows = []
    for n, row in enumerate(list_rows("unfinished"), start=4):
        whole = row.kind == "answer"
        rows.append(
            [
                str(n),
                write_time(row.ended) if whole else "",
                "3" if whole else "2",
                "en",
                make_code(9, "seed", row.number, letters="123456789"),
                write_time(row.started),
                write_time(row.ended),
                UNITS[row.unit]["en"] if full_text else row.unit,
                row.company,
                *row.write_answers(ENGLISH if full_text else ANSWER_CODES),
            ]
        )
    return [[*about, *asked], *rows]


LIME_SYSTEM = {
    "id": "Response ID",
    "submitdate": "Date submitted",
    "lastpage": "Last page",
    "startlanguage": "Start language",
    "seed": "Seed",
    "startdate": "Date started",
    "datestamp": "Date last action",
}


def make_limesurvey_both() -> Table:
    """Return an export of LimeSurvey whose headings are code and text, with a point between them."""
    _, *rows = make_limesurvey(full_text=True)
    about = [f"{code}. {text}" for code, text in LIME_SYSTEM.items()]
    asked = [f"country. {UNIT_QUESTION}", f"company. {COMPANY_QUESTION}"]
    grids = [
        f"G{g}Q1[SQ{n:03}]. {grid[0]} [{QUESTIONS[q]}]"
        for g, grid in enumerate(GRIDS, start=2)
        for n, q in enumerate(grid[2], start=1)
    ]
    return [[*about, *asked, *grids], *rows]


KOBO_COLUMNS = [
    *("_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by"),
    *("__version__", "_tags", "_index"),
]
#: The grids as groups, the second inside the first.
KOBO_GROUPS = ("confidence", "confidence/hiring")
KOBO_STEMS = (GRIDS[0][0], f"{GRIDS[0][0]}/{GRIDS[1][0]}")


def make_kobotoolbox(*, labels: bool) -> Table:
    """Return an export of KoboToolbox: names of questions and choices, or their labels (the choices' in Spanish)."""
    if labels:
        asked = [*TEXTS, *(f"{s}/{QUESTIONS[q]}" for s, grid in zip(KOBO_STEMS, GRIDS, strict=True) for q in grid[2])]
    else:
        names = [f"{g}/{q}" for g, grid in zip(KOBO_GROUPS, GRIDS, strict=True) for q in grid[2]]
        asked = ["country", "company", *names]
    rows = []
    for n, row in enumerate(list_rows(), start=1):
        uuid = make_code(32, "uuid", row.number)
        sent = (row.ended - timedelta(hours=2) + timedelta(seconds=9)).isoformat()
        rows.append(
            [
                f"{row.started.isoformat()}.000+02:00",
                f"{row.ended.isoformat()}.000+02:00",
                UNITS[row.unit]["es"] if labels else row.unit.lower(),
                row.company,
                *row.write_answers(SPANISH if labels else NUMBERS),
                str(410_200 + 3 * n),
                "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:])),
                *(sent, "", "", "submitted_via_web", "", "vT7pQm2RkXw9LbNc4YdHzGe", "", str(n)),
            ]
        )
    return [["start", "end", *asked, *KOBO_COLUMNS], *rows]


def make_surveymonkey() -> Table:
    """Return an export of SurveyMonkey: two rows of headings, the newest response first."""
    about = [
        *("Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address"),
        *("First Name", "Last Name", "Custom Data 1"),
    ]
    grids = [cell for stem, _, questions in GRIDS for cell in (stem, *[""] * (len(questions) - 1))]
    second = [*[""] * len(about), "Response", "Open-Ended Response", *QUESTIONS.values()]
    clock = "%m/%d/%Y %I:%M:%S %p"
    rows = [
        [
            *(str(118_700_200_000 + 7 * row.number), "430118822", f"{row.started:{clock}}", f"{row.ended:{clock}}"),
            *(f"192.0.2.{row.number}", "", "", "", "", UNITS[row.unit]["en"], row.company),
            *row.write_answers(ENGLISH),
        ]
        for row in reversed(list_rows())
    ]
    return [[*about, *TEXTS, *grids], second, *rows]


def make_surveymonkey_answers() -> Table:
    """Return an export of SurveyMonkey from which all but the respondent's id and the answers were taken out."""
    return [[row[0], *row[9:]] for row in make_surveymonkey()]


ODK_COLUMNS = [
    *("meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status"),
    *("ReviewState", "DeviceID", "Edits", "FormVersion"),
]


def make_odk() -> Table:
    """Return an export of ODK Central: names of questions with those of their groups before them."""
    names = [f"{g}/{q}".replace("/", "-") for g, grid in zip(KOBO_GROUPS, GRIDS, strict=True) for q in grid[2]]
    rows = []
    for row in list_rows():
        uuid = f"uuid:{make_code(32, 'odk', row.number)}"
        sent = (row.ended + timedelta(seconds=9)).isoformat()
        rows.append(
            [
                f"{sent}.412Z",
                f"{row.started.isoformat()}.000Z",
                f"{row.ended.isoformat()}.000Z",
                row.unit.lower(),
                row.company,
                *row.write_answers(NUMBERS),
                *(uuid, uuid, "28", "Public link", "0", "0", "", "", f"collect:{row.number}", "0", "2021050101"),
            ]
        )
    return [["SubmissionDate", "start", "end", "about-country", "about-company", *names, *ODK_COLUMNS], *rows]


def make_redcap(*, labels: bool) -> Table:
    """Return an export of REDCap: a form of consent and one of the survey, raw values or labels."""
    if labels:
        before = ["Record ID", "Event Name", "Survey Identifier", "Survey Timestamp", "Do you agree to take part?"]
        between, after = ["Complete?", "Survey Timestamp"], ["Complete?"]
        asked = [*TEXTS, *QUESTIONS.values()]
    else:
        before = ["record_id", "redcap_event_name", "redcap_survey_identifier", "consent_timestamp", "agree"]
        between, after = ["consent_complete", "survey_timestamp"], ["survey_complete"]
        asked = ["country", "company", *QUESTIONS]
    rows = []
    for n, row in enumerate(list_rows("unfinished"), start=1):
        whole = row.kind == "answer"
        rows.append(
            [
                str(n),
                "Baseline" if labels else "baseline_arm_1",
                "",
                write_time(row.started),
                "Yes" if labels else "1",
                "Complete" if labels else "2",
                write_time(row.ended) if whole else "[not completed]",
                UNITS[row.unit]["en" if labels else "choice"],
                row.company,
                *row.write_answers(ENGLISH if labels else NUMBERS),
                ("Complete" if whole else "Incomplete") if labels else ("2" if whole else "0"),
            ]
        )
    return [[*before, *between, *asked, *after], *rows]


FORMS_SYSTEM = {
    "en": ["ID", "Start time", "Completion time", "Email", "Name"],
    "de": ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"],
}


def make_microsoft_forms(language: str) -> Table:
    """Return the workbook of Microsoft Forms as text: a statement of a grid is a heading of its own."""
    clock = "%m/%d/%Y %I:%M:%S %p" if language == "en" else "%d.%m.%Y %H:%M:%S"
    rows = [
        [
            str(n),
            f"{row.started:{clock}}",
            f"{row.ended:{clock}}",
            "anonymous",
            "",
            UNITS[row.unit][language],
            row.company,
            *row.write_answers(ENGLISH if language == "en" else GERMAN),
        ]
        for n, row in enumerate(list_rows(), start=1)
    ]
    return [[*FORMS_SYSTEM[language], *TEXTS, *QUESTIONS.values()], *rows]


def make_google_forms() -> Table:
    """Return the sheet of responses of Google Forms, in the American form of dates: no ids, one time."""
    asked = [*TEXTS, *(f"{STEMS[question]} [{text}]" for question, text in QUESTIONS.items())]
    rows = [
        [
            f"{row.ended.month}/{row.ended.day}/{row.ended.year} {row.ended.hour}:{row.ended:%M:%S}",
            UNITS[row.unit]["en"],
            row.company,
            *row.write_answers(ENGLISH),
        ]
        for row in list_rows()
    ]
    return [["Timestamp", *asked], *rows]
