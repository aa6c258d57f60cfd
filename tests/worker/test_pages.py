"""The queue's desk: incidents are decided once and on record; mails are read, never run."""

import pytest
from sqlalchemy import select

from tests.support import handler, run_jobs
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import TITLES, Job, enqueue
from workflow_app.models import Account, Event, Incident, MailMessage, OutboxMessage
from workflow_app.services import mailing


def account(name, *roles):
    person = Account(username=name, roles=list(roles))
    db.session.add(person)
    db.session.commit()
    return person


@pytest.fixture
def hr(db_session, client, sign_in):
    return sign_in(client, account("hr", "hr"))


@pytest.fixture
def incident(app, db_session):
    def fail(cycle_id):
        raise RuntimeError("the <b>lights</b> went out")

    with unit_of_work():
        enqueue(Job.REMIND, cycle_id=7)
    with handler(Job.REMIND, fail):
        run_jobs(app, incidents=True)
    return db_session.scalars(select(Incident)).one()


def test_an_incident_is_shown_with_its_cause(hr, incident):
    page = hr.get("/incidents?lang=en")
    assert page.status_code == 200
    assert "the &lt;b&gt;lights&lt;/b&gt; went out" in page.text
    assert TITLES[Job.REMIND] in page.text
    assert "Traceback" in hr.get(f"/incidents/{incident.id}").text


def test_an_incident_tried_again_runs_and_is_on_record(app, hr, incident):
    assert hr.post(f"/incidents/{incident.id}/retry").status_code == 302
    ran = []

    def note(cycle_id):
        ran.append(cycle_id)

    with handler(Job.REMIND, note):
        run_jobs(app)
    assert ran == [7]
    assert incident.state == "retried"
    event = db.session.scalars(select(Event).filter_by(subject_type="incident")).one()
    assert (event.kind, event.actor_id) == ("incident_retried", incident.decided_by_id)


def test_a_skipped_incident_leaves_the_job_undone(app, hr, incident):
    hr.post(f"/incidents/{incident.id}/skip")
    assert incident.state == "skipped"
    assert run_jobs(app) == []
    assert db.session.scalars(select(OutboxMessage)).one().done_at


def test_an_incident_is_decided_once(hr, incident):
    hr.post(f"/incidents/{incident.id}/skip")
    assert hr.post(f"/incidents/{incident.id}/retry").status_code == 409


@pytest.mark.parametrize("path", ["/incidents", "/incidents/1", "/mail", "/mail/1"])
def test_an_employee_sees_neither_incidents_nor_mail(db_session, client, sign_in, path):
    assert sign_in(client, account("worker")).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/incidents/99", "/mail/99"])
def test_what_is_not_there_is_a_page_that_says_so(hr, path):
    assert hr.get(path).status_code == 404


def keep_mail(**changes):
    words = {"subject": "问卷", "text": "http://127.0.0.1:8000/s/abc http://evil.example/x", "html": "<script>x</script>"}
    with unit_of_work():
        return mailing.queue_mail("k", "someone@example.com", now=clock.now(), **(words | changes)).id


def test_a_kept_mail_is_read_as_source(hr):
    page = hr.get(f"/mail/{keep_mail()}").text
    assert "<script>x</script>" not in page
    assert "&lt;script&gt;" in page
    assert 'href="http://127.0.0.1:8000/s/abc"' in page
    assert 'href="http://evil' not in page


def test_mails_are_found_by_address_and_subject(hr):
    keep_mail()
    assert "问卷" in hr.get("/mail?q=SOMEONE").text
    assert "问卷" in hr.get("/mail?q=问卷&state=kept").text
    assert "someone@" not in hr.get("/mail?q=100%25").text


def test_a_kept_mail_cannot_be_sent_without_a_server(hr):
    number = keep_mail()
    assert hr.post(f"/mail/{number}/send").status_code == 409
    assert db.session.get(MailMessage, number).state == "kept"


def test_health_needs_no_account(client):
    assert client.get("/healthz").json == {"status": "alive"}
    assert client.get("/readyz").json == {"ready": True, "database": "ok", "queue": "none"}


def test_hr_finds_mail_and_incidents_behind_the_own_name_and_an_employee_does_not(db_session, hr, app, sign_in):
    assert 'href="/incidents"' in hr.get("/mail").text
    own = sign_in(app.test_client(), account("worker")).get("/no-such-page").text
    assert 'href="/mail"' not in own
