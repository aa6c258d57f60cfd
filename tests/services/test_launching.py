import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.scheme import Text
from tests.cycle_company import NOW, Company, make_account, make_cycle, make_employee, make_scheme
from tests.support import run_jobs
from workflow_app.db import db, unit_of_work
from workflow_app.models import Assignment, Cycle, Event, Invitation, OutboxMessage, Review, ReviewStage, Timer
from workflow_app.queries.candidates import candidates
from workflow_app.services import progress
from workflow_app.services.launching import add_person, create_cycle, launch, launch_chunk, launch_cycle
from workflow_app.services.publishing import retire


def review_of(employee):
    return db.session.scalar(select(Review).filter_by(employee_id=employee.id))


def stages_of(review):
    return {stage.stage: stage.state for stage in review.stages}


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def launched(app, company):
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)
    run_jobs(app)
    return db.session.get(Cycle, cycle.id)


def test_a_cycle_takes_its_title_and_days_from_kind_and_period(company):
    cycle = create_cycle(make_scheme(), "monthly_appraisal", "2025-02", actor=company.hr.actor(), now=NOW)

    assert (cycle.title_zh, cycle.title_en) == ("2025 年 2 月份月考核", "Monthly appraisal, February 2025")
    assert (cycle.period_start, cycle.period_end) == (date(2025, 2, 1), date(2025, 2, 28))
    assert cycle.state == "draft"


def test_full_width_digits_are_understood(company):
    cycle = create_cycle(make_scheme(), "year_end", " ２０２５ ", actor=company.hr.actor(), now=NOW)

    assert cycle.period == "2025"


def test_a_draft_of_a_retired_version_is_not_launched(company):
    cycle = make_cycle()
    retire(cycle.scheme_version, actor=company.hr.actor(), now=NOW)

    with pytest.raises(Refusal) as refusal:
        launch(cycle, actor=company.hr.actor(), now=NOW)

    assert refusal.value.kind == "conflict"
    assert cycle.state == "draft"


@pytest.mark.parametrize("period", ["", "25", "2025-13", "2025-02", "0001", "2025'; --"])
def test_a_period_of_another_shape_is_refused(company, period):
    with pytest.raises(Refusal) as refusal:
        create_cycle(make_scheme(), "year_end", period, actor=company.hr.actor(), now=NOW)

    assert refusal.value.kind == "invalid"


def test_two_cycles_of_one_title_are_refused_another_title_is_fine(company):
    hr = company.hr.actor()
    create_cycle(make_scheme(), "year_end", "2025", actor=hr, now=NOW)

    with pytest.raises(Refusal) as refusal:
        create_cycle(make_scheme(), "year_end", "2025", actor=hr, now=NOW)
    again = create_cycle(make_scheme(), "year_end", "2025", actor=hr, now=NOW, title=Text(zh="补考", en="Second"))

    assert refusal.value.kind == "conflict"
    assert again.title_en == "Second"


def test_only_hr_creates_and_launches(company):
    gm = make_account("general_manager", employee=company.gm).actor()
    cycle = make_cycle()

    with pytest.raises(Refusal) as creating:
        create_cycle(cycle.scheme_version, "year_end", "2024", actor=gm, now=NOW)
    with pytest.raises(Refusal) as launching:
        launch(cycle, actor=gm, now=NOW)

    assert creating.value.kind == launching.value.kind == "forbidden"


def test_candidates_say_who_is_in_who_is_out_and_why(company):
    leaver = make_employee(superior=company.manager, left=date(2025, 12, 31))
    later = make_employee(superior=company.manager, vp=company.vp, left=date(2026, 1, 2))
    joiner = make_employee(superior=company.manager, joined=date(2026, 1, 1))
    new = make_employee(superior=company.manager, vp=company.vp, joined=date(2025, 8, 1))
    six_months = make_employee(superior=company.manager, vp=company.vp, joined=date(2025, 7, 31))

    found = candidates(make_cycle(), now=NOW)

    out = {left_out.employee.id: str(left_out.reason) for left_out in found.out}
    assert {candidate.employee.id for candidate in found.people} == company.rated | {later.id, new.id, six_months.id}
    assert "without a superior" in out[company.gm.id]
    assert out[leaver.id].startswith("Left on")
    assert out[joiner.id].startswith("Joined on")
    assert [candidate.employee.id for candidate in found.too_new] == [new.id]


def test_somebody_in_another_cycle_of_the_period_is_out(app, launched, company):
    second = create_cycle(
        launched.scheme_version, "year_end", "2025", actor=company.hr.actor(), now=NOW, title=Text(zh="补", en="More")
    )

    found = candidates(second, now=NOW)

    assert found.people == []
    assert {left_out.employee.id for left_out in found.out if "already" in str(left_out.reason)} == company.rated


def test_who_lacks_a_person_is_named_before_the_launch(company):
    company.supervisor.left = date(2026, 1, 5)

    found = candidates(make_cycle(), now=NOW)

    lacking = {candidate.employee.id: candidate.lacking for candidate in found.incomplete}
    assert set(lacking) == {company.agent.id, company.other.id}
    assert [spec.code for spec, _form in lacking[company.agent.id]] == ["manager_scoring", "feedback_interview"]


