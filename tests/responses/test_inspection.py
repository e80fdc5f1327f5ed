"""What `inspect` shows: the mapping, what is near and not taken, and a definition that makes it explicit."""

import json
from pathlib import Path

import pytest
import yaml

from bpo_index.cli.main import main
from bpo_index.definition import load_definition, parse_definition
from bpo_index.errors import UsageError
from bpo_index.responses import read_responses
from bpo_index.responses.inspection import inspect_files
from bpo_index.responses.template import list_codebook, write_template
from tests.responses.exports.files import FOLDER, TEXT_FILES
from tests.surveys import HEADER, make_definition, write_csv

ROWS = ["a,Aland,1,2,3", "b,Belland,4,5,dk", "c,Celand,7,very good,"]


def merge(raw, fragment):
    """Return a definition's raw value with the keys of a fragment put in."""
    if isinstance(raw, dict) and isinstance(fragment, dict):
        return raw | {key: merge(raw.get(key), value) for key, value in fragment.items()}
    if isinstance(raw, list) and isinstance(fragment, list) and all(isinstance(item, dict) for item in fragment):
        key = "code" if "code" in fragment[0] else "id"
        own = {item[key]: item for item in fragment}
        merged = [merge(item, own.pop(item[key], {})) for item in raw]
        assert not own
        return merged
    return fragment


def uncomment(fragment):
    lines = fragment.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("# Proposed"))
    return "\n".join(line.removeprefix("# ") for line in lines[start + 1 :])


def test_exact_matches_are_taken_and_near_ones_only_proposed(tmp_path):
    path = write_csv(tmp_path, *ROWS, header="id,country,ONE,second,Tree")
    (found,) = inspect_files([path], make_definition())
    columns = {column.target: (column.heading, column.found_by, column.confidence) for column in found.columns}
    assert columns == {
        "respondent_id": ("id", "heading", 1.0),
        "unit": ("country", "heading", 1.0),
        "q1": ("ONE", "text", 1.0),
        "q2": ("second", "alias", 1.0),
    }
    assert found.missing == ("q3",)
    assert [(one.target, one.heading) for one in found.proposals] == [("q3", "Tree")]
    assert 0.6 <= found.proposals[0].confidence < 1
    assert "lacks 1 column that the index needs: q3" in found.refusal
    assert "Near, and not taken: Tree may be q3" in found.refusal
    assert read_responses([path], make_definition()).table.is_empty()


def test_units_and_answers_are_counted_known_and_unknown(tmp_path):
    (found,) = inspect_files([write_csv(tmp_path, *ROWS)], make_definition())
    assert found.refusal is None
    assert (found.rows, found.units, found.unknown_units) == (3, {"AAA": 1, "CCC": 1}, {"Belland": 1})
    assert [(one.target, one.heading) for one in found.unit_proposals] == [("BBB", "Belland")]
    assert found.ratings == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "7": 1}
    assert found.not_ratings == {"dont_know": 1, "skipped": 0, "not_asked": 0, "empty": 1}
    assert found.unknown_answers == {"very good": 1}


def test_the_column_of_units_is_proposed_by_its_cells(tmp_path):
    path = write_csv(tmp_path, *ROWS[:1] * 4, "b,Narnia,1,2,3", header=HEADER.replace("country", "Where are you?"))
    (found,) = inspect_files([path], make_definition())
    assert [(one.target, one.heading, one.confidence) for one in found.proposals] == [("unit", "Where are you?", 0.8)]


@pytest.mark.parametrize("file", TEXT_FILES)
def test_the_fragment_makes_the_mapping_explicit(file):
    name = TEXT_FILES[file][0]
    raw = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    before = read_responses([FOLDER / file], load_definition(FOLDER / f"{name}.yaml"))
    (found,) = inspect_files([FOLDER / file], load_definition(FOLDER / f"{name}.yaml"))
    explicit = parse_definition(yaml.safe_dump(merge(raw, yaml.safe_load(found.fragment)), allow_unicode=True))
    assert explicit.source.export is not None
    assert explicit.source.header_rows is not None
    after = read_responses([FOLDER / file], explicit)
    columns = [column for column in after.table.columns if column in before.table.columns]
    assert after.table.select(columns).equals(before.table.select(columns))


