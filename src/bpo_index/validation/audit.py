"""The account of every row: counts for the release, rows and reasons for the private audit folder.

`summarise_audit` counts; `write_private_audit` writes `<audit-dir>/<input hash>/`: `audit.json`, `quarantine.csv`,
`flags.csv` and `nonresponse.csv`. The folder holds answers of single respondents; a release never does.
`disclosure.answers` decides which counts are published and makes the audit of a release.
Method pages: docs/methods/validation.md, docs/methods/disclosure.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.frames import AsFrame
from bpo_index.display.notebook import show_block, show_list, show_sentence, show_table
from bpo_index.display.numbers import show_count
from bpo_index.display.table_view import make_table
from bpo_index.errors import EnvironmentFailed
from bpo_index.files.atomic import make_folder, render_json, replace_file
from bpo_index.files.csv_tables import render_csv
from bpo_index.responses import Responses
from bpo_index.validation.nonresponse import tabulate_nonresponse
from bpo_index.validation.reasons import READER_REASONS, REASONS, RULE_REASONS, describe_reason, is_kept_out_only_by
from bpo_index.validation.validate import Validation

#: Tables about single respondents that are added once there is an index (`disclosure.private_audit`).
INFLUENCE_FILE, EXCLUSIONS_FILE = INDEX_TABLES = ("influence.csv", "exclusions.csv")


@dataclass(frozen=True)
class Audit(AsFrame):
    """How many rows were read, used and not used, and why. Holds no answer and no id.

    Accepted rows, rows kept out by rules, for errors and by the reader add up to the rows read.
    """

    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_quarantined_by_rules: int
    """Quarantined by quality rules only."""
    rows_quarantined_for_errors: int
    """Kept out by an error, and perhaps rules too."""
    rows_quarantined_by_reader: int
    """That the reader could not use."""
    respondents_accepted: int
    respondents_flagged: int
    """Accepted respondents with a flag."""
    reasons: dict[str, int]
    """Reason code to the number of rows quarantined for it; a row may have several reasons."""
    flags: dict[str, int]
    """Reason code to the number of accepted respondents flagged."""
    ratings: int
    """Ratings of accepted respondents."""
    dont_know: int
    """Their don't-know answers."""
    skipped: int
    """Their questions without an answer."""
    not_asked: int
    """Their questions that were not put to them."""
    respondents_by_unit: dict[str, int]
    """Unit code to accepted respondents, units without any included."""
    synthetic_respondents: int
    """Accepted respondents whose row says that it is synthetic."""
    notes: list[str]
    """Sentences on rules that did nothing, and why."""
    rows_not_kept: int = 0
    """Rows of the files that `source.keep` of the definition leaves out; they are not among the rows read."""

    @property
    def data_origin(self) -> str:
        """Whether accepted respondents are synthetic, as their rows say: `survey`, `synthetic`, `partly synthetic`."""
        if not self.synthetic_respondents:
            return "survey"
        return "synthetic" if self.synthetic_respondents == self.respondents_accepted else "partly synthetic"

    def to_polars(self) -> pl.DataFrame:
        """Return what became of the rows: `what` (read, used, quarantined, flagged, not kept), `reason`, `rows`.

        A row without a reason counts all; a row of a file may have several reasons, and those flagged are used.
        """
        counts: list[tuple[str, str | None, int]] = [
            ("read", None, self.rows_read),
            ("used", None, self.rows_accepted),
            ("quarantined", None, self.rows_quarantined),
            *(("quarantined", code, count) for code, count in self.reasons.items()),
            *(("flagged", code, count) for code, count in self.flags.items()),
            ("not kept", None, self.rows_not_kept),
        ]
        return pl.DataFrame(counts, schema={"what": pl.String, "reason": pl.String, "rows": pl.Int64}, orient="row")

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what became of the rows, with the reasons, in the words of no definition."""
        return self.show_block(Words())

    def show_block(self, words: Words) -> str:
        """Return what a notebook shows, in the words of a definition."""
        counts = [
            (phrase("notebook.rows_read"), show_count(self.rows_read)),
            (phrase("notebook.rows_used"), show_count(self.rows_accepted)),
            (phrase("notebook.rows_quarantined"), show_count(self.rows_quarantined)),
            (phrase("notebook.rows_by_rules"), show_count(self.rows_quarantined_by_rules)),
            (phrase("notebook.rows_for_errors"), show_count(self.rows_quarantined_for_errors)),
            (phrase("notebook.rows_by_reader"), show_count(self.rows_quarantined_by_reader)),
        ]
        if self.rows_not_kept:
            counts.append((phrase("notebook.rows_not_kept"), show_count(self.rows_not_kept)))
        quarantined, flagged = phrase("notebook.quarantined"), phrase("notebook.flagged_and_used")
        reasons = [
            [what, code, describe_reason(code, words), show_count(count)]
            for what, codes in ((quarantined, self.reasons), (flagged, self.flags))
            for code, count in codes.items()
        ]
        what, rows = phrase("notebook.heading_what"), phrase("notebook.heading_rows")
        headings = (what, phrase("notebook.heading_reason"), phrase("notebook.heading_meaning"), rows)
        return show_block(
            phrase("notebook.account"),
            show_table(make_table("rows", phrase("notebook.rows_caption"), (what, rows), counts)),
            show_table(make_table("reasons", phrase("notebook.reasons_caption"), headings, reasons, texts=3)),
            show_sentence(
                phrase(
                    "notebook.answers_used",
                    ratings=self.ratings,
                    dont_know=self.dont_know,
                    skipped=self.skipped,
                    not_asked=self.not_asked,
                    respondents=words.count_respondents(self.respondents_accepted),
                    synthetic=self.synthetic_respondents,
                )
            ),
            show_list(self.notes),
        )


def summarise_audit(validation: Validation, definition: IndexDefinition) -> Audit:
    """Count what was read and used."""
    accepted, quarantined = validation.accepted, validation.quarantined
    questions = list(definition.question_ids)
    ratings = sum(accepted[question].count() for question in questions)
    dont_know = int(accepted["dont_know"].list.len().sum())
    not_asked = int(accepted["not_asked"].list.len().sum())
    by_unit = dict(accepted.group_by("unit").len().iter_rows())
    synthetic = accepted.filter(pl.col("data_origin").str.to_lowercase() == "synthetic")
    by_reader, by_rules = (_count_kept_out(quarantined, codes) for codes in (READER_REASONS, RULE_REASONS))
    return Audit(
        rows_read=validation.rows.height,
        rows_accepted=validation.rows.height - quarantined.height,
        rows_quarantined=quarantined.height,
        rows_quarantined_by_rules=by_rules,
        rows_quarantined_for_errors=quarantined.height - by_rules - by_reader,
        rows_quarantined_by_reader=by_reader,
        respondents_accepted=accepted["respondent_id"].n_unique(),
        respondents_flagged=validation.flags["respondent_id"].n_unique(),
        reasons=_count_codes(quarantined["reasons"].explode(empty_as_null=False)),
        flags=_count_codes(validation.flags["reason"]),
        ratings=ratings,
        dont_know=dont_know,
        skipped=accepted.height * len(questions) - ratings - dont_know - not_asked,
        not_asked=not_asked,
        respondents_by_unit={unit.code: by_unit.get(unit.code, 0) for unit in definition.units},
        synthetic_respondents=synthetic["respondent_id"].n_unique(),
        notes=[str(note) for note in validation.notes],
        rows_not_kept=validation.not_kept,
    )


def _count_kept_out(quarantined: pl.DataFrame, codes: Iterable[str]) -> int:
    """Return how many rows are quarantined for reasons of these codes only."""
    return int(quarantined.select(is_kept_out_only_by(codes).sum()).item() or 0)


def _count_codes(codes: pl.Series) -> dict[str, int]:
    counts = dict(codes.value_counts().iter_rows())
    return {code: counts[code] for code in REASONS if code in counts}


def write_private_audit(
    audit: Audit,
    validation: Validation,
    responses: Responses,
    definition: IndexDefinition,
    *,
    folder: Path,
    refusal: str | None,
) -> None:
    """Write the private audit.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    refusal
        Why no index was computed, or None.

    Raises
    ------
    EnvironmentFailed
        When the folder cannot be written.
    """
    make_folder(folder, "the private audit")
    summary = {
        **asdict(audit),
        "index": definition.index,
        "edition": definition.edition,
        "refusal": refusal,
        "reading": responses.decisions,
        "reason_texts": {code: describe_reason(code, definition.words) for code in (*audit.reasons, *audit.flags)},
    }
    quarantine = validation.quarantined.select(
        "source_file",
        "source_row",
        pl.col("reasons").list.join(" "),
        pl.col("sentences").list.join(" "),
        "text",
    )
    try:
        folder.chmod(0o700)  # what single respondents said is for its owner only
        replace_file(folder / "quarantine.csv", render_csv(quarantine))
        replace_file(folder / "flags.csv", render_csv(validation.flags))
        nonresponse = tabulate_nonresponse(validation.accepted, definition)
        replace_file(folder / "nonresponse.csv", render_csv(nonresponse))
        replace_file(folder / "audit.json", render_json(summary))
    except OSError as error:
        raise explain_failure(folder, error) from None


def add_refusal_to_private_audit(folder: Path, refusal: str) -> None:
    """Add to a private audit why no index was computed, and remove the tables of an index.

    Raises
    ------
    EnvironmentFailed
        When the folder cannot be written.
    """
    add_to_summary(folder, {"refusal": refusal})
    try:
        for name in INDEX_TABLES:  # of an earlier run, with other margins
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise explain_failure(folder, error) from None


def add_to_summary(folder: Path, facts: Mapping[str, object]) -> None:
    """Add facts to the summary of a private audit, `audit.json`.

    Raises
    ------
    EnvironmentFailed
        When the file cannot be written.
    """
    try:
        summary = json.loads((folder / "audit.json").read_text(encoding="utf-8")) | dict(facts)
        replace_file(folder / "audit.json", render_json(summary))
    except OSError as error:
        raise explain_failure(folder, error) from None


def explain_failure(folder: Path, error: OSError) -> EnvironmentFailed:
    """Return the error that says that a private audit cannot be written."""
    return EnvironmentFailed(
        f"The private audit cannot be written to {folder}: {error.strerror}. Free space or choose another folder with "
        "--audit-dir."
    )
