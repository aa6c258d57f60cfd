"""An application on a port of its own, in threads of this process: enough for pages, without worker and queue."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

SECONDS = 60


class Closable:
    """An application that can be left: what a closing page still sends is waited for, what comes later is not heard.

    A draft that saves itself while its window closes would meet the next test's database otherwise.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inside = 0
        self.open = True
        self.changed = Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self.changed:
            if not self.open:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return ()
            self.inside += 1
        try:
            return self.app(environ, start_response)
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    def close(self) -> None:
        """Wait for those inside, and let nobody in any more."""
        with self.changed:
            self.open = False
            assert self.changed.wait_for(lambda: self.inside == 0, SECONDS), "a request does not end"


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on the loopback; the value is its address."""
    door = Closable(app)
    server = make_server("127.0.0.1", 0, door, threaded=True)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        door.close()
