"""A rater's own omission blocks the closing of a cycle until HR records it; leavers do not (scheme §4)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, Company, make_employee
from tests.services.test_advancing import forms, hand_in, review_of, states
from workflow_app.db import db
from workflow_app.models import Cycle, Review
from workflow_app.queries.closing import before_closing
from workflow_app.queries.guards import a_rater_omits, owed_forms
from workflow_app.services.advancing import omit_stage
from workflow_app.services.assigning import exclude, hand_over
from workflow_app.services.bulk import exclude_many
from workflow_app.services.calibration_opening import open_calibration
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.launching import create_cycle, launch, launch_chunk
from workflow_app.services.leave import Wanted, record_leave
from workflow_app.services.overdue import close_overdue
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.reminding import run_day

LATE = NOW + timedelta(days=90)


@pytest.fixture
def company(db_session):
    return Company()


def launched(kind="year_end", period="2025", text=None):
    version = publish_scheme(text or builtin_scheme_text(), actor=SYSTEM, now=NOW)
    cycle = create_cycle(version, kind, period, actor=SYSTEM, now=NOW)
    launch(cycle, actor=SYSTEM, now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    return cycle


def finish_all_but(stages, *, of):
    """Every review to its calibration, but for these stages of one person."""
    for review in db.session.scalars(select(Review)):
        for stage in ("self_review", "manager_scoring", "vp_feedback", "customer_survey", "internal_survey"):
            if stage not in states(review) or states(review)[stage] == "omitted":
                continue
            if review.employee_id == of.id and stage in stages:
                break
            if states(review)[stage] == "open":
                hand_in(review, stage)


def test_the_cycle_names_the_rater_who_owes_a_score(company):
    cycle = launched()
    finish_all_but(["vp_feedback"], of=company.agent)

    with pytest.raises(Refusal, match="谭副总 \\(1\\)") as refused:
        open_calibration(cycle, actor=company.hr.actor(), now=NOW)

    assert refused.value.kind == "conflict"
    assert [(one.rater.name, one.forms[0].review.employee.name) for one in before_closing(cycle, now=NOW).debtors] == [
        ("谭副总", "侯杰")
    ]
    assert before_closing(cycle, now=LATE).debtors[0].late(LATE) == 1


def test_an_omission_that_hr_records_lets_it_go_on(company):
    cycle = launched()
    finish_all_but(["vp_feedback"], of=company.agent)
    omit_stage(review_of(company.agent), "vp_feedback", reason="on a long journey", actor=company.hr.actor(), now=NOW)
    for review in db.session.scalars(select(Review).where(Review.state == "customer_survey")):
        hand_in(review, "customer_survey")

    assert not a_rater_omits(cycle)
    open_calibration(cycle, actor=company.hr.actor(), now=NOW)
    assert cycle.state == "calibrating"


def test_a_form_that_is_handed_over_is_owed_by_the_heir(company):
    cycle = launched()
    finish_all_but(["vp_feedback"], of=company.agent)
    hand_over(owed_forms(cycle)[0], company.director, actor=company.hr.actor(), now=NOW)

    assert [one.assignee.name for one in owed_forms(cycle)] == ["汤总监"]


def test_nobody_omits_what_is_not_open_yet(company):
    cycle = launched()

    assert owed_forms(cycle) == []
    assert a_rater_omits(cycle)
    with pytest.raises(Refusal, match=r"Not ready yet|are not ready"):
        open_calibration(cycle, actor=company.hr.actor(), now=NOW)
    with pytest.raises(Refusal, match="still to come"):
        move_cycle(cycle, "calibrate", actor=SYSTEM, now=NOW, facts={"all_ready": True})


def test_a_form_of_nobody_is_listed_first(company):
    company.supervisor.left = date(2026, 3, 1)
    cycle = launched()
    hand_in(review_of(company.agent), "self_review")

    debtors = before_closing(cycle, now=NOW).debtors

    assert debtors[0].rater is None
    with pytest.raises(Refusal, match="卢经理"):
        move_cycle(cycle, "calibrate", actor=SYSTEM, now=NOW, facts={"all_ready": True})


@pytest.mark.parametrize("overdue", ["omit", "finish"])
def test_the_clock_takes_no_raters_silence_whatever_the_scheme_says(company, overdue):
    scoring = "        days: 5\n        overdue: escalate"
    assert builtin_scheme_text().count(scoring) == 1
    cycle = launched("monthly_appraisal", "2025-12", builtin_scheme_text().replace(scoring, f"        days: 5\n        overdue: {overdue}"))

    closed = [close_overdue(cycle, now=LATE + timedelta(days=days)) for days in (0, 30)]

    review = review_of(company.agent)
    assert closed[0] > 0, "self reviews are left out as the scheme says"
    assert (states(review)["self_review"], states(review)["manager_scoring"]) == ("omitted", "open")
    assert forms(review, "manager_scoring")[0].state == "open"
    assert a_rater_omits(cycle)


def test_a_cycle_without_calibration_closes_once_the_omission_is_recorded(company):
    cycle = launched("weekly_inspection", "2026-W10")
    for review in db.session.scalars(select(Review)):
        assert states(review)["inspection"] == "open"
        if review.employee_id != company.agent.id:
            hand_in(review, "inspection")
    run_day(cycle.id, now=LATE)
    assert cycle.state == "open"

    omit_stage(review_of(company.agent), "inspection", reason="the inspector was ill", actor=company.hr.actor(), now=LATE)
    run_day(cycle.id, now=LATE + timedelta(days=60))

    assert cycle.state == "closed"


def test_who_leaves_within_the_period_is_closed_out_the_next_morning(company):
    cycle = launched(period="2026")
    company.agent.left = company.other.left = date(2026, 3, 31)
    assert [one.employee.name for one in before_closing(cycle, now=LATE).left] == ["侯杰", "武超"]

    run_day(cycle.id, now=NOW + timedelta(days=1))
    assert review_of(company.agent).state != "excluded", "who still works here is still rated"
    run_day(cycle.id, now=LATE)

    review = review_of(company.agent)
    assert (review.state, review.excluded_code, str(review.exclusion)) == ("excluded", "left", "Left the company")


def test_who_leaves_after_the_period_or_under_a_scheme_that_keeps_is_rated(company):
    after = launched()
    keeping = builtin_scheme_text().replace("    record_kind: year_end\n", "    record_kind: year_end\n    leavers: keep\n")
    kept = launched(period="2026", text=keeping)
    company.agent.left = date(2026, 3, 31)

    for cycle in (after, kept):
        run_day(cycle.id, now=LATE)

    found = db.session.scalars(select(Review).filter_by(employee_id=company.agent.id)).all()
    assert [review.state == "excluded" for review in found] == [False, False]


def test_who_comes_after_the_launch_and_who_is_away_is_shown(company):
    cycle = launched()
    late = make_employee(superior=company.manager, vp=company.vp, joined=date(2025, 8, 1))
    record_leave(company.other, Wanted("sick", date(2025, 3, 1), date(2025, 12, 31)), actor=company.hr.actor(), now=NOW)

    found = before_closing(cycle, now=NOW)

    assert [one.id for one in found.joined] == [late.id]
    assert [one.employee.name for one in found.away] == ["武超"]
    assert db.session.get(Cycle, cycle.id).state == "open"


@pytest.mark.parametrize(("code", "reason", "shown"), [
    ("long_leave", "", "Long leave"), ("under_investigation", "见附件", "Under investigation: 见附件"),
    ("too_new", "", "Too new"), ("other", "长期外派", "长期外派"),
])
def test_a_reason_of_the_list_is_kept_and_shown(company, code, reason, shown):
    launched()
    review = review_of(company.agent)

    exclude(review, code=code, reason=reason, actor=company.hr.actor(), now=NOW)

    assert (review.excluded_code, str(review.exclusion)) == (code, shown)


@pytest.mark.parametrize(("code", "reason"), [("other", ""), ("other", "abc"), ("lazy", "he is"), ("left", "x" * 501)])
def test_another_reason_needs_words(company, code, reason):
    launched()

    outcome = exclude_many([review_of(company.agent)], code=code, reason=reason, actor=company.hr.actor(), now=NOW)

    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert review_of(company.agent).exclusion is None
