"""The stages one by one: each result comes back from its files to the bit, and the release is that of one run."""

from __future__ import annotations

import stat
from pathlib import Path

import polars as pl
import pytest

from bpo_index import pipeline
from bpo_index.disclosure.publishable import Publishable, disclose
from bpo_index.errors import UsageError
from bpo_index.handover import stages as handover
from bpo_index.publication.methodology import Methodology, load_methodology
from bpo_index.publication.result import Result
from bpo_index.robustness.assess import Robustness
from bpo_index.scoring.unit_scores import Scores
from bpo_index.settings import Settings
from tests.quick import quick_definition
from tests.same import assert_same

pytestmark = pytest.mark.usefixtures("without_figures")


def read_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run_stages(settings: Settings, folder: Path) -> list[Path]:
    folder.mkdir(mode=0o700)
    return [handover.run_stage(stage, settings, folder) for stage in handover.STAGES]


@pytest.fixture(scope="module")
def both(project, tmp_path_factory, without_figures):
    """Return the settings and the folder of a run by stages, and the values of the same run in one process."""
    here = tmp_path_factory.mktemp("handover")
    data = project / "sample_data"
    # A trial with margins and methods: what an official run leaves, and more.
    options = {
        "definition": quick_definition(),
        "method": str(data / "method-geometric.yaml"),
        "margins": str(data / "synthetic-margins-2021.csv"),
    }

    def tell(name: str) -> Settings:
        sample = str(data / "offshore-bpo-2021.csv")
        return Settings((sample,), out=str(here / name / "out"), audit_dir=str(here / name / "audit"), **options)

    run_stages(tell("stages"), here / "left")
    completed = pipeline.run(tell("run"))
    return here, tell("run"), completed


def test_every_result_comes_back_to_the_bit(both):
    here, settings, completed = both
    methodology = load_methodology(settings)
    definition = methodology.definition
    margins = pipeline.read_margins(settings.margins) if settings.margins else None
    scores = pipeline.score(completed.checked, definition, margins)
    robustness = pipeline.assess(completed.checked, scores, definition, settings)
    publishable = disclose(completed.checked, scores, robustness, definition)
    values = (methodology, completed.responses, completed.checked, scores, robustness, publishable, completed.result)
    for value in (*values, completed.release, completed.exclusions):
        folder = here / "again" / type(value).__name__
        folder.mkdir(parents=True)
        (folder / "robustness").mkdir()
        handover.leave(value, folder)
        assert_same(handover.take(type(value), folder), value)
        if type(value) in (Methodology, Scores, Robustness, Publishable, Result):
            assert_same(handover.take(type(value), here / "left"), value)
    assert methodology.definition.hash_content() == handover.take(Methodology, here / "left").definition.hash_content()


def test_the_release_and_the_audit_are_those_of_one_run(both):
    here, _, completed = both
    assert read_files(here / "stages") == read_files(here / "run") != {}
    by_stages = handover.load_completed_run(here / "left")
    assert by_stages.release.release_id == completed.release.release_id
    assert by_stages.release.standing == completed.release.standing
    assert_same(by_stages.result, completed.result)


def test_a_person_can_look_into_what_is_left(both):
    here = both[0] / "left"
    assert pl.read_ipc(here / "checked/validation/accepted.arrow").height == 100
    assert pl.read_ipc(here / "scores/units.arrow")["unit"].n_unique() == 12
    for name in ("responses/records.arrow", "checked/audit.json", "robustness/ranks/pairs.arrow", "release.json"):
        assert (here / name).is_file(), name
    assert {path.suffix for path in here.rglob("*") if path.is_file()} == {".arrow", ".npy", ".json"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in here.rglob("*")}
    assert modes == {0o700, 0o600}


def test_a_definition_that_changes_between_stages_changes_nothing(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = Path(quick_definition()).read_text(encoding="utf-8")
    Path("own.yaml").write_text(text, encoding="utf-8")
    settings = Settings((str(project / "sample_data" / "offshore-bpo-2021.csv"),), "own.yaml")
    left = tmp_path / "left"
    left.mkdir()
    handover.run_stage("ingest", settings, left)
    Path("own.yaml").write_text("no definition any more", encoding="utf-8")
    for stage in handover.STAGES[1:]:
        handover.run_stage(stage, settings, left)
    assert handover.load_completed_run(left).release.standing.kind == "official"


def test_another_stage_is_refused(tmp_path):
    with pytest.raises(UsageError, match="The stages are ingest, validate, score, assess, disclose, publish"):
        handover.run_stage("guess", Settings(("x.csv",)), tmp_path)
