"""HR chooses whom to ask: by a rule that is shown first, or by hand with a reason; never those whom it concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from states.choosing import Rule
from states.errors import Refusal
from tests.survey_company import make_account, make_asked_review, make_customer, make_employee, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Campaign, Event, Invitation, Timer
from workflow_app.queries.campaign import campaign_of, grace_of, reminder_days_of, responses_of
from workflow_app.queries.choosing import customers_found, plan_of
from workflow_app.services import inviting
from workflow_app.services.campaigns import Wanted, set_up_campaign
from workflow_app.services.choosing_customers import add_customers, apply_rule, remove_customers
from workflow_app.services.inviting import prepare_invitations

NOW = clock.now()


@pytest.fixture
def survey(db_session):
    return make_survey(6)


@pytest.fixture
def hr(survey):
    return survey.hr.actor()


def asked(review):
    query = select(Invitation.customer_id).where(Invitation.review_id == review.id, Invitation.state != "revoked")
    return set(db.session.scalars(query))


def test_the_plan_is_what_is_done_and_a_second_time_changes_nothing(survey, hr):
    rule = Rule(most=4, seed="spring")
    plan = plan_of(survey.cycle, rule, actor=hr, now=NOW)
    apply_rule(survey.cycle, rule, actor=hr, now=NOW, expected=(plan.adds, plan.removes))
    chosen = asked(survey.review)
    again = apply_rule(survey.cycle, rule, actor=hr, now=NOW)

    assert (plan.adds, plan.removes) == (0, 2)
    assert len(chosen) == 4
    assert asked(survey.review) == chosen
    assert (again.adds, again.removes) == (0, 0)


def test_the_seed_is_recorded_and_draws_the_same_customers_again(survey, hr):
    apply_rule(survey.cycle, Rule(most=3, seed="spring"), actor=hr, now=NOW)
    first = asked(survey.review)
    apply_rule(survey.cycle, Rule(), actor=hr, now=NOW)
    everybody = asked(survey.review)
    apply_rule(survey.cycle, Rule(most=3, seed="spring"), actor=hr, now=NOW)
    event = db.session.scalars(select(Event).where(Event.kind == "customers_chosen_by_rule").order_by(Event.id)).first()

    assert len(everybody) == 6
    assert asked(survey.review) == first
    assert event.data["seed"] == "spring"
    assert (event.data["added"], event.data["removed"], event.actor_id) == (0, 3, survey.hr.id)
    assert campaign_of(survey.cycle).rule["seed"] == "spring"


def test_who_was_sent_something_stays_and_takes_a_place(survey, hr):
    sent = survey.invitations[4]
    inviting.send_invitation(sent, actor=hr, now=NOW)
    apply_rule(survey.cycle, Rule(most=1, seed="x"), actor=hr, now=NOW)

    assert asked(survey.review) == {sent.customer_id}


def test_a_plan_that_has_grown_old_is_not_applied(survey, hr):
    plan = plan_of(survey.cycle, Rule(most=4, seed="x"), actor=hr, now=NOW)
    inviting.send_invitations(survey.cycle.id, now=NOW)

    with pytest.raises(Refusal) as refusal:
        apply_rule(survey.cycle, Rule(most=4, seed="x"), actor=hr, now=NOW, expected=(plan.adds, plan.removes))
    assert refusal.value.kind == "conflict"


def test_the_rule_leaves_out_who_must_be_left_alone(survey, hr):
    customers = [one.customer for one in survey.invitations]
    customers[0].opted_out_at = NOW
    customers[1].bounced_at = NOW
    customers[2].email = ""
    earlier = make_asked_review(_last_cycle(survey), survey.review.employee, now=NOW)
    db.session.add(Invitation(review=earlier, customer=customers[3], form="x", state="submitted", created_at=NOW,
                              sent_at=NOW - timedelta(days=60), expires_at=NOW))  # fmt: skip
    db.session.flush()
    apply_rule(survey.cycle, Rule(rest_months=6, need_address=True), actor=hr, now=NOW)

    assert asked(survey.review) == {customers[4].id, customers[5].id}


def _last_cycle(survey):
    from workflow_app.models import Cycle

    values = {name: getattr(survey.cycle, name) for name in ("scheme_version_id", "kind", "title_zh", "period_start", "period_end")}
    cycle = Cycle(**values, title_en="Earlier", period="2024", state="open", created_at=NOW)
    db.session.add(cycle)
    db.session.flush()
    return cycle


def test_the_launch_asks_nobody_who_wants_no_mail(survey, hr):
    customer = make_customer(survey.review.employee)
    customer.opted_out_at = NOW
    db.session.flush()

    assert prepare_invitations(survey.review, actor=hr, now=NOW) == []


def test_a_survey_without_a_customer_ends_by_its_deadline(db_session):
    empty = make_survey(0)

    assert db.session.scalar(select(Timer.kind).filter_by(subject_id=empty.review.id, kind="close_survey"))
    [one] = responses_of(empty.cycle)
    assert (one.reachable, one.lacking) == (0, 3)


def test_customers_are_added_to_many_people_at_once_with_a_reason(survey, hr):
    colleague = make_asked_review(survey.cycle, make_employee("李娜"), now=NOW)
    strangers = [make_customer(make_employee("王强")) for _ in range(2)]
    added = add_customers([survey.review, colleague], strangers, reason="新签约", actor=hr, now=NOW)
    event = db.session.scalar(select(Event).where(Event.kind == "customers_added"))

    assert added == 4
    assert asked(colleague) == {one.id for one in strangers}
    assert event.detail.data == {"reason": "新签约"}
    with pytest.raises(Refusal, match="already"):
        add_customers([colleague], strangers, reason="again", actor=hr, now=NOW)


def test_who_is_added_by_hand_outlives_the_rule(survey, hr):
    stranger = make_customer(make_employee("王强"))
    add_customers([survey.review], [stranger], reason="新签约", actor=hr, now=NOW)
    apply_rule(survey.cycle, Rule(most=2, seed="x"), actor=hr, now=NOW)

    assert stranger.id in asked(survey.review)
    assert len(asked(survey.review)) == 2


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "a\x00b"])
def test_without_a_reason_nothing_is_chosen_by_hand(survey, hr, reason):
    stranger = make_customer(make_employee("王强"))
    with pytest.raises(Refusal):
        add_customers([survey.review], [stranger], reason=reason, actor=hr, now=NOW)
    with pytest.raises(Refusal):
        remove_customers([survey.first], reason=reason, actor=hr, now=NOW)
    assert len(asked(survey.review)) == 6


def test_who_wants_no_mail_is_not_added(survey, hr):
    stranger = make_customer(make_employee("王强"))
    stranger.opted_out_at = NOW

    with pytest.raises(Refusal, match="wants not to be asked"):
        add_customers([survey.review], [stranger], reason="why", actor=hr, now=NOW)


def test_only_what_is_not_sent_is_taken_away(survey, hr):
    inviting.send_invitation(survey.invitations[1], actor=hr, now=NOW)
    gone = survey.first.customer_id
    remove_customers([survey.first], reason="不再合作", actor=hr, now=NOW)

    assert gone not in asked(survey.review)
    with pytest.raises(Refusal, match="gone out"):
        remove_customers([survey.invitations[1]], reason="不再合作", actor=hr, now=NOW)


@pytest.mark.parametrize("who", ["person", "superior", "agent"])
def test_those_whom_it_concerns_have_no_hand_in_it(survey, who):
    employee = {"person": survey.review.employee, "superior": survey.review.superior, "agent": make_employee("李娜")}[who]
    roles = () if who == "agent" else ("hr",)
    actor = make_account(employee, *roles).actor()
    for act in (
        lambda: add_customers([survey.review], [make_customer(employee)], reason="x", actor=actor, now=NOW),
        lambda: remove_customers([survey.first], reason="x", actor=actor, now=NOW),
    ):
        with pytest.raises(Refusal) as refusal:
            act()
        assert refusal.value.kind == "forbidden"
    if who == "agent":
        with pytest.raises(Refusal):
            apply_rule(survey.cycle, Rule(), actor=actor, now=NOW)
    else:
        assert plan_of(survey.cycle, Rule(most=1, seed="x"), actor=actor, now=NOW).people == []


def test_nothing_is_chosen_once_the_survey_or_the_cycle_is_over(survey, hr):
    survey.stage.state = "done"
    db.session.flush()
    with pytest.raises(Refusal) as closed:
        remove_customers([survey.first], reason="x", actor=hr, now=NOW)
    survey.cycle.state = "calibrating"
    db.session.flush()
    with pytest.raises(Refusal) as over:
        apply_rule(survey.cycle, Rule(), actor=hr, now=NOW)

    assert (closed.value.kind, over.value.kind) == ("conflict", "conflict")


def test_customers_are_found_by_number_name_contact_and_address(survey):
    customer = survey.first.customer
    customer.name, customer.contact = "恒泰 100%", "Ms Zhou"
    db.session.flush()

    for words in (customer.customer_no, "恒泰", "zhou", customer.email, "100%"):
        assert customer in customers_found(words).first
    assert customers_found(" ").first == ()
    assert customers_found("没有这样的客户").total == 0


def test_the_campaign_keeps_what_hr_sets(survey, hr):
    wanted = Wanted(shared_links=False, reminder_days=(1, 5, 5), grace_hours=12, note_zh="您好", note_en="Hello")
    set_up_campaign(survey.cycle, wanted, actor=hr, now=NOW)
    set_up_campaign(survey.cycle, wanted, actor=hr, now=NOW)

    assert len(db.session.scalars(select(Campaign)).all()) == 1
    assert reminder_days_of(survey.cycle) == (5, 1)
    assert grace_of(survey.cycle) == timedelta(hours=12)
    assert db.session.scalar(select(Event.actor_id).where(Event.kind == "campaign_set")) == survey.hr.id


@pytest.mark.parametrize("values", [{"reminder_days": (0,)}, {"reminder_days": (61,)}, {"reminder_days": (1, 2, 3, 4, 5, 6)},
                                    {"grace_hours": -1}, {"grace_hours": 73}, {"note_zh": "x" * 1001}])  # fmt: skip
def test_what_makes_no_sense_is_not_set(survey, hr, values):
    with pytest.raises(Refusal):
        set_up_campaign(survey.cycle, Wanted(**values), actor=hr, now=NOW)
    assert campaign_of(survey.cycle) is None


def test_the_grace_of_the_campaign_moves_the_end(survey, hr):
    set_up_campaign(survey.cycle, Wanted(grace_hours=24), actor=hr, now=NOW)
    until = NOW + timedelta(days=60)
    inviting.extend(survey.first, until=until, actor=hr, now=NOW)

    assert db.session.scalar(select(Timer.due_at).filter_by(kind="close_survey")) == until + timedelta(hours=24)
