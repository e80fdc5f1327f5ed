"""The page on this machine: who may use it, what it does with a file, and what it says of a broken one."""

import io
import time
import zipfile
from pathlib import Path

import httpx
import pytest

from bpo_index.app.forms import read_answers, read_arranged, read_trial
from bpo_index.app.server import MOST_BYTES, make_server
from bpo_index.app.workspace import Job, Workspace
from bpo_index.definition import parse_definition

CHAMBERS = Path(__file__).parents[1] / "drafting/encuesta_camaras_2024.csv"
HOST = "http://127.0.0.1:8123"


@pytest.fixture
def workspace():
    made = Workspace()
    yield made
    made.close()
    assert not made.folder.exists()


@pytest.fixture
def ask(workspace):
    """Return what sends one request to the page."""
    server = make_server("token", 8123, workspace)

    def send(method, path, **options):
        import anyio

        async def work():
            transport = httpx.ASGITransport(server)
            async with httpx.AsyncClient(transport=transport, base_url=HOST, follow_redirects=True) as client:
                return await client.request(method, path, **options)

        return anyio.run(work)

    return send


def give(ask, name="encuesta_camaras_2024.csv", content=None):
    return ask("POST", "/token/files", files={"files": (name, content or CHAMBERS.read_bytes())})


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/token/", {}, 200),
        ("/", {}, 404),
        ("/other/", {}, 404),
        ("/token/", {"host": "example.org"}, 403),
        ("/token/", {"host": "127.0.0.1:1"}, 403),
        ("/token/assets/htmx.min.js", {}, 200),
        ("/token/assets/../server.py", {}, 404),
        ("/token/release/report.html", {}, 404),
    ],
)
def test_only_this_machine_with_the_token_gets_anything(ask, path, headers, status):
    assert ask("GET", path, headers=headers).status_code == status


def test_no_other_page_may_send_a_form(ask):
    assert ask("POST", "/token/settle", headers={"origin": "http://example.org"}, data={"a": "b"}).status_code == 403
    assert ask("POST", "/token/settle", headers={"origin": "null"}, data={"a": "b"}).status_code == 403
    assert ask("POST", "/token/settle", headers={"origin": HOST}, data={"asked": "x"}).status_code != 403


def test_an_upload_is_bounded(ask):
    answer = ask("POST", "/token/files", headers={"content-length": str(MOST_BYTES + 1)}, content=b"x")
    assert answer.status_code == 413
    assert "Give fewer at once" in answer.text


def test_pages_load_nothing_from_elsewhere(ask):
    answer = give(ask)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http://" not in answer.text.replace(HOST, "")
    assert "https://" not in answer.text


def test_a_file_is_drafted_ranked_and_asked_about(ask, workspace):
    text = give(ask).text
    assert "15 chambers" in text
    assert "Which of these questions mean the opposite" in text
    assert "Rows read 300, used 281, not used 19" in text
    assert text.count("<meter") == 15
    assert [path.name for path in workspace.files] == ["encuesta_camaras_2024.csv"]


def test_answers_weights_and_order_by_hand_reach_the_definition(ask, workspace):
    give(ask)
    fields = {"asked": "reverse", "answer.reverse": ["q3"], "answer.title": "Cámaras"}
    fields |= {
        "category.0.title": "Todo",
        "category.0.weight": "1",
        "category.1.title": "Servicio",
        "category.1.weight": "2,5",
    }
    for n in range(1, 15):
        fields |= {f"question.q{n}.category": "1" if n > 10 else "0", f"question.q{n}.place": str(20 - n)}
    fields["question.q3.reverse"] = "1"
    assert ask("POST", "/token/settle", data=fields).status_code == 200
    definition = parse_definition(ask("GET", "/token/definition.yaml").text)
    assert definition.title == "Cámaras"
    assert [(one.title, one.weight) for one in definition.categories] == [("Todo", 1.0), ("Servicio", 2.5)]
    assert [one.id for one in definition.categories[1].questions] == ["q14", "q13", "q12", "q11"]
    assert [one.id for one in definition.questions if one.reverse] == ["q3"]


