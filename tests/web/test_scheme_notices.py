"""Reading the scheme, signing for it, and HR's list of who has."""

import pytest
from sqlalchemy import select

from states.scheme import builtin_scheme, builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account
from workflow_app.db import db
from workflow_app.models import OutboxMessage, SchemeNotice
from workflow_app.queries.scheme_notices import notice_of
from workflow_app.services.publishing import publish_draft, start_draft
from workflow_app.services.scheme_notices import announce_chunk


@pytest.fixture
def company(db_session):
    company = Company()
    hr = company.hr.actor()
    company.version = publish_draft(start_draft(builtin_scheme_text(), actor=hr, now=NOW), actor=hr, now=NOW, note="本年新增")
    announce_chunk(company.version.id, now=NOW)
    return company


@pytest.fixture
def as_person(client, sign_in):
    return lambda person, *roles: sign_in(client, make_account(*roles, employee=person))


def test_the_desk_asks_to_read_the_scheme_until_it_is_signed(company, as_person):
    agent = as_person(company.agent)
    assert f"/scheme/whole?version={company.version.id}" in agent.get("/").text
    assert "no consent" in agent.get(f"/scheme/whole?version={company.version.id}").text

    page = agent.post(f"/scheme/{company.version.id}/read", follow_redirects=True)

    assert "You have signed" in page.text
    assert f"/scheme/whole?version={company.version.id}" not in page.text
    assert notice_of(company.version, company.agent.id).acknowledged_at is not None
    assert "You signed on" in agent.get(f"/scheme/whole?version={company.version.id}").text


def test_who_is_not_rated_is_not_asked(company, as_person):
    boss = as_person(company.gm)

    assert "/scheme/whole?version" not in boss.get("/").text
    assert 'id="sign"' not in boss.get("/scheme/whole").text
    assert boss.post(f"/scheme/{company.version.id}/read").status_code == 404


def test_an_account_without_a_person_signs_nothing(company, client, sign_in):
    assert sign_in(client, make_account()).post(f"/scheme/{company.version.id}/read").status_code == 404
    assert db.session.scalar(select(SchemeNotice).where(SchemeNotice.acknowledged_at.is_not(None))) is None


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_whole_scheme_is_on_one_page(company, client, sign_in, locale):
    scheme = builtin_scheme()
    from markupsafe import escape

    page = sign_in(client, make_account(locale=locale)).get("/scheme/whole").text

    items = [item.title for form in scheme.forms.values() for item in getattr(form, "items", ())]
    rules = [rule.title for rule in scheme.rulebook.rules] if scheme.rulebook else []
    said = [scheme.title, *(form.title for form in scheme.forms.values()), *items, *rules, *(gate.title for gate in scheme.gates)]
    assert [text.in_(locale) for text in said if str(escape(text.in_(locale))) not in page] == []
    assert "本年新增" in page


def test_hr_sees_who_has_signed_and_who_has_not(company, client, sign_in):
    notice_of(company.version, company.agent.id).acknowledged_at = NOW
    hr, here = sign_in(client, company.hr), f"/schemes/{company.version.id}/readers"

    waiting, signed = hr.get(here).text, hr.get(f"{here}?show=read").text

    assert company.agent.name not in waiting
    assert company.other.name in waiting
    assert company.agent.name in signed
    assert company.other.name not in signed
    assert company.other.name in hr.get(f"{here}?show=all&q={company.other.employee_no.lower()}").text
    assert company.agent.name not in hr.get(f"{here}?show=all&department=人力资源部").text
    assert hr.get(f"{here}?show=nonsense&page=99&department=x").status_code == 200


def test_reminding_is_confirmed_first(company, client, sign_in):
    hr, here = sign_in(client, company.hr), f"/schemes/{company.version.id}/remind"
    assert "Send a mail to 7 people?" in hr.get(here).text
    assert db.session.scalar(select(OutboxMessage).filter_by(job="remind_readers")) is None

    page = hr.post(here, follow_redirects=True)

    assert "7 people are being reminded" in page.text
    assert db.session.scalar(select(OutboxMessage).filter_by(job="remind_readers")) is not None
