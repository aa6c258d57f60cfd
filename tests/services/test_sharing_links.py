"""One customer, several employees: one link, one mail, and a new leader when the old one ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.support import run_jobs, run_timers
from tests.survey_company import make_account, make_asked_review, make_employee, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, Invitation, MailMessage, ServiceLink, Timer
from workflow_app.queries.surveys import group_of, progress_of
from workflow_app.services import inviting, reminding_customers
from workflow_app.services.answering import decline, submit_answers
from workflow_app.services.campaigns import Wanted, set_up_campaign
from workflow_app.services.choosing_customers import remove_customers
from workflow_app.services.inviting import prepare_invitations

NOW = clock.now()
ANSWERS = {"overall": "5"}


class Shared:
    """Three people whom one customer is asked about; the first also by a customer of her own."""

    def __init__(self):
        self.survey = make_survey(2, now=NOW)  # a run may begin before midnight and come here after it
        self.customer = self.survey.first.customer
        self.hr = self.survey.hr.actor()
        self.members = [self.survey.first]
        for name in ("李娜", "王强"):
            person = make_employee(name)
            db.session.add(ServiceLink(customer=self.customer, employee=person))
            review = make_asked_review(self.survey.cycle, person, now=NOW)
            self.members += prepare_invitations(review, actor=self.hr, now=NOW)
        db.session.flush()

    @property
    def mails(self):
        query = select(MailMessage).filter_by(to_address=self.customer.email).order_by(MailMessage.id)
        return db.session.scalars(query).all()


@pytest.fixture
def shared(db_session):
    return Shared()


def test_the_first_leads_and_the_others_follow(shared):
    first, second, third = shared.members

    assert (first.leader_id, second.leader_id, third.leader_id) == (None, first.id, first.id)
    assert group_of(third) == [first, second, third]
    assert group_of(shared.survey.invitations[1]) == [shared.survey.invitations[1]]


def test_one_mail_goes_to_the_customer_and_names_everybody(app, shared):
    inviting.ask_to_send(shared.survey.cycle, actor=shared.hr, now=NOW)
    run_jobs(app)
    db.session.expire_all()
    [mail] = shared.mails

    assert all(name in mail.text for name in ("方霞", "李娜", "王强"))
    assert {one.state for one in shared.members} == {"sent"}


def test_who_is_added_later_gets_a_mail_of_their_own(shared):
    inviting.send_invitations(shared.survey.cycle.id, now=NOW)
    person = make_employee("赵敏")
    db.session.add(ServiceLink(customer=shared.customer, employee=person))
    review = make_asked_review(shared.survey.cycle, person, now=NOW)
    [late] = prepare_invitations(review, actor=shared.hr, now=NOW)
    inviting.send_invitation(late, actor=shared.hr, now=NOW)

    assert late.leader_id == shared.members[0].id
    assert len(shared.mails) == 2


def test_ending_one_keeps_the_others_and_their_link(shared):
    inviting.send_invitations(shared.survey.cycle.id, now=NOW)
    first, second, third = shared.members
    inviting.revoke(second, actor=shared.hr, now=NOW)

    assert group_of(first) == [first, third]
    assert len(shared.mails) == 1


def test_when_the_leader_ends_the_next_leads_and_its_link_is_mailed(shared):
    inviting.send_invitations(shared.survey.cycle.id, now=NOW)
    first, second, third = shared.members
    inviting.revoke(first, actor=shared.hr, now=NOW)

    assert (second.leader_id, third.leader_id) == (None, second.id)
    assert group_of(third) == [second, third]
    assert [mail.key for mail in shared.mails] == [f"invitation-{first.id}-1", f"invitation-{second.id}-1"]
    assert db.session.scalar(select(Event.data).where(Event.kind == "link_taken_over")) == {"from": first.id}


def test_a_leader_that_is_taken_away_before_sending_leaves_no_mail(shared):
    first, second, third = shared.members
    remove_customers([first], reason="不再合作", actor=shared.hr, now=NOW)

    assert (second.leader_id, third.leader_id) == (None, second.id)
    assert shared.mails == []


def test_with_links_apart_everybody_has_a_mail(shared):
    set_up_campaign(shared.survey.cycle, Wanted(shared_links=False), actor=shared.hr, now=NOW)
    apart = [one.leader_id for one in shared.members]
    set_up_campaign(shared.survey.cycle, Wanted(shared_links=True), actor=shared.hr, now=NOW)
    together = [one.leader_id for one in shared.members]
    set_up_campaign(shared.survey.cycle, Wanted(shared_links=False), actor=shared.hr, now=NOW)
    inviting.send_invitations(shared.survey.cycle.id, now=NOW)

    assert apart == [None] * 3
    assert together == [None, shared.members[0].id, shared.members[0].id]
    assert len(shared.mails) == 3


def test_leaders_made_beside_each_other_become_one_before_sending(app, shared):
    for one in shared.members:
        one.leader_id = None
    db.session.flush()
    inviting.ask_to_send(shared.survey.cycle, actor=shared.hr, now=NOW)
    run_jobs(app)

    assert len(shared.mails) == 1


def test_a_reminder_goes_out_while_one_of_them_is_unanswered(shared):
    inviting.send_invitations(shared.survey.cycle.id, now=NOW)
    first, second, third = shared.members
    submit_answers(first, ANSWERS, known=0, now=NOW)
    decline(second, "unknown_person", "", now=NOW)
    later = NOW + timedelta(days=1)
    once = reminding_customers.remind_customers(shared.survey.cycle.id, after=0, now=later)
    twice = reminding_customers.remind_customers(shared.survey.cycle.id, after=0, now=later)
    [reminder] = [mail for mail in shared.mails if mail.key.startswith("reminder")]

    assert (once, twice) == (2, 0)  # this customer, and the other one
    assert "王强" in reminder.text
    assert "李娜" not in reminder.text
    submit_answers(third, ANSWERS, known=0, now=later)
    assert reminding_customers.remind_customers(shared.survey.cycle.id, after=0, now=NOW + timedelta(days=2)) == 1


def test_handing_over_the_link_asks_leave_for_everybody_it_opens(shared):
    own = make_account(shared.members[2].review.employee, "hr").actor()
    with pytest.raises(Refusal) as refusal:
        inviting.show_link(shared.members[0], actor=own, now=NOW)
    inviting.show_link(shared.members[1], actor=shared.hr, now=NOW)

    assert refusal.value.kind == "forbidden"
    assert {one.state for one in shared.members} == {"sent"}


def test_a_follower_with_a_new_link_stands_alone(shared):
    inviting.send_invitations(shared.survey.cycle.id, now=NOW)
    second = shared.members[1]
    inviting.replace(second, actor=shared.hr, now=NOW)
    inviting.send_invitation(second, actor=shared.hr, now=NOW)

    assert group_of(second) == [second]
    assert [mail.key for mail in shared.mails][-1] == f"invitation-{second.id}-2"


def _reminders():
    return [mail.to_address for mail in db.session.scalars(select(MailMessage).order_by(MailMessage.id)) if mail.key.startswith("reminder")]


def test_reminders_go_out_on_their_days_and_stop(app, shared):
    cycle = shared.survey.cycle
    set_up_campaign(cycle, Wanted(reminder_days=(3, 1)), actor=shared.hr, now=NOW)
    inviting.send_invitations(cycle.id, now=NOW)
    last = shared.survey.first.expires_at
    db.session.commit()
    before = run_days(app, NOW, last - timedelta(days=4), cycle)
    first = run_days(app, last - timedelta(days=4), last - timedelta(days=2, hours=2), cycle)
    submit_answers(shared.survey.invitations[1], ANSWERS, known=0, now=last - timedelta(days=2))
    second = run_days(app, last - timedelta(days=2, hours=2), last, cycle)

    assert len(before) == 0
    assert len(first) == 2
    assert second == [shared.customer.email]


def test_a_morning_that_was_missed_is_made_up_for(shared):
    cycle = shared.survey.cycle
    set_up_campaign(cycle, Wanted(reminder_days=(3,)), actor=shared.hr, now=NOW)
    inviting.send_invitations(cycle.id, now=NOW)
    last = shared.survey.first.expires_at
    late = last - timedelta(days=1)

    assert reminding_customers.remind_customers(cycle.id, after=0, since=last - timedelta(days=6), now=late) == 2
    assert reminding_customers.remind_customers(cycle.id, after=0, since=late, now=last - timedelta(hours=1)) == 0


def run_days(app, start, end, cycle):
    """Each morning between, by the services that the worker calls; the addresses reminded meanwhile."""
    known = len(_reminders())
    moment = start
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        reminding_customers.remind_customers(cycle.id, after=0, since=moment, now=following)
        moment = following
    return _reminders()[known:]


def test_every_morning_is_looked_at_until_nobody_is_left(app, shared):
    cycle = shared.survey.cycle
    inviting.send_invitations(cycle.id, now=NOW)
    timer = db.session.scalar(select(Timer).filter_by(kind="customer_reminders", fired_at=None))
    due = timer.due_at
    run_timers(app, now=due + timedelta(minutes=1))
    again = db.session.scalars(select(Timer).filter_by(kind="customer_reminders", fired_at=None)).all()
    for one in db.session.scalars(select(Invitation)):
        submit_answers(one, ANSWERS, known=0, now=NOW)
    db.session.commit()
    reminding_customers.remind_by_date(cycle.id, since=NOW, now=NOW)

    assert due.astimezone(inviting.zone_of(inviting.scheme_of(cycle))).hour == 9
    assert len(again) == 1


@pytest.mark.parametrize(
    ("values", "progress"),
    [
        ({}, "created"), ({"state": "sent"}, "sending"), ({"state": "sent", "delivered_at": NOW}, "delivered"),
        ({"state": "sent", "seen_at": NOW}, "opened"), ({"state": "opened"}, "started"),
        ({"state": "sent", "bounced_at": NOW}, "bounced"), ({"state": "submitted", "bounced_at": NOW}, "submitted"),
    ],
)  # fmt: skip
def test_progress_is_told_step_by_step(shared, values, progress):
    for name, value in values.items():
        setattr(shared.members[0], name, value)

    assert progress_of(shared.members[0]) == progress
