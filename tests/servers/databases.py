"""Databases for tests: migrated once a run, copied for each process, put back to their start after each test."""

import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.servers.postgres import Postgres
from tests.servers.stage import alone, stage

KIND = "KAOPING_TEST_DATABASE"
TEMPLATE = "kaoping_template"
ROOT = Path(__file__).parents[2]


def kind() -> str:
    """`sqlite` (the default) or `postgresql`."""
    chosen = os.environ.get(KIND, "sqlite")
    if chosen not in {"sqlite", "postgresql"}:
        raise ValueError(f"{KIND} is {chosen!r}; it can be sqlite or postgresql.")
    return chosen


def databases() -> "Databases":
    """The databases of the kind this run tests."""
    return PostgresDatabases() if kind() == "postgresql" else SqliteDatabases()


def migrate(url: str) -> None:
    """Bring `url` to the head; a failure shows what Alembic said."""
    command = [sys.executable, "-m", "tests.servers.migrate", url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"The migrations failed on {url}:\n{done.stderr[-4000:]}")


class Databases(ABC):
    """Copies of one migrated template."""

    @abstractmethod
    def fresh(self, name: str) -> str:
        """The URL of a new, migrated, empty database."""

    @abstractmethod
    def reset(self, url: str) -> None:
        """Put a database back to how `fresh` made it. Nobody may be inside a transaction."""


class SqliteDatabases(Databases):
    """Files: a copy takes a millisecond."""

    def __init__(self) -> None:
        self.template = stage() / "template.sqlite3"

    def fresh(self, name: str) -> str:
        self._prepare()
        path = stage() / f"{name}.sqlite3"
        url = f"sqlite:///{path}"
        self.reset(url)
        return url

    def reset(self, url: str) -> None:
        path = Path(make_url(url).database or "")
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, path)

    def _prepare(self) -> None:
        with alone("template"):
            if self.template.exists():
                return
            making = self.template.with_suffix(".making")
            making.unlink(missing_ok=True)
            migrate(f"sqlite:///{making}")
            making.rename(self.template)


class PostgresDatabases(Databases):
    """Databases of one cluster, cloned from a template."""

    def fresh(self, name: str) -> str:
        with alone("template"):
            return self._cluster().create(name, template=TEMPLATE)

    def reset(self, url: str) -> None:
        with psycopg.connect(_libpq(url), autocommit=True) as connection:
            connection.execute(END_OTHERS)
            connection.execute(EMPTY)

    def cluster(self) -> Postgres:
        """The run's own cluster, started and with its template when it was not yet."""
        with alone("template"):
            return self._cluster()

    def _cluster(self) -> Postgres:
        folder = stage() / "pg"
        found = Postgres.at(folder)
        if found is None:
            found = Postgres(folder).start()
        if not found.has(TEMPLATE):
            making = f"{TEMPLATE}_making"
            migrate(found.create(making))
            found.rename(making, TEMPLATE)
        return found


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Thirty times faster than TRUNCATE on tables this small; triggers and foreign keys stand aside meanwhile.
EMPTY = """
DO $$
DECLARE name text; sequence record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences;
END $$
"""
