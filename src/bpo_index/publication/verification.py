"""A release, held against its manifest and the published facts about the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.errors import BpoIndexError, EnvironmentFailed, UsageError
from bpo_index.files.atomic import read_json
from bpo_index.files.given_paths import refuse_address, show_size
from bpo_index.files.resources import DEFAULT_DEFINITION
from bpo_index.publication.facts import FactCheck, check_facts, load_facts
from bpo_index.publication.integrity import join_faults, read_release
from bpo_index.publication.pointers import find_stray_pointers
from bpo_index.publication.possible_scores import find_category_weights
from bpo_index.publication.withdrawal import is_withdrawn
from bpo_index.responses.columnar import is_fault
from bpo_index.responses.sources import MOST_BYTES
from bpo_index.responses.views import join_headings
from bpo_index.version import __version__


def verify_release(folder: Path) -> tuple[list[FactCheck], bool]:
    """Check that a release is whole, and the published facts of its edition, if there are any, against its tables.

    Returns the facts and whether the data is synthetic.

    Raises
    ------
    UsageError
        When the folder is no release.
    EnvironmentFailed
        When the release, or a pointer beside it, is not as it was published, or it is larger than any is.
    """
    refuse_address(folder, "the folder of the release")
    if is_withdrawn(folder):
        raise UsageError(
            f"The release {folder} was withdrawn. Verify the one that took its place, which its withdrawn.json names."
        )
    _refuse_large(folder)
    manifest = read_release(folder)
    _refuse_stray_pointers(folder.resolve(), manifest)
    try:
        definition = IndexDefinition.model_validate(read_json(folder / "definition.json"))
        ranking, categories = (pl.read_parquet(folder / f"{name}.parquet") for name in ("ranking", "categories"))
    except BpoIndexError:
        raise
    except BaseException as error:  # a reader in Rust may panic, which is no Exception
        if not is_fault(error):
            raise
        raise _explain_strange_release(folder, error) from None
    facts = [fact for fact in load_facts() if fact.edition == definition.edition]
    if definition.index != load_definition(DEFAULT_DEFINITION).index:
        facts = []
    try:
        checks = check_facts(facts, ranking, categories, None, weights=find_category_weights(definition))
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise _explain_strange_release(folder, error) from None
    return checks, manifest.get("data_origin") != "survey"


def _explain_strange_release(folder: Path, error: BaseException) -> EnvironmentFailed:
    return EnvironmentFailed(
        f"The files of the release {folder} are as its manifest.json says and yet not those of a release of bpo-index "
        f"{__version__} ({type(error).__name__}). Check the facts with the version that made it."
    )


def _refuse_stray_pointers(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a release that lies among others whose pointers lead nowhere."""
    edition_folder, index_folder = folder.parent, folder.parent.parent
    if (index_folder.name, edition_folder.name) != (manifest.get("index"), manifest.get("edition")):
        return  # a copy by itself
    faults = find_stray_pointers(index_folder, edition_folder)
    if faults:
        raise EnvironmentFailed(
            f"The release {folder} is whole, but: {join_faults(faults)}. The next run makes the pointers again."
        )


def _refuse_large(folder: Path) -> None:
    """Refuse a folder with a file that is no release's, before it is read into memory."""
    try:
        large = sorted(path.name for path in folder.rglob("*") if path.is_file() and path.stat().st_size > MOST_BYTES)
    except (OSError, ValueError):
        return  # what reads the release says so
    if large:
        raise EnvironmentFailed(
            f"The release {folder} has files of more than {show_size(MOST_BYTES)}, which no release has: "
            f"{join_headings(large)}. Move the folder away and run again."
        )
