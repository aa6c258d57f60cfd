"""Who had a hand in a grade neither approves it nor answers the appeal against it (scheme §8)."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from states.permissions import Actor, ReviewFacts, may
from tests.services.ledger_company import FRIDAY, SheetCompany, form_in, review_in
from tests.services.test_raters import cycle, fillers, launched  # noqa: F401  # a fixture
from workflow_app.db import db
from workflow_app.models import Assignment, Review
from workflow_app.queries.facts import review_facts, review_facts_of
from workflow_app.services import adjusting, ledger
from workflow_app.services.role_holders import choose_holder

HAND_IN_IT = ("approve", "answer_appeal")


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


def refused(actor: Actor, review: Review) -> set[str]:
    facts = replace(review_facts(review), released=True)
    return {action for action in HAND_IN_IT if not may(actor, action, facts).allowed}


def approver(company, person):
    """The person, allowed to approve and to answer."""
    return replace(company.actor(person), roles=frozenset({"hr", "general_manager"}))


def test_the_holder_of_a_role_scores_alone(company, cycle):  # noqa: F811
    choose_holder(cycle, "finance", company.clerk, actor=company.hr.actor(), now=FRIDAY)
    launched(cycle, company)
    db.session.query(Assignment).filter(Assignment.stage.in_(("finance", "approver"))).update({"state": "submitted"})
    review = review_in(cycle, company.agent)

    assert fillers(company.agent, "approver") == {company.gm.id}
    assert refused(approver(company, company.gm), review) == set(HAND_IN_IT)
    assert refused(approver(company, company.clerk), review) == set(HAND_IN_IT)
    assert refused(approver(company, company.director), review) == set()


@pytest.mark.parametrize("kind", ["offence", "bonus"])
def test_whoever_records_a_commendation_or_an_offence_has_a_hand_in_it(company, kind):
    review = review_in(company.open_cycle("monthly_appraisal", "2025-07"), company.agent)
    clerk = approver(company, company.clerk)
    assert refused(clerk, review) == set()

    if kind == "bonus":
        entry = adjusting.commend(review, 5, event="客户书面表扬", on="", actor=company.hr.actor(), now=FRIDAY)
    else:
        entry, _sanction = adjusting.strike(
            review, "scorecard_staff:discipline", rule="unfair_rating", note="给亲属打高分", on="", standing_until=None,
            actor=company.hr.actor(), now=FRIDAY,
        )  # fmt: skip

    assert refused(clerk, review) == set(HAND_IN_IT)
    ledger.correct(entry, reason="Not proven at all", actor=company.hr.actor(), now=FRIDAY)
    assert refused(clerk, review) == set(HAND_IN_IT)


def test_deductions_of_a_sheet_that_was_handed_over_count_as_a_hand_in_it(company):
    week = company.open_cycle()
    sheet = form_in(week, company.agent)
    ledger.add_deduction(sheet, "attendance", {"clause": "late"}, actor=company.actor(company.supervisor), now=FRIDAY)
    sheet.state = "handed_over"
    db.session.flush()

    assert refused(approver(company, company.supervisor), sheet.review) == set(HAND_IN_IT)


def test_one_colleague_among_many_is_not_involved_by_deductions(company, cycle):  # noqa: F811
    launched(cycle, company)
    review = review_in(cycle, company.agent)
    row = adjusting._entry(review, "deduction", "x", FRIDAY.date(), company.actor(company.other), FRIDAY)
    db.session.add(row)
    db.session.flush()

    assert company.other.id in fillers(company.agent, "peers")
    assert refused(approver(company, company.other), review) == set()


def test_the_facts_of_many_reviews_cost_three_queries(company):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    reviews = db.session.query(Review).filter_by(cycle_id=month.id).order_by(Review.id).all()
    review_facts_of(reviews)
    asked = []
    def count(*_about):
        asked.append(1)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        found: dict[int, ReviewFacts] = review_facts_of(reviews)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert (len(found) > 3, len(asked)) == (True, 3)
