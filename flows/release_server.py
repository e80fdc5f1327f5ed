"""A server of releases for this machine: the files that a release's manifest names, the pointers, and nothing else.

    python flows/release_server.py --folder releases --port 4201 [--host-name releases.example.org]

What it serves is decided by four rules. A path is names of plain letters, never one that begins with a dot; each is
looked up in the folder before it, and a link is never followed. Beside releases, only the files of `POINTERS` are
served. In a release, only its manifest and what that names. And what is served has a suffix of `TYPES`. All else,
folders too, is "Not found". Every answer has the headers of `HEADERS`.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import re
import socket
import stat
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

HOST = "127.0.0.1"
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
}
#: What lies beside releases, in the folder of an edition and of an index.
POINTERS = frozenset({"latest.json"})
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; base-uri 'none'; "
    "form-action 'none'; "
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": f"{POLICY}frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
# NOTE: report and annex say in their own policy which script is its own, by hash; both policies hold at once.
REPORT_POLICY = f"{POLICY}script-src 'unsafe-inline'; frame-ancestors 'none'"
_REPORT = re.compile(r"(?:report|annex)(\.[A-Za-z0-9-]+)?\.html")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_RELEASE = re.compile(r"[0-9a-f]{16,64}")
_MOST_NAMES = 12
_MOST_MANIFEST_BYTES = 4 * 1024 * 1024
#: A request must have come whole after these seconds; each part of an answer must be taken after as many.
SECONDS = 10.0
#: Connections at once; when one more comes, the oldest that has not said what it wants is closed.
MOST_CONNECTIONS = 100
_PART = 1024 * 1024


def open_published(root: Path, target: str) -> tuple[BinaryIO, str]:
    """Open what is served at the path of a request; return it with its name.

    Raises
    ------
    FileNotFoundError
        When nothing is served there: the path is no path of a release, or nothing of ours lies there.
    """
    names = _split(target)
    *folders, name = names
    if Path(name).suffix not in TYPES:
        raise FileNotFoundError(target)
    try:
        if len(folders) <= 2:
            if name not in POINTERS:
                raise FileNotFoundError(target)
        elif "/".join(names[3:]) not in _find_named(root, folders):
            raise FileNotFoundError(target)
        return _open(root, names), name
    except (OSError, ValueError):
        raise FileNotFoundError(target) from None


def _find_named(root: Path, folders: list[str]) -> frozenset[str]:
    """Return the names of what is served of a release: its files, or the page of one that was withdrawn."""
    try:
        with _open(root, [*folders[:3], "manifest.json"]) as manifest:
            return _list_files(manifest.read(_MOST_MANIFEST_BYTES + 1), folders[2]) | {"manifest.json"}
    except FileNotFoundError:
        _open(root, [*folders[:3], "withdrawn.json"]).close()
        return frozenset({"withdrawn.json", "report.html"})


def _split(target: str) -> list[str]:
    """Return the names of a request's path; what is encoded is decoded once, and must be plain then."""
    path = target.partition("?")[0]
    try:
        names = unquote_to_bytes(path).decode("ascii").split("/")
    except UnicodeDecodeError:
        raise FileNotFoundError(target) from None
    if names[0] or not 2 <= len(names) <= _MOST_NAMES or not all(map(_NAME.fullmatch, names[1:])):
        raise FileNotFoundError(target)
    return names[1:]


def _open(root: Path, names: list[str]) -> BinaryIO:
    """Open a regular file by its names, each looked up in the folder before it and none a link, whoever moves what."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    folder = os.open(root, flags | os.O_DIRECTORY)
    try:
        for name in names[:-1]:
            inner = os.open(name, flags | os.O_DIRECTORY, dir_fd=folder)
            os.close(folder)
            folder = inner
        file = os.open(names[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise FileNotFoundError(names[-1])
    return os.fdopen(file, "rb")


@functools.lru_cache(maxsize=16)
def _list_files(manifest: bytes, release: str) -> frozenset[str]:
    """Return the names of a release's files from its manifest, none where it is not the manifest of that release."""
    if len(manifest) > _MOST_MANIFEST_BYTES or not _RELEASE.fullmatch(release):
        return frozenset()
    try:
        said = json.loads(manifest)
        return frozenset(said["files"]) if said["release"] == release else frozenset()
    except (ValueError, KeyError, TypeError, RecursionError):
        return frozenset()


