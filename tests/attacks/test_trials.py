"""Somebody tries a method out, and the published index must not notice: the definition is the publication."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from bpo_index import handover, pipeline
from bpo_index.cli.main import main
from bpo_index.errors import UsageError
from bpo_index.publication.methodology import load_methodology
from bpo_index.settings import Settings
from tests.quick import quick_definition
from tests.surveys import SMALL, write_csv

ROWS = [f"{unit}{n},{unit},{(n + k) % 11},{(3 * n + k) % 11},{n % 7}" for k, unit in enumerate("ABC") for n in range(9)]
OFFICIAL = "releases/small/one"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a survey and a definition, entered."""
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path, *(row.replace(f",{row[0]},", f",{row[0] * 3},") for row in ROWS))
    Path("small.yaml").write_text(SMALL)
    Path("method.yaml").write_text("aggregation: geometric\nnormalisation: min_max\nnormalisation_range: [1, 100]\n")
    return tmp_path


def call(capsys, *options):
    code = main(["run", "survey.csv", "--definition", "small.yaml", *options])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def list_files(folder):
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in Path(folder).rglob("*") if path.is_file()
    }


DEPARTURES = {
    "another method": (["--method", "method.yaml"], "method.aggregation (geometric instead of arithmetic)"),
    "more replicates": (["--replicates", "200"], "method.replicates (200 instead of 100)"),
    "another seed": (["--seed", "7"], "method.seed (7 instead of 2021)"),
    "seed zero": (["--seed", "0"], "method.seed (0 instead of 2021)"),
    "all of it": (
        ["--method", "method.yaml", "--replicates", "300", "--seed", "1"],
        "method.seed (1 instead of 2021)",
    ),
}


@pytest.mark.parametrize("name", DEPARTURES)
def test_what_departs_from_the_definition_is_private_says_so_and_moves_nothing(place, capsys, monkeypatch, name):
    options, departure = DEPARTURES[name]
    with_figures = name == "all of it"
    if not with_figures:
        monkeypatch.setattr("bpo_index.publication.release_files.start_figures", lambda *_: dict)
    assert call(capsys)[0] == 0
    before = list_files("releases")
    code, out, err = call(capsys, *options)
    assert (code, err) == (0, "")
    assert list_files("releases") == before
    first, *_, last = (line for line in out.splitlines() if line.strip())
    assert first.startswith("TRIAL: departs from the definition. Not a publication.")
    shown = " ".join(out.split())
    assert departure in shown
    assert "Trial: audit/trials/small/one/" in out
    (trial,) = Path("audit/trials/small/one").glob("[0-9a-f]*")
    assert Path("audit/trials").stat().st_mode & 0o077 == 0
    assert not list(Path("audit/trials").rglob("latest.json"))
    assert "audit/" in last
    manifest = json.loads((trial / "manifest.json").read_text())
    assert (manifest["standing"], departure in manifest["departures"]) == ("trial", True)
    report = (trial / "report.html").read_text()
    assert report.count("TRIAL: departs from the definition. Not a publication.") >= 2
    assert departure in report
    figures = list(trial.glob("figures/*.svg"))
    assert bool(figures) is with_figures
    assert all("TRIAL" in figure.read_text() for figure in figures)
    for page in ("ranking.md", "ranking.html", "ranking.tex", "datapackage.json"):
        assert "TRIAL" in (trial / page).read_text(), page
    # And the official one again changes nothing.
    assert call(capsys)[0] == 0
    assert list_files("releases") == before


