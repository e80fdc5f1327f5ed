"""The settings of a flow from the command line: one option for each, as the form on the server's page has one field."""

from __future__ import annotations

import argparse
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def parse_settings(settings: type[T], description: str, argv: list[str] | None) -> T:
    """Return settings made from command-line arguments; those without a default are positional, one or more."""
    parser = argparse.ArgumentParser(description=description)
    told: dict[str, Any] = vars(settings)["__pydantic_fields__"]
    for field in fields(settings):  # type: ignore[arg-type]
        text = (told[field.name].description or "").replace("%", "%%")
        option = f"--{field.name.replace('_', '-')}"
        if field.default is MISSING:
            parser.add_argument(field.name, nargs="+", help=text)
        elif isinstance(field.default, bool):
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=field.default, help=text)
        else:
            kind = str if field.default is None else type(field.default)
            parser.add_argument(option, type=kind, default=field.default, help=text)
    return settings(**vars(parser.parse_args(argv)))
