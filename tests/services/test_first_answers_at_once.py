"""First answers on PostgreSQL, by statements that are transactions of their own: who comes with another, who is lost."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import func, select

from states.stages import FINISHED
from tests.faults.crew import wait_until
from tests.survey_company import filled, hidden_fields, make_survey, path_of
from workflow_app import clock
from workflow_app.at_once import NotAtOnceError
from workflow_app.db import db
from workflow_app.models import Event, MailMessage, Submission
from workflow_app.services import first_answers_at_once, inviting
from workflow_app.survey_pages import quickly

pytestmark = pytest.mark.postgresql

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def survey(db_session, client):
    made = make_survey(3)
    inviting.send_invitations(made.cycle.id, now=clock.now())
    db_session.query(MailMessage).delete()  # they have gone out
    db_session.commit()
    third = made.invitations[2]
    client.post(path_of(third), data=filled(third))
    return made


@pytest.fixture
def short_ways(monkeypatch):
    """The invitations whose answer was tried the short way, and whether it got there."""
    found, kept = [], quickly.submit_first

    def noted(held, *arguments, **options):
        found.append((held.id, False))
        kept(held, *arguments, **options)
        found[found.index((held.id, False))] = held.id, True

    monkeypatch.setattr(quickly, "submit_first", noted)
    return found


@pytest.fixture
def beside(database_url):
    """A connection of somebody else."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        yield connection


def kept():
    db.session.rollback()
    found = db.session.scalars(select(Submission.invitation_id).order_by(Submission.invitation_id)).all()
    db.session.rollback()
    return found


def test_of_two_last_customers_at_once_one_closes_the_survey(site, client, survey, short_ways, beside):
    last = survey.invitations[:2]
    forms = [(path_of(one), filled(one)) for one in last]
    everybody = sorted(one.id for one in survey.invitations)
    review = survey.review.id
    application = client.application
    db.session.commit()

    def send(path, form):
        return application.test_client().post(path, data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        with beside.transaction():
            beside.execute("SELECT id FROM review WHERE id = %s FOR UPDATE", [review])
            sent = [pool.submit(send, *form) for form in forms]
            # Both have read that the other one is still asked, and wait for the review.
            with psycopg.connect(beside.info.dsn, autocommit=True) as third:
                wait_until(lambda: third.execute(WAITING).fetchone()[0] == 2)
        statuses = [one.result() for one in sent]

    assert statuses == [303, 303]
    assert kept() == everybody
    assert sorted(done for _, done in short_ways) == [False, True]  # the second one saw that it is the last
    db.session.expire_all()
    assert survey.stage.state in FINISHED
    ends = db.session.scalars(select(Event).filter_by(subject_type="review", subject_id=review)).all()
    assert [one.data for one in ends].count({"stage": "customer_survey"}) == 1


@pytest.mark.parametrize("committed", [True, False])
def test_a_reply_of_the_database_that_is_lost_costs_no_answer_and_makes_no_second(
    client, survey, short_ways, monkeypatch, committed
):
    done = first_answers_at_once.last_row_of

    def lost(*arguments):
        if committed:
            done(*arguments)
        raise NotAtOnceError

    monkeypatch.setattr(first_answers_at_once, "last_row_of", lost)
    first = survey.first

    answer = client.post(path_of(first), data=filled(first))
    page = client.get(path_of(first)).text

    assert answer.status_code == 303
    assert short_ways == [(first.id, False)]
    assert kept().count(first.id) == 1
    db.session.expire_all()
    assert first.reference in page
    events = select(func.count()).where(Event.subject_id == first.id, Event.kind == "answer_submitted")
    assert db.session.scalar(events) == 1


def test_a_connection_cut_while_idle_costs_nothing_but_the_short_way(client, survey, short_ways, beside):
    ended = beside.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).fetchone()[0]

    first, second = survey.invitations[:2]
    statuses = [client.post(path_of(one), data=filled(one)).status_code for one in (first, second)]

    assert ended
    assert statuses == [303, 303]
    assert kept() == sorted(one.id for one in survey.invitations)


def test_a_draft_kept_between_the_look_and_the_answer_is_not_wiped(client, survey, short_ways, beside, monkeypatch):
    first, done = survey.first, first_answers_at_once.last_row_of
    path, form = path_of(first), filled(first)
    review = hidden_fields(client.post(path, data=form | {"act": "review"}).text)
    kept_elsewhere = (
        "UPDATE invitation SET draft = '{\"answers\": {\"overall\": \"1\"}, \"step\": \"\"}', "
        "draft_saved_at = draft_saved_at + interval '1 second' WHERE id = %s"
    )

    def late(*arguments):
        beside.execute(kept_elsewhere, [first.id])
        return done(*arguments)

    monkeypatch.setattr(first_answers_at_once, "last_row_of", late)

    told = client.post(path, data=review | {"act": "send"})

    assert told.status_code == 409
    assert short_ways == [(first.id, False)]
    assert first.id not in kept()
    assert survey.first.draft["answers"] == {"overall": "1"}
