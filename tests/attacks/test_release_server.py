"""The server of releases: hostile paths, methods, hosts, links and clients get nothing but what is published."""

import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time

import pytest

from bpo_index.errors import UsageError
from flows import serve

RELEASE = "0123456789abcdef"
SECRET = "the answers of single respondents"
PUBLISHED = (
    "report.html",
    "report.es.html",
    "ranking.csv",
    "figures/ranking.svg",
    "robustness/pairs.csv",
    "tables.xlsx",
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}
#: Random paths tried in ordinary CI; `make fuzz` asks for more.
TRIES = int(os.environ.get("BPO_INDEX_FUZZ", "200"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Return a folder with a release, and around and in it what must never be served."""
    folder = tmp_path_factory.mktemp("served")
    release = folder / "releases" / "demo" / "2021" / RELEASE
    for name in PUBLISHED:
        (release / name).parent.mkdir(parents=True, exist_ok=True)
        (release / name).write_text(f"published {name}")
    names = [
        *PUBLISHED,
        "swapped.csv",
        "pipe.csv",
        "linked/inside.csv",
        "folder.csv",
        "script.js",
        ".hidden.json",
        "../up.json",
    ]
    write_manifest(release, names)
    pointer = json.dumps({"path": f"demo/2021/{RELEASE}"})
    (release.parent / "latest.json").write_text(pointer)
    (release.parents[1] / "latest.json").write_text(pointer)
    private = folder / "audit" / RELEASE
    private.mkdir(parents=True)
    write_secret(private / "quarantine.csv")
    for name in (
        *(".lock", ".pending.json", "demo/.lock", "demo/2021/.pending.json", "notes.json", "demo/answers.csv"),
        *("demo/2021/answers.csv", "demo/2021/up.json", f"demo/2021/{RELEASE}/foreign.csv"),
        *(f"demo/2021/{RELEASE}/.hidden.json", f"demo/2021/{RELEASE}/script.js"),
        *(f"demo/2021/.id.tmp-{RELEASE}/report.html", f"audit/{RELEASE}/quarantine.csv", "audit/x/y/quarantine.csv"),
        *(".prefect/login", "inbox/demo/processed/00000001/file/answers.csv"),
    ):
        write_secret(folder / "releases" / name)
    (release / "swapped.csv").symlink_to(private / "quarantine.csv")
    (release / "linked").symlink_to(private)
    write_secret(private / "inside.csv")
    os.mkfifo(release / "pipe.csv")
    (release / "folder.csv").mkdir()
    (folder / "releases" / "linked").symlink_to(folder / "releases" / "demo")
    (folder / "releases" / "outside").symlink_to(private.parent)
    (folder / "releases" / "demo" / "2020").symlink_to(release.parent)
    return folder


def write_secret(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SECRET)


def write_manifest(release, names):
    said = {"release": release.name, "files": {name: {"bytes": 1, "sha256": "x"} for name in names}}
    (release / "manifest.json").write_text(json.dumps(said))


@pytest.fixture(scope="module")
def port(project, tree):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    command = [sys.executable, str(project / "flows" / "release_server.py"), "--port", str(number)]
    command += ["--folder", str(tree / "releases"), "--host-name", "releases.example.org"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while True:
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", number)).close()
            break
        except OSError:
            time.sleep(0.05)
    yield number
    process.terminate()
    process.wait()


def exchange(port, request):
    """Return all that comes back for the bytes of a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            pass
        return received


def ask(port, path, method="GET", host=None):
    """Return status, headers and body for a path as it stands."""
    raw = path if isinstance(path, bytes) else path.encode("latin-1")
    request = b"%s %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (method.encode(), raw, (host or f"127.0.0.1:{port}").encode())
    return read_answer(exchange(port, request))


def read_answer(received):
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().splitlines()
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert HEADERS.items() <= headers.items(), received[:200]
    assert "default-src 'none'" in headers["content-security-policy"]
    return int(first.split()[1]), headers, body.decode()


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_is_served(port, name):
    status, headers, body = ask(port, f"/demo/2021/{RELEASE}/{name}?state=1")
    assert (status, body) == (200, f"published {name}")
    assert ("script-src" in headers["content-security-policy"]) == name.startswith("report")
    status, shown, body = ask(port, f"/demo/2021/{RELEASE}/{name}", "HEAD")
    assert (status, body, shown["content-length"]) == (200, "", headers["content-length"])


def test_pointers_and_manifests_are_served(port):
    for path in ("/demo/latest.json", "/demo/2021/latest.json", f"/demo/2021/{RELEASE}/manifest.json"):
        assert ask(port, path)[0] == 200


HOSTILE = (
    # folders: no listing
    *("/", "/demo", "/demo/", "/demo/2021/", f"/demo/2021/{RELEASE}", f"/demo/2021/{RELEASE}/figures/", ""),
    # what lies in the folder and was not published
    *("/.lock", "/.pending.json", "/demo/2021/.pending.json", "/notes.json", "/demo/answers.csv", "/demo/2021/up.json"),
    *(f"/demo/2021/{RELEASE}/foreign.csv", f"/demo/2021/{RELEASE}/.hidden.json", f"/demo/2021/{RELEASE}/script.js"),
    *("/demo/2021/answers.csv", f"/demo/2021/.id.tmp-{RELEASE}/report.html", "/.prefect/login"),
    *(f"/audit/{RELEASE}/quarantine.csv", "/audit/x/y/quarantine.csv"),
    "/inbox/demo/processed/00000001/file/answers.csv",
    # links and pipes, though a manifest names them
    *(f"/demo/2021/{RELEASE}/swapped.csv", f"/demo/2021/{RELEASE}/linked/inside.csv", f"/demo/2021/{RELEASE}/pipe.csv"),
    f"/demo/2021/{RELEASE}/folder.csv",
    *(f"/linked/2021/{RELEASE}/report.html", f"/outside/{RELEASE}/quarantine.csv", f"/demo/2020/{RELEASE}/report.html"),
    # ways out
    *(f"/../audit/{RELEASE}/quarantine.csv", f"/demo/../../audit/{RELEASE}/quarantine.csv"),
    *(f"/%2e%2e/audit/{RELEASE}/quarantine.csv", f"/..%2faudit%2f{RELEASE}%2fquarantine.csv"),
    *(f"/%252e%252e/audit/{RELEASE}/quarantine.csv", f"/..%5caudit%5c{RELEASE}%5cquarantine.csv"),
    *(f"/demo/2021/{RELEASE}/../up.json", f"/demo/2021/{RELEASE}/%2e%2e/up.json", "/%c0%ae%c0%ae/audit/x"),
    *("//etc/passwd", "/%2fetc/passwd", "/etc/passwd", "file:///etc/passwd", "/~root/x.json", "C:\\x.json"),
    # odd bytes
    *(f"/demo/2021/{RELEASE}/report.html%00", f"/demo/2021/{RELEASE}/report.html%00.csv", "/%00", "/%", "/%zz.csv"),
    *(
        f"/demo/2021/{RELEASE}/report.html/",
        f"/demo//2021/{RELEASE}/report.html",
        f"/demo/./2021/{RELEASE}/report.html",
    ),
    *(
        f"/demo/2021/{RELEASE}/report.html%20",
        f"/demo/2021/{RELEASE}/REPORT.HTML",
        "/" + "a/" * 3000 + "x.csv",
        "/\xff.csv",
    ),
)


@pytest.mark.parametrize("path", HOSTILE)
def test_nothing_else_is_served(port, path):
    status, _, body = ask(port, path)
    assert status in (400, 404)
    assert body in ("Not Found\n", "Bad Request\n")


def test_random_ways_out_lead_nowhere(port, tree):
    parts = ["..", ".", "", "%2e%2e", "%252e", "audit", RELEASE, "quarantine.csv", "demo", "2021", "report.html", "%2f"]
    parts += [
        "linked",
        "outside",
        "releases",
        "\\",
        "%5c",
        "%00",
        ".lock",
        "answers.csv",
        str(tree),
        "swapped.csv",
        "?",
        ";",
    ]
    chance = random.Random(21)
    for _ in range(TRIES):
        path = "/" + "/".join(chance.choices(parts, k=chance.randint(1, 8)))
        status, _, body = ask(port, path)
        assert SECRET not in body, path
        assert status in (400, 404) or body.startswith("published"), path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"])
def test_other_methods_are_refused(port, method):
    status, headers, _ = ask(port, f"/demo/2021/{RELEASE}/report.html", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", "[::1]"]
)
def test_a_page_elsewhere_whose_name_leads_here_gets_nothing(port, host):
    assert ask(port, "/demo/latest.json", host=host.format(port=port))[0] == 421
    assert exchange(port, b"GET /demo/latest.json HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 421")


def test_the_names_of_this_machine_and_a_configured_one_are_taken(port):
    for host in (f"LOCALHOST:{port}", "releases.example.org"):
        assert ask(port, "/demo/latest.json", host=host)[0] == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        *(
            b"GET /demo/latest.json\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/x\r\n\r\n",
            b"\x00\x01\x02\r\n\r\n",
        ),
        b"GET / two words HTTP/1.1\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
)
def test_an_odd_request_gets_an_error_with_all_headers(port, request_bytes):
    assert 400 <= read_answer(exchange(port, request_bytes))[0] <= 505


def test_hundreds_of_silent_and_endless_clients_keep_nobody_waiting_for_ever(port):
    opened = []
    try:
        for start in itertools.islice(itertools.cycle([b"", b"GET", b"GET / HTTP/1.1\r\nA: "]), 300):
            opened.append(socket.create_connection(("127.0.0.1", port), timeout=60))
            opened[-1].sendall(start)
        assert ask(port, f"/demo/2021/{RELEASE}/report.html")[0] == 200
    finally:
        for connection in opened:
            connection.close()
    assert ask(port, "/demo/latest.json")[0] == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"release": "%s", "files": 1}' % RELEASE.encode(),
        b"\xff\xfe",
        b'{"files": {}}',
    ],
)
def test_a_damaged_manifest_names_nothing(port, tree, content):
    release = tree / "releases" / "demo" / "2019" / RELEASE
    write_secret(release / "report.html")
    (release / "manifest.json").write_bytes(content)
    assert ask(port, f"/demo/2019/{RELEASE}/report.html")[0] == 404


@pytest.fixture
def private(tmp_path):
    """Return a folder with an inbox and a `prefect.yaml` that names it and a folder of audits."""
    settings = f"{{inbox: {tmp_path}/inbox, audit_dir: {tmp_path}/audit}}"
    (tmp_path / "prefect.yaml").write_text(f"deployments: [{{name: sweep, parameters: {{settings: {settings}}}}}]\n")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "inbox")
    return tmp_path


@pytest.mark.parametrize("releases", ["inbox", "inbox/deep", ".", "audit", "home/x", "link"])
def test_a_folder_that_holds_private_ones_or_lies_in_them_is_refused(private, releases):
    with pytest.raises(UsageError, match="so it cannot hold the private folder"):
        serve.check_releases((private / releases).resolve(), private / "home", private / "prefect.yaml")
    serve.check_releases(private / "releases", private / "home", private / "prefect.yaml")


def test_serve_ends_with_that_sentence_before_it_does_anything(project, private):
    command = [sys.executable, str(project / "flows" / "serve.py"), "--home", str(private / "home")]
    command += ["--prefect-file", str(private / "prefect.yaml"), "--releases", str(private / "audit")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("serve: The folder of releases ")
    assert not (private / "home").exists()
