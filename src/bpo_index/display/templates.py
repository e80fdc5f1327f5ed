"""Jinja templates: every text that goes into one is escaped for its format, whoever writes the template."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any


def escape_html(text: str) -> str:
    """Return a text that HTML shows, and gives back when parsed, as it is.

    Examples
    --------
    >>> escape_html('<b>"&')
    '&lt;b&gt;&quot;&amp;'
    """
    # NOTE: a parser turns a return into a new line unless it is written as a number.
    return escape(text).replace("\r", "&#13;")


@cache
def load_template(
    path: Path, escape_text: Callable[[str], str] = escape_html, *, brackets: tuple[str, str] = ("{", "}")
) -> Any:
    """Return a template of Jinja; names that it is not given are errors.

    Parameters
    ----------
    path
        Of the file; others that it includes lie beside it.
    escape_text
        What is done to every value that is put in, but to `markupsafe.Markup`, which is of the format already. In the
        template, texts must not be put together by `~` or `join`, which escape for HTML.
    brackets
        With which Jinja's own signs begin and end.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    def finalise(value: object) -> object:
        return value if isinstance(value, Markup | Undefined) else Markup(escape_text(str(value)))

    left, right = brackets
    environment = Environment(
        variable_start_string=left * 2,
        variable_end_string=right * 2,
        block_start_string=f"{left}%",
        block_end_string=f"%{right}",
        comment_start_string=f"{left}#",
        comment_end_string=f"#{right}",
        loader=FileSystemLoader(path.parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalise,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    # NOTE: everything but ASCII as \uXXXX, so that no sign of Unicode ends a line of the script.
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    return environment.get_template(path.name)
