"""Peers, direct reports and named roles: who gets their forms at the launch, and who reads the answers."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM, may
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account, make_employee
from workflow_app.db import db
from workflow_app.models import Assignment, Event, Review, ReviewStage
from workflow_app.queries.facts import form_facts
from workflow_app.queries.form_page import confidential, stage_of
from workflow_app.services.advancing import kind_of
from workflow_app.services.launching import create_cycle, launch, launch_chunk
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.role_holders import choose_holder, roles_of

MONTHLY = "    tests: [theory_test, practical_test]\n    stages:\n"
STAGES = """      - {code: peers, title: {zh: 同事互评, en: Peers}, actor: peers,
         forms: [{form: vp_card_staff}], days: 5, alongside: true, overdue: omit}
      - {code: reports, title: {zh: 下属评价, en: Reports}, actor: reports,
         forms: [{form: vp_card_staff}], days: 5, alongside: true, overdue: omit}
      - {code: finance, title: {zh: 财务意见, en: Finance}, actor: "role:finance", forms: [{form: vp_card_staff}], days: 5}
      - {code: approver, title: {zh: 总经理意见, en: Approver}, actor: "role:general_manager", forms: [{form: vp_card_staff}], days: 5}
"""
ROLES = "roles:\n  - {code: finance, title: {zh: 财务负责人, en: Finance officer}}\n\npopulations:"


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def cycle(company):
    text = builtin_scheme_text().replace(MONTHLY, MONTHLY + STAGES, 1).replace("populations:", ROLES, 1)
    version = publish_scheme(text, actor=SYSTEM, now=NOW)
    return create_cycle(version, "monthly_appraisal", "2026-02", actor=SYSTEM, now=NOW)


def launched(cycle, company):
    launch(cycle, actor=company.hr.actor(), now=NOW)
    launch_chunk(cycle.id, 0, 10**9, now=NOW)


def fillers(person, stage):
    found = select(Assignment.assignee_id).join(Review).where(Review.employee_id == person.id, Assignment.stage == stage)
    return set(db.session.scalars(found))


def omission(person, stage):
    found = select(ReviewStage.omission_reason).join(Review)
    return db.session.scalar(found.where(Review.employee_id == person.id, ReviewStage.stage == stage))


def test_peers_have_the_same_superior_and_reports_the_person_as_theirs(company, cycle):
    launched(cycle, company)

    assert fillers(company.agent, "peers") == {company.other.id}
    assert fillers(company.supervisor, "reports") == {company.agent.id, company.other.id}
    assert omission(company.agent, "reports") == "Nobody reports to this person."
    assert omission(company.manager, "peers") == "Nobody else reports to the same superior."


def test_who_has_left_is_asked_no_more(company, cycle):
    make_employee(superior=company.supervisor, vp=company.vp, left=datetime(2026, 3, 1, tzinfo=UTC).date())
    third = make_employee(superior=company.supervisor, vp=company.vp)

    launched(cycle, company)

    assert fillers(company.agent, "peers") == {company.other.id, third.id}


@pytest.mark.parametrize(("rated", "stage"), [("agent", "peers"), ("supervisor", "reports")])
def test_colleagues_answers_are_read_by_hr_alone(company, cycle, rated, stage):
    launched(cycle, company)
    person = getattr(company, rated)
    query = select(Assignment).join(Review).where(Review.employee_id == person.id, Assignment.stage == stage)
    assignment = db.session.scalars(query).first()
    assignment.state = "submitted"
    facts = form_facts(assignment, confidential=confidential(stage_of(assignment)))

    readers = [make_account(employee=one).actor() for one in (person, person.superior)]

    assert [may(reader, "see_form", facts).allowed for reader in readers] == [False, False]
    assert may(company.hr.actor(), "see_form", facts).allowed


def test_a_role_waits_for_somebody_until_hr_names_the_holder(company, cycle):
    launched(cycle, company)

    assert fillers(company.agent, "finance") == {None}


def test_the_chosen_holder_fills_the_roles_forms_but_never_about_oneself(company, cycle):
    choose_holder(cycle, "finance", company.clerk, actor=company.hr.actor(), now=NOW)

    launched(cycle, company)

    assert fillers(company.agent, "finance") == {company.clerk.id}
    assert fillers(company.clerk, "finance") == {None}
    told = db.session.scalars(select(Event).filter_by(kind="role_given", subject_id=cycle.id)).one()
    assert told.data == {"role": "finance", "from": None, "to": company.clerk.id}


def test_the_only_account_of_a_role_holds_it(company, cycle):
    make_account("general_manager", employee=company.gm)

    launched(cycle, company)

    assert fillers(company.agent, "approver") == {company.gm.id}


def test_of_two_accounts_nobody_is_taken_by_chance(company, cycle):
    make_account("general_manager", employee=company.gm)
    make_account("general_manager", employee=company.vp)

    launched(cycle, company)

    assert fillers(company.agent, "approver") == {None}


def test_only_roles_that_the_cycle_names_are_given(company, cycle):
    hr = company.hr.actor()

    with pytest.raises(Refusal, match="names the role"):
        choose_holder(cycle, "treasurer", company.clerk, actor=hr, now=NOW)
    company.other.left = datetime(2026, 3, 1, tzinfo=UTC).date()
    with pytest.raises(Refusal, match="has left"):
        choose_holder(cycle, "finance", company.other, actor=hr, now=NOW)
    with pytest.raises(Refusal, match="human resources"):
        choose_holder(cycle, "finance", company.clerk, actor=make_account(employee=company.agent).actor(), now=NOW)


def test_after_the_launch_forms_are_handed_over_one_by_one(company, cycle):
    launched(cycle, company)

    with pytest.raises(Refusal, match="launched"):
        choose_holder(cycle, "finance", company.clerk, actor=company.hr.actor(), now=NOW)


def test_the_roles_of_a_kind_are_each_named_once(company, cycle):
    assert roles_of(kind_of(cycle)) == ("finance", "general_manager")


def test_the_page_before_the_launch_lets_hr_choose(company, cycle, client, sign_in):
    sign_in(client, company.hr)
    page = client.get(f"/cycles/{cycle.id}").text
    assert "nobody yet" in page

    done = client.post(
        f"/cycles/{cycle.id}/roles", data={"role": "finance", "person": company.clerk.employee_no}, follow_redirects=True
    )

    assert f"{company.clerk.name} fills the forms of this role." in done.text
    assert db.session.get(type(cycle), cycle.id).role_holders == {"finance": company.clerk.id}
