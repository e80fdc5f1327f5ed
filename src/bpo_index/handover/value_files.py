"""Write a typed value as files that a person can read, and read it back the same to the bit.

`write_value` follows the type of a value: a frame becomes `<name>.arrow`, an array `<name>.npy`, everything else
`<name>.json`. A dataclass that holds frames or arrays becomes a folder with a file for each of them, for each dataclass
and model in it, and `values.json` for the rest; a list of such things a folder with numbered items, a dictionary one
with an item for each key. `read_value` needs the type only. No file can hold code, unlike a pickle.

Files and folders are for their owner only. A type that is none of these is refused when it is written.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import polars as pl
from pydantic import BaseModel, TypeAdapter

T = TypeVar("T")
#: The fields of a dataclass that are neither tables nor dataclasses.
VALUES = "values"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")


def write_value(value: object, kind: Any, path: Path) -> Path:
    """Write a value and return the file or folder; what an earlier call left under the same path is taken away.

    Parameters
    ----------
    value
        A dataclass, model, frame, array, list, tuple, dictionary, text, number or None, in any nesting.
    kind
        Its type, as it is written in an annotation.
    path
        Where to, without the ending that the type gives; the folder above is there.

    Raises
    ------
    OSError
        When the disk refuses.
    TypeError
        When a type is none of those above, or the key of a dictionary of tables cannot be a file name.
    """
    for old in (path, *(_end(path, ending) for ending in ("arrow", "npy", "json"))):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    kind = _drop_none(kind)
    if not _holds_tables(kind):
        return _write_bytes(_end(path, "json"), _render_json(_make_plain(value, kind)))
    if isinstance(value, pl.DataFrame):
        buffer = io.BytesIO()
        value.write_ipc(buffer, compat_level=pl.CompatLevel.oldest())
        return _write_bytes(_end(path, "arrow"), buffer.getvalue())
    if isinstance(value, np.ndarray):
        buffer = io.BytesIO()
        np.save(buffer, value, allow_pickle=False)
        return _write_bytes(_end(path, "npy"), buffer.getvalue())
    if value is not None:
        path.mkdir(mode=0o700)
        if is_dataclass(value):
            _write_fields(value, path)
        else:
            _write_items(value, _find_item_kind(kind), path)
    return path


def read_value(kind: type[T], path: Path) -> T:
    """Return a value that `write_value` wrote under a path.

    Raises
    ------
    OSError
        When a file is missing or cannot be read.
    """
    value: T = _read(kind, path)
    return value


def _read(given: Any, path: Path) -> Any:
    kind = _drop_none(given)
    if not _holds_tables(kind):
        return _make_value(_read_json(_end(path, "json")), given)
    if kind is not given and not any(one.exists() for one in (path, _end(path, "arrow"), _end(path, "npy"))):
        return None
    if kind is pl.DataFrame:
        return pl.read_ipc(io.BytesIO(_end(path, "arrow").read_bytes()))
    if _is_array(kind):
        return np.load(io.BytesIO(_end(path, "npy").read_bytes()), allow_pickle=False)
    if is_dataclass(kind):
        return _read_fields(kind, path)
    names = _read_json(path / f"{VALUES}.json")
    items = [_read(_find_item_kind(kind), path / name) for name in names]
    shape = get_origin(kind)
    return dict(zip(names, items, strict=True)) if issubclass(shape, Mapping) else shape(items)


def _write_fields(value: Any, folder: Path) -> None:
    rest = {}
    owner: Any = type(value)
    for name, kind in _list_fields(owner).items():
        if not _has_own_file(kind):
            rest[name] = _make_plain(getattr(value, name), kind)
        elif name != VALUES:
            write_value(getattr(value, name), kind, folder / name)
        else:
            raise TypeError(f"The field {name} of {owner.__name__} has the name of the file of the other fields.")
    if rest:
        _write_bytes(folder / f"{VALUES}.json", _render_json(rest))


def _read_fields(kind: Any, folder: Path) -> Any:
    kinds = _list_fields(kind)
    rest = {name for name, one in kinds.items() if not _has_own_file(one)}
    values = _read_json(folder / f"{VALUES}.json") if rest else {}
    return kind(
        **{
            name: _make_value(values[name], one) if name in rest else _read(one, folder / name)
            for name, one in kinds.items()
        }
    )


def _write_items(items: object, kind: Any, folder: Path) -> None:
    named = _name_items(items)
    for name, item in named:
        write_value(item, kind, folder / name)
    _write_bytes(folder / f"{VALUES}.json", _render_json([name for name, _ in named]))


def _make_plain(value: object, kind: Any) -> Any:
    """Return a value without tables as JSON has it; a number of numpy's as one of Python's."""
    plain = value.item() if isinstance(value, np.generic) else value
    return _adapt(kind).dump_python(plain, mode="json", warnings="error")


def _make_value(plain: Any, kind: Any) -> Any:
    return _adapt(kind).validate_python(plain)


@cache
def _adapt(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def _list_fields(kind: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, each with its type."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _render_json(value: object) -> bytes:
    """Return JSON in which numbers keep every bit; NaN and the infinite ones are words of their own."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


@cache
def _holds_tables(kind: Hashable) -> bool:
    """Return whether values of a type hold frames or arrays, as its annotations say."""
    if kind is pl.DataFrame or _is_array(kind):
        return True
    parts: Any = _list_fields(kind).values() if is_dataclass(kind) else get_args(kind)
    return any(map(_holds_tables, parts))


def _has_own_file(kind: Any) -> bool:
    kind = _drop_none(kind)
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return is_model or is_dataclass(kind) or _holds_tables(kind)


def _is_array(kind: Any) -> bool:
    return kind is np.ndarray or get_origin(kind) is np.ndarray


def _drop_none(kind: Any) -> Any:
    """Return the type of a value where there is one: that of `X | None` is X, if X is one type."""
    if get_origin(kind) in (Union, UnionType):
        others = [part for part in get_args(kind) if part is not NoneType]
        return others[0] if len(others) == 1 and _holds_tables(others[0]) else kind
    return kind


def _find_item_kind(kind: Any) -> Any:
    """Return the type of the items of a list, a tuple of any length or a dictionary with texts for keys."""
    shape, parts = get_origin(kind), get_args(kind)
    if shape is list or (shape is tuple and parts[1:] == (Ellipsis,)):
        return parts[0]
    if shape is dict and parts[0] is str:
        return parts[1]
    raise TypeError(f"Values of the type {kind} cannot be written to files.")


def _name_items(value: object) -> list[tuple[str, object]]:
    """Return the items of a list by their numbers, those of a dictionary by their keys, as names of files."""
    if isinstance(value, Mapping):
        for key in value:
            if not _KEY.fullmatch(key) or key == VALUES:
                raise TypeError(f"{key!r} cannot be a file name.")
        return list(value.items())
    if isinstance(value, Sequence):
        return [(str(number), item) for number, item in enumerate(value)]
    raise TypeError(f"A value of the type {type(value)} cannot be written to files.")


def _end(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _read_json(path: Path) -> Any:
    return json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))


def _write_bytes(path: Path, content: bytes) -> Path:
    """Write a new file for its owner only."""
    how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, how, 0o600), "wb") as file:
        file.write(content)
    return path
