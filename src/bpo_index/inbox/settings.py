"""The settings of a sweep of an inbox."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from bpo_index.errors import UsageError
from bpo_index.files.given_paths import refuse_addresses
from bpo_index.settings import FORM


@pydantic_dataclass(frozen=True, config=FORM)
class InboxSettings:
    """The settings of a sweep."""

    inbox: str = "inbox"
    """The folder for new surveys; in it a folder for each definition is made."""
    out: str = "releases"
    """The folder of all releases."""
    definitions: str | None = None
    """A folder of your own definitions, `<name>.yaml`; one named as a built-in one takes its place."""
    audit_dir: str = "audit"
    """The private folder, whose key makes ids and seeds; the audits of files lie beside them."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers evaluate replicates; none: threads. The result is the same."""
    settle_seconds: Annotated[float, Field(json_schema_extra={"minimum": 0, "maximum": 3600})] = 10.0
    """Seconds for which a new file must keep size and time before it is taken."""

    def __post_init__(self) -> None:
        """Refuse what no sweep can use."""
        refuse_addresses(inbox=self.inbox, out=self.out, definitions=self.definitions, audit_dir=self.audit_dir)
        inbox, out = Path(os.path.realpath(self.inbox)), Path(os.path.realpath(self.out))
        if not self.inbox or not self.out or inbox.is_relative_to(out) or out.is_relative_to(inbox):
            raise UsageError(
                f"The inbox {self.inbox!r} and the folder of releases {self.out!r} must be two folders, and neither in "
                "the other."
            )
        if not 0 <= self.settle_seconds <= 3600:
            raise UsageError(f"settle_seconds must be between 0 and 3600; found {self.settle_seconds}.")
