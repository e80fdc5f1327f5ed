"""The whole program in one call: what is read, and how often."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bpo_index import pipeline
from bpo_index.definition import model
from bpo_index.disclosure.publishable import disclose
from bpo_index.publication import integrity
from bpo_index.settings import Settings
from tests.inbox.dropped import write_survey
from tests.surveys import SMALL

pytestmark = pytest.mark.usefixtures("without_figures")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL)
    Path("method.yaml").write_text("aggregation: geometric")
    write_survey(Path("survey.csv"))
    return Settings(("survey.csv",), "small.yaml", method="method.yaml")


def test_the_definition_is_read_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    read, real = Counter(), model._read_text

    def count(path, *arguments):
        read[path.name] += 1
        return real(path, *arguments)

    monkeypatch.setattr(model, "_read_text", count)
    completed = pipeline.run(settings)
    assert read == {"small.yaml": 1, "method.yaml": 1}
    assert completed.release.standing.kind == "trial"


def test_publishing_by_itself_finds_what_a_release_is(settings: Settings) -> None:
    completed = pipeline.run(settings)
    scores = pipeline.score(completed.checked, completed.definition, None)
    robustness = pipeline.assess(completed.checked, scores, completed.definition, settings)
    publishable = disclose(completed.checked, scores, robustness, completed.definition)
    _, release = pipeline.publish(completed.responses, publishable, definition=completed.definition, settings=settings)
    assert (release.path, release.standing, release.is_new) == (
        completed.release.path,
        completed.release.standing,
        False,
    )


def test_a_manifest_is_read_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    completed = pipeline.run(settings)
    read, real = [], integrity.read_json
    monkeypatch.setattr(integrity, "read_json", lambda path: read.append(path.name) or real(path))
    assert integrity.read_release(completed.release.path)["release"] == completed.release.release_id
    assert read == ["manifest.json"]
