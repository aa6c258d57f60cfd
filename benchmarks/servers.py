"""The two servers of a run: the whole product, and the floors behind the same web server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psutil

from benchmarks import floors
from benchmarks.company import SECRET
from benchmarks.processes import cpu_seconds
from tests.servers.live import LiveSystem, free_port
from workflow_app.cli.serve import web_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

START_SECONDS = 150.0


@dataclass(frozen=True)
class Call:
    """One request, and the status that says it did what is measured."""

    path: str
    status: int = 200
    cookie: str = ""
    form: dict[str, str] | None = None


class UnexpectedAnswerError(RuntimeError):
    """A request was answered with another status: what it cost means nothing."""


@dataclass(frozen=True)
class Server:
    """A port, and the processes that answer on it."""

    port: int
    processes: tuple[psutil.Process, ...]

    def cost(self, calls: Iterable[Call]) -> float:
        """CPU milliseconds a request, over requests one after another on one connection."""
        calls = list(calls)
        before = cpu_seconds(self.processes)
        self.send(calls)
        return (cpu_seconds(self.processes) - before) * 1000 / len(calls)

    def send(self, calls: Iterable[Call]) -> bytes:
        """Send them; the last answer's body. Raises UnexpectedAnswerError."""
        connection, body = HTTPConnection("127.0.0.1", self.port, timeout=60), b""
        try:
            for call in calls:
                body = _send(connection, call)
        finally:
            connection.close()
        return body


def _send(connection: HTTPConnection, call: Call) -> bytes:
    headers = {"Cookie": call.cookie} if call.cookie else {}
    data = None
    if call.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        data = urlencode(call.form)
    connection.request("GET" if data is None else "POST", call.path, data, headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != call.status:
        raise UnexpectedAnswerError(f"{call.path}: {answer.status} instead of {call.status}\n{body[:2000]!r}")
    return body


def system(url: str, data: Path) -> LiveSystem:
    """The product over a database, not started yet."""
    return LiveSystem(data, url, {"secret_key": SECRET})


def web_of(running: LiveSystem) -> Server:
    """The product's web server."""
    return Server(running.port, tuple(running.children("gunicorn")))


def everybody(running: LiveSystem) -> list[psutil.Process]:
    """The supervisor and all below it."""
    head = [psutil.Process(running.process.pid)] if running.process else []
    return head + running.children()


@contextmanager
def floor(url: str, data: Path) -> Iterator[Server]:
    """The floors' server, its rows in the product's database (beside it, where that is SQLite)."""
    address = str(data / "floor.sqlite3") if url.startswith("sqlite") else url.replace("+psycopg", "", 1)
    floors.prepare(address)
    port = free_port()
    command = web_command("127.0.0.1", port, 1, application="benchmarks.floors:create_floor()")
    process = subprocess.Popen(command, env=os.environ | {floors.DATABASE: address}, stdout=sys.stderr)
    try:
        yield _ready(process, port)
    finally:
        process.terminate()
        process.wait(START_SECONDS)
        floors.clear(address)


def _ready(process: subprocess.Popen[bytes], port: int) -> Server:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        head = psutil.Process(process.pid)
        server = Server(port, (head, *head.children(recursive=True)))
        try:
            server.send([Call("/page/1")])
        except OSError:
            time.sleep(0.05)
        else:
            return Server(port, (head, *head.children(recursive=True)))
    raise RuntimeError("The server of the floors does not answer.")
