"""Whether two values are the same to the bit: types, dtypes, null and NaN, the sign of zero, the order of keys."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import polars as pl


def assert_same(found: Any, expected: Any, where: str = "value") -> None:
    """Compare two values, in any nesting; dataclasses by their fields."""
    assert type(found) is type(expected) or isinstance(expected, np.generic), where
    if isinstance(expected, pl.DataFrame):
        assert found.schema == expected.schema, where
        assert found.equals(expected, null_equal=True), where
        for name, kind in expected.schema.items():
            if kind == pl.Float64:
                assert_same(found[name].is_null().to_list(), expected[name].is_null().to_list(), f"{where}.{name}")
                assert_same(found[name].to_numpy(), expected[name].to_numpy(), f"{where}.{name}")
    elif isinstance(expected, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape), where
        assert found.tobytes() == expected.tobytes(), where
    elif is_dataclass(expected):
        for field in fields(expected):
            assert_same(getattr(found, field.name), getattr(expected, field.name), f"{where}.{field.name}")
    elif isinstance(expected, dict):
        assert list(found) == list(expected), where
        for key, value in expected.items():
            assert_same(found[key], value, f"{where}[{key!r}]")
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for number, value in enumerate(expected):
            assert_same(found[number], value, f"{where}[{number}]")
    elif isinstance(expected, float) and not math.isnan(expected):
        assert (found, math.copysign(1.0, found)) == (expected, math.copysign(1.0, expected)), where
    elif isinstance(expected, float):
        assert math.isnan(found), where
    else:
        assert found == expected, where
