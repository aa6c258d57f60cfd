from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_customer, make_cycle, make_employee
from tests.support import run_jobs
from workflow_app.db import db, unit_of_work
from workflow_app.models import Assignment, Cycle, Event, Invitation, MailMessage, OutboxMessage, Review, Timer
from workflow_app.services import progress
from workflow_app.services.advancing import complete_stage, finish_stage, omit_stage, return_stage, stage_rows
from workflow_app.services.assigning import exclude, extend, hand_over, name_assignee
from workflow_app.services.bulk import extend_many, hand_over_many, omit_many, remind_many
from workflow_app.services.calibration_opening import cancel, not_ready, open_calibration
from workflow_app.services.launching import launch, launch_chunk
from workflow_app.services.reminding import run_day

LATER = NOW + timedelta(days=1)


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def cycle(company):
    """The year-end of the small company, open since NOW."""
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    return cycle


@pytest.fixture
def review(cycle, company):
    return review_of(company.agent)


def review_of(employee):
    return db.session.scalar(select(Review).filter_by(employee_id=employee.id))


def states(review):
    return {row.stage: row.state for row in stage_rows(review)}


def forms(review, stage):
    return db.session.scalars(select(Assignment).filter_by(review_id=review.id, stage=stage).order_by(Assignment.id)).all()


def hand_in(review, stage, now=NOW):
    """As if every form of the stage had been filled."""
    for form in forms(review, stage):
        if form.state == "open":
            form.state, form.closed_at = "submitted", now
    return complete_stage(review, stage, actor=SYSTEM, now=now)


def to_calibration(review):
    for stage in ("self_review", "manager_scoring", "vp_feedback", "customer_survey", "internal_survey"):
        if states(review).get(stage) == "open":
            hand_in(review, stage)


def events(review):
    return db.session.scalar(
        select(func.count()).select_from(Event).filter_by(subject_type="review", subject_id=review.id)
    )


def test_a_review_goes_through_its_stages_in_order(review):
    seen = [review.state]
    for stage in ("self_review", "manager_scoring", "vp_feedback", "customer_survey", "calibration", "approval",
                  "release", "feedback_interview", "acknowledgement"):
        hand_in(review, stage)
        seen.append(review.state)

    assert seen == ["self_review", "manager_scoring", "vp_feedback", "customer_survey", "calibration", "approval",
                    "release", "feedback_interview", "acknowledgement", "closed"]
    assert review.version == events(review)


def test_a_stage_alongside_is_passed_when_it_is_done_already(review):
    hand_in(review, "customer_survey")
    assert review.state == "self_review"

    for stage in ("self_review", "manager_scoring", "vp_feedback"):
        hand_in(review, stage)

    assert review.state == "calibration"


def test_opening_a_stage_opens_its_forms_and_sets_their_deadline(review):
    scoring = forms(review, "manager_scoring")[0]
    assert (scoring.state, scoring.due_at) == ("waiting", None)

    hand_in(review, "self_review")

    assert (scoring.state, scoring.opened_at) == ("open", NOW)
    assert scoring.due_at == datetime(2026, 3, 23, 15, 59, tzinfo=UTC)  # ten working days after 9 March


def test_signature_and_interview_open_together_after_the_release(review):
    to_calibration(review)
    for stage in ("calibration", "approval", "release"):
        hand_in(review, stage)

    assert states(review)["feedback_interview"] == states(review)["acknowledgement"] == "open"
    hand_in(review, "acknowledgement")
    assert review.state == "feedback_interview"


def test_a_stage_waits_for_all_of_its_forms(cycle, company):
    manager = review_of(company.manager)
    first, second = forms(manager, "internal_survey")

    first.state = "submitted"
    assert complete_stage(manager, "internal_survey", actor=SYSTEM, now=NOW) is False
    second.state = "submitted"
    assert complete_stage(manager, "internal_survey", actor=SYSTEM, now=NOW) is True

    assert states(manager)["internal_survey"] == "done"


def test_completing_twice_has_one_effect_and_too_early_is_a_conflict(review):
    hand_in(review, "self_review")
    before = events(review)

    assert complete_stage(review, "self_review", actor=SYSTEM, now=NOW) is True
    with pytest.raises(Refusal) as refusal:
        complete_stage(review, "vp_feedback", actor=SYSTEM, now=NOW)

    assert events(review) == before
    assert refusal.value.kind == "conflict"


def test_an_omission_needs_a_reason_and_keeps_it(review, company):
    hr = company.hr.actor()

    with pytest.raises(Refusal):
        omit_stage(review, "self_review", reason="  no ", actor=hr, now=NOW)
    omit_stage(review, "self_review", reason="long sick leave", actor=hr, now=NOW)

    row = stage_rows(review)[0]
    assert (row.state, row.omission_reason, review.state) == ("omitted", "long sick leave", "manager_scoring")
    assert forms(review, "self_review")[0].state == "omitted"