def test_a_trial_stands_beside_the_ranking_and_is_called_so(ask):
    give(ask)
    text = ask("POST", "/token/settle", data={"trial.normalisation": "min_max"}).text
    assert "A trial, and no publication: normalisation min max" in text
    assert "Score, trial" in text
    assert "A trial" not in ask("GET", "/token/").text


def test_methods_that_do_not_go_together_are_said(ask):
    give(ask)
    text = ask("POST", "/token/settle", data={"trial.weighting": "ahp"}).text
    assert 'role="alert"' in text


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"a,b\n", "just a line".encode("utf-16"), b"a,b\n1,2\n" * 3])
def test_a_broken_file_gets_a_sentence(ask, content):
    answer = give(ask, "broken.csv", content or b" ")
    assert answer.status_code == 200
    assert "Traceback" not in answer.text
    assert 'role="alert"' in answer.text


def test_a_name_of_a_file_becomes_no_path(ask, workspace):
    give(ask, "../../../etc/passwd.csv")
    assert [path.parent for path in workspace.files] == [workspace.folder / "files"]


def test_the_report_is_made_and_packed(ask, workspace):
    give(ask)
    assert ask("GET", "/token/release.zip").status_code == 409
    assert ask("POST", "/token/report").status_code == 200
    deadline = time.monotonic() + 300
    while not workspace.job.is_over and time.monotonic() < deadline:
        time.sleep(0.2)
    assert workspace.job.problem == ""
    report = ask("GET", "/token/release/report.html")
    assert report.status_code == 200
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    packed = zipfile.ZipFile(io.BytesIO(ask("GET", "/token/release.zip").content))
    assert any(name.endswith("/manifest.json") for name in packed.namelist())
    assert ask("GET", "/token/release/../../private/key").status_code == 404


def test_fields_of_forms():
    assert read_answers([("asked", "reverse"), ("answer.correct.scale", "")]) == {
        "reverse": "none",
        "correct.scale": "",
    }
    assert read_arranged([("answer.title", "x")], None, {}) is None
    assert read_trial([("trial.aggregation", "")], {}) is None


def arrange(weight="1", **more):
    """Return the fields of the chambers' questions, all in one category."""
    fields = {"category.0.title": "Todo", "category.0.weight": weight}
    for n in range(1, 15):
        fields |= {f"question.q{n}.category": "0", f"question.q{n}.place": str(n)}
    return fields | more


def test_a_field_that_cannot_be_taken_keeps_its_text_and_says_why_beside_it(ask, workspace):
    give(ask)
    text = ask("POST", "/token/settle", data=arrange("much") | {"question.q3.reverse": "1"}).text
    control, rest = text.split('name="category.0.weight"')[1].split(">", 1)
    assert 'value="much"' in control
    assert 'aria-describedby="e-category.0.weight"' in control
    assert rest.startswith('<span class="said" role="alert" id="e-category.0.weight">&#39;much&#39; is no number.')
    definition = parse_definition(workspace.drafted.text)
    assert [one.id for one in definition.questions if one.reverse] == ["q3"]  # the rest is taken
    assert [one.weight for one in definition.categories] == [1.0]


def test_a_title_stays_before_a_question_is_in_its_category(ask, workspace):
    give(ask)
    text = ask("POST", "/token/settle", data=arrange() | {"category.1.title": "Servicio"}).text
    assert 'value="Servicio"' in text
    assert text.count(">Servicio</option>") == 14
    assert text.count(">New category</option>") == 14
    two = arrange() | {"category.1.title": "Todo", "question.q1.category": "1"}
    assert "Another category is called" in ask("POST", "/token/settle", data=two).text
    assert [one.title for one in parse_definition(workspace.drafted.text).categories] == ["Todo", "Todo 2"]


