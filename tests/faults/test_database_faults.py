"""PostgreSQL crashes under a working worker: each message whole or not at all, and in the end once."""

import os
from pathlib import Path

import pytest

from tests.faults.conftest import IMPATIENT
from tests.faults.crew import Crew, wait_until
from tests.faults.test_queue_faults import all_once, ask, effects, incidents, left
from tests.servers import databases
from tests.servers.postgres import Postgres
from tests.servers.stage import stage

pytestmark = [
    pytest.mark.live,
    pytest.mark.database,
    pytest.mark.timeout(600),
    pytest.mark.skipif(databases.kind() != "postgresql", reason="crashes a PostgreSQL; runs in the PostgreSQL half"),
]


@pytest.fixture
def cluster():
    """A PostgreSQL of this test's own: it is going to crash."""
    folder = Path(stage() / f"crash-{os.getpid()}")
    server = Postgres(folder).start()
    yield server
    server.stop()


def test_postgresql_restarts_at_once_while_messages_are_handled(cluster, broker, make_app, tmp_path):
    url = cluster.create("crash")
    databases.migrate(url)
    app = make_app(database_url=url, redis_url=broker.url)
    settings = {"data": str(tmp_path / "crew-data"), "database_url": url, "redis_url": broker.url}
    crew = Crew(tmp_path, settings | IMPATIENT)
    try:
        ask(app, 40)
        crew.beat()
        crew.worker()
        for share in (5, 15):
            wait_until(lambda share=share: len(crew.calls()) >= share)
            cluster.restart("immediate")
        wait_until(lambda: left(app) == 0)
        assert effects(app) == all_once(40), crew.log()
        assert incidents(app) == []
    finally:
        crew.dismiss()
