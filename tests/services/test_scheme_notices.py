from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account, make_employee
from tests.support import run_jobs, run_timers
from workflow_app.db import db
from workflow_app.models import Event, MailMessage, Progress, SchemeNotice, SchemeVersion, Timer
from workflow_app.queries.scheme_notices import counts_of, notice_of, to_read
from workflow_app.services.publishing import publish_draft, retire, start_draft
from workflow_app.services.scheme_notices import CHUNK, acknowledge, announce_chunk, ask_to_remind

TEXT = builtin_scheme_text()
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def company(db_session):
    return Company()


def publish(company, text=TEXT, now=NOW):
    return publish_draft(start_draft(text, actor=company.hr.actor(), now=now), actor=company.hr.actor(), now=now)


@pytest.fixture
def published(app, company):
    version = publish(company)
    run_jobs(app)
    return db.session.get(SchemeVersion, version.id)


def told(version):
    return set(db.session.scalars(select(SchemeNotice.employee_id).filter_by(scheme_version_id=version.id)))


def test_everyone_whom_the_scheme_rates_is_told_once(app, company, published):
    assert told(published) == company.rated
    assert counts_of([published])[published.id].open == len(company.rated)
    mails = db.session.scalars(select(MailMessage).order_by(MailMessage.id)).all()
    assert len(mails) == len(company.rated)
    assert all(f"/scheme/whole?version={published.id}" in mail.text for mail in mails)
    found = db.session.scalar(select(Progress).filter_by(subject_type="scheme", subject_id=published.id))
    assert (found.done, found.total, found.finished_at is not None) == (7, 7, True)


def test_who_is_not_rated_is_not_told(app, company):
    make_employee(name="已离职", superior=company.gm, left=date(2021, 3, 1))
    make_employee(name="未入职", superior=company.gm, joined=date(2199, 1, 1))
    make_employee(name="外部", superior=company.gm, population="outside")
    version = publish(company)

    run_jobs(app)

    assert told(version) == company.rated


def test_each_is_written_to_in_their_language(app, company):
    make_account(employee=company.agent, locale="zh")
    make_account(employee=company.other, locale="en")
    publish(company)

    run_jobs(app)

    subject = {mail.to_address: mail.subject for mail in db.session.scalars(select(MailMessage))}
    assert "请阅读" in subject[company.agent.email]
    assert "Please read" in subject[company.other.email]


def test_many_people_are_told_in_chunks(app, company):
    for _ in range(CHUNK):
        make_employee(superior=company.manager)
    version = publish(company)

    run_jobs(app)

    assert len(told(version)) == CHUNK + 7
    assert len(db.session.scalars(select(Event).filter_by(kind="scheme_announced")).all()) == 2


def test_the_same_chunk_twice_tells_nobody_twice(company, published):
    announce_chunk(published.id, now=NOW)

    assert len(told(published)) == db.session.scalar(select(func.count(SchemeNotice.id)))
    assert db.session.scalar(select(func.count(MailMessage.id))) == 7


def test_who_joins_later_is_told_the_next_morning(app, company, published):
    newcomer = make_employee(superior=company.manager)
    morning = db.session.scalar(select(Timer).filter_by(subject_type="scheme", fired_at=None))

    run_timers(app, now=morning.due_at)

    assert newcomer.id in told(published)
    again = db.session.scalar(select(Timer).filter_by(subject_type="scheme", fired_at=None))
    assert again.generation == morning.generation + 1


def test_a_superseded_version_is_told_to_nobody_any_more(app, company, published):
    newer = publish(company, TEXT + "\n# again\n", TOMORROW)
    run_jobs(app)
    newcomer = make_employee(superior=company.manager)

    announce_chunk(published.id, now=TOMORROW)

    assert newcomer.id not in told(published)
    assert to_read(company.agent.id) == [newer]


def test_a_retired_version_asks_nobody(company, published):
    retire(published, actor=company.hr.actor(), now=TOMORROW)

    assert to_read(company.agent.id) == []


def test_signing_says_who_read_it_and_when(company, published):
    agent = make_account(employee=company.agent).actor()
    notice = notice_of(published, company.agent.id)

    acknowledge(notice, actor=agent, now=TOMORROW)
    acknowledge(notice, actor=agent, now=TOMORROW + timedelta(days=1))

    assert notice.acknowledged_at == TOMORROW
    assert counts_of([published])[published.id].read == 1
    assert to_read(company.agent.id) == []
    assert db.session.scalars(select(Event.actor_id).filter_by(kind="scheme_read")).all() == [agent.account_id]


def test_nobody_signs_for_somebody_else(company, published):
    notice = notice_of(published, company.agent.id)

    with pytest.raises(Refusal) as refusal:
        acknowledge(notice, actor=company.hr.actor(), now=TOMORROW)

    assert refusal.value.kind == "forbidden"
    assert notice.acknowledged_at is None


def test_hr_reminds_those_who_have_not_signed_once_a_day(app, company, published):
    agent = make_account(employee=company.agent).actor()
    acknowledge(notice_of(published, company.agent.id), actor=agent, now=NOW)

    people = [ask_to_remind(published, actor=company.hr.actor(), now=NOW) for _ in range(2)]
    run_jobs(app)

    mails = db.session.scalars(select(MailMessage).where(MailMessage.key.like("%remind%")).order_by(MailMessage.id)).all()
    assert people == [6, 6]
    assert len(mails) == 6
    assert company.agent.email not in {mail.to_address for mail in mails}


def test_nobody_is_reminded_when_everybody_has_signed(company, published):
    for notice in db.session.scalars(select(SchemeNotice)):
        notice.acknowledged_at = NOW

    with pytest.raises(Refusal) as refusal:
        ask_to_remind(published, actor=company.hr.actor(), now=NOW)

    assert refusal.value.kind == "conflict"


def test_reminding_is_hrs(company, published):
    with pytest.raises(Refusal) as refusal:
        ask_to_remind(published, actor=make_account("general_manager").actor(), now=NOW)

    assert refusal.value.kind == "forbidden"
