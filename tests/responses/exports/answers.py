"""The one table behind all exports of this folder: who answered what, and what it is called in each language.

Synthetic: nobody was asked, and the companies are invented. Change it here and run `make_exports`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Rows of text cells, headings first.
Table = list[list[str]]

UNIT_QUESTION = "In which country do you operate?"
COMPANY_QUESTION = "Which company do you work for?"

#: Question id to its wording, as in definition.yaml: with commas, quotation marks, a hyphen, a slash and an accent.
QUESTIONS = {
    "pol_stable": "The political situation here will stay stable, whoever governs.",
    "pol_transition": "A change of government would not harm companies like ours, large or small.",
    "pol_rule_of_law": 'Courts here apply the "rule of law" to companies like ours.',
    "talent_agents": "We find the front-line agents we need.",
    "talent_leaders": "Team leaders/managers whose résumé fits are easy to find here.",
}
#: The grids in which tools ask them: stem, its German wording, and the questions.
GRIDS = (
    ("How confident are you?", "Wie viel Vertrauen haben Sie?", ("pol_stable", "pol_transition", "pol_rule_of_law")),
    ("How confident are you when you hire?", "Und wenn Sie Leute suchen?", ("talent_agents", "talent_leaders")),
)
STEMS = {question: stem for stem, _, questions in GRIDS for question in questions}

#: Unit to its choice code and its names: English, Spanish, German, and in the language of the country.
UNITS = {
    "COL": {"choice": "1", "en": "Colombia", "es": "Colombia", "de": "Kolumbien", "own": "Colombia"},
    "BGR": {"choice": "2", "en": "Bulgaria", "es": "Bulgaria", "de": "Bulgarien", "own": "България"},
    "EGY": {"choice": "3", "en": "Egypt", "es": "Egipto", "de": "Ägypten", "own": "مصر"},
    "JAM": {"choice": "4", "en": "Jamaica", "es": "Jamaica", "de": "Jamaika", "own": "Jamaica"},
}


def name_answers(points: Sequence[str], dont_know: str, *, skipped: str = "", not_asked: str = "") -> dict[str, str]:
    """Return what an export writes for every sign of the table: 1 to 5, `?`, `-` and `x`."""
    return {**dict(zip("12345", points, strict=True)), "?": dont_know, "-": skipped, "x": not_asked}


NUMBERS = name_answers("12345", "9")
ENGLISH = name_answers(
    ["No confidence", "Little confidence", "Some confidence", "Much confidence", "Full confidence"], "Don't know"
)
SPANISH = name_answers(
    ["Ninguna confianza", "Poca confianza", "Algo de confianza", "Mucha confianza", "Máxima confianza"], "No sé"
)
GERMAN = name_answers(
    ["Kein Vertrauen", "Wenig Vertrauen", "Etwas Vertrauen", "Großes Vertrauen", "Volles Vertrauen"], "Weiß nicht"
)

#: One line a respondent: country, company, and the answers to the five questions in the order of `QUESTIONS`.
#: `?` don't know, `-` seen and left blank, `x` not asked. Two of the respondents work for one company.
RESPONDENTS = """
JAM | Blue Peak Calls                | 5 4 4 5 5
JAM | Reef Reply                     | 4 5 4 5 4
JAM | Montego Desk                   | 5 4 5 4 ?
JAM | Harbour Answers                | 4 5 5 5 4
JAM | Fern Gully Voice               | 5 5 4 x x
COL | Línea Clara, S.A.              | 4 3 4 4 5
COL | Voz del Páramo                 | 3 4 3 4 4
COL | Café Contacto                  | 4 3 3 4 3
COL | Línea Clara, S.A.              | 3 4 4 3 4
COL | Puente “24/7”                  | 4 ? 3 5 4
COL | Señal del Norte                | 3 3 4 4 -
COL | Buen Día                       | 4 4 3 3 4
EGY | Nile Reply                     | 3 2 3 3 4
EGY | Giza Desk                      | 2 3 2 4 3
EGY | Lotus Lines                    | 3 3 2 3 3
EGY | Pharos Answers                 | 2 2 3 ? 3
EGY | Karnak Calls – East            | 3 2 - 3 4
EGY | Karnak Calls – West            | 2 3 3 3 2
EGY | Oasis O’Clock                  | 3 3 3 2 3
EGY | Papyrus Post                   | 2 2 3 4 3
BGR | Rila Desk                      | 2 1 2 3 2
BGR | Müller & Söhne "Ruf" GmbH      | 1 2 2 2 3
BGR | Rose Valley Voice              | 2 2 1 3 2
BGR | Danube Answers                 | 2 1 ? 2 -
BGR | Thrace Talk                    | 1 2 2 3 2
BGR | Varna Lines                    | 2 2 1 2 3
"""

#: Rows that no ranking may use: they would move Bulgaria up and Jamaica down.
EXTRA = {
    "preview": "BGR | Ours | 5 5 4 5 5",
    "test": "BGR | Ours | 5 4 5 5 5",
    "unfinished": "JAM | Cove Lines | 1 2 1 x x",
}


@dataclass(frozen=True)
class Row:
    """One row of an export."""

    number: int
    """Counted from 1; extra rows from 101."""
    kind: str
    """`answer`, or the kind of extra row."""
    unit: str
    company: str
    answers: tuple[str, ...]
    """The signs of the table, a question each."""
    started: datetime
    seconds: int

    @property
    def ended(self) -> datetime:
        """When the respondent ended."""
        return self.started + timedelta(seconds=self.seconds)

    @property
    def respondent(self) -> str:
        """The id in files that are no tool's own."""
        return f"r{self.number:02}"

    def write_answers(self, texts: dict[str, str]) -> list[str]:
        """Return the answers as an export writes them."""
        return [texts[sign] for sign in self.answers]


def _read_line(line: str, number: int, kind: str, started: datetime) -> Row:
    unit, company, answers = (part.strip() for part in line.split("|"))
    return Row(number, kind, unit, company, tuple(answers.split()), started, seconds=180 + number * 37 % 300)


def list_rows(*kinds: str) -> list[Row]:
    """Return the respondents' rows, and the extra rows of these kinds, in the order in which they began.

    The respondents began on 26 days, 3 to 28 May 2021, so that most days tell which number is the month.
    """
    lines = RESPONDENTS.strip().splitlines()
    first = datetime(2021, 5, 3, 8, 12, 13)
    rows = [
        _read_line(line, n, "answer", first + timedelta(days=n - 1, minutes=23 * n))
        for n, line in enumerate(lines, start=1)
    ]
    days = {"preview": -2, "test": -1, "unfinished": 9}
    rows += [_read_line(EXTRA[kind], 101 + n, kind, first + timedelta(days=days[kind])) for n, kind in enumerate(kinds)]
    return sorted(rows, key=lambda row: row.started)


def make_code(length: int, *parts: object, letters: str = "0123456789abcdef") -> str:
    """Return a code that looks random and is the same each time."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return "".join(letters[byte % len(letters)] for byte in digest[:length])


def write_time(time: datetime) -> str:
    """Return a time as most tools write it."""
    return time.isoformat(sep=" ")