class _Reader(io.RawIOBase):
    """The stream of a request, which ends at a deadline however slowly it comes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._end = time.monotonic() + SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; a connection has one request."""

    server: ReleaseServer
    server_version, sys_version = "bpo-index", ""
    # A request without a version gets an answer with headers too.
    default_request_version = "HTTP/1.0"

    def setup(self) -> None:
        """Read with a deadline, and write with one for each part."""
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Reader(self.connection))

    def parse_request(self) -> bool:
        """Read the request, and refuse one for another host: a page elsewhere whose name leads here."""
        if not super().parse_request():
            return False
        self.server.keep(self.connection)
        self.connection.settimeout(SECONDS)
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].strip().lower() not in self.server.hosts:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        return True

    def do_GET(self) -> None:
        """Send a file of a release, or say that there is none."""
        try:
            opened, name = open_published(self.server.root, self.path)
        except FileNotFoundError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with opened:
            length = os.fstat(opened.fileno()).st_size
            self.policy = REPORT_POLICY if _REPORT.fullmatch(name) else None
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", TYPES[Path(name).suffix])
            self.send_header("Content-Length", str(length))
            self.end_headers()
            while self.command == "GET" and length > 0 and (part := opened.read(min(_PART, length))):
                self.wfile.write(part)
                length -= len(part)

    do_HEAD = do_GET  # noqa: N815
    policy: str | None = None

    def send_error(self, code: int, _message: str | None = None, _explain: str | None = None) -> None:
        """Answer with a status and its name in plain text."""
        if code == HTTPStatus.NOT_IMPLEMENTED:  # as the library says that it has no such method
            code = HTTPStatus.METHOD_NOT_ALLOWED
        text = f"{HTTPStatus(code).phrase}\n".encode()
        self.send_response(code)
        if code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def end_headers(self) -> None:
        """Add the headers of every answer."""
        for name, value in HEADERS.items():
            self.send_header(name, (self.policy or value) if name == "Content-Security-Policy" else value)
        self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log to standard error, with what a request says made harmless."""
        text = (format % arguments).encode("ascii", "backslashreplace").decode()
        sys.stderr.write(f"{self.log_date_time_string()} {text.translate(_CONTROL)[:500]}\n")


_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


class ReleaseServer(ThreadingHTTPServer):
    """Serves the releases of a folder, a thread a connection, never more than `MOST_CONNECTIONS`."""

    request_queue_size = 128

    def __init__(self, root: Path, port: int, host_names: tuple[str, ...] = ()) -> None:
        self.root = root.resolve(strict=True)
        self._slots = threading.Semaphore(MOST_CONNECTIONS)
        self._lock = threading.Lock()
        self._silent: dict[socket.socket, None] = {}
        super().__init__((HOST, port), Handler)
        self.hosts = {f"{name}:{self.server_port}" for name in (HOST, "localhost")} | set(host_names)

    def keep(self, connection: socket.socket) -> None:
        """Note that a connection has said what it wants, and is not closed for others."""
        with self._lock:
            self._silent.pop(connection, None)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, when there is room for it."""
        wait = 0.0
        while not self._slots.acquire(timeout=wait):
            self._close_oldest()
            wait = 0.1
        with self._lock:
            self._silent[request] = None
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the system has no thread left
            self._slots.release()
            raise

    def _close_oldest(self) -> None:
        """Close the connection that has said nothing for longest."""
        with self._lock, suppress(OSError):
            if self._silent:
                oldest = next(iter(self._silent))
                del self._silent[oldest]
                oldest.shutdown(socket.SHUT_RDWR)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.keep(request)
            self._slots.release()

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Log in a line why a connection ended early."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # those that went away, or came too slowly, say nothing about us
            sys.stderr.write(f"A connection ended: {type(error).__name__}: {error}\n")


def main(argv: list[str] | None = None) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Serve the releases of a folder on this machine.")
    parser.add_argument("--folder", type=Path, required=True, help="the folder of all releases")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host-name", action="append", default=[], help="another name (and port) in requests' Host")
    given = parser.parse_args(argv)
    try:
        server = ReleaseServer(given.folder, given.port, tuple(name.lower() for name in given.host_name))
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"release_server: {given.folder} cannot be served on port {given.port}: {error}\n")
        return 3
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
