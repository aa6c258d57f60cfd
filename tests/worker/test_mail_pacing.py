"""So many mails a minute to one domain, exactly, and the others wait their turn without cost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support import run_jobs, run_timers
from tests.worker.conftest import START
from worker import tasks
from worker.transaction import deliver
from workflow_app.db import db, unit_of_work
from workflow_app.models import MailMessage, OutboxMessage, Timer
from workflow_app.services import mailing

WORDS = {"subject": "Hello", "text": "text", "html": "<p>text</p>"}


@pytest.fixture
def paced(make_app, smtp):
    return make_app(smtp_host="127.0.0.1", smtp_port=smtp.port, mail_per_minute=3)


def write(app, count, domain="example.com", first=0):
    with app.app_context(), unit_of_work():
        for number in range(first, first + count):
            mailing.queue_mail(f"{domain}-{number}", f"c{number}@{domain}", now=START, **WORDS)


def attempts(app):
    with app.app_context():
        return db.session.scalars(select(MailMessage.attempts).order_by(MailMessage.id)).all()


def test_the_rest_waits_by_timers_and_costs_no_attempt(paced, smtp, mail_clock):
    write(paced, 8)
    run_jobs(paced)
    assert len(smtp.messages) == 3
    assert attempts(paced) == [1, 1, 1, 0, 0, 0, 0, 0]
    with paced.app_context():
        due = db.session.scalars(select(Timer.due_at).order_by(Timer.id)).all()
    assert [(moment - START) // timedelta(minutes=1) for moment in due] == [1, 1, 1, 2, 2]

    assert run_timers(paced, now=mail_clock.turn(seconds=59)) == 0
    run_timers(paced, now=mail_clock.turn(seconds=1))
    assert len(smtp.messages) == 6
    run_timers(paced, now=mail_clock.turn(minutes=1))
    assert len(smtp.messages) == 8
    assert attempts(paced) == [1] * 8


def test_timers_that_fire_late_all_at_once_do_not_make_a_burst(paced, smtp, mail_clock):
    write(paced, 8)
    run_jobs(paced)
    run_timers(paced, now=mail_clock.turn(hours=1))
    assert len(smtp.messages) == 6
    run_timers(paced, now=mail_clock.turn(minutes=1))
    assert len(smtp.messages) == 8


def test_another_domain_does_not_wait(paced, smtp, mail_clock):
    write(paced, 4)
    write(paced, 2, domain="EXAMPLE.org")
    run_jobs(paced)
    assert sorted(m["To"].split("@")[1] for m in smtp.messages) == ["EXAMPLE.org"] * 2 + ["example.com"] * 3


def test_nought_is_no_limit(make_app, smtp, mail_clock):
    app = make_app(smtp_host="127.0.0.1", smtp_port=smtp.port, mail_per_minute=0)
    write(app, 10)
    run_jobs(app)
    assert len(smtp.messages) == 10


def test_a_refused_attempt_counts_too_and_no_mail_is_tried_twice_in_a_minute(paced, smtp, mail_clock):
    smtp.answer = "451 later"
    write(paced, 3)
    run_jobs(paced)
    smtp.answer = "250 OK"
    write(paced, 1, first=3)
    run_jobs(paced)
    assert (attempts(paced), len(smtp.messages)) == ([1, 1, 1, 0], 0)
    run_timers(paced, now=mail_clock.turn(seconds=60))
    assert sum(attempts(paced)) == 6


def test_a_second_message_about_the_same_mail_sends_it_once(paced, smtp, mail_clock):
    write(paced, 1)
    smtp.drop = True
    run_jobs(paced)
    smtp.drop = False
    with paced.app_context(), unit_of_work():
        mail = db.session.scalars(select(MailMessage)).one()
        mailing.enqueue(mailing.Job.SEND_MAIL, now=START, mail_id=mail.id)
        mailing.enqueue(mailing.Job.SEND_MAIL, now=START, mail_id=mail.id)
    run_jobs(paced)
    assert len(smtp.messages) == 1
    run_timers(paced, now=mail_clock.turn(minutes=5))
    assert len(smtp.messages) == 2


def test_eight_workers_at_once_send_exactly_as_many_as_may_go(paced, smtp, mail_clock):
    write(paced, 24)
    tasks.load()
    with paced.app_context():
        keys = db.session.scalars(select(OutboxMessage.key)).all()

    def work(key):
        with paced.app_context():
            return deliver(key)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, keys))

    assert len(smtp.messages) == 3
    assert sorted(attempts(paced)) == [0] * 21 + [1] * 3
    with paced.app_context():
        waiting = select(func.count()).select_from(Timer).where(Timer.fired_at.is_(None))
        assert db.session.scalar(waiting) == 21
