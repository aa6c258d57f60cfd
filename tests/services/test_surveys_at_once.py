"""What happens to a survey in the moment in which an answer arrives, on PostgreSQL: who comes second sees the first."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from states.errors import Refusal
from tests.faults.crew import wait_until
from tests.survey_company import filled, make_shared, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.mail import MailRefusedError
from workflow_app.models import Account, Invitation, MailMessage, Review, Submission
from workflow_app.services import inviting, sending
from workflow_app.services.answering import submit_answers
from workflow_app.services.bouncing import note_bounce
from workflow_app.services.closing_surveys import close_survey, close_surveys
from workflow_app.survey_links import nonce_of
from workflow_app.views import survey as views

pytestmark = pytest.mark.postgresql

NOW = clock.now()
LATER = NOW + timedelta(days=60)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Crowd:
    """People who come one after the other while somebody else holds what they all want."""

    def __init__(self, app, url):
        self.app, self.url, self.coming = app, url.replace("+psycopg", "", 1), []

    @contextmanager
    def held(self, statement, *values):
        """Nobody gets past the rows of the statement until the block ends; then everybody, in the order they came."""
        db.session.commit()
        with ThreadPoolExecutor(4) as self.pool, psycopg.connect(self.url) as holder:
            holder.execute(statement, values)
            yield holder
            holder.commit()
        db.session.rollback()
        db.session.expire_all()

    def come(self, work):
        """Let somebody begin, in a transaction of their own; they wait when this returns."""

        def apart():
            with self.app.app_context(), unit_of_work():
                return work()

        self.coming.append(self.pool.submit(apart))
        with psycopg.connect(self.url, autocommit=True) as looking:
            wait_until(lambda: looking.execute(WAITING).fetchone()[0] == len(self.coming))
        return self.coming[-1]


@pytest.fixture
def crowd(app, database_url):
    return Crowd(app, database_url)


def answering(invitation, **values):
    number = invitation.id
    return lambda: submit_answers(
        db.session.get_one(Invitation, number), {"overall": "5"} | values, known=0, now=NOW
    ).number


def made_with_two_answers(customers):
    survey = make_survey(customers)
    for one in survey.invitations[:2]:
        submit_answers(one, {"overall": "5"}, known=0, now=NOW)
    return survey


def by_hr(survey):
    review, account = survey.review.id, survey.hr.id
    return lambda: close_survey(
        db.session.get_one(Review, review), actor=db.session.get_one(Account, account).actor(), now=NOW
    )


def by_the_timer(survey):
    review = survey.review.id
    return lambda: close_surveys(now=LATER, review_id=review)


HELD_REVIEW = "SELECT id FROM review WHERE id = %s FOR UPDATE"


@pytest.mark.parametrize("close", [by_hr, by_the_timer])
def test_an_answer_that_comes_while_the_survey_is_closed_is_counted(db_session, crowd, close):
    survey = made_with_two_answers(4)
    third, closing = answering(survey.invitations[2]), close(survey)

    with crowd.held(HELD_REVIEW, survey.review.id):
        crowd.come(third)
        closed = crowd.come(closing)

    assert closed.exception() is None
    assert (survey.stage.state, survey.stage.omission_reason) == ("done", None)


def test_the_timer_finds_a_survey_that_the_last_answer_has_ended_and_leaves_it(db_session, crowd):
    survey = made_with_two_answers(3)
    last, closing = answering(survey.invitations[2]), by_the_timer(survey)

    with crowd.held(HELD_REVIEW, survey.review.id):
        crowd.come(last)
        closed = crowd.come(closing)

    assert closed.result() == 0
    assert survey.stage.state == "done"


def test_hr_is_told_that_the_last_answer_has_closed_the_survey(db_session, crowd):
    survey = made_with_two_answers(3)
    last, closing = answering(survey.invitations[2]), by_hr(survey)

    with crowd.held(HELD_REVIEW, survey.review.id):
        crowd.come(last)
        closed = crowd.come(closing)

    refusal = closed.exception()
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, str(refusal.messages[0])) == ("conflict", "This survey is closed already.")
    assert survey.stage.state == "done"


# --- a link that ends in the same moment -----------------------------------------------------------------------------


HELD_INVITATION = "SELECT id FROM invitation WHERE id = %s FOR UPDATE"


def replaced(survey):
    number, account = survey.first.id, survey.hr.id
    return lambda: inviting.replace(
        db.session.get_one(Invitation, number), actor=db.session.get_one(Account, account).actor(), now=NOW
    )


def revoked(survey):
    number, account = survey.first.id, survey.hr.id
    return lambda: inviting.revoke(
        db.session.get_one(Invitation, number), actor=db.session.get_one(Account, account).actor(), now=NOW
    )


def posting(app, path, form):
    client = app.test_client(use_cookies=False)
    return lambda: client.post(path, data=form)


@pytest.fixture
def ordinary_way(monkeypatch):
    """The short way decides by itself whether a link has ended: this is about the other one."""
    monkeypatch.setattr(views, "sent_quickly", lambda _token: None)


ACTS = ["send", "review", "later", "decline"]


def sent_by(one, act):
    if act == "decline":
        return {"nonce": nonce_of(one, 0), "act": "decline", "kind": "unknown_person"}
    return filled(one, act, q_comment="很长的意见")


@pytest.mark.usefixtures("ordinary_way")
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("end", [replaced, revoked])
def test_what_is_sent_by_a_link_that_ends_in_that_moment_is_not_taken(app, db_session, crowd, end, act):
    survey = make_survey()
    first, ending = survey.first, end(survey)
    post = posting(app, path_of(first), sent_by(first, act))

    with crowd.held(HELD_INVITATION, first.id):
        crowd.come(ending)
        told = crowd.come(post).result

    assert told().status_code == 410
    assert ("很长的意见" in told().text) == (act != "decline")
    assert first.state == ("created" if end is replaced else "revoked")
    assert (first.draft, first.decline_kind, db.session.query(Submission).count()) == (None, None, 0)


@pytest.mark.usefixtures("ordinary_way")
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("end", [replaced, revoked])
def test_nor_is_what_is_sent_about_somebody_else_by_the_link_of_a_leader(app, db_session, crowd, end, act):
    survey = make_shared()
    leader, follower = survey.first, survey.followers[0]
    path, ending = f"{path_of(leader)}?about={follower.id}", end(survey)
    post = posting(app, path, sent_by(follower, act))

    with crowd.held(HELD_REVIEW, follower.review_id) as holder:
        told = crowd.come(post).result
        with app.app_context(), unit_of_work():
            ending()
        holder.commit()

    assert told().status_code == 410
    assert ("很长的意见" in told().text) == (act != "decline")
    assert (follower.state, follower.draft, db.session.query(Submission).count()) == ("created", None, 0)


@pytest.mark.usefixtures("ordinary_way")
def test_a_link_that_begins_to_be_shared_in_that_moment_is_still_in_use(app, db_session, crowd):
    survey = make_shared()
    leader, own = survey.first, survey.followers[0]
    own.leader_id = None
    post = posting(app, path_of(own), filled(own))

    with crowd.held(HELD_REVIEW, own.review_id) as holder:
        told = crowd.come(post).result
        holder.execute("UPDATE invitation SET leader_id = %s WHERE id = %s", (leader.id, own.id))

    assert told().status_code == 303
    assert own.state == "submitted"


def test_no_more_mail_may_be_asked_for_by_a_link_that_ends_in_that_moment(app, db_session, crowd):
    survey = make_survey()
    first, ending = survey.first, replaced(survey)
    post = posting(app, path_of(first), {"List-Unsubscribe": "One-Click"})

    with crowd.held(HELD_INVITATION, first.id):
        crowd.come(ending)
        told = crowd.come(post).result

    assert told().status_code == 200
    assert (first.state, first.decline_kind) == ("declined", "opted_out")


# --- a mail that is noted as sent, or as come back, while its customer answers ------------------------------------


def noted_as_sent(mail):
    number = mail.id
    return lambda: sending.note_sent(number, now=NOW)


def noted_as_come_back(mail):
    words = {"message_id": mail.key, "address": mail.to_address, "reason": "550", "permanent": True}
    return lambda: note_bounce(**words, now=NOW)


def noted_as_refused(mail):
    number = mail.id
    return lambda: sending.note_failed(number, MailRefusedError("550", recipient=True), now=NOW)


@pytest.mark.parametrize("noted", [noted_as_sent, noted_as_come_back, noted_as_refused])
def test_who_notes_what_became_of_a_mail_does_not_bar_the_way_of_an_answer(db_session, crowd, noted):
    survey = make_survey()
    inviting.send_invitations(survey.cycle.id, now=NOW)
    mail = db.session.query(MailMessage).filter_by(invitation_id=survey.first.id).one()
    mail.state = "queued"
    answer, noting = answering(survey.first), noted(mail)

    with crowd.held(HELD_INVITATION, survey.first.id):
        answered = crowd.come(answer)
        written = crowd.come(noting)

    assert (answered.exception(), written.exception()) == (None, None)
    assert survey.first.state == "submitted"
    assert db.session.query(MailMessage).filter_by(invitation_id=survey.first.id).count() == 0


def test_hundreds_of_reports_hold_one_customer_at_a_time(app, db_session, crowd, monkeypatch):
    """Of two that are reported, the second is waited for, and the first can answer."""
    secret = app.config["SETTINGS"].bounce_secret.__class__("secret")
    monkeypatch.setattr(app.config["SETTINGS"], "bounce_secret", secret)
    survey = make_survey()
    inviting.send_invitations(survey.cycle.id, now=NOW)
    keys = [mail.key for mail in db.session.query(MailMessage).order_by(MailMessage.id)][:2]
    events = [{"status": "5.1.1", "message_id": key} for key in keys]
    client, first = app.test_client(), answering(survey.first)
    heads = {"Authorization": "Bearer secret"}

    with crowd.held(HELD_INVITATION, survey.invitations[1].id):
        told = crowd.come(lambda: client.post("/bounces", json={"events": events}, headers=heads))
        with app.app_context(), unit_of_work() as session:
            session.execute(text("SET LOCAL lock_timeout = '60s'"))
            assert first() == 1

    assert told.result().json["noted"] == 2
    assert all(one.bounced_at for one in survey.invitations[:2])
