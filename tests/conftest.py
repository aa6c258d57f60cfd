"""Fixtures of the whole house. Servers are real: they start when the first test needs them and end with the run."""

import contextvars
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as properties
from playwright.sync_api import Browser, BrowserContext, Page, expect
from redis import Redis
from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine

from tests.servers import databases as kinds
from tests.servers.browser import chromium
from tests.servers.live import LiveSystem
from tests.servers.site import serving
from tests.servers.stage import close_stage, open_stage, stage
from workflow_app import outbox, ready_pages
from workflow_app.db import db
from workflow_app.embedded.valkey import Valkey
from workflow_app.extensions import limiter
from workflow_app.settings import Settings

# An example takes as long as a busy machine needs: no time of it is a fault.
properties.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("house")

PICTURES = Path(__file__).parents[1] / "test-results"
WORKER = "PYTEST_XDIST_WORKER"
PATIENCE_MS = 45_000  # what a page may take on a busy machine


# --- the run -----------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # Whoever ends the run from outside gets the same clearing up as Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        open_stage()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        close_stage()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what can differ there runs: the rest has run on SQLite already."""
    wanted = _not_of_postgresql_alone if kinds.kind() == "sqlite" else _touches_a_database
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = [item for item in items if wanted(item)]
    # The long ones first, and so in one process of the run: nobody waits for them at the end, and no two strain the machine at once.
    items.sort(key=lambda item: item.get_closest_marker("live") is None)


def _not_of_postgresql_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgresql") is None


def _touches_a_database(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("both", "postgresql", "database")):
        return True
    # What a browser shows and how processes live and die hangs on no database.
    if any(item.get_closest_marker(name) for name in ("browser", "live")):
        return False
    return "fresh_databases" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


# --- database ----------------------------------------------------------------------------------------------------


@event.listens_for(Engine, "connect")
def _wait_for_the_writer(connection: Any, _record: object) -> None:
    # Twenty threads that write one after the other take longer on a busy machine than anybody's request ever waits.
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA busy_timeout=120000")


@pytest.fixture(scope="session")
def fresh_databases() -> kinds.Databases:
    """`fresh_databases.fresh(name)` is the URL of another migrated, empty database of the kind under test."""
    return kinds.databases()


@pytest.fixture(scope="session")
def _database(fresh_databases: kinds.Databases) -> str:
    return fresh_databases.fresh(f"kaoping_{os.environ.get(WORKER, 'main')}")


@pytest.fixture
def database_url(_database: str, fresh_databases: kinds.Databases) -> Iterator[str]:
    """The URL of this process's migrated database, empty at the start of every test."""
    yield _database
    fresh_databases.reset(_database)


# --- application -------------------------------------------------------------------------------------------------


class ApartClient(FlaskClient):
    """Requests as from outside: with a session and a `g` of their own, seeing what the test has written."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        if has_app_context():
            db.session.commit()
        options.setdefault("buffered", True)  # read to the end, so that a static file is closed again
        return contextvars.Context().run(super().open, *arguments, **options)


def _make(database: str, folder: Path, **settings: Any) -> Flask:
    from workflow_app import create_app

    own: dict[str, Any] = {"data": folder, "database_url": database, "testing": True} | settings
    app = create_app(Settings(**own))
    app.test_client_class = ApartClient
    return app


@pytest.fixture(scope="session")
def _application(_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = _make(_database, tmp_path_factory.mktemp("data"))
    yield app
    _let_go(app)


@pytest.fixture
def app(_application: Flask, database_url: str) -> Iterator[Flask]:
    """The application over an empty database; CSRF is off (`make_app` has it on). No context is pushed."""
    kept = dict(_application.config)
    _application.config["WTF_CSRF_ENABLED"] = False
    # Numbers begin anew in the emptied database: what was kept of another test's rows would be taken for this one's.
    ready_pages.forget()
    # The limiter is one for all applications of a process: another test's may have switched it on.
    limiter.enabled = False
    yield _application
    _application.config.clear()
    _application.config.update(kept)
    # SQLite's file is replaced, PostgreSQL's connections are ended: the next test finds none that are dead.
    _let_go(_application)


@pytest.fixture
def make_app(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """`make_app(**settings)`: another application on the same database, e.g. `make_app(redis_url=broker.url)`."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        made.append(_make(settings.pop("database_url", database_url), tmp_path / "data", **settings))
        return made[-1]

    yield make
    for app in made:
        _let_go(app)


def _let_go(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def db_session(app: Flask) -> Iterator[Any]:
    """The session, within an application context. A request of `client` commits it first, and expires it."""
    with app.app_context():
        yield db.session
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, Any], FlaskClient]:
    """`sign_in(client, account)`: the client's next requests are that account's. Returns the client."""

    def enter(client: FlaskClient, account: Any) -> FlaskClient:
        if has_app_context():
            db.session.commit()
        with client.session_transaction() as session:
            session["_user_id"] = account.get_id()
            session["_fresh"] = True
        return client

    return enter


# --- queue -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _broker() -> Iterator[Valkey]:
    with Valkey(stage() / f"queue-{os.environ.get(WORKER, 'main')}") as queue:
        yield queue


@pytest.fixture
def broker(_broker: Valkey) -> Valkey:
    """A real, empty queue server: `broker.url`; a test may kill it (`os.kill(broker.pid, ...)`)."""
    _broker.start()
    with Redis.from_url(_broker.url) as connection:
        connection.flushall()
    return _broker


@pytest.fixture
def patient_sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Who sends waits for the queue's server as long as a busy machine takes: a request gives up after a tenth of a second."""
    outbox.producer.cache_clear()
    monkeypatch.setattr(outbox, "PRODUCER_TIMEOUT_SECONDS", 60.0)
    yield
    outbox.producer.cache_clear()


# --- browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium that can draw Chinese."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as running:
        yield running


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """`new_page(**options)`: a page of a person of their own (options of Playwright's new_context).

    Scripts that fail and what the content policy blocks fail the test; a failed test leaves pictures.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**({"locale": "zh-CN"} | options))
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield make
    if request.node.stash.get(FAILED, False):
        _keep_pictures(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert not faults, faults


def _keep_pictures(contexts: list[BrowserContext], name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of `app` served to a browser, without worker and queue. Commit before the browser looks."""
    with serving(app) as address:
        yield address


# --- the whole system --------------------------------------------------------------------------------------------


@pytest.fixture
def live_system(fresh_databases: kinds.Databases, tmp_path: Path) -> Iterator[LiveSystem]:
    """Web, worker, scheduler and queue as real processes over a fresh database: `live_system.url`."""
    system = _system(fresh_databases, tmp_path)
    try:
        yield system.start()
    finally:
        system.stop()


def _system(fresh_databases: kinds.Databases, folder: Path) -> LiveSystem:
    url = fresh_databases.fresh(f"live_{os.environ.get(WORKER, 'main')}")
    if not url.startswith("sqlite"):
        return LiveSystem(folder / "live", url)
    data = folder / "live"
    data.mkdir()
    path = data / "kaoping.sqlite3"
    shutil.move(make_url(url).database or "", path)
    return LiveSystem(data, f"sqlite:///{path}")
