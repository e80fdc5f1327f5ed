"""Stage 1: survey files in, tidy responses out, every row accounted for.

Names are imported when they are first used: the definition is written in the names of survey tools, which lie in here.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bpo_index.responses.read import read_responses
    from bpo_index.responses.tidy import Responses

__all__ = ["Responses", "read_responses"]

_MODULE_OF = {"read_responses": f"{__name__}.read", "Responses": f"{__name__}.tidy"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used (PEP 562)."""
        if name not in _MODULE_OF:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value
