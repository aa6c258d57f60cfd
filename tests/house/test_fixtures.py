"""The fixtures hold what they promise: every test starts empty, on a real database, queue and browser."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError
from redis import Redis
from sqlalchemy import inspect, text

from workflow_app.db import db
from workflow_app.models import Setting


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_commits_the_next_does_not_see(db_session, turn):
    assert db_session.get(Setting, "turn") is None
    db_session.add(Setting(key="turn", value=str(turn)))
    db_session.commit()


def test_the_tables_come_from_the_migrations(db_session):
    found = set(inspect(db_session.connection()).get_table_names())
    assert set(db.metadata.tables) | {"alembic_version"} == found


def test_the_database_is_of_the_kind_asked_for(db_session, database_url):
    assert db_session.connection().dialect.name == database_url.split(":")[0].split("+")[0]
    assert db_session.scalar(text("SELECT 1")) == 1


def test_a_queue_starts_empty(broker):
    with Redis.from_url(broker.url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")


def test_a_queue_starts_empty_again(broker):
    with Redis.from_url(broker.url) as connection:
        assert connection.dbsize() == 0


def test_a_browser_draws_chinese_and_not_boxes(page):
    page.set_content("<span id=a>考评</span><span id=b>评考</span><span id=c>\ue123\ue124</span>")
    drawn, other, boxes = (page.locator(f"#{name}").screenshot() for name in "abc")
    assert len({drawn, other, boxes}) == 3


@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_nothing_leaves_this_machine():
    with pytest.raises(SocketConnectBlockedError), socket.socket() as outward:
        outward.connect(("192.0.2.1", 80))
