"""Whatever the bytes: accepted, quarantined with reasons, or refused; never a traceback, never a lost row."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpo_index.responses import read_responses
from bpo_index.validation import summarise_audit, validate_responses
from tests.surveys import HEADER, make_definition

EXAMPLES = int(os.environ.get("BPO_INDEX_FUZZ", "0"))
DEFINITION = make_definition()
GOOD = [HEADER, *(f"{n},{unit},{n % 11},{n % 7},{n % 5}" for n, unit in enumerate(["Aland", "Beland", "Celand"] * 4))]
CELLS = [
    "", " ", "=HYPERLINK(1)", "<script>", "../../x", "1e309", "NaN", "７", '"', '"a\nb"', "\x00", "98", "dk", "-1",
    "11",
    "\u202eabc", "inf", "Aland", "'", "a" * 3000, "\ufeff", "\r", ";", "\t", "NULL", "0x10", "1,5",
]  # fmt: skip


@st.composite
def mutate_good_file(draw):
    """Return the bytes of a good file with cells, rows, separators, encoding or length changed."""
    rows = [line.split(",") for line in GOOD]
    for _ in range(draw(st.integers(0, 12))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(CELLS) | st.text(max_size=6))
    for _ in range(draw(st.integers(0, 3))):
        rows.insert(draw(st.integers(0, len(rows))), list(rows[draw(st.integers(0, len(rows) - 1))]))
    for _ in range(draw(st.integers(0, 2))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        draw(st.sampled_from([lambda cells: cells.append("x"), lambda cells: cells and cells.pop()]))(row)
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(
        draw(st.sampled_from([",", ";", "\t"])).join(row) for row in rows
    )
    content = text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])), "replace")
    return content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("any") / "survey.csv"


@settings(
    max_examples=EXAMPLES or 300,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(content=mutate_good_file() | st.binary(max_size=300))
def test_every_row_is_accounted_for(path, content):
    path.write_bytes(content)
    responses = read_responses([path], DEFINITION)
    validation = validate_responses(responses, DEFINITION)
    audit = summarise_audit(validation, DEFINITION)
    assert audit.rows_read == audit.rows_accepted + audit.rows_quarantined == responses.records.height
    assert audit.rows_accepted == validation.accepted.height or "long layout" in "".join(responses.decisions)
    for reasons, sentences in validation.quarantined.select("reasons", "sentences").iter_rows():
        assert len(reasons) == len(sentences) > 0
        assert all(sentences)
    if responses.refusals:
        assert audit.rows_accepted == 0
    assert len(responses.hash_rows()) == 64