def test_launch_makes_every_review_once_with_its_stages_and_forms(launched, company):
    reviews = db.session.scalars(select(Review)).all()
    agent, manager, vp = (review_of(person) for person in (company.agent, company.manager, company.vp))

    assert {review.employee_id for review in reviews} == company.rated
    assert all(review.state == "self_review" for review in reviews)
    assert stages_of(agent)["customer_survey"] == "open"
    assert stages_of(review_of(company.other))["customer_survey"] == "omitted"
    assert stages_of(manager)["internal_survey"] == "open"
    assert "internal_survey" not in stages_of(agent)
    assert db.session.scalar(select(func.count()).select_from(Invitation).filter_by(review_id=agent.id)) == 1
    forms = {a.stage: (a.form, a.assignee_id, a.state) for a in _assignments(vp)}
    assert forms["vp_feedback"] == ("vp_card_management", company.gm.id, "waiting")
    assert forms["self_review"] == ("self_review_management", company.vp.id, "open")


def _assignments(review):
    return db.session.scalars(select(Assignment).filter_by(review_id=review.id).order_by(Assignment.id)).all()


def test_heads_of_the_other_departments_answer_for_the_customer_service_manager(launched, company):
    internal = [a for a in _assignments(review_of(company.manager)) if a.stage == "internal_survey"]

    assert {a.assignee_id for a in internal} == {company.gm.id, company.director.id}
    assert all(a.state == "open" for a in internal)


def test_deadlines_are_working_days_with_chinese_holidays(company):
    """Spring Festival 2026: 15 to 23 February are free, Saturdays 14 and 28 are worked instead."""
    before_the_festival = datetime(2026, 2, 12, 3, 0, tzinfo=UTC)
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=before_the_festival)
    launch_chunk(cycle.id, 0, 10**6, now=before_the_festival)

    stage = db.session.scalar(select(ReviewStage).filter_by(review_id=review_of(company.agent).id, stage="self_review"))

    assert stage.due_at == datetime(2026, 2, 28, 15, 59, tzinfo=UTC)


def test_version_is_the_number_of_events_and_progress_is_full(launched):
    counts = dict(
        db.session.execute(
            select(Event.subject_id, func.count()).filter_by(subject_type="review").group_by(Event.subject_id)
        ).all()
    )
    found = progress.find("cycle", launched.id, "launch")

    assert {review.id: review.version for review in db.session.scalars(select(Review))} == counts
    assert (found.total, found.done, found.failed) == (7, 7, 0)
    assert found.finished_at is not None
    assert db.session.scalar(select(Timer).filter_by(subject_type="cycle", kind="daily")) is not None


def test_launching_twice_is_a_conflict(launched, company):
    with pytest.raises(Refusal) as refusal:
        launch(launched, actor=company.hr.actor(), now=NOW)

    assert refusal.value.kind == "conflict"


def test_nobody_to_launch_for_is_said(db_session):
    hr = make_account("hr").actor()

    with pytest.raises(Refusal) as refusal:
        launch(make_cycle(), actor=hr, now=NOW)

    assert "Import the employees" in str(refusal.value)


def test_the_same_chunk_again_makes_nothing(app, launched):
    before = db.session.scalar(select(func.count()).select_from(Event))

    with unit_of_work():
        made = launch_chunk(launched.id, 0, 10**6, now=NOW)

    assert made == 0
    assert db.session.scalar(select(func.count()).select_from(Event)) == before


def test_chunks_cover_everybody_without_overlap(app, company):
    for _ in range(120):
        make_employee(superior=company.supervisor, vp=company.vp)
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)

    chunks = launch_cycle(cycle.id, now=NOW)

    ranges = [
        (row.payload["first_id"], row.payload["last_id"])
        for row in db.session.scalars(select(OutboxMessage).filter_by(job="launch_chunk").order_by(OutboxMessage.id))
    ]
    assert chunks == len(ranges) == 3
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ranges))


def test_a_monthly_appraisal_is_the_same_machinery_with_fewer_stages(app, company):
    cycle = make_cycle("monthly_appraisal", "2025-12")
    launch(cycle, actor=company.hr.actor(), now=NOW)
    run_jobs(app)

    agent, supervisor = review_of(company.agent), review_of(company.supervisor)

    assert list(stages_of(agent)) == ["self_review", "manager_scoring", "confirmation", "acknowledgement"]
    assert stages_of(agent)["confirmation"] == "waiting"
    assert stages_of(supervisor)["confirmation"] == "omitted"
    confirming = next(a for a in _assignments(agent) if a.stage == "confirmation")
    assert confirming.assignee_id == company.manager.id


def test_a_person_can_be_added_while_the_cycle_is_open(launched, company):
    late = make_employee(superior=company.manager, vp=company.vp)

    review = add_person(launched, late, actor=company.hr.actor(), now=NOW + timedelta(days=1))

    assert review.state == "self_review"
    with pytest.raises(Refusal):
        add_person(launched, late, actor=company.hr.actor(), now=NOW)
    with pytest.raises(Refusal):
        add_person(launched, company.gm, actor=company.hr.actor(), now=NOW)


def test_the_launch_ends_though_somebody_drops_out_of_it_meanwhile(company):
    cycle = make_cycle()
    people = launch(cycle, actor=company.hr.actor(), now=NOW)
    company.agent.left = cycle.period_end  # an import between cutting up the launch and its chunk
    db.session.flush()

    made = launch_chunk(cycle.id, 0, 10**6, people=people, now=NOW)

    found = progress.find("cycle", cycle.id, "launch")
    assert made == people - 1
    assert found.finished_at is not None


def test_a_population_that_the_scheme_does_not_know_takes_no_part(app, company):
    company.other.population = "night_shift"
    cycle = make_cycle()

    found = candidates(cycle, now=NOW)

    reason = next(one.reason for one in found.out if one.employee.id == company.other.id)
    assert str(reason) == "The scheme does not know the population “night_shift”."
