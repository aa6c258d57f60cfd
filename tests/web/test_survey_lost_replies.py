"""The same form many times at once, a reply that never arrives, a page left open: by real connections to a real server."""

from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from socket import SHUT_RDWR
from threading import Barrier, Thread
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from tests.scheme_texts import publish_changed
from tests.servers.site import serving
from tests.survey_company import ITEMS, filled, hidden_fields, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, Invitation, MailMessage, Submission
from workflow_app.services import inviting

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TIMES = 20


@pytest.fixture
def survey(db_session):
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=clock.now())
    db_session.commit()
    return made


def counts():
    db.session.rollback()
    found = {
        "answers": db.session.scalar(select(func.count()).select_from(Submission)),
        "events": db.session.scalar(select(func.count()).where(Event.kind == "answer_submitted")),
        "references": db.session.scalar(select(func.count()).where(Invitation.reference.is_not(None))),
    }
    db.session.rollback()
    return found


def connection_to(site):
    return HTTPConnection(urlsplit(site).netloc, timeout=60)


def sent(site, path, form):
    """Status, and the page that a browser would show next."""
    line = connection_to(site)
    try:
        line.request("POST", path, urlencode(form), FORM)
        answer = line.getresponse()
        answer.read()
        line.request("GET", path + (answer.headers["Location"] or ""))
        return answer.status, line.getresponse().read().decode()
    finally:
        line.close()


def test_twenty_posts_at_once_are_one_answer_and_all_see_thanks(site, survey):
    path, form = path_of(survey.first), filled(survey.first)
    mails = db.session.scalar(select(func.count()).select_from(MailMessage))
    db.session.commit()
    start, seen = Barrier(TIMES), []

    def send():
        start.wait()
        seen.append(sent(site, path, form))

    threads = [Thread(target=send) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts() == {"answers": 1, "events": 1, "references": 1}
    assert [status for status, _ in seen] == [303] * TIMES
    db.session.expire_all()
    assert all(survey.first.reference in page for _, page in seen)
    # Nothing is mailed about it: what was waiting for this customer is taken back, and nothing comes instead.
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) <= mails


class LosesReplies:
    """The application behind a line that breaks once its work is done: the reply to the first POST is lost."""

    def __init__(self, app):
        self.app, self.lost = app, 0

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] != "POST" or self.lost:
            return self.app(environ, start_response)
        self.lost += 1
        b"".join(self.app(environ, lambda *_: None))
        environ["werkzeug.socket"].shutdown(SHUT_RDWR)
        return []


def test_committed_and_the_reply_lost_the_next_try_is_a_success(app, survey):
    path, form = path_of(survey.first), filled(survey.first)
    db.session.commit()
    with serving(LosesReplies(app)) as site:
        with pytest.raises((HTTPException, OSError)):
            sent(site, path, form)
        kept = counts()
        status, page = sent(site, path, form)

    db.session.expire_all()
    assert kept == {"answers": 1, "events": 1, "references": 1}
    assert status == 303
    assert survey.first.reference in page
    assert counts() == kept


@pytest.mark.parametrize("hours", [25, 24 * 5])
def test_a_page_left_open_without_cookies_is_still_taken(app, survey, hours):
    client = app.test_client(use_cookies=False)
    path = path_of(survey.first)
    nonce = hidden_fields(client.get(path).text)["nonce"]
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
        answers = [client.post(path, data=filled(survey.first, act, nonce=nonce)) for act in ("review", "send")]
        thanks = client.get(path)

    assert [answer.status_code for answer in answers] == [200, 303]
    assert not any("Set-Cookie" in answer.headers for answer in (*answers, thanks))
    db.session.expire_all()
    assert survey.first.reference in thanks.text


def test_a_new_version_of_the_scheme_leaves_an_invitation_its_own_questions(client, survey):
    path = path_of(survey.first)
    before = client.get(path).text

    def other_questions(values):
        for item in values["forms"]["customer_questionnaire"]["items"]:
            item["title"] = {"zh": f"新问题 {item['code']}", "en": f"New question {item['code']}"}

    publish_changed(other_questions)
    db.session.commit()
    after = client.get(path).text

    assert after == before
    assert all(f'name="q_{code}"' in page for code in ITEMS for page in (before, after))
    assert client.post(path, data=filled(survey.first)).status_code == 303
    db.session.expire_all()
    assert db.session.scalar(select(Submission)).answers["overall"] == "5"
