"""The identity of rows: SipHash as published, the same whatever the order and the parts, another for every change."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.responses.identity import MODULUS, digest_rows, digest_texts, hash_messages, sum_rows

#: Aumasson and Bernstein, reference implementation, `vectors.h`: SipHash-2-4 with 128 bits of output of the messages
#: of 0, 1, 2, ... bytes 00 01 02 ..., under the key 00 01 ... 0f.
VECTORS = (
    "a3817f04ba25a8e66df67214c7550293",
    "da87c1d86b99af44347659119b22fc45",
    "8177228da4a45dc7fca38bdef60affe4",
    "9c70b60c5267a94e5f33b6b02985ed51",
    "f88164c12d9c8faf7d0f6e7c7bcd5579",
    "1368875980776f8854527a07690e9627",
    "14eeca338b208613485ea0308fd7a15e",
    "a1f1ebbed8dbc153c0b84aa61ff08239",
    "3b62a9ba6258f5610f83e264f31497b4",
    "264499060ad9baabc47f8b02bb6d71ed",
    "00110dc378146956c95447d3f3d0fbba",
    "0151c568386b6677a2b4dc6f81e5dc18",
    "d626b266905ef35882634df68532c125",
    "9869e247e9c08b10d029934fc4b952f7",
    "31fcefac66d7de9c7ec7485fe4494902",
    "5493e99933b0a8117e08ec0f97cfc3d9",
    "6ee2a4ca67b054bbfd3315bf85230577",
    "473d06e8738db89854c066c47ae47740",
    "a426e5e423bf4885294da481feaef723",
)
KEY = bytes(range(16))
TEXTS = st.one_of(st.none(), st.sampled_from(["0", "7", "10", "dk", "é"]), st.text(max_size=12))


@pytest.mark.parametrize(("length", "expected"), list(enumerate(VECTORS)))
def test_siphash_is_that_of_its_authors(length, expected):
    messages = np.tile(np.arange(length, dtype=np.uint8), (3, 1))
    for row in hash_messages(messages, KEY):
        assert row.astype("<u8").tobytes().hex() == expected


def test_texts_of_every_length_are_hashed_as_their_bytes():
    texts = ["", "a", "12345678", "é" * 9, "x" * 256, "x" * 257, "y" * 300_000, "a"]
    found = digest_texts(pl.Series(texts), KEY, b"long cells have it"[:16])
    for text, digest in zip(texts, found, strict=True):
        content = text.encode()
        if len(content) <= 256:
            alone = hash_messages(np.frombuffer(content, dtype=np.uint8)[np.newaxis], KEY)
            assert (digest == alone[0]).all()
    assert len({tuple(row) for row in found}) == 7


@st.composite
def make_frame(draw):
    columns = draw(st.lists(st.sampled_from(["unit", "q1", "q2", "q3"]), min_size=1, unique=True))
    rows = draw(st.integers(0, 6))
    return pl.DataFrame(
        {name: draw(st.lists(TEXTS, min_size=rows, max_size=rows)) for name in columns},
        schema=dict.fromkeys(columns, pl.String),
    )


@settings(max_examples=60, deadline=None)
@given(frame=make_frame(), seed=st.integers(0, 99), cut=st.integers(0, 6))
def test_order_parts_and_empty_columns_do_not_matter(frame, seed, cut):
    whole = sum_rows([frame], b"key")
    assert 0 <= whole < MODULUS
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed).select(reversed(frame.columns))
    assert sum_rows([shuffled], b"key") == whole
    parts = [frame.head(cut).with_columns(other=pl.lit(None, pl.String)), frame.slice(cut)]
    assert sum_rows(parts, b"key") == whole
    assert sum(sum_rows([part], b"key") for part in parts) % MODULUS == whole


@settings(max_examples=60, deadline=None)
@given(frame=make_frame(), data=st.data())
def test_every_cell_counts(frame, data):
    if not frame.height:
        return
    row, column = data.draw(st.integers(0, frame.height - 1)), data.draw(st.sampled_from(frame.columns))
    other = data.draw(TEXTS.filter(lambda text: text != frame[column][row]))
    cell = pl.when(pl.int_range(pl.len()) == row).then(pl.lit(other, pl.String)).otherwise(pl.col(column))
    assert sum_rows([frame.with_columns(cell.alias(column))], b"key") != sum_rows([frame], b"key")


def test_it_is_not_linear_in_the_answers():
    """Two respondents who swap one answer are two other respondents, though every column holds the same."""
    rows = pl.DataFrame({"q1": ["1", "2"], "q2": ["3", "4"]})
    swapped = pl.DataFrame({"q1": ["1", "2"], "q2": ["4", "3"]})
    assert sum_rows([rows], b"key") != sum_rows([swapped], b"key")
    renamed = rows.rename({"q1": "q2", "q2": "q1"})
    assert sum_rows([rows], b"key") != sum_rows([renamed], b"key")
    assert sum_rows([rows], b"key") != sum_rows([rows], b"another key")
    assert sum_rows([rows, rows], b"key") == 2 * sum_rows([rows], b"key") % MODULUS


def test_many_rows_by_hand():
    frame = pl.DataFrame({"id": [f"r{n}" for n in range(40_000)], "q": [str(n % 11) for n in range(40_000)]})
    digests = digest_rows(frame, b"key")
    assert len({tuple(row) for row in digests.tolist()}) == 40_000
    assert sum(low + (high << 64) for low, high in digests.tolist()) % MODULUS == sum_rows([frame], b"key")