@pytest.mark.usefixtures("without_figures")
class TestWithoutFigures:
    def test_a_trial_before_any_release_leaves_no_release(self, place, capsys):
        assert call(capsys, "--seed", "7")[0] == 0
        assert not Path("releases").exists()

    def test_settings_that_say_what_the_definition_says_are_no_trial(self, place, capsys):
        Path("same.yaml").write_text("aggregation: arithmetic\nreplicates: 100\n")
        code, out, _ = call(capsys, "--replicates", "100", "--seed", "2021", "--method", "same.yaml", "--json")
        shown = json.loads(out)
        assert (code, shown["standing"], shown["departures"]) == (0, "official", "")
        assert shown["path"].startswith(OFFICIAL)

    def test_a_call_and_the_stages_of_a_flow_are_trials_too(self, place):
        changed = {"replicates": 200}, {"seed": 1}, {"method": "method.yaml"}
        for options in changed:
            completed = pipeline.run(Settings(("survey.csv",), "small.yaml", **options))
            assert completed.release.standing.kind == "trial"
            assert completed.release.path.is_relative_to("audit/trials")
            assert not completed.release.is_latest
        settings = Settings(("survey.csv",), "small.yaml", seed=9)
        folder = place / "stages"
        folder.mkdir()
        for stage in handover.STAGES:
            handover.run_stage(stage, settings, folder)
        assert handover.load_completed_run(folder).release.path.is_relative_to("audit/trials")
        assert not Path("releases").exists()

    def test_a_trial_of_another_seed_draws_others_and_the_same_scores(self, place, capsys):
        # Respondents are not protected, since errors of so few are not published otherwise.
        Path("small.yaml").write_text(SMALL.replace("to_publish: 2", "to_publish: 1"))
        shown = [json.loads(call(capsys, "--json", "--seed", seed)[1]) for seed in ("1", "2")]
        scores, intervals = ([[row[key] for row in one["ranking"]] for one in shown] for key in ("score", "ci_low"))
        assert scores[0] == scores[1]
        assert intervals[0] != intervals[1]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("title: Small index", "title: Another", "title (Small index there, Another here)"),
            ("replicates: 100", "replicates: 100, aggregation: geometric", "method.aggregation (arithmetic there"),
            ("replicates: 100", "replicates: 300", "method.replicates (100 there, 300 here)"),
            ("name: Beland", "name: Bland", "units[BBB].name (Beland there, Bland here)"),
            ("title: First,", "title: First, weight: 2,", "categories[first].weight (1.0 there, 2.0 here)"),
            ("text: Three, reverse: true", "text: Three", "categories[last].questions[q3].reverse (true there, false"),
        ],
    )
    def test_another_definition_of_a_published_version_is_refused_with_what_differs(
        self, place, capsys, old, new, said
    ):
        assert call(capsys)[0] == 0
        before = list_files(".")
        assert old in SMALL
        Path("small.yaml").write_text(SMALL.replace(old, new))
        code, out, err = call(capsys)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert said in err
        assert {name: content for name, content in list_files(".").items() if name != "small.yaml"} == {
            name: content for name, content in before.items() if name != "small.yaml"
        }
        # Another version of it takes its place, unless that would be a second number of the same few answers.
        Path("small.yaml").write_text(SMALL.replace(old, new).replace("version: 1\ntitle", "version: 2\ntitle"))
        code, _, err = call(capsys)
        is_second = "reverse" in old
        assert (code, "Keep the method that was published" in err) == ((1, True) if is_second else (0, False))
        assert len(list(Path(OFFICIAL).glob("[0-9a-f]*"))) == (1 if is_second else 2)

    def test_the_same_definition_with_other_words_in_the_file_is_the_same(self, place, capsys):
        assert call(capsys)[0] == 0
        Path("small.yaml").write_text("# a remark\n" + yaml.safe_dump(yaml.safe_load(SMALL)))
        code, out, _ = call(capsys)
        assert code == 0
        assert "there already" in out

    def test_a_draft_may_change_is_marked_and_replaced(self, place, capsys):
        draft = SMALL.replace("version: 1\ntitle", "version: draft-1\ntitle")
        ids = []
        for title in ("Small index", "A better title", "The best title"):
            Path("small.yaml").write_text(draft.replace("title: Small index", f"title: {title}"))
            code, out, _ = call(capsys)
            assert code == 0
            assert out.splitlines()[0].startswith("DRAFT: the definition may still change")
            (release,) = Path(OFFICIAL).glob("[0-9a-f]*")
            ids.append(release.name)
            assert json.loads(Path(OFFICIAL, "latest.json").read_text())["release"] == release.name
            assert json.loads(Path("releases/small/latest.json").read_text())["release"] == release.name
            assert json.loads((release / "manifest.json").read_text())["standing"] == "draft"
            assert "DRAFT" in (release / "report.html").read_text()
        assert len(set(ids)) == 3
        # The official one takes its place, and a later draft never takes the official one's.
        Path("small.yaml").write_text(SMALL)
        assert call(capsys)[0] == 0
        (official,) = Path(OFFICIAL).glob("[0-9a-f]*")
        Path("small.yaml").write_text(draft)
        code, out, _ = call(capsys)
        assert code == 0
        assert json.loads(Path(OFFICIAL, "latest.json").read_text())["release"] == official.name
        assert json.loads(Path("releases/small/latest.json").read_text())["release"] == official.name
        Path("small.yaml").write_text(SMALL)
        assert call(capsys)[0] == 0
        assert [path.name for path in Path(OFFICIAL).glob("[0-9a-f]*")] == [official.name]

    def test_a_draft_of_a_later_edition_does_not_become_the_newest_of_the_index(self, place, capsys):
        assert call(capsys)[0] == 0
        later = SMALL.replace("version: 1\ntitle", "version: draft\ntitle").replace("edition: one", "edition: two")
        Path("small.yaml").write_text(later)
        assert call(capsys)[0] == 0
        assert json.loads(Path("releases/small/latest.json").read_text())["edition"] == "one"
        assert Path("releases/small/two/latest.json").exists()

    @pytest.mark.component("minutes")
    def test_the_commands_of_the_readme_leave_the_official_release_in_place(
        self, project, tmp_path, monkeypatch, capsys
    ):
        monkeypatch.chdir(tmp_path)
        shutil.copytree(project / "sample_data", tmp_path / "sample_data")
        blocks = re.findall(r"```console\n(.*?)```", (project / "README.md").read_text(), flags=re.DOTALL)
        lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ bpo-index run")]
        assert len(lines) >= 5
        pointers = []
        for line in lines:
            words = line.replace("--replicates 1000000", "--replicates 200").split()[1:]
            # Few replicates, in the same definition for all.
            names = {f"offshore-bpo-{year}": quick_definition(f"offshore-bpo-{year}") for year in (2021, 2022)}
            words = [names.get(word, word) for word in words]
            if "--definition" not in words:
                words += ["--definition", names["offshore-bpo-2021"]]
            assert main(words) == 0, capsys.readouterr().err
            pointers.append(Path("releases/offshore-bpo/2021/latest.json").read_text())
        assert len(set(pointers)) == 1
        assert len(list(Path("releases/offshore-bpo/2021").glob("[0-9a-f]*"))) == 1


def test_margins_are_data_like_answers(place):
    with pytest.raises(UsageError, match="cannot be read"):
        pipeline.run(Settings(("survey.csv",), "small.yaml", margins="nowhere.csv"))
    settings = Settings(("survey.csv",), "small.yaml", margins="margins.csv")
    assert load_methodology(settings).standing.kind == "official"
