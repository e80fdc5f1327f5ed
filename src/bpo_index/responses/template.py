"""An empty questionnaire file and its codebook, from a definition: what a survey has to deliver.

`write_template` writes both. A filled questionnaire passes `bpo-index check` as it is. Method page:
docs/methods/inspecting.md.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.definition.design_block import STRATUM, is_replicate
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_point
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder, replace_file
from bpo_index.files.csv_tables import render_csv, restore_text
from bpo_index.files.given_paths import NotAFile, TooLarge, read_regular
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.encodings import decode_text
from bpo_index.responses.grids import DELIMITERS
from bpo_index.responses.headings import TIDY_COLUMNS, name_design_columns, name_fields
from bpo_index.responses.records import iterate_records, split_lines
from bpo_index.scoring.methods.registry import get_weighting

#: Bytes of a questionnaire without answers.
_MOST_EMPTY = 2**24
#: Columns that every row must fill.
_NEEDED = ("unit", "design_weight")


def list_codebook(definition: IndexDefinition) -> pl.DataFrame:
    """Return one row a column of the questionnaire, in its order: `column, required, meaning, answers`."""
    headings, words = name_fields(definition), definition.words.names
    rows: list[tuple[str, bool, str, str]] = []
    for key, tidy in TIDY_COLUMNS.items():
        heading = headings[tidy]
        if heading is not None:
            meaning = phrase(f"codebook.meaning_{key}", **words)
            answers = _describe_units(definition) if key == "unit" else phrase(f"codebook.answers_{key}", **words)
            rows.append((heading, key in _NEEDED, meaning, answers))
    for variable, heading in definition.columns.background.items():
        meaning = phrase("codebook.background", variable=variable)
        rows.append((heading, False, meaning, phrase("codebook.text")))
    rows += _describe_design(definition)
    holders = {None: definition.method.weighting} | {
        node.id: node.own_method.get("weighting") for node in definition.category_nodes
    }
    for node in definition.category_nodes:
        holders[node.id] = holders[node.id] or holders[node.parent_id]
        heading = definition.columns.importance.get(node.id)
        if heading is not None:
            needs_points = get_weighting(str(holders[node.parent_id])).needs_importance
            meaning = phrase("codebook.importance", category=node.title)
            rows.append((heading, needs_points, meaning, phrase("codebook.points")))
    scales = definition.question_scales
    for node in definition.category_nodes:
        for question in node.questions:
            said = {"category": node.title, "question": question.text}
            meaning = (
                phrase("codebook.reversed_question", **said)
                if question.reverse
                else phrase("codebook.question", **said)
            )
            rows.append((question.id, True, meaning, _describe_scale(scales[question.id], reverse=question.reverse)))
    schema = {"column": pl.String, "required": pl.Boolean, "meaning": pl.String, "answers": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _describe_design(definition: IndexDefinition) -> list[tuple[str, bool, str, str]]:
    """Return a row for each column of the `design:` block."""
    rows, words = [], definition.words.names
    for tidy, heading in name_design_columns(definition).items():
        if is_replicate(tidy):
            meaning = phrase("codebook.replicate", number=tidy.rpartition(".")[2])
            answers = phrase("codebook.replicate_weight")
        else:
            meaning = phrase(f"codebook.{tidy.rpartition('.')[2]}", **words)
            answers = phrase("codebook.text" if tidy == STRATUM else "codebook.size")
        rows.append((heading, True, meaning, answers))
    return rows


def _describe_units(definition: IndexDefinition) -> str:
    listed = [phrase("codebook.code_or_name", code=unit.code, name=unit.name) for unit in definition.units]
    return phrase("codebook.one_of", listed="; ".join(listed))


def _describe_scale(scale: Scale, *, reverse: bool) -> str:
    ends = {"low": show_point(scale.minimum), "high": show_point(scale.maximum)}
    parts = [phrase("codebook.reversed_scale", **ends) if reverse else phrase("codebook.scale", **ends)]
    if any(parse_number(label) is not None for label in scale.labels):  # then no other number is a rating
        parts = []
    parts += [
        phrase("codebook.label", label=repr(label), rating=show_point(rating)) for label, rating in scale.labels.items()
    ]
    for kind in ("dont_know", "skipped", "not_asked"):
        texts = getattr(scale, kind)
        if texts:
            parts.append(phrase(f"codebook.{kind}", answers=", ".join(texts)))
    return "; ".join([*parts, phrase(f"codebook.empty_is_{scale.empty}")])


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
