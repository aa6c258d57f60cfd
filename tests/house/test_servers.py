"""The ways to a server that this machine may not need: they are walked all the same."""

import os
import shutil

import pytest

from tests.servers import browser, postgres
from tests.servers.postgres import Postgres, PostgresError
from tests.servers.stage import stage


@pytest.fixture
def folder(request):
    """A short folder that another user may reach."""
    path = stage() / f"pg-{os.getpid()}"
    yield path
    shutil.rmtree(path, ignore_errors=True)


def runs(cluster):
    cluster.start()
    try:
        cluster.create("one")
        with cluster.connect("one") as connection:
            return connection.execute("SELECT 6 * 7").fetchone() == (42,)
    finally:
        cluster.stop()


def test_the_wheel_brings_a_postgresql_that_runs(folder):
    assert runs(Postgres(folder, bin=postgres._wheel_binaries()))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the cluster to another user")
@pytest.mark.skipif(postgres._servant() is None, reason="there is no other user")
def test_root_without_user_namespaces_hands_the_cluster_to_another_user(folder, monkeypatch):
    monkeypatch.setattr(postgres, "_namespace_works", lambda: False)
    binaries = postgres.binaries()
    if not os.access(binaries, os.X_OK) or str(binaries).startswith("/root"):
        binaries = postgres._wheel_binaries()
    assert runs(Postgres(folder, bin=binaries))


def test_a_cluster_survives_a_crash(folder):
    cluster = Postgres(folder).start()
    try:
        cluster.create("one")
        with cluster.connect("one") as connection:
            connection.execute("CREATE TABLE kept (a int)")
        cluster.restart("immediate")
        with cluster.connect("one") as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        cluster.stop()


def test_no_postgresql_at_all_says_what_to_do(monkeypatch):
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    with pytest.raises(PostgresError, match="apt install postgresql"):
        postgres._wheel_binaries()


def test_no_browser_at_all_says_what_to_do(monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda _name: None)
    (stage() / "browser.log").write_text("no network")
    with pytest.raises(browser.BrowserError, match=r"(?s)playwright install chromium.*no network"):
        browser._none()
