"""What the tests of mail share: a real mail server, an application that sends through it, and a clock to turn."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.smtp import serving_mail
from worker.tasks import mail as mail_jobs

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Clock:
    """The database's clock, as the mail jobs see it."""

    def __init__(self):
        self.now = START

    def turn(self, **by):
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def smtp():
    with serving_mail() as server:
        yield server


@pytest.fixture
def mailing_app(make_app, smtp):
    return make_app(smtp_host="127.0.0.1", smtp_port=smtp.port)


@pytest.fixture
def mail_clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(mail_jobs, "database_now", lambda: clock.now)
    return clock
