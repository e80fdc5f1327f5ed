"""Exports of Qualtrics as rows of text: three rows of headings, two of the old exporter, one of a cleaned file."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.responses.exports.answers import (
    COMPANY_QUESTION,
    GRIDS,
    NUMBERS,
    QUESTIONS,
    STEMS,
    UNIT_QUESTION,
    UNITS,
    Row,
    Table,
    list_rows,
    make_code,
    name_answers,
    write_time,
)

#: Heading, English and German description, and import id of the columns about the response.
QUALTRICS_COLUMNS = (
    ("StartDate", "Start Date", "Anfangsdatum", "startDate"),
    ("EndDate", "End Date", "Enddatum", "endDate"),
    ("Status", "Response Type", "Antworttyp", "status"),
    ("IPAddress", "IP Address", "IP-Adresse", "ipAddress"),
    ("Progress", "Progress", "Aktueller Stand", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "Dauer (in Sekunden)", "duration"),
    ("Finished", "Finished", "Beendet", "finished"),
    ("RecordedDate", "Recorded Date", "Erfassungsdatum", "recordedDate"),
    ("ResponseId", "Response ID", "Antwort-ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "Nachname des Empfängers", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "Vorname des Empfängers", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "E-Mail des Empfängers", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "Externe Datenreferenz", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "Breitengrad des Standorts", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "Längengrad des Standorts", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "Verteilungskanal", "distributionChannel"),
    ("UserLanguage", "User Language", "Benutzersprache", "userLanguage"),
)
#: Recode values of a scale that was made anew, and the option to write -99 where a question was seen and left blank.
RECODED = name_answers(["21", "22", "23", "24", "25"], "26", skipped="-99")
Q_NUMBERS = ["Q1", "Q2", "Q5_1", "Q5_2", "Q5_3", "Q6_1", "Q6_2"]
EXPORT_TAGS = ["country", "company", *QUESTIONS]
IMPORT_IDS = ["QID1", "QID2_TEXT", "QID5_1", "QID5_2", "QID5_3", "QID6_1", "QID6_2"]
ENGLISH_TEXTS = [UNIT_QUESTION, COMPANY_QUESTION]
GERMAN_TEXTS = [
    "In welchem Land arbeiten Sie?",
    "Für welche Firma arbeiten Sie?",
    f"{GRIDS[0][1]} - Die politische Lage hier bleibt stabil, wer auch regiert.",
    f"{GRIDS[0][1]} - Ein Regierungswechsel würde Firmen wie unserer nicht schaden, ob groß oder klein.",
    f"{GRIDS[0][1]} - Die Gerichte hier behandeln Firmen wie unsere nach Recht und Gesetz.",
    f"{GRIDS[1][1]} - Wir finden die Leute im Kundendienst, die wir brauchen.",
    f"{GRIDS[1][1]} - Teamleiter mit passendem Lebenslauf sind hier leicht zu finden.",
]
STATUS_CODES = {"answer": "0", "preview": "1", "test": "2", "unfinished": "0"}
STATUS_ENGLISH = {
    "answer": "IP Address",
    "preview": "Survey Preview",
    "test": "Survey Test",
    "unfinished": "IP Address",
}
STATUS_GERMAN = {"answer": "IP-Adresse", "preview": "Umfragevorschau", "test": "Spam", "unfinished": "IP-Adresse"}
CHANNELS = {"answer": "anonymous", "preview": "preview", "test": "test", "unfinished": "anonymous"}


def join_stems(between: str) -> list[str]:
    """Return the texts of the seven questions, those in grids after the stem of their grid."""
    return [*ENGLISH_TEXTS, *(f"{STEMS[question]}{between}{text}" for question, text in QUESTIONS.items())]


def _write_import_id(name: str) -> str:
    zone = {"timeZone": "Europe/Berlin"} if name.endswith("Date") else {}
    return json.dumps({"ImportId": name, **zone}, separators=(",", ":"))


def make_qualtrics(
    names: list[str],
    texts: list[str] | None,
    *,
    answers: dict[str, str],
    country: str,
    status: dict[str, str],
    finished: tuple[str, str],
    language: str = "EN",
) -> Table:
    """Return an export of Qualtrics with three rows of headings, or with the first alone where `texts` is None."""
    described = 2 if language == "DE" else 1
    headings = [[*(column[0] for column in QUALTRICS_COLUMNS), *names]]
    if texts is not None:
        headings += [
            [*(column[described] for column in QUALTRICS_COLUMNS), *texts],
            [_write_import_id(name) for name in [*(column[3] for column in QUALTRICS_COLUMNS), *IMPORT_IDS]],
        ]
    rows = []
    for row in list_rows("preview", "test", "unfinished"):
        whole = row.kind != "unfinished"
        recorded = row.ended if whole else row.ended + timedelta(days=7)
        times = [write_time(time) for time in (row.started, row.ended, recorded)]
        progress = ["100" if whole else "60", str(row.seconds), finished[not whole]]
        rows.append(
            [
                *times[:2],
                status[row.kind],
                _give_address(row),
                *progress,
                times[2],
                _name_response(row),
                *[""] * 6,
                CHANNELS[row.kind],
                language,
                UNITS[row.unit][country],
                row.company,
                *row.write_answers(answers),
            ]
        )
    return [*headings, *rows]


def _give_address(row: Row) -> str:
    return f"192.0.2.{row.number}"  # of the addresses kept for documentation


def _name_response(row: Row) -> str:
    return "R_" + make_code(15, "response", row.number, letters="0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrst")


LEGACY_COLUMNS = [
    *("ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress"),
    *("Status", "StartDate", "EndDate", "Finished"),
]
LOCATION = ["LocationLatitude", "LocationLongitude", "LocationAccuracy"]


def make_qualtrics_legacy() -> Table:
    """Return an export of the old exporter: two rows of headings, an empty column at the end."""
    headings = [
        [*(f"V{n}" for n in range(1, 11)), *Q_NUMBERS, *LOCATION, ""],
        [*LEGACY_COLUMNS, *join_stems("-"), *LOCATION, ""],
    ]
    rows = [
        [
            _name_response(row),
            *("Default Response Set", "Anonymous", "", "", _give_address(row)),
            STATUS_CODES[row.kind],
            write_time(row.started),
            write_time(row.ended),
            "0" if row.kind == "unfinished" else "1",
            UNITS[row.unit]["choice"],
            row.company,
            *row.write_answers(NUMBERS),
            *("", "", "-1", ""),
        ]
        for row in list_rows("preview", "test", "unfinished")
    ]
    return [*headings, *rows]
