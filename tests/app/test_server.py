"""The page on this machine: who may use it, what it does with a file, and what it says of a broken one."""

import io
import time
import zipfile
from pathlib import Path

import httpx
import pytest

from bpo_index.app.forms import read_answers, read_arranged, read_trial
from bpo_index.app.server import MOST_BYTES, make_server
from bpo_index.app.workspace import Workspace
from bpo_index.definition import parse_definition
from bpo_index.errors import UsageError

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
    assert "A trial, and no publication: normalisation min_max" in text
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
    assert read_answers([("asked", "reverse")]) == {"reverse": "none"}
    assert read_arranged([("answer.title", "x")]) is None
    assert read_trial([("trial.aggregation", "")]) is None
    with pytest.raises(UsageError, match="is no number"):
        read_arranged([("category.0.title", "A"), ("category.0.weight", "much")])
