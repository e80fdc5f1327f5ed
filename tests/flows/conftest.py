"""A `make serve` that the tests of a module share, and a webhook that notes what it is reported."""

import http.server
import json
import threading

import pytest

from tests.flows.served import Served


@pytest.fixture(scope="module")
def webhook():
    """Return the list of what a webhook on this machine was reported, and its address."""
    shown = []

    class Take(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            shown.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield shown, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def served(project, tmp_path_factory, webhook):
    machine = Served(project, tmp_path_factory.mktemp("served"), environment={"BPO_INDEX_WEBHOOK": webhook[1]})
    machine.start()
    yield machine
    assert machine.stop() == 0
