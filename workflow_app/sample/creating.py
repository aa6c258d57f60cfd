"""A sample's database: made aside and put in place whole, or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from workflow_app.db import db, unit_of_work
from workflow_app.queries.demo import SAMPLE
from workflow_app.sample.building import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from workflow_app.sample.progress import Progress
    from workflow_app.sample.workbooks import Workbooks
    from workflow_app.settings import Settings

MISSING, A_SAMPLE, A_COMPANY = "missing", "sample", "company"
ASIDE = "kaoping.sqlite3.making"
SQLITE = "sqlite:///"


def what_is_there(settings: Settings) -> str:
    """Whether the settings' database is missing (or without a table), a sample, or a company's own."""
    if settings.database.startswith(SQLITE) and not _file(settings).exists():
        return MISSING
    engine = create_engine(settings.database)
    try:
        with engine.connect() as connection:
            if not inspect(connection).get_table_names():
                return MISSING
            marked = connection.scalar(text("SELECT value FROM setting WHERE key = :key"), {"key": SAMPLE})
            return A_SAMPLE if marked == "yes" else A_COMPANY
    except SQLAlchemyError:
        return A_COMPANY
    finally:
        engine.dispose()


def create_sample(
    settings: Settings, *, now: datetime, progress: Progress, books: Workbooks | None = None,
    make: Callable[..., None] = build,
) -> None:
    """Make the sample database where there is none. An interrupted run leaves no database behind.

    On SQLite it is made in a file aside and renamed when it is whole; elsewhere all of it is one
    transaction after the tables.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    if not settings.database.startswith(SQLITE):
        _make(settings, now=now, progress=progress, books=books, make=make)
        return
    aside = settings.data / ASIDE
    _remove(aside)
    try:
        own = settings.model_copy(update={"database_url": f"{SQLITE}{aside.absolute()}"})
        _make(own, now=now, progress=progress, books=books, make=make)
        aside.replace(_file(settings))
    finally:
        _remove(aside)


def _make(
    settings: Settings, *, now: datetime, progress: Progress, books: Workbooks | None, make: Callable[..., None]
) -> None:
    from flask_migrate import upgrade  # noqa: PLC0415 (the web is loaded only when a sample is really made)

    from workflow_app import create_app  # noqa: PLC0415

    # Its people are made up: nothing is mailed, and nobody is woken, while it is made.
    app = create_app(settings.model_copy(update={"smtp_host": "", "redis_url": ""}))
    with app.app_context():
        progress.begin("Making the tables", 0)
        upgrade()
        with unit_of_work():
            make(now=now, progress=progress, books=books)
        db.session.remove()
        _finish(app.config["SQLALCHEMY_DATABASE_URI"])
        db.engine.dispose()


def _finish(url: str) -> None:
    """Bring everything from SQLite's journal into the one file that is put in place."""
    if url.startswith(SQLITE):
        connection = db.engine.raw_connection()
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _file(settings: Settings) -> Path:
    return Path(settings.database.removeprefix(SQLITE))


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{path}{end}").unlink()