def test_questions_and_units_are_left_out_and_come_back(ask, workspace):
    give(ask)
    fields = arrange() | {"question.q14.category": "out", "units": "listed"}
    codes = [one.code for one in workspace.drafted.draft.units]
    text = ask("POST", "/token/settle", data=fields | {f"unit.{code}": "1" for code in codes[1:]}).text
    definition = parse_definition(workspace.drafted.text)
    assert "q14" not in [one.id for one in definition.questions]
    assert codes[0] not in definition.unit_names
    assert text.count("<meter") == 14
    assert 'name="question.q14.category"' in text
    ask("POST", "/token/settle", data=arrange() | {"units": "listed"} | {f"unit.{code}": "1" for code in codes})
    definition = parse_definition(workspace.drafted.text)
    assert len(definition.questions) == 14
    assert len(definition.unit_names) == 15
    assert "A ranking needs 2 at least" in ask("POST", "/token/settle", data={"units": "listed"}).text


def test_how_a_file_was_read_is_corrected(ask, workspace):
    lines = ["when,place,note one,note two,extra"]
    lines += [
        f"2024-01-{n % 28 + 1:02},{('north', 'south', 'east')[n % 3]},{n % 8 + 2},{n % 7 + 3},{n}" for n in range(60)
    ]
    text = give(ask, "few.csv", "\n".join(lines).encode()).text
    place, one, two = (
        str([column.name for column in workspace.table.columns].index(name))
        for name in ("place", "note one", "note two")
    )
    fields = {
        "answer.correct.columns.unit": place,
        "asked": "correct.questions",
        "answer.correct.questions": [one, two],
    }
    ask("POST", "/token/settle", data=fields)
    text = ask("POST", "/token/settle", data=fields | {"answer.correct.scale": "1 to 10"}).text
    definition = parse_definition(workspace.drafted.text)
    assert set(definition.unit_names.values()) == {"north", "south", "east"}
    assert (definition.scale.minimum, definition.scale.maximum) == (1, 10)
    assert len(definition.questions) == 2
    assert text.count("<meter") == 3
    assert "is no scale" in ask("POST", "/token/settle", data=fields | {"answer.correct.scale": "10"}).text


def test_what_is_missing_names_the_control_that_gives_it(ask):
    text = give(ask, "none.csv", b"a,b\n" + b"".join(b"%d,%d\n" % (1000 + n, 5000 + n * n) for n in range(30))).text
    assert '<a href="#fix-unit">What is ranked is not known' in text
    assert '<a href="#fix-questions">No rated questions' in text
    assert 'id="fix-unit"' in text
    assert 'id="fix-questions"' in text
    fields = {"answer.correct.columns.unit": "0", "asked": "correct.questions", "answer.correct.questions": "1"}
    text = ask("POST", "/token/settle", data=fields).text
    assert "What is ranked is not known" not in text
    assert "No rated questions" not in text


def test_methods_are_named_in_words_and_need_nothing_more(ask):
    text = give(ask).text
    assert "Min max: the lowest and the highest chamber become the ends of a range" in text
    for name in ("ahp", "importance", "goalposts", "distance_to_target", "generalised_mean"):
        assert f'<option value="{name}"' not in text


def test_no_file_is_said_beside_the_control(ask):
    text = ask("POST", "/token/files", files={"files": ("", b"")}).text
    assert 'aria-describedby="e-files"' in text
    assert "No file is chosen" in text


def test_a_report_of_an_earlier_definition_is_marked(ask, workspace):
    give(ask)
    workspace.job = Job(workspace.drafted.text, is_over=True)
    assert "earlier definition" not in ask("GET", "/token/").text
    ask("POST", "/token/settle", data={"answer.title": "Otro"})
    assert "with an earlier definition" in ask("GET", "/token/").text
    ask("POST", "/token/settle", data={"answer.title": workspace.job.text.split("title: ")[1].split("\n")[0]})
    assert "earlier definition" not in ask("GET", "/token/").text
