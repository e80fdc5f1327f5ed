"""What a release is: the publication of a definition, a draft of one, or a trial that departs from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from bpo_index.definition import IndexDefinition
from bpo_index.definition.differences import describe_differences, list_differences, translate_differences
from bpo_index.display.catalogue import phrase

Kind = Literal["official", "draft", "trial"]
#: A version of a definition that begins so may change freely, and its release is replaced.
DRAFT = "draft"
#: The folder of trials, in the private folder.
TRIALS = "trials"


@dataclass(frozen=True)
class Standing:
    """What a release is, and what readers must know of it."""

    kind: Kind = "official"
    departures: str = ""
    """What of a trial is not as the definition says, the same in every language: it is a part of the release's id."""
    shown: str = field(default="", compare=False)
    """The same for readers, in their language."""

    @property
    def notice(self) -> str:
        """What stands above every table, figure and page; empty for an official release."""
        return "" if self.kind == "official" else phrase(f"release.notice_{self.kind}")

    @property
    def sentence(self) -> str:
        """The notice, and what a trial departs in."""
        if not self.departures:
            return self.notice
        return phrase("release.departs", notice=self.notice, departures=self.shown or self.departures)

    def choose_folder(self, out: Path, private: Path) -> Path:
        """Return the folder of all such releases: `out`, or for trials one in the private folder."""
        return private / TRIALS if self.kind == "trial" else out


OFFICIAL = Standing()


def choose_standing(version: str, departures: str = "") -> Standing:
    """Return what a release of a definition's version is; with departures it is a trial.

    Examples
    --------
    >>> choose_standing("2021-1").kind, choose_standing("draft-2").kind, choose_standing("draft-2", "method.seed").kind
    ('official', 'draft', 'trial')
    """
    if departures:
        return Standing("trial", departures)
    return Standing("draft") if version.startswith(DRAFT) else OFFICIAL


def find_standing(official: IndexDefinition, used: IndexDefinition) -> Standing:
    """Return what a release is: a trial where the definition that is used departs from the official one."""
    differences = list_differences(official.model_dump(mode="json"), used.model_dump(mode="json"))
    # Where the definition's own variations do not go with another method, they are left out (`replace_method`).
    chosen = [one for one in differences if not one.place.startswith("uncertainty.")]
    departures = describe_differences(chosen or differences)
    if 0 < len(chosen) < len(differences):
        departures += "; the variations of `uncertainty:`, which do not go with it, are left out"
    return replace(choose_standing(used.version, departures), shown=translate_differences(chosen or differences))
