"""The identity of rows: one number for a multiset of rows, the same for any order, file or chunk.

Each row gets a keyed digest of 128 bits; the identity is the sum of the digests modulo 2^256, so that the sums of parts
add up. With H SipHash-2-4 of 128 bits under keys derived from the secret, each column with a key of its own::

    cell(c, text) = H(key of c, text)                    two 64-bit words
    row           = H(row key, sum of its cells)         words added modulo 2^64; an empty cell adds nothing
    identity      = sum of rows  modulo 2^256

Neither the order of columns nor a column without answers changes it. Without the secret nobody can compute a digest,
so a guess at the answers cannot be tested; the outer H keeps a row's digest from being a sum over its answers.
All of it works on whole columns. Source: Aumasson and Bernstein (2012), *SipHash: a fast short-input PRF*; sums of
keyed digests as identities of multisets: Clarke et al. (2003), section 4. Decision: docs/adr/0014-keyed-identities.md.

Stages: `digest_texts` (cells), `digest_rows`, `sum_rows`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bpo_index.responses.distinct import encode_texts
from bpo_index.threads import map_in_threads

Words = NDArray[np.uint64]

MODULUS = 2**256
#: Longer texts, in bytes, are shortened by BLAKE2b first, which is fast on long ones.
_LONGEST = 256
#: Rows at work at once: what they take fits a processor's cache.
_TOGETHER = 1 << 14


def sum_rows(frames: Iterable[pl.DataFrame], secret: bytes) -> int:
    """Return the sum modulo 2^256 of the digests of all rows.

    Parameters
    ----------
    frames
        Text columns; null stands for an empty cell. A row is what its cells say under the names of their columns.
    secret
        The key, of any length.

    Examples
    --------
    >>> rows = pl.DataFrame({"unit": ["A", "B"], "q1": ["7", None]})
    >>> sum_rows([rows], b"key") == sum_rows([rows[1:].select("unit"), rows[:1].select("q1", "unit")], b"key")
    True
    """
    total = 0
    for frame in frames:
        digests = digest_rows(frame, secret)
        total += _add_up(digests[:, 0]) + (_add_up(digests[:, 1]) << 64)
    return total % MODULUS


def digest_rows(frame: pl.DataFrame, secret: bytes) -> Words:
    """Return rows x 2 words: the keyed digest of each row of a frame of text columns."""
    # Sums of words are the same whatever is added first.
    halves = [frame.columns[::2], frame.columns[1::2]]
    sums, others = map_in_threads(lambda names: _sum_cells(frame, names, secret), halves, frame.height)
    sums += others
    del others
    content = sums.astype("<u8", copy=False).view(np.uint8)
    return _hash_in_parts(content, derive_key(secret, "row"))


def _sum_cells(frame: pl.DataFrame, names: Iterable[str], secret: bytes) -> Words:
    """Return rows x 2 words: the sum of the digests of each row's cells in some columns."""
    sums = np.zeros((frame.height, 2), dtype=np.uint64)
    for name in names:
        _add_cells(sums, frame[name], derive_key(secret, f"cell {name}"), derive_key(secret, f"long cell {name}"))
    return sums


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return the 16 bytes that stand for a secret in one use: the start of its HMAC-SHA-256 of the use's name."""
    return hmac.digest(secret, b"bpo-index identity of rows: " + purpose.encode(), "sha256")[:16]


def _add_cells(sums: Words, column: pl.Series, key: bytes, long_key: bytes) -> None:
    """Add the digests of a column's cells to those of the rows."""
    if column.null_count() == len(column):
        return
    encoded = encode_texts(column)
    if encoded is None:  # ids and the like: nothing is gained by looking texts up
        digests = digest_texts(column.drop_nulls(), key, long_key)
        if column.null_count():
            sums[column.is_not_null().to_numpy()] += digests
        else:
            sums += digests
        return
    different, numbers = encoded
    found = np.concatenate([digest_texts(different, key, long_key), np.zeros((1, 2), dtype=np.uint64)])
    # NOTE: a part at a time, and `take`: several times as fast as an index on all rows.
    codes = numbers.cast(pl.UInt32).fill_null(len(different)).to_numpy()
    for part in _split(len(codes)):
        sums[part] += found.take(codes[part], axis=0)


