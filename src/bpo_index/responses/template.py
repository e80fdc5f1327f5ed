"""An empty questionnaire file and its codebook, from a definition: what a survey has to deliver.

`write_template` writes both. A filled questionnaire passes `bpo-index check` as it is. Method page:
docs/methods/inspecting.md.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder, replace_file
from bpo_index.files.csv_tables import render_csv, restore_text
from bpo_index.files.given_paths import NotAFile, TooLarge, read_regular
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.encodings import decode_text
from bpo_index.responses.grids import DELIMITERS
from bpo_index.responses.headings import TIDY_COLUMNS, name_fields
from bpo_index.responses.records import iterate_records, split_lines
from bpo_index.scoring.methods.registry import get_weighting

#: Bytes of a questionnaire without answers.
_MOST_EMPTY = 2**24
_MEANINGS = {
    "respondent": ("the respondent's id, any text, different for each", "text"),
    "unit": ("what the respondent rates", None),
    "design_weight": ("the respondent's design weight", "number from 0.000001 to 1,000,000,000"),
    "company": ("the respondent's company; its answers are resampled together", "text"),
    "started_at": ("when the respondent began", "time, such as 2021-09-29 17:59:00"),
    "finished_at": ("when the respondent ended", "time, such as 2021-09-29 18:07:32"),
    "finished": ("whether the respondent reached the end", "true or false"),
    "duration": ("how long the respondent took", "seconds"),
    "status": ("what kind of row it is", "text; test and preview rows are put aside"),
    "data_origin": ("where the row comes from", "text; `synthetic` marks rows made by a program"),
}


def list_codebook(definition: IndexDefinition) -> pl.DataFrame:
    """Return one row a column of the questionnaire, in its order: `column, required, meaning, answers`."""
    headings = name_fields(definition)
    rows: list[tuple[str, bool, str, str]] = []
    for key, tidy in TIDY_COLUMNS.items():
        heading = headings[tidy]
        if heading is not None:
            meaning, answers = _MEANINGS[key]
            needed = key in ("unit", "design_weight")
            rows.append((heading, needed, meaning, answers or _describe_units(definition)))
    for variable, heading in definition.columns.background.items():
        rows.append((heading, False, f"background: {variable}", "text"))
    holders = {None: definition.method.weighting} | {
        node.id: node.own_method.get("weighting") for node in definition.category_nodes
    }
    for node in definition.category_nodes:
        holders[node.id] = holders[node.id] or holders[node.parent_id]
        heading = definition.columns.importance.get(node.id)
        if heading is not None:
            needs_points = get_weighting(str(holders[node.parent_id])).needs_importance
            rows.append((heading, needs_points, f"importance of: {node.title}", "points, a number from 0"))
    scales = {reverse: _describe_scale(definition, reverse=reverse) for reverse in (False, True)}
    for node in definition.category_nodes:
        for question in node.questions:
            reverse = " (a high rating means low confidence)" if question.reverse else ""
            meaning = f"{node.title}: {question.text}{reverse}"
            rows.append((question.id, True, meaning, scales[question.reverse]))
    schema = {"column": pl.String, "required": pl.Boolean, "meaning": pl.String, "answers": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _describe_units(definition: IndexDefinition) -> str:
    return "one of: " + "; ".join(f"{unit.code} or {unit.name}" for unit in definition.units)


def _describe_scale(definition: IndexDefinition, *, reverse: bool) -> str:
    scale = definition.scale
    low, high = ("most", "least") if reverse else ("least", "most")
    parts = [f"{scale.minimum:g} ({low} confidence) to {scale.maximum:g} ({high})"]
    if any(parse_number(label) is not None for label in scale.labels):  # then no other number is a rating
        parts = []
    parts += [f"{label!r} for {rating:g}" for label, rating in scale.labels.items()]
    for kind, texts in (("don't know", scale.dont_know), ("skipped", scale.skipped), ("not asked", scale.not_asked)):
        if texts:
            parts.append(f"{kind}: {', '.join(texts)}")
    empty = "not asked" if scale.empty == "not_asked" else "skipped"
    return "; ".join([*parts, f"empty: {empty}"])


def write_template(definition: IndexDefinition, folder: Path) -> tuple[Path, Path]:
    """Write the questionnaire and the codebook and return their paths.

    Raises
    ------
    UsageError
        When there is another questionnaire, or one that is not empty.
    EnvironmentFailed
        When the folder cannot be written.
    """
    codebook = list_codebook(definition)
    make_folder(folder, "the template")
    start = f"{definition.index}-{definition.edition}"
    questionnaire, explained = folder / f"{start}-questionnaire.csv", folder / f"{start}-codebook.csv"
    empty = render_csv(pl.DataFrame(schema=dict.fromkeys(codebook["column"], pl.String)))
    try:
        if questionnaire.exists() and not _is_empty(_read_there(questionnaire), codebook["column"].to_list()):
            raise UsageError(
                f"{questionnaire} is there and not as empty as it would be written, so it may hold answers. Choose "
                "another folder with --out."
            )
        replace_file(questionnaire, empty)
        replace_file(explained, render_csv(codebook))
    except OSError as error:
        raise EnvironmentFailed(
            f"The template cannot be written to {folder}: {error.strerror}. Free space or choose another folder with "
            "--out."
        ) from None
    return questionnaire, explained


def _read_there(questionnaire: Path) -> bytes | None:
    """Return what lies there; None where it is no file, or larger than an empty questionnaire can be."""
    try:
        return read_regular(questionnaire, _MOST_EMPTY)
    except (NotAFile, TooLarge):
        return None


def _is_empty(content: bytes | None, columns: list[str]) -> bool:
    """Return whether a questionnaire holds its headings, or nothing, however a spreadsheet saved it."""
    if content is None:
        return False
    text = decode_text(content)[0]
    for delimiter in DELIMITERS:
        records = iterate_records(split_lines(text), delimiter)
        rows = [record.cells for record in islice((one for one in records if not one.is_blank), 2)]
        headings = [restore_text(cell) for cell in rows[0]] if len(rows) == 1 else []
        if not rows or headings == columns + [""] * (len(headings) - len(columns)):
            return True
    return False