def test_hr_does_not_act_on_their_own_review(cycle, company):
    own, hr = review_of(company.clerk), company.hr.actor()
    acts = [
        lambda: omit_stage(own, "self_review", reason="because I can", actor=hr, now=NOW),
        lambda: extend(own, "self_review", due_at=LATER, actor=hr, now=NOW),
        lambda: exclude(own, reason="because I can", actor=hr, now=NOW),
        lambda: return_stage(own, "self_review", reason="because I can", due_at=None, actor=hr, now=NOW),
        lambda: hand_over(forms(own, "manager_scoring")[0], company.vp, actor=hr, now=NOW),
    ]

    for act in acts:
        with pytest.raises(Refusal) as refusal:
            act()
        assert refusal.value.kind == "forbidden"


def test_calibration_cannot_be_left_out(review, company):
    to_calibration(review)

    with pytest.raises(Refusal):
        omit_stage(review, "calibration", reason="we are in a hurry", actor=company.hr.actor(), now=NOW)


def test_a_return_opens_the_stage_again_and_later_ones_wait(review, company):
    hand_in(review, "self_review")
    hand_in(review, "manager_scoring")
    due = datetime(2026, 3, 12, 15, 59, tzinfo=UTC)

    return_stage(review, "self_review", reason="text is missing", due_at=due, actor=company.hr.actor(), now=NOW)

    own, scoring = forms(review, "self_review")[0], forms(review, "manager_scoring")[0]
    assert review.state == "self_review"
    assert (own.state, own.due_at, own.returned_reason) == ("open", due, "text is missing")
    assert (scoring.state, scoring.due_at) == ("waiting", None)
    assert states(review)["vp_feedback"] == "waiting"
    assert states(review)["customer_survey"] == "open"
    hand_in(review, "self_review")
    assert (review.state, scoring.state) == ("manager_scoring", "open")
    assert review.version == events(review)


def test_the_superior_may_return_a_self_review_a_stranger_may_not(review, company):
    hand_in(review, "self_review")
    superior = make_account(employee=company.supervisor).actor()
    stranger = make_account(employee=company.director).actor()

    with pytest.raises(Refusal) as refusal:
        return_stage(review, "self_review", reason="text is missing", due_at=None, actor=stranger, now=NOW)
    return_stage(review, "self_review", reason="text is missing", due_at=None, actor=superior, now=NOW)

    assert refusal.value.kind == "forbidden"
    assert review.state == "self_review"


@pytest.mark.parametrize(("stage", "due", "kind"), [
    ("vp_feedback", None, "conflict"), ("self_review", NOW, "invalid"), ("lunch", None, "not_found"),
])
def test_a_return_to_nowhere_is_refused(review, company, stage, due, kind):
    with pytest.raises(Refusal) as refusal:
        return_stage(review, stage, reason="text is missing", due_at=due, actor=company.hr.actor(), now=NOW)

    assert refusal.value.kind == kind


def test_grades_go_back_to_calibration_from_approval_and_from_release(review, cycle, company):
    to_calibration(review)
    cycle.state = "approving"
    approver = make_account("general_manager", employee=company.gm).actor()
    hand_in(review, "calibration")
    return_stage(review, "calibration", reason="look again", due_at=None, actor=approver, now=NOW)
    assert review.state == "calibration"

    hand_in(review, "calibration")
    hand_in(review, "approval")
    return_stage(review, "calibration", reason="look again", due_at=None, actor=approver, now=NOW)

    assert (review.state, states(review)["release"]) == ("calibration", "waiting")


def test_nothing_goes_back_to_scoring_once_the_cycle_is_calibrated(review, cycle, company):
    to_calibration(review)
    cycle.state = "calibrating"

    with pytest.raises(Refusal) as refusal:
        return_stage(review, "manager_scoring", reason="too lenient", due_at=None, actor=company.hr.actor(), now=NOW)

    assert refusal.value.kind == "conflict"


def test_a_hand_over_closes_one_form_and_opens_another(review, company):
    hand_in(review, "self_review")
    old = forms(review, "manager_scoring")[0]

    new = hand_over(old, company.manager, actor=company.hr.actor(), now=LATER)

    assert (old.state, old.closed_at) == ("handed_over", LATER)
    assert (new.state, new.assignee_id, new.due_at, new.opened_at) == ("open", company.manager.id, old.due_at, LATER)
    with pytest.raises(Refusal) as refusal:
        hand_over(old, company.vp, actor=company.hr.actor(), now=LATER)
    assert refusal.value.kind == "conflict"


