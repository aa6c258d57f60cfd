from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.cycle_company import NOW, make_employee
from tests.forms_company import LATE_CARD, FormsCompany, assignment_of, review_of, submit_self_review
from workflow_app.db import db
from workflow_app.models import Event, KpiActual, Submission
from workflow_app.queries.assignments import evidence, latest_submission, neighbours, severity, versions_of
from workflow_app.queries.ledger import rows_of
from workflow_app.schemes import scheme_of
from workflow_app.services import advancing, filling, ledger
from workflow_app.services.assigning import hand_over
from workflow_app.services.kpi_entry import enter_figures

LATER = NOW + timedelta(days=1)


@pytest.fixture
def company(app, db_session):
    return FormsCompany(app)


@pytest.fixture
def card(company):
    """The supervisor's open scorecard of the agent, the self review being in."""
    submit_self_review(company, company.agent)
    return assignment_of(company.agent, "manager_scoring")


def test_a_draft_is_kept_however_incomplete(company):
    assignment = assignment_of(company.agent, "self_review")

    draft = filling.save_draft(
        assignment, {"ethics": {"deducted": "einige", "note": "x"}}, actor=company.actor(company.agent), now=NOW
    )

    assert (draft.state, draft.number) == ("draft", 1)
    assert draft.answers["ethics"]["deducted"] == "einige"
    assert draft.score == 100
    assert review_of(company.agent).state == "self_review"


def test_a_second_draft_is_the_same_row(company):
    assignment = assignment_of(company.agent, "self_review")
    actor = company.actor(company.agent)
    first = filling.save_draft(assignment, {}, actor=actor, now=NOW)
    seen = filling.version_of(first)

    second = filling.save_draft(assignment, {"achievements": "many"}, actor=actor, now=LATER, version=seen)

    assert second.id == first.id
    assert filling.version_of(second) != seen


def test_a_stale_page_is_a_conflict_and_changes_nothing(company):
    assignment = assignment_of(company.agent, "self_review")
    actor = company.actor(company.agent)
    filling.save_draft(assignment, {"achievements": "mine"}, actor=actor, now=NOW, version="0")

    with pytest.raises(Refusal) as refusal:
        filling.save_draft(assignment, {"achievements": "older"}, actor=actor, now=NOW, version="0")

    assert refusal.value.kind == "conflict"
    assert latest_submission(assignment.id).answers["achievements"] == "mine"


def test_a_submission_is_scored_by_the_server_and_moves_the_review_on(company, card):
    submission = filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)

    assert submission.score == Decimal(98)
    assert (submission.state, submission.submitted_at) == ("submitted", NOW)
    assert submission.submitted_by_id == company.account(company.supervisor).id
    assert card.state == "submitted"
    assert review_of(company.agent).state == "vp_feedback"


def test_a_submission_is_an_event_of_the_review(company, card):
    submission = filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)

    event = db.session.scalar(select(Event).filter_by(kind="form_submitted").order_by(Event.id.desc()).limit(1))
    assert event.subject_id == review_of(company.agent).id
    assert event.data["submission"] == submission.id
    assert "answers" not in event.data


def test_a_clause_alone_costs_what_it_names(company, card):
    answers = {"attendance": {"deducted": "", "clause": "late", "note": ""}}

    submission = filling.submit(card, answers, actor=company.actor(company.supervisor), now=NOW)

    entry = submission.answers["attendance"]["entries"][0]
    assert (entry["points"], entry["clause"], entry["by"]) == ("2", "late", "manager")
    assert submission.score == 98


@pytest.mark.parametrize(
    "answer",
    [
        {"deducted": "2"},
        {"deducted": "9", "note": "too much"},
        {"deducted": "-1", "note": "a gift"},
        {"deducted": "two", "note": "in words"},
        {"deducted": "1e2", "note": "in short"},
        {"deducted": "1", "note": "a\x00b"},
        {"deducted": "1", "note": "x" * 1001},
        {"deducted": "1", "clause": "invented", "note": "x"},
        {"deducted": "0.001", "note": "x"},
    ],
)
def test_a_faulty_deduction_is_refused_and_nothing_is_written(company, card, answer):
    with pytest.raises(Refusal) as refusal:
        filling.submit(card, {"attendance": answer}, actor=company.actor(company.supervisor), now=NOW)

    assert refusal.value.kind == "invalid"
    assert latest_submission(card.id) is None
    assert card.state == "open"


def test_full_width_digits_are_understood(company, card):
    answers = {"attendance": {"deducted": "１．５", "note": "迟到"}}

    submission = filling.submit(card, answers, actor=company.actor(company.supervisor), now=NOW)

    assert submission.score == Decimal("98.5")


def test_only_the_assignee_fills(company, card):
    with pytest.raises(Refusal) as refusal:
        filling.save_draft(card, {}, actor=company.actor(company.manager), now=NOW)

    assert refusal.value.kind == "forbidden"


def test_a_form_that_waits_is_a_conflict(company):
    waiting = assignment_of(company.other, "manager_scoring")

    with pytest.raises(Refusal) as refusal:
        filling.submit(waiting, {}, actor=company.actor(company.supervisor), now=NOW)

    assert refusal.value.kind == "conflict"


