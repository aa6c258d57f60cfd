"""From totals to signed, released, acknowledged grades and what follows from them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.scheme import builtin_scheme
from tests.services.grade_company import NOW, actor_of, make_account, make_cycle, make_employee, make_hr, make_review
from workflow_app.db import db
from workflow_app.models import Action, Assignment, Event, MailMessage, OutboxMessage, Review
from workflow_app.queries.calibration import columns
from workflow_app.services import acting, approving, calibrating, distributing, releasing
from workflow_app.services.calibrating import MoveReason

REASON = MoveReason("rater_strict", "同岗位两位主管均值差 4.2")
LATER = NOW + timedelta(days=40)


@pytest.fixture
def company(db_session):
    """Twenty people with totals 99, 98, …, 80 in a cycle that is being calibrated."""
    boss = make_employee("方霞", department="总经办", post="总经理", population="management")
    vp = make_employee("谭晓明", superior=boss, vp=boss, post="主管副总", population="management")
    manager = make_employee("卢静", superior=vp, vp=vp, population="management")
    cycle = make_cycle(state="calibrating")
    for place in range(20):
        person = make_employee(superior=manager, vp=vp)
        make_review(cycle, person, total=Decimal(99 - place))
    db_session.flush()
    return cycle, make_hr(superior=vp), make_account(boss, "general_manager"), manager


def reviews_of(db_session, cycle):
    return list(db_session.scalars(select(Review).filter_by(cycle_id=cycle.id).order_by(Review.total.desc())))


def distributed(db_session, company):
    cycle = company[0]
    distributing.distribute_cycle(cycle.id, now=NOW)
    return reviews_of(db_session, cycle)


def approved(db_session, company):
    cycle, hr, boss, _ = company
    distributed(db_session, company)
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)
    approving.approve_cycle(cycle, actor=actor_of(boss), now=NOW)
    return reviews_of(db_session, cycle)


def released(db_session, company):
    approved(db_session, company)
    releasing.release_cycle(company[0], actor=actor_of(company[1]), now=NOW)
    releasing.release_reviews(company[0].id, now=NOW)
    return reviews_of(db_session, company[0])


def test_twenty_people_fill_the_seats_of_the_scheme(db_session, company):
    reviews = distributed(db_session, company)

    bands = [review.computed_band for review in reviews]
    assert bands == ["A"] + ["B"] * 4 + ["C"] * 10 + ["D"] * 4 + ["E"]
    assert [review.rank for review in reviews] == list(range(1, 21))


def test_whoever_left_has_no_band_and_takes_no_seat(db_session, company):
    first = reviews_of(db_session, company[0])[0]
    first.flags = ["left"]

    reviews = distributed(db_session, company)

    assert (reviews[0].rank, reviews[0].computed_band) == (None, None)
    assert [review.rank for review in reviews[1:]] == list(range(1, 20))


def test_distributing_again_changes_nothing_and_keeps_moves(db_session, company):
    reviews = distributed(db_session, company)
    calibrating.move_to_band(reviews[5], "B", reason=REASON, actor=actor_of(company[1]), now=NOW)
    versions = [review.version for review in reviews]

    again = distributed(db_session, company)

    assert [review.version for review in again] == versions
    assert again[5].calibrated_band == "B"


def test_a_move_keeps_the_computed_band_and_leaves_an_event(db_session, company):
    review = distributed(db_session, company)[5]

    calibrating.move_to_band(review, "B", reason=REASON, actor=actor_of(company[1]), now=NOW)

    assert (review.computed_band, review.calibrated_band, review.final_band) == ("C", "B", None)
    event = db_session.scalar(select(Event).filter_by(subject_id=review.id, kind="calibrated"))
    assert event.data == {"from": "C", "to": "B", "reason_code": "rater_strict"}
    assert event.detail.data == {"reason": REASON.text}


def test_moving_back_takes_the_calibrated_band_away(db_session, company):
    review = distributed(db_session, company)[5]
    calibrating.move_to_band(review, "B", reason=REASON, actor=actor_of(company[1]), now=NOW)

    calibrating.move_to_band(review, "C", reason=REASON, actor=actor_of(company[1]), now=NOW)

    assert review.calibrated_band is None


@pytest.mark.parametrize(
    ("band", "reason", "words"),
    [
        ("B", MoveReason("rater_strict", "  "), "Give the reason"),
        ("B", MoveReason("because", "同岗位两位主管均值差"), "kind of reason"),
        ("Z", REASON, "bands of the scheme"),
        ("C", REASON, "already"),
    ],
)
def test_a_move_without_ground_is_refused(db_session, company, band, reason, words):
    review = distributed(db_session, company)[5]

    with pytest.raises(Refusal, match=words):
        calibrating.move_to_band(review, band, reason=reason, actor=actor_of(company[1]), now=NOW)

    assert review.calibrated_band is None


def test_a_stale_page_does_not_move_anybody(db_session, company):
    review = distributed(db_session, company)[5]

    with pytest.raises(Refusal, match="meanwhile"):
        calibrating.move_to_band(
            review, "B", reason=REASON, actor=actor_of(company[1]), now=NOW, version=review.version - 1
        )


def test_nobody_calibrates_their_own_grade(db_session, company):
    review = distributed(db_session, company)[5]
    own = make_account(review.employee, "hr")

    with pytest.raises(Refusal, match="their own grade"):
        calibrating.move_to_band(review, "B", reason=REASON, actor=actor_of(own), now=NOW)


def test_a_manager_does_not_calibrate(db_session, company):
    review = distributed(db_session, company)[5]
    manager = make_account(company[3])

    with pytest.raises(Refusal) as refused:
        calibrating.move_to_band(review, "B", reason=REASON, actor=actor_of(manager), now=NOW)

    assert refused.value.kind == "forbidden"


def test_grades_are_not_handed_over_before_they_are_distributed(db_session, company):
    with pytest.raises(Refusal, match="being distributed"):
        calibrating.submit_for_approval(company[0], actor=actor_of(company[1]), now=NOW)


def test_the_approver_signs_every_grade(db_session, company):
    reviews = approved(db_session, company)

    assert [review.final_band for review in reviews] == [review.computed_band for review in reviews]
    assert {review.approved_by_id for review in reviews} == {company[2].id}
    assert company[0].approved_at == NOW


def test_the_calibrated_band_becomes_the_final_one(db_session, company):
    cycle, hr, boss, _ = company
    review = distributed(db_session, company)[5]
    calibrating.move_to_band(review, "B", reason=REASON, actor=actor_of(hr), now=NOW)
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)

    approving.approve_cycle(cycle, actor=actor_of(boss), now=NOW)

    assert (review.computed_band, review.calibrated_band, review.final_band) == ("C", "B", "B")


def test_whoever_handed_the_grades_over_does_not_sign_them(db_session, company):
    cycle, hr, _, _ = company
    distributed(db_session, company)
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)
    hr.roles = ["hr", "general_manager"]

    with pytest.raises(Refusal, match="Another person approves"):
        approving.approve_cycle(cycle, actor=actor_of(hr), now=NOW)


def test_the_approvers_own_grade_waits_for_another_approver(db_session, company):
    cycle, hr, boss, _manager = company
    deputy = make_account(make_employee("余国庆"), "deputy_approver")
    own = reviews_of(db_session, cycle)[3]
    boss.employee = own.employee
    distributed(db_session, company)
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)

    signed = approving.approve_cycle(cycle, actor=actor_of(boss), now=NOW)
    with pytest.raises(Refusal, match="not signed yet"):
        releasing.release_cycle(cycle, actor=actor_of(hr), now=NOW)
    rest = approving.approve_cycle(cycle, actor=actor_of(deputy), now=NOW)

    assert (signed, rest) == (19, 1)
    assert own.approved_by_id == deputy.id


def test_a_return_takes_the_signatures_back_and_says_why(db_session, company):
    cycle, hr, boss, _ = company
    approved(db_session, company)

    approving.return_cycle(cycle, reason="请复核前台的两组同分", actor=actor_of(boss), now=NOW)

    reviews = reviews_of(db_session, cycle)
    assert (cycle.state, cycle.returned_reason) == ("calibrating", "请复核前台的两组同分")
    assert {(review.state, review.final_band, review.approved_at) for review in reviews} == {
        ("calibration", None, None)
    }
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)
    assert cycle.state == "approving"


def test_a_return_needs_a_reason(db_session, company):
    approved(db_session, company)

    with pytest.raises(Refusal, match="looked at again"):
        approving.return_cycle(company[0], reason=" ", actor=actor_of(company[2]), now=NOW)

    assert company[0].state == "approving"


def test_release_opens_every_result_and_tells_each_person_once(db_session, company):
    reviews = released(db_session, company)
    releasing.release_reviews(company[0].id, now=LATER)

    assert {review.released_at for review in reviews} == {NOW}
    mails = list(db_session.scalars(select(MailMessage).order_by(MailMessage.id)))
    assert len(mails) == len(reviews)
    assert not any(review.final_band in mail.subject for review, mail in zip(reviews, mails, strict=True))


def test_release_asks_for_the_actions(db_session, company):
    released(db_session, company)

    assert "propose_actions" in set(db_session.scalars(select(OutboxMessage.job)))


def test_only_the_person_rated_signs_for_a_result(db_session, company):
    first, second = released(db_session, company)[:2]
    account = make_account(first.employee)

    releasing.acknowledge(first, actor=actor_of(account), now=NOW)
    releasing.acknowledge(first, actor=actor_of(account), now=LATER)
    with pytest.raises(Refusal, match="Only the person rated"):
        releasing.acknowledge(second, actor=actor_of(account), now=NOW)

    assert (first.acknowledged_at, first.state) == (NOW, "closed")


def test_nothing_is_signed_for_before_release(db_session, company):
    review = approved(db_session, company)[0]

    with pytest.raises(Refusal, match="not released yet"):
        releasing.acknowledge(review, actor=actor_of(make_account(review.employee)), now=NOW)


def kinds(db_session, review):
    return set(db_session.scalars(select(Action.kind).filter_by(review_id=review.id)))


def test_what_follows_is_proposed_once(db_session, company):
    reviews = released(db_session, company)

    count = acting.propose_actions(company[0].id, now=NOW)
    again = acting.propose_actions(company[0].id, now=NOW)

    assert again == 0
    assert kinds(db_session, reviews[0]) == {"raise_or_promotion", "award", "talent_pool"}
    assert kinds(db_session, reviews[1]) == {"award", "talent_pool"}
    assert kinds(db_session, reviews[10]) == set()
    assert kinds(db_session, reviews[16]) == {"training"}
    assert kinds(db_session, reviews[19]) == {"training", "demotion_review"}
    assert count == len(list(db_session.scalars(select(Action))))


def proposal(db_session, company, kind):
    released(db_session, company)
    acting.propose_actions(company[0].id, now=NOW)
    return db_session.scalar(select(Action).filter_by(kind=kind).order_by(Action.id).limit(1))


def owners_of(db_session, company, now=NOW):
    released(db_session, company)
    acting.propose_actions(company[0].id, now=now)
    return {one.kind: (one.owner_id, one.due_on) for one in db_session.scalars(select(Action))}


def test_the_general_managers_actions_are_theirs_where_one_person_holds_the_role(db_session, company):
    found = owners_of(db_session, company)

    assert found["raise_or_promotion"][0] == found["demotion_review"][0] == company[2].employee_id
    assert found["award"][0] is None  # HR's desk


def test_of_two_general_managers_nobody_is_guessed(db_session, company):
    make_account(make_employee("陆总"), "general_manager")

    assert owners_of(db_session, company)["raise_or_promotion"][0] is None


def test_the_days_of_an_action_are_counted_where_the_company_is(db_session, company):
    late = NOW.replace(hour=18)  # past midnight in Shanghai
    found = owners_of(db_session, company, now=late)

    assert found["raise_or_promotion"][1] == late.date() + timedelta(days=31)


def test_an_action_starts_only_after_the_appeal_window(db_session, company):
    action, hr = proposal(db_session, company, "award"), actor_of(company[1])
    acting.decide_action(action, "approve", reason="", actor=hr, now=NOW)

    with pytest.raises(Refusal, match="appeal window"):
        acting.decide_action(action, "start", reason="", actor=hr, now=NOW + timedelta(days=1))
    acting.decide_action(action, "start", reason="", actor=hr, now=LATER)

    assert action.state == "in_progress"


def test_a_demotion_review_is_never_approved_without_a_reason(db_session, company):
    action, hr = proposal(db_session, company, "demotion_review"), actor_of(company[1])

    with pytest.raises(Refusal, match="Give the reason"):
        acting.decide_action(action, "approve", reason="", actor=hr, now=NOW)

    assert action.state == "proposed"


def test_declining_needs_a_reason_and_is_recorded(db_session, company):
    action, hr = proposal(db_session, company, "award"), actor_of(company[1])

    with pytest.raises(Refusal, match="Give the reason"):
        acting.decide_action(action, "decline", reason="no", actor=hr, now=NOW)
    acting.decide_action(action, "decline", reason="奖金名额已满", actor=hr, now=NOW)

    assert (action.state, action.decision_reason) == ("declined", "奖金名额已满")


def test_a_decided_action_is_not_decided_again(db_session, company):
    action, hr = proposal(db_session, company, "award"), actor_of(company[1])
    acting.decide_action(action, "approve", reason="", actor=hr, now=NOW)

    with pytest.raises(Refusal) as refused:
        acting.decide_action(action, "approve", reason="", actor=hr, now=NOW)

    assert refused.value.kind == "conflict"


def test_every_review_has_as_many_events_as_its_version(db_session, company):
    reviews = released(db_session, company)

    for review in reviews:
        events = list(
            db_session.scalars(
                select(Event.version).filter_by(subject_type="review", subject_id=review.id).order_by(Event.version)
            )
        )
        assert events == list(range(1, review.version + 1))


def with_form(review, filler, stage):
    db.session.add(
        Assignment(
            review_id=review.id, stage=stage, form="x", assignee_id=filler.employee_id, state="submitted", created_at=NOW
        )
    )
    db.session.flush()


def test_whoever_scored_a_review_does_not_sign_it(db_session, company):
    cycle, hr, boss, _ = company
    reviews = distributed(db_session, company)
    with_form(reviews[0], boss, "manager_scoring")
    with_form(reviews[1], boss, "vp_feedback")
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)

    signed = approving.approve_cycle(cycle, actor=actor_of(boss), now=NOW)

    assert signed == 18
    assert [review.approved_at for review in reviews[:3]] == [None, None, NOW]


def test_one_answer_among_colleagues_is_no_score_of_ones_own(db_session, company):
    cycle, hr, boss, _ = company
    with_form(distributed(db_session, company)[0], boss, "internal_survey")
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)

    assert approving.approve_cycle(cycle, actor=actor_of(boss), now=NOW) == 20


def test_the_distance_to_the_band_above_ignores_moves(db_session, company):
    reviews = distributed(db_session, company)
    calibrating.move_to_band(reviews[9], "B", reason=REASON, actor=actor_of(company[1]), now=NOW)

    band_c = next(column for column in columns(reviews, builtin_scheme()) if column.band == "C")

    # B ends with 95 by the totals; the person moved up with 90 shifts no line.
    assert [card.gap for card in band_c.cards[:2]] == [Decimal(1), Decimal(2)]
    assert (band_c.held, band_c.target, band_c.off) == (9, 10, -1)