def test_a_form_goes_to_nobody_unfit(review, company):
    hr = company.hr.actor()
    scoring = forms(review, "manager_scoring")[0]
    gone = make_employee(superior=company.manager, left=NOW.date() - timedelta(days=1))

    for somebody in (company.agent, company.supervisor, gone):
        with pytest.raises(Refusal):
            hand_over(scoring, somebody, actor=hr, now=NOW)
    with pytest.raises(Refusal):
        hand_over(forms(review, "self_review")[0], company.manager, actor=hr, now=NOW)


def test_a_lacking_person_can_be_named_while_the_stage_waits(company):
    company.supervisor.left = NOW.date() - timedelta(days=1)
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    review = review_of(company.agent)
    scoring = forms(review, "manager_scoring")[0]
    assert scoring.assignee_id is None

    heir = name_assignee(scoring, company.manager, actor=company.hr.actor(), now=NOW)
    hand_in(review, "self_review")

    assert (heir.state, heir.assignee_id) == ("open", company.manager.id)


def test_an_extension_moves_the_stage_its_forms_and_the_customers_links(review, company):
    due, long = NOW + timedelta(days=30), NOW + timedelta(days=60)
    hr = company.hr.actor()

    extend(review, "self_review", due_at=due, actor=hr, now=NOW)
    extend(review, "customer_survey", due_at=long, actor=hr, now=NOW)

    assert forms(review, "self_review")[0].due_at == due
    assert db.session.scalar(select(Invitation.expires_at).filter_by(review_id=review.id)) == long
    with pytest.raises(Refusal):
        extend(review, "self_review", due_at=NOW, actor=hr, now=NOW)
    with pytest.raises(Refusal):
        extend(review, "manager_scoring", due_at=due, actor=hr, now=NOW)


def test_who_is_taken_out_does_not_move_and_is_not_waited_for(review, cycle, company):
    exclude(review, reason="on long leave", actor=company.hr.actor(), now=NOW)

    assert (review.state, review.excluded_reason) == ("excluded", "on long leave")
    assert review not in not_ready(cycle)
    assert all(form.state == "omitted" for form in forms(review, "self_review") + forms(review, "manager_scoring"))
    with pytest.raises(Refusal) as refusal:
        complete_stage(review, "self_review", actor=SYSTEM, now=NOW)
    assert refusal.value.kind == "conflict"


def test_calibration_opens_when_all_are_ready_and_names_who_is_not(cycle, company):
    hr = company.hr.actor()
    for one in db.session.scalars(select(Review)):
        if one.employee_id != company.agent.id:
            to_calibration(one)
    progress.find("cycle", cycle.id, "launch").finished_at = NOW

    with pytest.raises(Refusal) as refusal:
        open_calibration(cycle, actor=hr, now=NOW)
    to_calibration(review_of(company.agent))
    open_calibration(cycle, actor=hr, now=NOW)

    assert "侯杰" in str(refusal.value)
    assert refusal.value.kind == "conflict"
    assert cycle.state == "calibrating"
    assert db.session.scalar(select(OutboxMessage.job).filter_by(job="compose_cycle")) is not None


def test_calibration_waits_for_a_running_launch(company):
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)

    with pytest.raises(Refusal) as refusal:
        open_calibration(cycle, actor=company.hr.actor(), now=NOW)

    assert "still running" in str(refusal.value)


def test_a_cycle_is_cancelled_with_a_reason(cycle, company):
    with pytest.raises(Refusal):
        cancel(cycle, reason="", actor=company.hr.actor(), now=NOW)
    cancel(cycle, reason="launched by mistake", actor=company.hr.actor(), now=NOW)

    assert cycle.state == "cancelled"
    assert db.session.scalar(select(Timer).filter_by(subject_type="cycle", subject_id=cycle.id)) is None


def test_many_at_once_helps_whom_it_can_and_names_the_others(cycle, company):
    reviews = db.session.scalars(select(Review).order_by(Review.id)).all()

    reminded = remind_many(reviews, actor=make_account("hr").actor(), now=NOW)
    extended = extend_many(reviews, due_at=NOW + timedelta(days=30), actor=company.hr.actor(), now=NOW)
    omitted = omit_many(reviews, reason="no self reviews this year", actor=company.hr.actor(), now=NOW)
    handed = hand_over_many(reviews, company.director, actor=company.hr.actor(), now=NOW)

    own = [("范专员", "Nobody arranges their own review. Please ask a colleague in HR.")]
    assert reminded.done == 7
    assert reminded.refused == []
    assert extended.done == 6
    assert [(name, str(why)) for name, why in extended.refused] == own
    assert omitted.done == 6
    assert handed.done == 5
    assert {name for name, _why in handed.refused} == {"范专员", "汤总监"}
    assert all(one.version == events(one) for one in reviews)


