"""A running cycle moves to a newer version of its scheme: dry run, refusals, and what it does to reviews."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_cycle
from tests.scheme_texts import insert_before, leave_out, publish_changed, stage_of, stages_of
from workflow_app.db import db
from workflow_app.models import Assignment, Event, Invitation, OutboxMessage, Review, SchemeVersion, Submission
from workflow_app.services.advancing import assignments_of, complete_stage, return_stage, stage_rows
from workflow_app.services.assigning import exclude, hand_over
from workflow_app.services.calibration_opening import cancel
from workflow_app.services.inviting import show_link
from workflow_app.services.launching import create_cycle, launch, launch_chunk
from workflow_app.services.moving_cycles import move_cycle_to, try_move
from workflow_app.services.publishing import retire

LATER = NOW + timedelta(days=1)
STEPS = ("self_review", "manager_scoring", "vp_feedback", "customer_survey", "internal_survey")


@pytest.fixture
def company(db_session):
    company = Company()
    company.cycle = make_cycle()
    launch(company.cycle, actor=SYSTEM, now=NOW)
    launch_chunk(company.cycle.id, 0, 10**6, now=NOW)
    return company


def forms_of(person, stage):
    """Every form of a step, those that were replaced too."""
    query = select(Assignment).filter_by(review_id=review_of(person).id, stage=stage)
    return db.session.scalars(query.order_by(Assignment.id)).all()


def review_of(person):
    return db.session.scalar(select(Review).filter_by(employee_id=person.id))


def states(review):
    return {row.stage: row.state for row in stage_rows(review)}


def hand_in(person, stage, answers=None):
    """As if every form of the stage had been filled."""
    review = review_of(person)
    for form in assignments_of(review, stage):
        if form.state == "open":
            form.state, form.closed_at = "submitted", NOW
            db.session.add(Submission(assignment_id=form.id, state="submitted", answers=answers or {}, saved_at=NOW, submitted_at=NOW))
    return complete_stage(review, stage, actor=SYSTEM, now=NOW)


def tried(company, version):
    return try_move(company.cycle, version, actor=company.hr.actor(), now=LATER)


def said(company, version):
    """What changes, in English, and for how many."""
    return {_in_english(change): len(reviews) for change, reviews in tried(company, version).groups}


def refused(company, version):
    found = [_in_english(one) for one in tried(company, version).obstacles]
    with pytest.raises(Refusal) as refusal:
        moved(company, version)
    assert [_in_english(one) for one in refusal.value.messages] == found
    assert company.cycle.scheme_version_id != version.id
    return found


def moved(company, version):
    return move_cycle_to(company.cycle, version, seen=company.cycle.version, actor=company.hr.actor(), now=LATER)


def _in_english(message):
    data = {name: getattr(value, "en", value) for name, value in message.data.items()}
    return message.key % data


def test_a_version_that_changes_no_step_moves_the_pin_alone(company):
    before = {review.id: states(review) for review in db.session.scalars(select(Review))}
    due = {row.id: row.due_at for row in stage_rows(review_of(company.agent))}
    version = publish_changed(lambda scheme: scheme["composition"]["parts"][0].update(title={"zh": "检查", "en": "Checks"}))
    dry = tried(company, version)

    assert (dry.obstacles, dry.groups, dry.people, dry.touched) == ((), [], 7, 0)
    assert moved(company, version) == 7
    assert company.cycle.scheme_version_id == version.id
    assert {review.id: states(review) for review in db.session.scalars(select(Review))} == before
    assert {row.id: row.due_at for row in stage_rows(review_of(company.agent))} == due
    noted = db.session.scalars(select(Event).filter_by(kind="moved_to_version")).all()
    assert len(noted) == 7


def test_a_review_has_as_many_events_as_its_version_after_the_move(company):
    hand_in(company.agent, "self_review")

    moved(company, publish_changed(lambda scheme: insert_before(scheme, "manager_scoring")))

    for review in db.session.scalars(select(Review)):
        events = select(func.count()).select_from(Event).filter_by(subject_type="review", subject_id=review.id)
        assert db.session.scalar(events) == review.version


def test_a_new_step_that_is_still_to_come_is_gained(company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))

    assert said(company, version) == {"gains the step “Word of the head”": 7}
    moved(company, version)
    review = review_of(company.agent)
    codes = [row.stage for row in stage_rows(review)]
    assert codes.index("peer_review") == codes.index("vp_feedback") - 1
    assert states(review)["peer_review"] == "waiting"
    assert [form.assignee_id for form in assignments_of(review, "peer_review")] == [company.manager.id]
    hand_in(company.agent, "self_review")
    hand_in(company.agent, "manager_scoring")
    assert review.state == "peer_review"
    assert [form.state for form in assignments_of(review, "peer_review")] == ["open"]


def test_a_new_step_before_the_open_one_comes_first(company):
    hand_in(company.agent, "self_review")
    version = publish_changed(lambda scheme: insert_before(scheme, "manager_scoring"))

    assert said(company, version)["“Manager scoring” waits again: a step comes before it now"] == 1
    moved(company, version)

    review = review_of(company.agent)
    assert review.state == "peer_review"
    assert (states(review)["peer_review"], states(review)["manager_scoring"]) == ("open", "waiting")
    assert {form.state for form in assignments_of(review, "manager_scoring")} == {"waiting"}


def test_a_new_step_before_a_finished_one_is_refused(company):
    hand_in(company.agent, "self_review")
    hand_in(company.agent, "manager_scoring")

    found = refused(company, publish_changed(lambda scheme: insert_before(scheme, "manager_scoring")))

    assert found == ["Not done in 1 of the reviews: “Word of the head”. The new version puts it before a step that is done."]


def test_a_step_that_is_still_to_come_is_taken_out(company):
    version = publish_changed(lambda scheme: leave_out(scheme, "vp_feedback"))

    assert said(company, version)["loses the step “VP feedback”"] == 7
    moved(company, version)

    review = review_of(company.agent)
    assert "vp_feedback" not in states(review)
    assert [form.state for form in forms_of(company.agent, "vp_feedback")] == ["handed_over"]
    hand_in(company.agent, "self_review")
    hand_in(company.agent, "manager_scoring")
    assert review.state == "customer_survey"


def test_the_open_step_is_taken_out_and_the_next_one_opens(company):
    version = publish_changed(lambda scheme: leave_out(scheme, "self_review"))

    moved(company, version)

    review = review_of(company.agent)
    assert review.state == "manager_scoring"
    assert states(review)["manager_scoring"] == "open"
    assert [form.state for form in forms_of(company.agent, "self_review")] == ["handed_over"]


def test_a_step_somebody_finished_is_not_taken_out(company):
    hand_in(company.agent, "self_review")

    found = refused(company, publish_changed(lambda scheme: leave_out(scheme, "self_review")))

    assert found == ["Done already in 1 of the reviews: “Self review”. The new version leaves it out."]
    assert states(review_of(company.agent))["self_review"] == "done"


def test_another_form_is_given_out_where_nobody_has_answered(company):
    version = publish_changed(lambda scheme: stage_of(scheme, "self_review").update(forms=[{"form": "self_review_staff"}]))
    manager = review_of(company.manager)
    due = assignments_of(manager, "self_review")[0].due_at

    assert said(company, version) == {"“Self review”: another form, “Self review for staff”": 4}
    moved(company, version)

    before, after = forms_of(company.manager, "self_review")
    assert (before.state, after.form, after.state, after.due_at) == ("handed_over", "self_review_staff", "open", due)
    assert [form.state for form in assignments_of(review_of(company.agent), "self_review")] == ["open"]


def test_a_return_opens_the_new_form_alone(company):
    moved(company, publish_changed(lambda scheme: stage_of(scheme, "self_review").update(forms=[{"form": "self_review_staff"}])))
    hand_in(company.manager, "self_review")

    return_stage(review_of(company.manager), "self_review", reason="请补充说明", due_at=None, actor=company.hr.actor(), now=LATER)

    assert [(form.form, form.state) for form in forms_of(company.manager, "self_review")] == [
        ("self_review_management", "handed_over"), ("self_review_staff", "open"),
    ]


def test_a_cycle_whose_reviews_are_being_made_waits(company):
    cycle = create_cycle(company.cycle.scheme_version, "monthly_appraisal", "2025-11", actor=SYSTEM, now=NOW)
    launch(cycle, actor=SYSTEM, now=NOW)
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))

    with pytest.raises(Refusal) as refusal:
        move_cycle_to(cycle, version, seen=cycle.version, actor=company.hr.actor(), now=LATER)

    assert "still being made" in str(refusal.value.message)


def test_a_begun_draft_of_another_form_is_named_and_set_aside(company):
    form = assignments_of(review_of(company.manager), "self_review")[0]
    db.session.add(Submission(assignment_id=form.id, state="draft", answers={}, saved_at=NOW))
    version = publish_changed(lambda scheme: stage_of(scheme, "self_review").update(forms=[{"form": "self_review_staff"}]))

    assert said(company, version)["“Self review”: a draft that was begun is set aside"] == 1


def test_another_form_after_somebody_finished_is_refused(company):
    hand_in(company.manager, "self_review")
    version = publish_changed(lambda scheme: stage_of(scheme, "self_review").update(forms=[{"form": "self_review_staff"}]))

    assert refused(company, version) == [
        "Done already in 1 of the reviews: “Self review”. The new version asks another form there."
    ]


def test_a_form_with_answers_keeps_its_items(company):
    hand_in(company.agent, "self_review")
    hand_in(company.agent, "manager_scoring")

    def dearer(scheme):
        item = scheme["forms"]["scorecard_staff"]["areas"][0]["items"][0]
        item["points"] += 1

    found = refused(company, publish_changed(dearer))

    assert any("changes its items or points" in one for one in found)


def test_somebody_else_acts_where_nobody_has_answered(company):
    version = publish_changed(lambda scheme: stage_of(scheme, "manager_scoring").update(actor="vp"))

    assert said(company, version) == {"“Manager scoring”: somebody else acts there": 7}
    moved(company, version)

    live = assignments_of(review_of(company.agent), "manager_scoring")
    assert [form.assignee_id for form in live] == [company.vp.id]


def test_a_hand_over_is_kept(company):
    form = assignments_of(review_of(company.agent), "manager_scoring")[0]
    hand_over(form, company.manager, actor=company.hr.actor(), now=NOW)

    moved(company, publish_changed(lambda scheme: insert_before(scheme, "vp_feedback")))

    assert [one.assignee_id for one in assignments_of(review_of(company.agent), "manager_scoring")] == [company.manager.id]


def test_deadlines_stay_and_new_days_count_from_the_next_opening(company):
    due = {row.stage: row.due_at for row in stage_rows(review_of(company.agent))}

    def slower(scheme):
        for stage in stages_of(scheme):
            stage["days"] += 5

    version = publish_changed(slower)
    assert said(company, version)["“Manager scoring”: 15 working days instead of 10, once it opens"] == 7
    assert not any("Self review" in change for change in said(company, version))
    moved(company, version)

    assert {row.stage: row.due_at for row in stage_rows(review_of(company.agent))} == due


def test_steps_that_are_to_come_change_places(company):
    def swap(scheme):
        stages = stages_of(scheme)
        one, other = (stages.index(stage_of(scheme, code)) for code in ("manager_scoring", "vp_feedback"))
        stages[one], stages[other] = stages[other], stages[one]

    version = publish_changed(swap)

    assert said(company, version) == {"the steps that are still to come change places": 7}
    moved(company, version)
    hand_in(company.agent, "self_review")
    assert review_of(company.agent).state == "vp_feedback"


def links_of(person):
    return db.session.scalars(select(Invitation).filter_by(review_id=review_of(person).id).order_by(Invitation.id)).all()


def test_a_survey_that_nobody_was_asked_for_is_taken_out_with_its_links(company):
    moved(company, publish_changed(lambda scheme: leave_out(scheme, "customer_survey")))

    assert "customer_survey" not in states(review_of(company.agent))
    assert [link.state for link in links_of(company.agent)] == ["revoked"]


def test_a_survey_that_customers_were_asked_for_stays(company):
    show_link(links_of(company.agent)[0], actor=company.hr.actor(), now=NOW)

    found = refused(company, publish_changed(lambda scheme: leave_out(scheme, "customer_survey")))

    assert found == ["Done already in 1 of the reviews: “Customer survey”. The new version leaves it out."]


def test_a_survey_that_is_new_asks_the_customers(company):
    without = publish_changed(lambda scheme: leave_out(scheme, "customer_survey"))
    other = create_cycle(without, "year_end", "2024", actor=SYSTEM, now=NOW)
    cancel(company.cycle, reason="改用新方案另开一轮", actor=company.hr.actor(), now=NOW)
    launch(other, actor=SYSTEM, now=NOW)
    launch_chunk(other.id, 0, 10**6, now=NOW)
    newer = publish_changed(lambda scheme: scheme.update(purpose=[{"zh": "新", "en": "New"}]))
    company.cycle = other

    moved(company, newer)

    review = db.session.scalar(select(Review).filter_by(employee_id=company.agent.id, cycle_id=other.id))
    assert states(review)["customer_survey"] == "open"
    assert [link.form for link in db.session.scalars(select(Invitation).filter_by(review_id=review.id))] == ["customer_questionnaire"]


def test_who_was_taken_out_stays_out_and_is_noted(company):
    review = review_of(company.other)
    exclude(review, reason="长期病假", actor=company.hr.actor(), now=NOW)
    before = states(review)

    moved(company, publish_changed(lambda scheme: insert_before(scheme, "vp_feedback")))

    assert (review.state, states(review)) == ("excluded", before)
    assert db.session.scalar(select(Event.kind).filter_by(subject_id=review.id, version=review.version)) == "moved_to_version"


def test_a_draft_cycle_just_changes_its_version(company):
    cycle = create_cycle(company.cycle.scheme_version, "monthly_appraisal", "2025-11", actor=SYSTEM, now=NOW)
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))

    assert move_cycle_to(cycle, version, seen=cycle.version, actor=company.hr.actor(), now=LATER) == 0
    assert cycle.scheme_version_id == version.id


def test_while_calibrating_totals_are_worked_out_anew(company):
    for review in db.session.scalars(select(Review)):
        for row in stage_rows(review):
            row.state = "done" if row.stage in STEPS and row.state != "omitted" else row.state
        review.state = "calibration"
    company.cycle.state, company.cycle.composed_at = "calibrating", NOW
    db.session.flush()

    moved(company, publish_changed(lambda scheme: scheme["composition"]["bonus"].update(most=8)))

    assert company.cycle.composed_at is None
    assert db.session.scalar(select(OutboxMessage).filter_by(job="compose_cycle")) is not None


@pytest.mark.parametrize("state", ["approving", "released", "closed"])
def test_past_calibration_nothing_moves(company, state):
    company.cycle.state = state

    assert "past calibration" in refused(company, publish_changed(lambda scheme: insert_before(scheme, "vp_feedback")))[0]


def test_a_cycle_that_changed_meanwhile_is_looked_at_again(company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    seen = company.cycle.version
    company.cycle.returned_reason = "别人改了"
    db.session.flush()

    with pytest.raises(Refusal) as refusal:
        move_cycle_to(company.cycle, version, seen=seen, actor=company.hr.actor(), now=LATER)

    assert refusal.value.kind == "conflict"


def test_twice_is_refused_the_second_time(company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    seen = company.cycle.version
    moved(company, version)

    with pytest.raises(Refusal):
        move_cycle_to(company.cycle, version, seen=seen, actor=company.hr.actor(), now=LATER)


@pytest.mark.parametrize("which", ["itself", "draft", "retired", "other"])
def test_only_a_newer_published_version_of_the_scheme_will_do(company, which):
    newer = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    if which == "retired":
        retire(newer, actor=company.hr.actor(), now=NOW)
    versions = {
        "itself": company.cycle.scheme_version,
        "draft": SchemeVersion(code=newer.code, state="draft", title_zh="稿", title_en="D", text="", digest=""),
        "retired": newer,
        "other": publish_changed(lambda scheme: scheme.update(code="another")),
    }

    with pytest.raises(Refusal) as refusal:
        tried(company, versions[which])

    assert refusal.value.kind == "conflict"


def test_two_cycles_do_not_become_one(company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    create_cycle(version, "year_end", "2025", actor=SYSTEM, now=NOW)

    with pytest.raises(Refusal) as refusal:
        moved(company, version)

    assert "same kind, period and title" in str(refusal.value.message)


def test_moving_is_hrs(company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))

    for act in (try_move, lambda *args, **values: move_cycle_to(*args, seen=1, **values)):
        with pytest.raises(Refusal) as refusal:
            act(company.cycle, version, actor=make_account("general_manager").actor(), now=LATER)
        assert refusal.value.kind == "forbidden"


def test_a_monthly_review_that_was_shown_stands_by_its_version(company):
    cycle = create_cycle(company.cycle.scheme_version, "monthly_appraisal", "2025-11", actor=SYSTEM, now=NOW)
    launch(cycle, actor=SYSTEM, now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    review = db.session.scalar(select(Review).filter_by(cycle_id=cycle.id, employee_id=company.agent.id))
    review.released_at = NOW
    db.session.flush()
    company.cycle = cycle

    found = refused(company, publish_changed(lambda scheme: stage_of(scheme, "self_review", "monthly_appraisal").update(days=9)))

    assert found == ["Closed, or shown to the person: 1 of the reviews. They stand by the version that they were made with."]
    assert db.session.scalar(select(func.count(Assignment.id)).filter_by(review_id=review.id, state="handed_over")) == 0
