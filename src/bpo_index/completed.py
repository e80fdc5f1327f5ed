"""What a run did, and what a check found, as values and as a notebook shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.frames import AsFrame
from bpo_index.display.notebook import show_block, show_list, show_sentence
from bpo_index.publication.figures import Figure, draw_figures
from bpo_index.publication.release import Release
from bpo_index.publication.result import Result
from bpo_index.responses import Responses
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.validation.checked import Checked


@dataclass(frozen=True, repr=False)
class CompletedRun(AsFrame):
    """What a run did."""

    definition: IndexDefinition
    responses: Responses
    checked: Checked
    result: Result
    release: Release
    exclusions: Exclusions
    """The ranking with and without the quality exclusions, exact: the release holds what of it may be public."""

    def to_polars(self) -> pl.DataFrame:
        """Return the ranking; the other tables are in `result`."""
        return self.result.ranking

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The figures of the release by name, such as `ranking`; a notebook shows one inline."""
        return draw_figures(self.result, self.definition, self.release.release_id)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: ranking, findings, the account of rows, the release."""
        audit = self.checked.audit
        return show_block(
            self.definition.title,
            *self.result.show_parts(),
            show_sentence(
                phrase(
                    "notebook.rows_counted",
                    read=audit.rows_read,
                    used=audit.rows_accepted,
                    quarantined=audit.rows_quarantined,
                )
            ),
            *self.release.show_parts(),
            notice=self.result.notice,
        )


@dataclass(frozen=True, repr=False)
class CompletedCheck(AsFrame):
    """What a check found: for the owner of the answers, not for publication."""

    definition: IndexDefinition
    responses: Responses
    checked: Checked
    exclusions: Exclusions | None
    """The ranking with and without the quality exclusions; None where there is no ranking."""
    refusal: str | None
    """Why there is none."""

    def to_polars(self) -> pl.DataFrame:
        """Return what became of the rows, as `Audit.to_polars` has it."""
        return self.checked.audit.to_polars()

    def _repr_html_(self) -> str:
        """Return what a notebook shows: how the files were read, and the account of rows."""
        refusal = show_sentence(phrase("notebook.no_ranking", why=self.refusal)) if self.refusal else ""
        return show_list(self.responses.decisions) + self.checked._repr_html_() + refusal