def test_a_second_submission_is_a_conflict(company, card):
    actor = company.actor(company.supervisor)
    filling.submit(card, LATE_CARD, actor=actor, now=NOW)

    with pytest.raises(Refusal) as refusal:
        filling.submit(card, {}, actor=actor, now=NOW)

    assert refusal.value.kind == "conflict"
    assert latest_submission(card.id).score == 98


def test_a_closed_cycle_takes_no_forms(company, card):
    company.cycle.state = "cancelled"

    with pytest.raises(Refusal) as refusal:
        filling.save_draft(card, {}, actor=company.actor(company.supervisor), now=NOW)

    assert refusal.value.kind == "conflict"


def test_a_correction_after_a_return_is_a_new_version(company, card):
    actor = company.actor(company.supervisor)
    filling.submit(card, LATE_CARD, actor=actor, now=NOW)
    advancing.return_stage(
        card.review, "manager_scoring", reason="Please look again", due_at=None, actor=company.hr.actor(), now=NOW
    )

    entry = rows_of(card)[0]
    ledger.correct(entry, reason="Another person was late", actor=actor, now=LATER)
    corrected = filling.submit(card, {}, actor=actor, now=LATER)

    assert [(one.number, one.state) for one in versions_of(card.id)] == [(2, "submitted"), (1, "superseded")]
    assert corrected.score == 100
    assert db.session.query(Submission).filter_by(assignment_id=card.id).count() == 2


def test_after_a_hand_over_the_old_assignee_is_refused(company, card):
    new = make_employee(name="新主管", superior=company.manager)
    hand_over(card, new, actor=company.hr.actor(), now=NOW)

    with pytest.raises(Refusal):
        filling.save_draft(card, {}, actor=company.actor(company.supervisor), now=NOW)


def test_the_kpi_table_takes_what_was_entered_and_leaves_open_rows_out(company):
    submit_self_review(company, company.manager)
    table = assignment_of(company.manager, "manager_scoring")
    db.session.add(KpiActual(employee_id=company.manager.id, year=2025, kpi="customer_database", actual=Decimal(24)))
    db.session.flush()

    submission = filling.submit(table, {"analysis_reports": {"actual": "5"}}, actor=company.actor(company.vp), now=NOW)

    # 10 × 4 points and 10 × 5 points of 20 weight that count: 4.5 × 20.
    assert submission.score == 90
    assert filling.shown_answers(table, submission)["customer_database"]["actual"] == "24"


def test_what_hr_enters_goes_before_what_the_table_says_until_hr_takes_it_back(company):
    submit_self_review(company, company.manager)
    table = assignment_of(company.manager, "manager_scoring")
    typed = {"customer_database": {"actual": "12"}, "analysis_reports": {"actual": "4"}}
    submission = filling.submit(table, typed, actor=company.actor(company.vp), now=NOW)
    assert submission.score == 60
    hr = company.hr.actor()

    enter_figures(company.manager, 2025, {"customer_database": {"actual": "24"}}, actor=hr, now=NOW)
    corrected = submission.score
    enter_figures(company.manager, 2025, {"customer_database": {}}, actor=hr, now=NOW)

    assert (corrected, submission.score) == (80, 60)


def test_a_figure_of_hr_leaves_no_copy_in_the_table(company):
    submit_self_review(company, company.manager)
    table = assignment_of(company.manager, "manager_scoring")
    db.session.add(KpiActual(employee_id=company.manager.id, year=2025, kpi="department_budget", target=Decimal(100)))
    db.session.flush()

    submission = filling.submit(
        table, {"department_budget": {"actual": "104", "target": "99"}}, actor=company.actor(company.vp), now=NOW
    )

    assert submission.answers["department_budget"] == {"actual": "104", "target": None, "note": ""}
    assert submission.score == 60


def test_a_budget_needs_its_target(company):
    submit_self_review(company, company.manager)
    table = assignment_of(company.manager, "manager_scoring")

    with pytest.raises(Refusal) as refusal:
        filling.submit(table, {"department_budget": {"actual": "104"}}, actor=company.actor(company.vp), now=NOW)

    assert "target" in str(refusal.value)


def test_the_vp_card_wants_every_item(company, card):
    filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)
    vp_card = assignment_of(company.agent, "vp_feedback")
    actor = company.actor(company.vp)

    with pytest.raises(Refusal):
        filling.submit(vp_card, {"standards_kept": "4", "work_quality": "4"}, actor=actor, now=NOW)
    ratings = {"standards_kept": "4", "work_quality": "4", "cooperation": "5", "comment": "可靠"}
    submission = filling.submit(vp_card, ratings, actor=actor, now=NOW)

    assert submission.score == Decimal("86.666666667")
    assert submission.answers["comment"] == "可靠"


def test_neighbours_are_the_raters_other_people(company, card):
    submit_self_review(company, company.other)

    around = neighbours(card)

    assert (around.place, around.count, around.left) == (1, 2, 1)
    assert around.previous is None
    assert around.next.review.employee_id == company.other.id
    assert around.next_open.id == around.next.id


def test_evidence_and_severity_of_nobody_are_missing_not_nought(company, card):
    found = evidence(card.review, scheme_of(company.cycle))

    assert [(one.part.code, one.value, one.count) for one in found] == [("inspections", None, 0), ("monthly", None, 0)]
    assert severity(card).own is None
