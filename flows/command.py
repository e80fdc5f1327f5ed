"""A flow from the command line: an option for each of its settings, and an exit code.

The options are the fields of the form on the server's page.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_args

import httpx
from prefect.context import refresh_global_settings_context
from prefect.settings import get_current_settings

from bpo_index.errors import BpoIndexError, EnvironmentFailed
from login import CLIENT, SERVER

T = TypeVar("T")


def parse_settings(settings: type[T], description: str, argv: list[str] | None) -> T:
    """Return settings made from command-line arguments; those without a default are positional, one or more."""
    parser = argparse.ArgumentParser(description=description)
    described: dict[str, Any] = vars(settings)["__pydantic_fields__"]
    for field in fields(settings):  # type: ignore[arg-type]
        text = (described[field.name].description or "").replace("%", "%%")
        option = f"--{field.name.replace('_', '-')}"
        if field.default is MISSING:
            parser.add_argument(field.name, nargs="+", help=text)
        elif isinstance(field.default, bool):
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=field.default, help=text)
        else:
            parser.add_argument(
                option, type=_find_type(described[field.name].annotation), default=field.default, help=text
            )
    return settings(**vars(parser.parse_args(argv)))


def _find_type(annotation: Any) -> type:
    """Return what the text of an option becomes: a number where the setting is one, or may be one."""
    kinds = get_args(annotation) or (annotation,)
    return next((kind for kind in (int, float) if kind in kinds), str)


def guard_temporary_server() -> None:
    """Give the temporary server, which Prefect starts where none is named, a login of its own and no other's page."""
    if not get_current_settings().api.url:
        login = f"flow:{secrets.token_urlsafe(32)}"
        os.environ |= {SERVER: login, CLIENT: login, "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "https://none.invalid"}
        refresh_global_settings_context()


def answer(name: str, call: Callable[[], int]) -> int:
    """Return the exit code of a call; errors that its caller can fix are one sentence under the flow's name."""
    guard_temporary_server()
    try:
        return call()
    except BpoIndexError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return error.exit_code
    except httpx.HTTPStatusError as error:
        problem = (
            "wants a login: set PREFECT_API_AUTH_STRING" if error.response.status_code == 401 else f"refused: {error}"
        )
        sys.stderr.write(f"{name}: The Prefect server of PREFECT_API_URL {problem}.\n")
        return EnvironmentFailed.exit_code
    except (RuntimeError, httpx.HTTPError) as error:  # as Prefect says that its server is not to be reached
        sys.stderr.write(f"{name}: The Prefect server of PREFECT_API_URL cannot be used: {error}\n")
        return EnvironmentFailed.exit_code
