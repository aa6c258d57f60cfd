"""A customers' list may not redirect the link by which the importer, or their report, is rated; and who serves whom."""

import pytest
from sqlalchemy import delete, select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.services.test_importing import book
from tests.survey_company import make_account, make_customer, make_employee, make_shared, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Customer, Invitation, MailMessage, Review, ReviewStage, ServiceLink
from workflow_app.services import importing, inviting
from workflow_app.services.importing import customers as listed
from workflow_app.services.importing import storing
from workflow_app.survey_links import token_of

NOW = clock.now()


@pytest.fixture
def survey(db_session):
    made = make_survey(2)
    inviting.send_invitations(made.cycle.id, now=NOW)
    db_session.commit()
    return made


@pytest.fixture
def rated(survey):
    return make_account(survey.review.employee, "hr")


@pytest.fixture
def superior(survey):
    return make_account(survey.review.employee.superior, "hr")


def row(customer, person, **changed):
    values = {
        "no": customer.customer_no, "name": customer.name, "contact": customer.contact, "email": customer.email,
        "language": customer.language, "staff": person.employee_no,
    } | changed  # fmt: skip
    return list(values.values())


def plan(account, *rows):
    return importing.plan_import("customers", "c.xlsx", book("customers", *rows), actor=account.actor())


def bring_in(account, *rows):
    actor = account.actor() if account else SYSTEM
    return importing.import_workbook("customers", "c.xlsx", book("customers", *rows), actor=actor, now=NOW)


def columns(found):
    return [(fault.row, fault.column) for fault in found.faults]


CHANGES = [
    ({"email": "mine@example.net"}, "D 邮箱"), ({"contact": "我自己"}, "C 联系人"), ({"language": "en"}, "E 语言"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "column"), CHANGES)
@pytest.mark.parametrize("who", ["rated", "superior"])
def test_a_row_that_redirects_the_link_about_oneself_or_a_report_is_refused(survey, request, who, change, column):
    account = request.getfixturevalue(who)
    changed = row(survey.first.customer, survey.review.employee, **change)
    found = plan(account, changed)
    assert columns(found) == [(2, column)]
    assert "somebody else in HR" in str(found.faults[0].message)
    with pytest.raises(Refusal):
        bring_in(account, changed)
    db.session.expire_all()
    assert survey.first.customer.email != "mine@example.net"


def test_another_in_hr_imports_the_same_row_and_so_does_the_command_line(survey):
    changed = row(survey.first.customer, survey.review.employee, email="right@example.net")
    assert plan(survey.hr, changed).faults == ()
    bring_in(survey.hr, changed)
    bring_in(None, row(survey.first.customer, survey.review.employee, contact="王先生"))
    db.session.expire_all()
    assert (survey.first.customer.email, survey.first.customer.contact) == ("right@example.net", "王先生")


@pytest.mark.parametrize("who", ["rated", "superior"])
def test_rows_that_change_nothing_are_taken_from_everybody(survey, request, who):
    account, other = request.getfixturevalue(who), make_employee("江敏")
    foreign = make_customer(other)
    rows = [row(one.customer, survey.review.employee) for one in survey.invitations]
    found = plan(account, *rows, row(foreign, other, email="new@example.net"))
    assert (found.faults, found.unchanged) == ((), 2)
    bring_in(account, *rows, row(foreign, other, email="new@example.net"))
    db.session.expire_all()
    assert foreign.email == "new@example.net"


@pytest.mark.parametrize("who", ["rated", "superior"])
def test_nobody_says_who_serves_for_oneself_or_a_report(survey, request, who):
    account, person, other = request.getfixturevalue(who), survey.review.employee, make_employee("江敏")
    foreign, own = make_customer(other), survey.first.customer
    added = plan(account, row(foreign, other), row(foreign, person))
    new = plan(account, row(foreign, person, no="C-NEW", email="friend@example.net"))
    taken = plan(account, row(own, other))
    assert [columns(one) for one in (added, new, taken)] == [[(3, "F 服务人员工号")], [(2, "F 服务人员工号")], [(2, "F 服务人员工号")]]


def test_one_s_own_customer_gets_no_other_staff_either(survey, rated):
    own, person, other = survey.first.customer, survey.review.employee, make_employee("江敏")
    assert columns(plan(rated, row(own, person), row(own, other))) == [(2, "F 服务人员工号")]


def test_a_customer_asked_by_a_shared_link_about_another_too_stays_shut(db_session):
    survey = make_shared()
    account = make_account(survey.followers[0].review.employee, "hr")
    db.session.execute(delete(ServiceLink).where(ServiceLink.employee_id == account.employee_id))
    changed = row(survey.first.customer, survey.review.employee, email="mine@example.net")
    staff = row(survey.first.customer, survey.followers[1].review.employee, email="mine@example.net")
    assert (2, "D 邮箱") in columns(plan(account, changed, staff))


def test_before_anybody_is_rated_hr_brings_in_the_list_that_names_herself(db_session):
    boss = make_employee("张毅")
    clerk = make_employee("范海燕", superior=boss)
    account, customer = make_account(clerk, "hr"), make_customer(clerk)
    new = row(customer, clerk, no="C-NEW", email="new@example.net")
    assert plan(account, row(customer, clerk, email="right@example.net"), new).faults == ()
    bring_in(account, row(customer, clerk, email="right@example.net"), new)
    assert len(db.session.scalars(select(ServiceLink).filter_by(employee_id=clerk.id)).all()) == 2


