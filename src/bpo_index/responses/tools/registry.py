"""All survey tools, built in and of other packages (entry points `bpo_index.tools`).

`list_exports` has the names that a definition may give as `source.export`.
"""

from __future__ import annotations

import re
from functools import cache

from bpo_index.errors import EnvironmentFailed
from bpo_index.kinds import find_records, refuse_same_names
from bpo_index.responses.tools.record import SurveyTool

#: The group of entry points by which other packages offer tools.
GROUP = "bpo_index.tools"
#: What `source.export` says of files of no tool.
PLAIN = "plain"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@cache
def list_tools() -> dict[str, SurveyTool]:
    """Return all tools by name, in the order in which they are asked.

    Raises
    ------
    EnvironmentFailed
        When a tool of another package cannot be used; the message names it.

    Examples
    --------
    >>> list_tools()["redcap"].title
    'REDCap export'
    """
    found = find_records(SurveyTool, "bpo_index.responses.tools", GROUP)
    refuse_same_names(found, "survey tool")
    for tool in found:
        if tool.name == PLAIN or not _NAME.fullmatch(tool.name):
            raise EnvironmentFailed(
                f"The survey tool {tool.name} of an extension needs a name of small letters, digits and _ that begins "
                f"with a letter and is not {PLAIN}. Repair or uninstall it."
            )
    return {tool.name: tool for tool in sorted(found, key=lambda tool: (tool.place, tool.name))}


def list_exports() -> tuple[str, ...]:
    """Return what `source.export` may say: no tool, or one of them.

    Examples
    --------
    >>> list_exports()[:2]
    ('plain', 'qualtrics')
    """
    return (PLAIN, *list_tools())


def describe_export(name: str) -> str:
    """Return what messages call files of this form.

    Examples
    --------
    >>> describe_export("limesurvey")
    'LimeSurvey export'
    """
    tool = list_tools().get(name)
    return tool.title if tool else "no survey tool recognised"
