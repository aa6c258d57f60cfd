"""`kaoping serve`: web, worker, scheduler and, unless a Redis is named, the embedded queue in one command."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import threading
import time
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import click

from workflow_app.supervisor import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workflow_app.embedded.valkey import Valkey
    from workflow_app.settings import Settings

READY_SECONDS = 60.0
# The worker finishes what it is on and ends. (Its soft shutdown, made for containers, sleeps its whole time
# even when nothing is left to do; Ctrl-C should not.) What is cut off after this is done by the next worker.
WORKER_GRACE_SECONDS = 45.0
NAME_WIDTH = 6


class EmbeddedQueue:
    """The embedded queue server as something the supervisor keeps running."""

    name = "queue"

    def __init__(self, server: Valkey) -> None:
        self.server = server

    def start(self) -> None:
        self.server.start()

    def alive(self) -> bool:
        return self.server.alive()

    def ask_to_end(self) -> None:
        """Nothing: the others need it until they have ended."""

    def end(self) -> None:
        self.server.stop()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of database, queue and secret.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes (default: 1 on SQLite, else 2).")
def serve(host: str, port: int, data: Path | None, workers: int | None) -> None:
    """Start everything and keep it running until Ctrl-C."""
    if data is not None:
        os.environ["KAOPING_DATA"] = str(data.absolute())
    run_server(host, port, web_processes=workers, announce=_announce)


def run_server(
    host: str, port: int, *, web_processes: int | None = None, announce: Callable[[str], None]
) -> None:
    """Prepare the database, start all processes, and return once they have ended.

    `announce` is called with the address when the pages answer. Raises click.ClickException with
    what to do when the port or the data folder is taken, or nothing answers in time.
    """
    from workflow_app.settings import Settings  # noqa: PLC0415 (`kaoping --help` should not wait for it)

    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    address = f"http://{host}:{port}"
    with only_one(settings.data):
        refuse_taken_port(host, port)
        _migrate_apart(settings)
        supervisor = Supervisor(_say)
        supervisor.take_signals()
        try:
            _start_all(supervisor, settings, host, port, web_processes)
            if _wait_until_ready(supervisor, address):
                announce(address)
            supervisor.run()
        finally:
            supervisor.stop()


def _migrate_apart(settings: Settings) -> None:
    """Migrate in a process of its own: the supervisor stays small for as long as it runs."""
    child = get_context("fork").Process(target=migrate, args=(settings,))
    child.start()
    child.join()
    if child.exitcode != 0:
        raise click.ClickException("The database could not be brought to this version; the lines above say why.")


def migrate(settings: Settings) -> None:
    """Bring the database to this version's tables."""
    from flask_migrate import upgrade  # noqa: PLC0415

    from workflow_app import create_app  # noqa: PLC0415
    from workflow_app.db import db  # noqa: PLC0415

    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()


def _start_all(
    supervisor: Supervisor, settings: Settings, host: str, port: int, web_processes: int | None
) -> None:
    environment = dict(os.environ) | {
        "KAOPING_DATA": str(settings.data.absolute()),
        "KAOPING_BASE_URL": os.environ.get("KAOPING_BASE_URL", f"http://{host}:{port}"),
        "PYTHONUNBUFFERED": "1",
    }
    if not settings.redis_url:
        environment["KAOPING_REDIS_URL"] = _start_queue(supervisor, settings)
    count = web_processes or (1 if settings.database.startswith("sqlite") else 2)
    for program in _programs(environment, host, port, count):
        supervisor.start(program)


def _start_queue(supervisor: Supervisor, settings: Settings) -> str:
    from workflow_app.embedded.valkey import QueueServerError, Valkey  # noqa: PLC0415

    server = Valkey(settings.data / "queue")
    try:
        supervisor.start(EmbeddedQueue(server))
    except QueueServerError as error:
        raise click.ClickException(str(error)) from error
    return server.url


def _programs(environment: Mapping[str, str], host: str, port: int, web_processes: int) -> list[Program]:
    # In a container the worker may well be root: it takes JSON only, so what Celery fears cannot happen.
    celery = [sys.executable, "-W", "ignore:You're running", "-m", "celery", "--quiet", "-A", "worker.app"]
    worker = [
        *celery, "worker", "--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--hostname", f"kaoping-{os.getpid()}@%h",
    ]
    beat = [*celery, "beat", "--loglevel", "warning", "--pidfile="]
    return [
        Program("web", web_command(host, port, web_processes), environment, _say),
        Program("worker", worker, environment, _say, grace_seconds=WORKER_GRACE_SECONDS),
        Program("beat", beat, environment, _say),
    ]


def web_command(
    host: str, port: int, processes: int, *, application: str = "workflow_app:create_app()"
) -> list[str]:
    """The web server's command line; the benchmarks run their floors by the same."""
    return [
        sys.executable, "-m", "gunicorn", application, "--bind", f"{host}:{port}",
        "--worker-class", "gthread", "--workers", str(processes), "--threads", "8",
        "--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket",
    ]


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """One server a data folder: two would write one SQLite file and one queue."""
    with (data / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise click.ClickException(
                f"Kaoping is running on {data} already. End that one first, or choose another folder with --data."
            ) from taken
        yield


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port with --port."
            ) from error


def _wait_until_ready(supervisor: Supervisor, address: str) -> bool:
    """Whether the pages answer; False when somebody asked to end meanwhile."""
    deadline = time.monotonic() + READY_SECONDS
    while not supervisor.asked.wait(0.1):
        if _answers(address):
            return True
        if time.monotonic() > deadline:
            raise click.ClickException(f"Nothing answers on {address}; the lines above say why.")
    return False


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


_saying = threading.Lock()


def _say(name: str, line: str) -> None:
    with _saying:
        sys.stdout.write(f"{name:<{NAME_WIDTH}} | {line}\n")
        sys.stdout.flush()


def _announce(address: str) -> None:
    _say("serve", f"Kaoping is ready on {address} (Ctrl-C ends it)")
