"""Fields of definition files: numbers within bounds, texts, names.

A block of a file is a class of such fields (`Block`). They stand before everything that a definition is written in: the
blocks of `bpo_index.definition`, and the options of records that others may add.
Method page: docs/methods/definition.md.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bpo_index.display.labels import fold_label


def _number_as_text(value: object) -> object:
    """Let an unquoted ``2021`` or ``97`` stand for the text: ids and codes are text."""
    if isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int | float) else value


def _refuse_half_characters(value: str) -> str:
    """Refuse a text that no file can hold: half of a pair of surrogates, as YAML's ``\\ud800`` makes."""
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("holds half of a character (a lone surrogate); write the whole character")
    return value


def _refuse_blank(value: str) -> str:
    """Refuse a name without visible characters: it would match every blank."""
    if not fold_label(value):
        raise ValueError("has nothing that can be seen; write a name")
    return value


Text = Annotated[
    str,
    BeforeValidator(_number_as_text),
    Field(min_length=1, max_length=2_000),
    AfterValidator(_refuse_half_characters),
]
Name = Annotated[Text, AfterValidator(_refuse_blank)]
PathId = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^[a-z0-9-]{1,64}$")]
ItemId = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^[a-z0-9_-]{1,64}$")]
UnitCode = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _refuse_other_than_numbers(value: object) -> object:
    """Refuse true, false and texts where a number is expected."""
    if isinstance(value, bool | str):
        raise ValueError(f"must be a number{', without quotation marks' if isinstance(value, str) else ''}")
    return value


def _refuse_tiny(value: float) -> float:
    """Refuse positive numbers too small to divide by; turn minus zero into zero."""
    if 0 < abs(value) < LEAST_PART:
        raise ValueError(f"must be 0 or at least {LEAST_PART:f}")
    return value + 0.0


# Every number has bounds, so that nothing that is computed from them overflows (docs/methods/definition.md).
MOST, LEAST_PART, MOST_COUNT = 1e9, 1e-6, 10**9
Finite = Annotated[float, BeforeValidator(_refuse_other_than_numbers), Field(allow_inf_nan=False)]
Number = Annotated[Finite, Field(ge=-MOST, le=MOST), AfterValidator(_refuse_tiny)]
Weight = Annotated[Finite, Field(ge=0, le=MOST), AfterValidator(_refuse_tiny)]
Share = Annotated[Finite, Field(ge=0, le=1), AfterValidator(_refuse_tiny)]
Part = Annotated[Finite, Field(ge=LEAST_PART, le=MOST)]
Whole = Annotated[int, BeforeValidator(_refuse_other_than_numbers)]
Count = Annotated[Whole, Field(ge=1, le=MOST_COUNT)]
CountFromTwo = Annotated[Whole, Field(ge=2, le=MOST_COUNT)]


class Block(BaseModel):
    """A mapping of the file: unknown keys are refused, and nothing is changed once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
