"""The description of the files is one that Frictionless validates, and a changed file is found."""

import json

import frictionless
import pytest

from bpo_index.definition import load_definition
from bpo_index.publication.columns import list_tables
from bpo_index.publication.formats.datapackage import describe_package


@pytest.fixture
def folder(rendered, tmp_path):
    for name, content in rendered[1].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def list_errors(folder) -> dict[str, list[str]]:
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.errors == []
    return {task.name: [error.type for error in task.errors] for task in report.tasks if task.errors}


def test_every_file_is_described_and_valid(folder, rendered):
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert [resource["path"] for resource in package["resources"]] == [
        name for name in rendered[1] if name != "datapackage.json"
    ]
    assert [r["path"] for r in package["resources"] if "schema" in r] == [
        name for name in rendered[1] if name.endswith(".csv")
    ]
    assert list_errors(folder) == {}


def test_the_files_of_a_tree_are_valid(tree):
    folder = tree.release.path
    assert list_errors(folder) == {}
    package = json.loads((folder / "datapackage.json").read_bytes())
    fields = {
        item["path"]: [field["name"] for field in item["schema"]["fields"]]
        for item in package["resources"]
        if "schema" in item
    }
    for path in ("categories.csv", "long.csv", "robustness/weights.csv", "robustness/neighbours.csv"):
        assert {"level", "parent"} <= set(fields[path])
    for path in ("robustness/weight_swaps.csv", "robustness/rank_acceptability.csv"):
        assert "parent" in fields[path]


def test_fields_have_type_unit_meaning_and_key(rendered):
    package = json.loads(rendered[1]["datapackage.json"])
    (ranking,) = [resource for resource in package["resources"] if resource["path"] == "ranking.csv"]
    fields = {field["name"]: field for field in ranking["schema"]["fields"]}
    assert {name: field["description"] for name, field in fields.items()} == {
        column.name: column.meaning for column in list_tables()["ranking"].columns
    }
    assert [fields[name]["type"] for name in ("unit", "rank", "score", "suppressed")] == [
        "string",
        "integer",
        "number",
        "boolean",
    ]
    assert (fields["score"]["unit"], fields["p_first"]["unit"]) == ("score points", "share")
    assert fields["p_first"]["constraints"] == {"minimum": 0, "maximum": 1}
    assert fields["unit"]["constraints"] == {"required": True}
    assert ranking["schema"]["primaryKey"] == ["unit"]
    assert ranking["schema"]["missingValues"] == [""]
    assert "created" not in package
    assert "SYNTHETIC" in package["description"]


@pytest.mark.parametrize(
    ("name", "old", "new", "error"),
    [
        ("ranking.csv", b"COL", b"COM", "hash-count"),
        ("tables.xlsx", b"PK", b"PX", "hash-count"),
        ("robustness/pairs.csv", b"\n", b"\n\n", "byte-count"),
    ],
)
def test_a_changed_file_is_found(folder, name, old, new, error):
    (folder / name).write_bytes((folder / name).read_bytes().replace(old, new, 1))
    (errors,) = list_errors(folder).values()
    assert error in errors


def test_a_value_that_its_column_does_not_allow_is_found(folder, rendered):
    result, files = rendered
    broken = {"ranking.csv": files["ranking.csv"].replace(b"\n1,COL", b"\n0,IND", 1)}
    (folder / "ranking.csv").write_bytes(broken["ranking.csv"])
    definition = load_definition("offshore-bpo-2021")
    (folder / "datapackage.json").write_bytes(describe_package(broken, result, definition))
    assert set(list_errors(folder)["ranking"]) == {"constraint-error", "primary-key"}


def test_files_of_any_kind_can_be_described(rendered):
    result, _ = rendered
    files = {"report.html": b"x", "figures/Rank map.svg": b"<svg/>", "README": b""}
    package = json.loads(describe_package(files, result, load_definition("offshore-bpo-2021")))
    assert [(item["name"], item["mediatype"], item["bytes"]) for item in package["resources"]] == [
        ("report-html", "text/html", 1),
        ("figures-rank-map-svg", "image/svg+xml", 6),
        ("readme", "application/octet-stream", 0),
    ]
