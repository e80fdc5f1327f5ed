"""Every format, layout and survey tool's export of one survey ends in the ranking of the plain CSV, to the bit."""

import functools

import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.validate import validate_responses
from tests.responses.exports import make_exports
from tests.responses.exports.files import FOLDER, TEXT_FILES

DEFINITIONS = {name: load_definition(FOLDER / f"{name}.yaml") for name in ("definition", "definition-recoded")}

BINARY = {
    "write_gzip": "gzip, UTF-8, separated by comma",
    "write_parquet": "Parquet, columns named by the format",
    "write_excel": "workbook, sheet 'Responses', header row on line 3",
    "write_spss": "SPSS, columns named by the format",
    "write_stata": "Stata, columns named by the format",
    "write_microsoft_forms": "workbook, sheet 'Sheet1', header row on line 1, wide layout, Microsoft Forms export.",
    "write_sas": "SAS, columns named by the format",
    "write_sas_transport": "SAS transport, columns named by the format",
    "write_arrow": "Arrow, columns named by the format",
}


def rank_file(path, definition):
    """Return the frames of a ranking: units and categories with their errors, and the sampling errors."""
    responses = read_responses([path], definition)
    assert responses.refusals == []
    validation = validate_responses(responses, definition)
    scores = score_units(validation.accepted, definition)
    robustness = assess_robustness(validation.accepted, scores, definition, replicates=200, seed=1)
    frames = (scores.units, scores.categories, robustness.units, robustness.categories, robustness.sampling_error)
    return responses, validation, frames


@functools.cache
def rank_plain(name):
    return rank_file(FOLDER / "plain.csv", DEFINITIONS[name])[2] if name == "definition" else rank_plain("definition")


def check_same_ranking(path, name, form, kept_out):
    responses, validation, frames = rank_file(path, DEFINITIONS[name])
    assert form in responses.decisions[0]
    quarantined = validation.quarantined
    assert dict(quarantined.select("source_row", pl.col("reasons").list.join(" ")).iter_rows()) == kept_out
    audit = summarise_audit(validation, DEFINITIONS[name])
    assert audit.rows_read == audit.rows_accepted + len(kept_out)
    assert audit.respondents_accepted == 26
    for found, expected in zip(frames, rank_plain("definition"), strict=True):
        assert found.equals(expected)
    return audit


@pytest.mark.parametrize("file", TEXT_FILES)
def test_an_export_ends_in_the_ranking_of_the_plain_file(file):
    audit = check_same_ranking(FOLDER / file, *TEXT_FILES[file])
    assert audit.dont_know == 4
    assert audit.skipped + audit.not_asked == 5


@pytest.mark.parametrize("write", BINARY)
def test_a_format_ends_in_the_ranking_of_the_plain_file(tmp_path, write):
    audit = check_same_ranking(getattr(make_exports, write)(tmp_path), "definition", BINARY[write], {})
    assert audit.dont_know == 4


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_any_separator_and_encoding(tmp_path, separator, encoding):
    frame = pl.read_csv(FOLDER / "plain.csv", infer_schema=False).with_columns(
        company=pl.lit("Café ") + pl.col("company"), country=pl.col("country").str.replace("Egypt", "Ägypten")
    )
    path = tmp_path / "survey.txt"
    path.write_bytes(frame.write_csv(separator=separator).encode(encoding))
    check_same_ranking(path, "definition", "header row on line 1, wide layout.", {})


def test_several_files_and_a_folder_are_one_edition(tmp_path):
    lines = (FOLDER / "plain.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "a.csv").write_text("\n".join(lines[:10]), encoding="utf-8")
    rest = pl.read_csv(FOLDER / "plain.csv", infer_schema=False)[9:]
    rest.write_parquet(tmp_path / "b.parquet")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / ".hidden.csv").write_bytes(b"x")
    responses, _, frames = rank_file(tmp_path, DEFINITIONS["definition"])
    assert responses.decisions[0].endswith("not read: notes.pdf.")
    assert set(responses.records["source_file"]) == {"a.csv", "b.parquet"}
    assert all(found.equals(expected) for found, expected in zip(frames, rank_plain("definition"), strict=True))
    separately = read_responses([tmp_path / "b.parquet", tmp_path / "a.csv"], DEFINITIONS["definition"])
    assert separately.sum_rows(b"key") == responses.sum_rows(b"key")


def test_the_files_are_what_the_script_writes():
    made = {**make_exports.make_files(), **make_exports.make_definitions()}
    assert set(TEXT_FILES) == {name for name in made if not name.endswith(".yaml")}
    assert [name for name, content in made.items() if (FOLDER / name).read_bytes() != content] == []


def test_the_extra_rows_would_change_the_ranking():
    file = "qualtrics-three-headers-codes.csv"
    text = (FOLDER / "definition.yaml").read_text(encoding="utf-8").replace("  test_row: {}\n  unfinished: {}\n", "")
    from bpo_index.definition import parse_definition

    _, validation, frames = rank_file(FOLDER / file, parse_definition(text))
    assert validation.accepted.height == 29
    assert not frames[0].equals(rank_plain("definition")[0])