# --- mornings ---------------------------------------------------------------------------------------------------


def mails():
    return db.session.scalars(select(MailMessage).order_by(MailMessage.id)).all()


def test_a_morning_reminds_each_person_once_for_each_reason(cycle, company):
    first = run_day(cycle.id, now=LATER)
    again = run_day(cycle.id, now=LATER + timedelta(hours=1))
    soon = run_day(cycle.id, now=datetime(2026, 3, 17, 1, 0, tzinfo=UTC))

    # Seven people have a self review; the general manager has the internal questionnaire.
    assert (first, again, soon) == (8, 0, 7)
    assert mails()[0].subject.startswith("请您填写")
    assert company.gm.email in {mail.to_address for mail in mails()}


def test_what_nobody_wrote_is_left_out_after_its_deadline_and_the_cycle_goes_on(cycle, review):
    run_day(cycle.id, now=datetime(2026, 3, 19, 1, 0, tzinfo=UTC))

    assert states(review)["self_review"] == "omitted"
    assert stage_rows(review)[0].omission_reason == "Nobody filled it in by the deadline."
    assert review.state == "manager_scoring"


def test_late_scoring_is_told_to_the_superior_of_who_should_score(cycle, review, company):
    hand_in(review, "self_review")

    run_day(cycle.id, now=datetime(2026, 3, 24, 1, 0, tzinfo=UTC))

    escalated = [mail for mail in mails() if mail.subject.startswith("您的下属有逾期事项")]
    assert [mail.to_address for mail in escalated] == [company.manager.email]
    assert "宋主管" in escalated[0].text
    assert "侯杰" in escalated[0].html


def test_an_unanswered_signature_closes_by_the_clock_and_the_cycle_with_it(app, company):
    cycle = make_cycle("spot_check", "2025-12-01")
    launch(cycle, actor=company.hr.actor(), now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    for one in db.session.scalars(select(Review)):
        hand_in(one, "inspection")
    assert review_of(company.agent).released_at == NOW

    run_day(cycle.id, now=datetime(2026, 3, 13, 1, 0, tzinfo=UTC))

    assert {one.state for one in db.session.scalars(select(Review))} == {"closed"}
    assert cycle.state == "closed"


def test_the_morning_sets_the_next_one_and_ends_with_the_cycle(cycle, company):
    timer = select(Timer.due_at).filter_by(subject_type="cycle", subject_id=cycle.id, fired_at=None)
    assert db.session.scalar(timer) == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)

    run_day(cycle.id, now=datetime(2026, 3, 13, 1, 0, tzinfo=UTC))
    assert db.session.scalar(timer) == datetime(2026, 3, 16, 1, 0, tzinfo=UTC)

    cycle.state = "cancelled"
    run_day(cycle.id, now=datetime(2026, 3, 16, 1, 0, tzinfo=UTC))
    assert db.session.scalar(timer) is None


# --- at once ----------------------------------------------------------------------------------------------------


def at_once(app, acts):
    """Each act in a thread and transaction of its own, all at the same moment; what each came to."""
    start, outcomes = Barrier(len(acts)), []

    def run(act):
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    outcomes.append(act())
            except Refusal as refusal:
                outcomes.append(refusal.kind)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_workers_on_the_same_chunk_make_every_review_once(app, company):
    cycle = make_cycle()
    make_customer(company.other)
    launch(cycle, actor=company.hr.actor(), now=NOW)
    number, rated = cycle.id, company.rated
    db.session.commit()
    db.session.remove()

    made = at_once(app, [lambda: launch_chunk(number, 0, 10**6, now=NOW)] * 2)

    reviews = db.session.scalars(select(Review)).all()
    assert sorted(made) == [0, 7]
    assert {one.employee_id for one in reviews} == rated
    assert len(reviews) == 7
    assert all(one.version == events(one) for one in reviews)


def test_omitting_and_finishing_at_once_has_one_winner(app, review, company):
    number, hr = review.id, company.hr.actor()
    db.session.commit()
    db.session.remove()

    def omit():
        omit_stage(db.session.get(Review, number), "self_review", reason="long leave", actor=hr, now=NOW)
        return "omitted"

    def finish():
        finish_stage(db.session.get(Review, number), "self_review", actor=SYSTEM, now=NOW)
        return "finished"

    outcomes = at_once(app, [omit, finish])

    review = db.session.get(Review, number)
    assert "conflict" in outcomes
    assert len(set(outcomes)) == 2
    assert review.state == "manager_scoring"
    assert review.version == events(review)


def test_the_launch_finishes_through_the_worker(app, company):
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)
    run_jobs(app)

    assert db.session.get(Cycle, cycle.id).state == "open"
    assert db.session.scalar(select(func.count()).select_from(Review)) == 7
