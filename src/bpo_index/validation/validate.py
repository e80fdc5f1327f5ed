"""Split rows into accepted and quarantined ones, with every reason.

Stages: `cast_responses` (text to types), `find_refused_files` (files on another scale are refused), `mark_rows`
and `mark_duplicates` (what a row is by itself), `find_failures` (pandera), `compare_rows` (rules that look at several
rows; pandera again), `explain_failures` (failures to reason codes and sentences). accepted + quarantined = rows read,
always.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.responses import Responses
from bpo_index.validation.answer_shapes import find_strange_shapes
from bpo_index.validation.compared_rows import compare_rows
from bpo_index.validation.direction import find_turned_questions
from bpo_index.validation.duplicates import list_respondent_fields, mark_duplicates
from bpo_index.validation.notes import Note, find_idle_rules, find_used_non_answers
from bpo_index.validation.other_codes import find_other_codes
from bpo_index.validation.other_scale import find_other_scales
from bpo_index.validation.reasons import RULE_REASONS, describe_reason, is_kept_out_only_by, list_flag_codes
from bpo_index.validation.row_marks import list_no_answer_marks, mark_rows
from bpo_index.validation.rules.row_order import order_rows
from bpo_index.validation.schema import find_failures, list_checks, list_comparison_checks
from bpo_index.validation.sentences import explain_failures
from bpo_index.validation.typed_responses import cast_responses, put_on_common_scale


@dataclass(frozen=True)
class Validation:
    """Accepted rows, and quarantined rows with their reasons.

    Attributes
    ----------
    accepted
        One row per accepted respondent and unit, sorted by unit and id: `source_file, source_row, respondent_id,
        unit` (code), `design_weight, cluster, started_at, finished_at, data_origin, importance_<category>` (points),
        `background_<variable>` (text), `dont_know` and `not_asked` (ids of the questions answered with "don't know",
        or not asked), `<question ids>` (ratings on the scale of the index; null where there is none).
    quarantined_by_rules
        One row per respondent excluded by quality rules only: the columns of `accepted`, `reasons` and
        `flags` (codes; an empty list where there is none).
    rows
        One row per row read: `source_file, source_row, text, respondent_id, reasons, sentences`; the last two are
        lists, empty where the row is accepted. The text, as it stands in the file, is null there.
    flags
        One row per accepted respondent and flag: `source_file, source_row, respondent_id, reason, sentence`.
    notes
        One for each quality rule that lacked what it needs (times, companies, rows) and did nothing; on rows that are
        no answers and are used; on questions that run against their category, or whose answers have a strange shape.
    refusals
        One paragraph each: why the answers cannot be used, whatever their rows say.
    not_kept
        Rows of the files that `source.keep` leaves out; they are not among the rows read.
    """

    accepted: pl.DataFrame
    quarantined_by_rules: pl.DataFrame
    rows: pl.DataFrame
    flags: pl.DataFrame
    notes: list[Note] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    not_kept: int = 0

    @property
    def quarantined(self) -> pl.DataFrame:
        """The rows kept out of scoring, sorted by file and row."""
        return self.rows.filter(pl.col("reasons").list.len() > 0)


def validate_responses(responses: Responses, definition: IndexDefinition) -> Validation:
    """Check every response against the definition.

    Parameters
    ----------
    responses
        What the reader made of the files.
    definition
        Units, scale, questions and quality rules.
    """
    table = responses.table
    typed = cast_responses(table, definition)
    other_scales = find_refused_files(typed, table, definition)
    if other_scales:
        nothing = validate_responses(_quarantine_files(responses, list(other_scales)), definition)
        return replace(nothing, refusals=list(dict.fromkeys(other_scales.values())))
    given, typed = typed, put_on_common_scale(typed, definition)
    asked, rules = definition.questionnaire, definition.quality_rules.list_named()
    typed = mark_duplicates(mark_rows(typed, asked, rules), definition)
    failures = find_failures(typed, list_checks(definition), asked)
    comparison = compare_rows(typed, failures, asked, rules)
    comparing = list_comparison_checks(rules)
    if comparing:
        failures = pl.concat([failures, find_failures(comparison.marked, comparing, asked)])
    reasons = explain_failures(failures, comparison.sentences, definition, typed=typed, table=table)
    is_flag = pl.col("reason").is_in(sorted(list_flag_codes(rules)))
    grouped = (
        reasons.filter(~is_flag)
        .group_by("response", maintain_order=True)
        .agg(reasons=pl.col("reason"), sentences=pl.col("sentence"))
    )
    is_kept = ~typed["response"].is_in(grouped["response"].implode())
    flagging = reasons.filter(is_flag)
    named = typed.select("response", "source_file", "source_row", "respondent_id").filter(
        is_kept & typed["response"].is_in(flagging["response"].implode())
    )
    flags = (
        flagging.join(named, on="response")
        .select("source_file", "source_row", "respondent_id", "reason", "sentence")
        .sort("source_file", "source_row", "reason")
    )
    by_rules = grouped.filter(is_kept_out_only_by(RULE_REASONS))
    flagged = flagging.group_by("response", maintain_order=True).agg(flags=pl.col("reason"))
    quarantined_by_rules = (
        typed.join(by_rules, on="response", maintain_order="left")
        .join(flagged, on="response", how="left", maintain_order="left")
        .with_columns(pl.col("flags").fill_null(pl.lit([], dtype=pl.List(pl.String))))
    )
    columns = [
        *("source_file", "source_row", "respondent_id", "unit", "design_weight", "cluster", "started_at"),
        *("finished_at", "data_origin", *list_respondent_fields(definition), "dont_know", "not_asked"),
        *definition.question_ids,
    ]
    # NOTE: rows are chosen and ordered by their numbers, since each copy of all columns takes as much as the file.
    order = order_rows(typed.select("unit", "respondent_id").with_row_index("row").filter(is_kept))
    accepted = typed.select(columns)[order["row"]]
    non_answers = find_used_non_answers(typed.select(list_no_answer_marks()).filter(is_kept), rules, definition.words)
    # Where all questions have one scale, ratings as they were given are those accepted.
    answers = accepted.select("unit", *definition.question_ids)
    if definition.question_ends is not None:
        given = given.select("unit", *definition.question_ids).filter(is_kept)
    else:
        given = answers
    del typed  # the largest of all, and not needed any more
    return Validation(
        accepted,
        quarantined_by_rules.select(*columns, "reasons", "flags").sort("unit", "respondent_id"),
        _account_rows(responses, grouped),
        flags,
        not_kept=responses.not_kept,
        notes=[
            *find_idle_rules(table, rules, definition.words),
            *comparison.notes,
            *non_answers,
            *find_turned_questions(answers, definition),
            *find_strange_shapes(given, definition),
        ],
    )


def find_refused_files(typed: pl.DataFrame, table: pl.DataFrame, definition: IndexDefinition) -> dict[str, str]:
    """Return each file on another scale, or with codes outside that of a question, with a paragraph that says why.

    Parameters
    ----------
    typed, table
        As `cast_responses` returns it, and the text frame of which it is.
    definition
        The questions and their scales.
    """
    refusals: dict[str, str] = {}
    for scale, questions in definition.scale_groups:
        refusals |= find_other_scales(typed, scale, list(questions))
    codes = find_other_codes(typed, definition, table)
    # A mapping that explains it says more than that the file is on another scale.
    return refusals | {file: one.says for file, one in codes.items() if one.is_explained or file not in refusals}


def _quarantine_files(responses: Responses, files: list[str]) -> Responses:
    """Return the responses with all rows quarantined: those of the files are on another scale."""
    reason = pl.when(pl.col("source_file").is_in(files)).then(pl.lit("other_scale")).otherwise(pl.lit("file_refused"))
    meanings = {code: describe_reason(code) for code in ("other_scale", "file_refused")}
    sentence = pl.format("The file was refused as a whole: {}.", reason.replace_strict(meanings))
    records = responses.records.with_columns(
        response=pl.lit(None, pl.Int64),
        reason=pl.coalesce("reason", reason),
        sentence=pl.coalesce("sentence", sentence),
    )
    return replace(responses, table=responses.table.clear(), records=records)


def _account_rows(responses: Responses, grouped: pl.DataFrame) -> pl.DataFrame:
    """Return every row read with the reasons of the reader, of validation, or none."""
    by_reader = pl.col("reason").is_not_null()
    nothing = pl.lit([], dtype=pl.List(pl.String))
    is_out = by_reader | pl.col("response").is_in(grouped["response"].implode()).fill_null(value=False)
    judged = (
        responses.write_texts(responses.records.with_row_index("row").filter(is_out))
        .join(grouped, on="response", how="left", maintain_order="left")
        .select(
            "row",
            "text",
            reasons=pl.when(by_reader).then(pl.concat_list("reason")).otherwise("reasons"),
            sentences=pl.when(by_reader).then(pl.concat_list("sentence")).otherwise("sentences"),
        )
    )
    read = responses.records.select("source_file", "source_row", "response").with_row_index("row")
    ids = responses.table.select("response", "respondent_id")
    if ids["response"].equals(read["response"]):
        read = read.with_columns(ids["respondent_id"]).drop("response")
    else:
        read = read.join(ids, on="response", how="left", maintain_order="left").drop("response")
    rows = read.join(judged, on="row", how="left", maintain_order="left").select(
        "source_file",
        "source_row",
        "text",
        "respondent_id",
        reasons=pl.col("reasons").fill_null(nothing),
        sentences=pl.col("sentences").fill_null(nothing),
    )
    is_sorted = rows["source_file"].n_unique() < 2 and rows["source_row"].is_sorted()
    return rows if is_sorted else rows.sort("source_file", "source_row", maintain_order=True)