def test_what_was_allowed_when_the_file_was_kept_is_asked_again_when_it_is_applied(db_session):
    survey = make_survey(1)
    account = make_account(survey.review.employee, "hr")
    db.session.execute(delete(Invitation))
    db.session.execute(delete(ReviewStage))
    db.session.execute(delete(Review))
    customer = db.session.scalars(select(Customer)).first()
    kept = importing.keep_workbook(
        "customers", "c.xlsx", book("customers", row(customer, account.employee, email="mine@example.net")),
        actor=account.actor(), now=NOW,
    )
    seen = importing.plan_of(kept, actor=account.actor())
    assert seen.faults == ()
    db.session.add(Review(cycle=survey.cycle, employee=account.employee, state="self_review", department="客服部",
                          post="客服专员", population="front_line", flags=[]))
    db.session.flush()
    with pytest.raises(Refusal):
        importing.apply_kept(kept, seen=seen.digest, actor=account.actor(), now=NOW)
    with pytest.raises(Refusal) as refused:
        listed.write_customers(seen, actor=account.actor(), now=NOW, advance=lambda _count: None)
    assert refused.value.kind == "forbidden"
    assert customer.email != "mine@example.net"


def test_a_colleague_applies_what_the_person_rated_could_not(survey, rated):
    changed = row(survey.first.customer, survey.review.employee, email="right@example.net")
    kept = importing.keep_workbook("customers", "c.xlsx", book("customers", changed), actor=rated.actor(), now=NOW)
    with pytest.raises(Refusal):
        importing.apply_kept(kept, seen=importing.plan_of(kept, actor=rated.actor()).digest, actor=rated.actor(), now=NOW)
    seen = importing.plan_of(kept, actor=survey.hr.actor()).digest
    assert storing.apply_kept(kept, seen=seen, actor=survey.hr.actor(), now=NOW).changed


# --- an address that changes ends the links that went to the old one ----------------------------------------------


def test_the_link_that_went_to_the_old_address_ends(client, survey):
    first, second = survey.invitations
    old = path_of(first)
    first.draft, first.state = {"overall": "1"}, "opened"
    db.session.flush()
    found = bring_in(survey.hr, row(first.customer, survey.review.employee, email="right@example.net"))
    assert found.links == found.summary["links"] == 1
    assert (first.state, first.generation, first.draft) == ("created", 2, None)
    assert (second.state, second.generation) == ("sent", 1)
    assert client.get(old).status_code == 410
    inviting.send_invitations(survey.cycle.id, now=NOW)
    newest = db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc())).first()
    assert (newest.to_address, newest.key) == ("right@example.net", f"invitation-{first.id}-2")


def test_an_answer_keeps_its_link_and_so_does_what_was_never_mailed(survey):
    first, second = survey.invitations
    first.state = "submitted"
    db.session.execute(delete(MailMessage).where(MailMessage.invitation_id == second.id))
    second.delivered_at = None
    person = survey.review.employee
    found = bring_in(survey.hr, *(row(one.customer, person, email=f"r{one.id}@example.net") for one in (first, second)))
    assert "links" not in found.summary
    assert [(one.state, one.generation) for one in (first, second)] == [("submitted", 1), ("sent", 1)]


def test_a_shared_link_is_renewed_once_and_opens_the_others(db_session):
    survey = make_shared()
    inviting.send_invitations(survey.cycle.id, now=NOW)
    leader, followers = survey.first, survey.followers
    people = [leader.review.employee, *(one.review.employee for one in followers)]
    bring_in(survey.hr, *(row(leader.customer, one, email="right@example.net") for one in people))
    assert (leader.generation, leader.state) == (2, "created")
    assert [one.leader_id for one in followers] == [leader.id, leader.id]
    assert [one.generation for one in followers] == [1, 1]


def test_where_the_leader_was_answered_the_others_share_one_new_link(db_session):
    survey = make_shared()
    inviting.send_invitations(survey.cycle.id, now=NOW)
    leader, (one, other) = survey.first, survey.followers
    leader.state = "submitted"
    old = token_of(leader)
    people = [leader.review.employee, one.review.employee, other.review.employee]
    bring_in(survey.hr, *(row(leader.customer, each, email="right@example.net") for each in people))
    assert (leader.state, token_of(leader)) == ("submitted", old)
    assert (one.leader_id, one.generation, one.state) == (None, 2, "created")
    assert (other.leader_id, other.generation) == (one.id, 1)


def test_of_a_survey_that_has_ended_nothing_is_sent_and_the_old_link_stays_dead_when_it_is_returned(client, survey):
    first, person = survey.first, survey.review.employee
    old, survey.stage.state = path_of(first), "done"
    bring_in(survey.hr, row(first.customer, person, email="right@example.net"))
    assert (first.state, first.generation) == ("sent", 2)
    survey.stage.state = "open"
    db.session.flush()
    assert client.get(old).status_code == 410
    assert client.get(path_of(first)).status_code == 200