def test_what_is_proposed_can_be_uncommented_and_then_the_file_is_read(tmp_path):
    path = write_csv(tmp_path, *ROWS[:2], header="id,Contry,ONE,Secnd,Tree")
    definition = make_definition()
    (found,) = inspect_files([path], definition)
    merged = merge(definition.model_dump(mode="json"), yaml.safe_load(uncomment(found.fragment)))
    again = parse_definition(json.dumps(merged))
    responses = read_responses([path], again)
    assert responses.refusals == []
    assert responses.table.select("unit", "q1", "q2", "q3").rows() == [
        ("Aland", "1", "2", "3"),
        ("Belland", "4", "5", "dk"),
    ]
    (then,) = inspect_files([path], again)
    assert then.missing == ()


def test_the_command_prints_all_of_it_and_json(tmp_path, capsys):
    path = write_csv(tmp_path, *ROWS, header="id,country,ONE,second,Tree")
    definition = tmp_path / "definition.yaml"
    definition.write_text(json.dumps(make_definition().model_dump(mode="json")))
    assert main(["inspect", str(path), "--definition", str(definition)]) == 0
    printed = capsys.readouterr().out
    for expected in ("header row on line 1", "near, not taken", "unknown", "near to Beland", "very good", "columns:"):
        assert expected in " ".join(printed.split())
    assert main(["inspect", str(path), "--definition", str(definition), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["units"] == {"AAA": 1, "CCC": 1}


def test_a_broken_file_is_inspected_with_one_sentence(tmp_path, capsys):
    path = tmp_path / "x.csv"
    path.write_bytes(b"PAR1 no")
    assert main(["inspect", str(path)]) == 0
    assert "is damaged" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["offshore-bpo-2021", str(FOLDER / "definition.yaml")])
def test_a_filled_template_passes_check(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    assert main(["template", name, "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    definition = load_definition(name)
    headings = Path(written["questionnaire"]).read_text(encoding="utf-8").strip().split(",")
    assert set(definition.question_ids) < set(headings)
    lines = [",".join(headings)]
    for n in range(24):
        unit = definition.units[n % 2]
        fields = {definition.columns.unit: unit.name, definition.columns.respondent: f"r{n}"}
        answers = {q: f"{1 + (n + k * 3) % 5}" for k, q in enumerate(definition.question_ids)}
        lines.append(",".join((fields | answers).get(heading, "") for heading in headings))
    Path("filled.csv").write_text("\n".join(lines), encoding="utf-8")
    index = load_definition(name).model_dump(mode="json")
    index["scale"]["may_be_narrow"] = True
    Path("definition.yaml").write_text(json.dumps(index), encoding="utf-8")
    assert main(["check", "filled.csv", "--definition", "definition.yaml"]) == 0
    printed = capsys.readouterr().out
    assert "Rows read 24, used 24, quarantined 0" in printed
    assert "columns not used" not in printed
    codebook = Path(written["codebook"]).read_text(encoding="utf-8")
    assert all(question.text[:20] in codebook.replace('""', '"') for question in definition.questions)


def test_an_empty_template_is_refused_as_empty(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["template", "offshore-bpo-2021"])
    assert main(["check", "template/offshore-bpo-2021-questionnaire.csv"]) == 1
    assert "has a header row and no responses" in capsys.readouterr().err


def test_a_questionnaire_with_answers_is_not_overwritten(tmp_path):
    definition = make_definition()
    questionnaire, _ = write_template(definition, tmp_path)
    assert write_template(definition, tmp_path)[0] == questionnaire
    empty = questionnaire.read_bytes()
    text = empty.decode()
    saved = ("\ufeff" + text.replace(",", ";").replace("\n", "\r\n")).encode()
    quoted = text.replace(",", '"\t"').replace("\n", '"\n\t\t\t\n')
    for still_empty in (empty + b"\n\n", saved, saved + b";;;\r\n", f'"{quoted}'.encode("utf-16"), b";;;;\n", b""):
        questionnaire.write_bytes(still_empty)
        assert write_template(definition, tmp_path)[0].read_bytes() == empty
    for filled in (
        empty + b"a,Aland",
        empty.replace(b"\n", b"\r") + b"a,Aland\r",
        (empty + b"a").decode().encode("utf-16"),
        saved + b"a;Aland\r\n",
        empty.replace(b"q1", b"q9"),
        empty.strip() + b",more\n",
    ):
        questionnaire.write_bytes(filled)
        with pytest.raises(UsageError, match="may hold answers"):
            write_template(definition, tmp_path)
        assert questionnaire.read_bytes() == filled


def test_the_codebook_says_what_the_ends_mean_and_which_numbers_are_ratings():
    answers = {row["column"]: row["answers"] for row in list_codebook(make_definition()).iter_rows(named=True)}
    assert answers["q1"].startswith("0 (least confidence) to 10 (most); 'top' for 10")
    assert answers["q3"].startswith("0 (most confidence) to 10 (least)")
    listed = make_definition(**{"labels: {top: 10}": "labels: {'1': 0, '2': 10}"})
    answers = {row["column"]: row["answers"] for row in list_codebook(listed).iter_rows(named=True)}
    assert answers["q1"].startswith("'1' for 0; '2' for 10; don't know: 98")


def test_what_is_listed_does_not_hang_on_the_order_and_counts_are_whole(tmp_path):
    texts = [f"no{n}" for n in range(40)]
    rows = [f"{n},Aland,{text},7.1234561,7.123456{n % 4}" for n, text in enumerate(texts)]
    (found,) = inspect_files([write_csv(tmp_path, *rows)], make_definition())
    assert list(found.unknown_answers) == sorted(texts)
    assert sum(found.ratings.values()) == 80
    assert found.ratings["7.1234561"] == 50


def test_json_is_whole_and_the_terminal_says_how_many_more(tmp_path, capsys):
    rows = [f"{n},Land {n},no{n},7,7" for n in range(40)]
    path = write_csv(tmp_path, *rows, header=f"{HEADER}," + ",".join(f"extra {n}" for n in range(20)))
    path.write_text(path.read_text().replace(",7,7\n", ",7,7" + "," * 20 + "\n"))
    definition = tmp_path / "definition.yaml"
    definition.write_text(json.dumps(make_definition().model_dump(mode="json")))
    assert main(["inspect", str(path), "--definition", str(definition), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (len(found["unknown_units"]), len(found["unknown_answers"])) == (40, 40)
    assert (len(found["unused"]), len(found["headings"])) == (20, 25)
    assert main(["inspect", str(path), "--definition", str(definition)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("and 10 more texts: inspect --json lists all") == 2
    assert "# and 10 more answers: inspect --json lists all" in printed
    assert "and 8 more (inspect --json lists all)" in printed


def test_a_file_of_another_survey_gets_that_sentence(tmp_path):
    path = write_csv(tmp_path, "1,2", header="Age,Weather")
    (found,) = inspect_files([path], make_definition())
    assert "so this is not the survey of Small index (small one)" in found.refusal
    assert "give the definition of this survey with --definition" in found.refusal
    (found,) = inspect_files([write_csv(tmp_path, *ROWS, header="id,country,a,b,q3")], make_definition())
    assert "not the survey" not in found.refusal


def test_what_a_folder_has_beside_the_answers_is_named(tmp_path):
    write_csv(tmp_path, *ROWS)
    (tmp_path / "notes.docx").write_bytes(b"x")
    (found,) = inspect_files([tmp_path], make_definition())
    assert "not read: notes.docx" in found.decisions[0]


def test_proposed_aliases_keep_those_that_are_there(tmp_path):
    (found,) = inspect_files([write_csv(tmp_path, "a,Alandd,1,2,3", "b,Beland,1,2,3")], make_definition())
    assert "A land" in found.fragment
    assert "Alandd" in found.fragment