def digest_texts(texts: pl.Series, key: bytes, long_key: bytes) -> Words:
    """Return texts x 2 words: the SipHash-2-4-128 of each text's UTF-8 bytes, none of them null."""
    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    digests = np.empty((len(texts), 2), dtype=np.uint64)
    is_long = lengths > _LONGEST
    if is_long.any():
        shortened = [hashlib.blake2b(text.encode(), digest_size=32).digest() for text in texts.filter(is_long)]
        content = np.frombuffer(b"".join(shortened), dtype=np.uint8).reshape(-1, 32)
        digests[is_long] = _hash_in_parts(content, long_key)
        texts, lengths = texts.filter(~is_long), lengths[~is_long]
    joined = np.frombuffer((texts.str.join("").item() or "").encode(), dtype=np.uint8)
    ends = np.cumsum(lengths)
    found = np.empty((len(texts), 2), dtype=np.uint64)
    for length in np.unique(lengths):
        chosen = np.flatnonzero(lengths == length)
        starts = ends[chosen] - length
        for part in _split(len(chosen)):
            content = joined[starts[part, np.newaxis] + np.arange(length)]
            found[chosen[part]] = hash_messages(content, key)
    digests[~is_long] = found
    return digests


def hash_messages(content: NDArray[np.uint8], key: bytes) -> Words:
    """Return messages x 2 words, little end first: SipHash-2-4 with 128 bits of output.

    Parameters
    ----------
    content
        Messages x bytes, all of one length.
    key
        16 bytes.

    Examples
    --------
    >>> message = np.arange(8, dtype=np.uint8)[np.newaxis]
    >>> hash_messages(message, bytes(range(16))).astype("<u8").tobytes().hex()
    '3b62a9ba6258f5610f83e264f31497b4'
    """
    count, length = content.shape
    padded = np.zeros((count, 8 * (length // 8 + 1)), dtype=np.uint8)
    padded[:, :length] = content
    padded[:, -1] = length % 256
    k0, k1 = (np.uint64(int.from_bytes(half, "little")) for half in (key[:8], key[8:]))
    start = (
        k0 ^ np.uint64(0x736F6D6570736575),
        k1 ^ np.uint64(0x646F72616E646F6D) ^ np.uint64(0xEE),
        k0 ^ np.uint64(0x6C7967656E657261),
        k1 ^ np.uint64(0x7465646279746573),
    )
    v0, v1, v2, v3 = (np.full(count, word) for word in start)
    for word in np.ascontiguousarray(padded.view("<u8").T).astype(np.uint64, copy=False):
        v3 ^= word
        _mix(v0, v1, v2, v3, rounds=2)
        v0 ^= word
    v2 ^= np.uint64(0xEE)
    _mix(v0, v1, v2, v3, rounds=4)
    low = v0 ^ v1 ^ v2 ^ v3
    v1 ^= np.uint64(0xDD)
    _mix(v0, v1, v2, v3, rounds=4)
    return np.stack([low, v0 ^ v1 ^ v2 ^ v3], axis=1)


def _mix(v0: Words, v1: Words, v2: Words, v3: Words, *, rounds: int) -> None:
    """Apply rounds of SipHash to the state, in place."""
    for _ in range(rounds):
        v0 += v1
        v2 += v3
        _rotate(v1, 13)
        _rotate(v3, 16)
        v1 ^= v0
        v3 ^= v2
        _rotate(v0, 32)
        v2 += v1
        v0 += v3
        _rotate(v1, 17)
        _rotate(v3, 21)
        v1 ^= v2
        v3 ^= v0
        _rotate(v2, 32)


def _rotate(words: Words, bits: int) -> None:
    carried = words >> np.uint64(64 - bits)
    words <<= np.uint64(bits)
    words |= carried


def _hash_in_parts(content: NDArray[np.uint8], key: bytes) -> Words:
    digests = np.empty((len(content), 2), dtype=np.uint64)
    for part in _split(len(content)):
        digests[part] = hash_messages(content[part], key)
    return digests


def _split(count: int) -> Iterator[slice]:
    return (slice(start, start + _TOGETHER) for start in range(0, count, _TOGETHER))


def _add_up(words: Words) -> int:
    """Return the exact sum of words."""
    low = (words & np.uint64(0xFFFFFFFF)).sum(dtype=np.uint64)
    return int(low) + (int((words >> np.uint64(32)).sum(dtype=np.uint64)) << 32)
