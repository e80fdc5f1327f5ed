"""A column and a figure of another package: one file each, and they are in every file of a release that has such."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.disclosure import PUBLIC_KEY
from bpo_index.errors import EnvironmentFailed
from bpo_index.files.resources import find_resource
from bpo_index.publication import columns
from bpo_index.publication.columns.description import Column
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.release import identify_release
from tests.extensions import install_extension
from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

EXTENDING = Path(__file__).resolve().parent / "extending"


@pytest.fixture(scope="module")
def release_with_column_and_figure(tmp_path_factory):
    """Return a release of the sample, made by a process that finds both extensions."""
    folder = tmp_path_factory.mktemp("extended")
    (folder / "package").mkdir()
    environment = install_extension(
        folder / "package",
        {name: (EXTENDING / f"{name}.py").read_text(encoding="utf-8") for name in ("score_gap", "score_bars")},
        {"bpo_index.columns": "score_gap", "bpo_index.figures": "score_bars"},
    )
    return run_sample(folder, environment)


def run_sample(folder: Path, environment: dict[str, str]) -> Path:
    sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
    command = [sys.executable, "-m", "bpo_index", "run", sample, "--definition", quick_definition(replicates=100)]
    command += ["--out", str(folder / "out"), "--audit-dir", str(folder / "audit"), "--json"]
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    assert finished.returncode == 0, finished.stderr
    return next(path.parent for path in (folder / "out").rglob("manifest.json"))


def test_a_column_of_another_package_is_in_every_table_format(release_with_column_and_figure):
    release = release_with_column_and_figure
    ranking = pl.read_parquet(release / "ranking.parquet")
    assert ranking.schema["score_gap"] == pl.Float64
    assert ranking.columns == [*(column.name for column in RANKING.columns), "score_gap"]
    gaps = (ranking["score"].max() - ranking["score"]).round(6)
    assert ranking["score_gap"].equals(gaps.rename("score_gap"))
    assert gaps.n_unique() > 5
    assert pl.read_csv(release / "ranking.csv")["score_gap"].to_list() == gaps.to_list()
    assert [row["score_gap"] for row in json.loads((release / "ranking.json").read_bytes())] == gaps.to_list()
    long = pl.read_csv(release / "long.csv").filter(measure="score_gap")
    assert long["value"].to_list() == gaps.drop_nulls().to_list()
    for name in ("ranking.xlsx", "tables.xlsx"):
        book = openpyxl.load_workbook(release / name)
        shown, *cells = (row[-1] for row in book["ranking"].iter_rows(values_only=True))
        assert shown == "Gap to the best (%)"
        assert cells == gaps.to_list()
        described = [row for row in book["codebook"].iter_rows(values_only=True) if row[1] == "score_gap"]
        assert [(row[0], row[3]) for row in described] == [("ranking", "score points")]


def test_a_column_of_another_package_is_described_for_machines(release_with_column_and_figure):
    package = json.loads((release_with_column_and_figure / "datapackage.json").read_bytes())
    (ranking,) = (one for one in package["resources"] if one["path"] == "ranking.csv")
    *_, field = ranking["schema"]["fields"]
    assert (field["name"], field["type"], field["unit"]) == ("score_gap", "number", "score points")
    assert field["description"].startswith("score of the first unit less this one's")


def test_a_figure_of_another_package_is_drawn_and_shown(release_with_column_and_figure):
    release = release_with_column_and_figure
    title = f"Scores as bars: {load_definition('offshore-bpo-2021').title}"
    svg = (release / "figures" / "score-bars.svg").read_text(encoding="utf-8")
    assert f'<title id="score-bars-title">{title}</title>' in svg
    assert f'<desc id="score-bars-desc">{title}. The longest bar is Colombia&#x27;s.</desc>' in svg
    assert "SYNTHETIC" in svg
    assert (release / "figures" / "score-bars.png").read_bytes().startswith(b"\x89PNG")
    report = (release / "report.html").read_text(encoding="utf-8")
    section = report.split('<section id="figures"')[1].split("</section>")[0]
    assert f'<figure id="figure-score-bars">{svg}</figure>' in section
    assert '<a href="#figures">Further figures</a>' in report
    assert '<a href="figures/score-bars.png">' in report


def test_extensions_are_part_of_what_a_release_is_made_from(release_with_column_and_figure, monkeypatch):
    manifest = json.loads((release_with_column_and_figure / "manifest.json").read_bytes())
    assert manifest["made_from"]["versions"]["an-extension"] == "1.0"
    definition = load_definition("offshore-bpo-2021")

    def identify(extensions):
        monkeypatch.setattr("bpo_index.publication.release.list_extensions", lambda: extensions)
        return identify_release(1, definition, {}, PUBLIC_KEY)

    plain, made_from = identify({})
    assert set(made_from["versions"]) == {"bpo-index", "numpy", "polars", "scikit-learn", "scipy"}
    ids = [plain, *(identify({"an-extension": version})[0] for version in ("1.0", "1.1"))]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Column("gap", pl.Int64, "m", table="rankings", value=pl.lit(1)), "there is no table 'rankings'"),
        (Column("gap", pl.Int64, "m", table="ranking"), "it has no value"),
        (Column("gap", pl.Date, "m", table="ranking", value=pl.lit(1)), "its type is Date"),
        (Column("gap", pl.String, "m", table="ranking", unit="share", value=pl.lit("")), "is no number"),
        (Column("Gap (%)", pl.Int64, "m", table="ranking", value=pl.lit(1)), "its name is not made of"),
        (Column("score", pl.Int64, "m", table="ranking", value=pl.lit(1)), "column of the table ranking called score"),
    ],
)
def test_a_column_that_cannot_be_published_is_refused(monkeypatch, column, message):
    found = columns.find_records
    monkeypatch.setattr(
        columns, "find_records", lambda kind, *where: (*found(kind, *where), *([column] if kind is Column else []))
    )
    with pytest.raises(EnvironmentFailed, match=message.replace("(", r"\(")):
        columns.list_tables.__wrapped__()


@pytest.mark.parametrize("value", [pl.col("no_such_column"), lambda frame: frame["name"] / 2, lambda _: "text"])
def test_a_column_that_cannot_be_computed_is_named(value):
    column = Column("gap", pl.Float64, "m", table="scores", value=value)
    table = columns.Table(name="scores", title="", row="", own=(), place=0, added=(column,))
    with pytest.raises(EnvironmentFailed, match="The column gap of the table scores cannot be computed: "):
        table.complete(pl.DataFrame({"name": ["a"], "data_origin": ["survey"]}))


def test_what_is_no_number_is_null_in_an_added_column():
    column = Column("inverse", pl.Float64, "m", table="t", value=1 / pl.col("n"))
    own = (Column("n", pl.Float64, "m"),)
    table = columns.Table(name="t", title="", row="", own=own, place=0, added=(column,))
    frame = table.complete(pl.DataFrame({"n": [0.0, 2.0, None], "data_origin": "survey"}))
    assert frame["inverse"].to_list() == [None, 0.5, None]
