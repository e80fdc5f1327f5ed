"""The settings of a run: checked paths and options, with the names and texts of the form on the server's page."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from bpo_index.errors import UsageError
from bpo_index.files.given_paths import refuse_addresses
from bpo_index.files.resources import DEFAULT_DEFINITION

#: How the settings of a run and of a sweep become a form: each attribute's docstring is its description.
FORM = ConfigDict(use_attribute_docstrings=True, extra="forbid")
LEAST_REPLICATES, MOST_REPLICATES = 100, 10_000_000
#: The generators take seeds below this.
_SEEDS = 2**63
Replicates = Annotated[int, Field(json_schema_extra={"minimum": LEAST_REPLICATES, "maximum": MOST_REPLICATES})]
Seed = Annotated[int, Field(json_schema_extra={"minimum": 0})]


def _refuse_single_text(paths: Any) -> Any:
    """Refuse one path where a list of them is needed: its letters would be taken for paths."""
    if isinstance(paths, str | os.PathLike):
        raise UsageError(f"responses= needs a list of paths; found one path. Put it in brackets: [{str(paths)!r}].")
    if not isinstance(paths, Iterable):
        raise UsageError(f"responses= needs a list of paths; found {paths!r}.")
    return tuple(os.fspath(path) if isinstance(path, os.PathLike) else path for path in paths)


Paths = Annotated[tuple[str, ...], BeforeValidator(_refuse_single_text)]


@pydantic_dataclass(frozen=True, config=FORM)
class Settings:
    """The settings of a run."""

    responses: Paths
    """Paths of the survey files of one edition."""
    definition: str = DEFAULT_DEFINITION
    """A built-in definition's name or a path."""
    out: str = "releases"
    """The folder of all releases."""
    audit_dir: str = "audit"
    """The private folder of the audits."""
    replicates: Replicates | None = None
    """A trial with so many replicates, 100 to 10,000,000; none: as the definition says."""
    seed: Seed | None = None
    """A trial with another seed, an integer from 0; none: the definition's."""
    method: str | None = None
    """A trial with another method: the path of a file whose keys take the place of those of the definition's `method:`
    block."""
    margins: str | None = None
    """The path of a file with shares of the population, to which respondents are weighed."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers evaluate replicates; none: threads. The result is the same."""
    supersede: bool = True
    """Whether `latest.json` comes to point to a new release; False for answers older than those it points to."""
    key_dir: str | None = None
    """The private folder whose `key` makes ids and seeds, where it is not the one of the audits; `BPO_INDEX_KEY_FILE`
    goes before both."""

    def __post_init__(self) -> None:
        """Refuse numbers that no run can use, and addresses in the place of paths."""
        refuse_addresses(
            **{
                "--out": self.out,
                "--audit-dir": self.audit_dir,
                "--definition": self.definition,
                "key_dir": self.key_dir,
            },
            **{"--method": self.method, "--margins": self.margins, "the path of responses": self.responses},
        )
        if self.replicates is not None and not LEAST_REPLICATES <= self.replicates <= MOST_REPLICATES:
            raise UsageError(
                f"--replicates must be between {LEAST_REPLICATES:,} and {MOST_REPLICATES:,}; found {self.replicates}."
            )
        if self.seed is not None:
            check_seed(self.seed)

    @property
    def key_folder(self) -> Path:
        """The private folder with the key."""
        return Path(self.key_dir or self.audit_dir)


def check_seed(seed: int, name: str = "--seed") -> None:
    """Refuse a seed that the generators do not take."""
    if not 0 <= seed < _SEEDS:
        raise UsageError(f"{name} must be an integer from 0 to 2^63 - 1; found {seed}.")
