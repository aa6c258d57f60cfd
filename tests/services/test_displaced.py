"""An imported figure gives way to a review's, and comes back with its withdrawal; a period has one review of a record."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.ledger_company import FRIDAY, WEEK, SheetCompany, hand_in, record_of, review_in
from workflow_app.db import db
from workflow_app.models import Record
from workflow_app.queries.candidates import candidates
from workflow_app.services.advancing import return_stage
from workflow_app.services.calibration_opening import cancel
from workflow_app.services.launching import create_cycle
from workflow_app.services.publishing import publish_scheme

LATER = FRIDAY + timedelta(hours=2)
FIGURES = {"score": Decimal("88.125"), "exact": "705/8", "bonus": 3, "reason": "旧表"}


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def imported(company):
    record = Record(employee_id=company.agent.id, kind="weekly_inspection", period=WEEK, year=2025, **FIGURES)
    db.session.add(record)
    db.session.flush()
    return record


@pytest.fixture
def week(company, imported):
    """Fed back: 100 stands where 88.125 stood."""
    cycle = company.open_cycle()
    hand_in(company, cycle, company.agent)
    record = record_of(review_in(cycle, company.agent))
    assert (record.id, record.score, record.exact, record.bonus) == (imported.id, 100, None, None)
    return cycle


def by_hr(company, reason="Launched by mistake"):
    return {"reason": reason, "actor": company.hr.actor(), "now": LATER}


@pytest.mark.parametrize("way", ["cancel", "return"])
def test_a_withdrawn_result_gives_the_imported_figures_back(company, week, imported, way):
    review = review_in(week, company.agent)
    hand_in(company, week, company.other)

    if way == "cancel":
        cancel(week, **by_hr(company))
    else:
        return_stage(review, "inspection", due_at=None, **by_hr(company))

    db.session.expire_all()
    kept = db.session.scalars(select(Record).filter_by(employee_id=company.agent.id)).one()
    assert {name: getattr(kept, name) for name in FIGURES} == FIGURES
    assert (kept.id, kept.review_id, kept.displaced) == (imported.id, None, None)
    assert (record_of(review_in(week, company.other)) is None) == (way == "cancel")


def test_recorded_again_it_still_gives_them_back(company, week, imported):
    review = review_in(week, company.agent)
    return_stage(review, "inspection", due_at=None, **by_hr(company))
    hand_in(company, week, company.agent, {"attendance": {"deducted": "2", "note": "迟到"}}, now=LATER)
    assert record_of(review).score == 98

    cancel(week, **by_hr(company))

    db.session.expire_all()
    assert db.session.scalars(select(Record).filter_by(employee_id=company.agent.id)).one().score == FIGURES["score"]


def test_another_kind_with_the_same_record_takes_nobody_a_second_time(company, week):
    text = builtin_scheme_text()
    start, end = text.index("  weekly_inspection:\n    title"), text.index("  monthly_appraisal:\n    title")
    block = text[start:end]
    names = [line for line in block.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    block = block[: block.index(names[1])] if len(names) > 1 else block
    other = block.replace("  weekly_inspection:\n", "  second_inspection:\n", 1)
    version = publish_scheme(text[:start] + other + text[start:], actor=SYSTEM, now=LATER)
    second = create_cycle(version, "second_inspection", WEEK, actor=company.hr.actor(), now=LATER)

    found = candidates(second, now=LATER)

    assert company.agent not in [one.employee for one in found.people]
    reason = next(one.reason for one in found.out if one.employee == company.agent)
    assert reason.key == "Takes part in “%(cycle)s” already."
    cancel(week, **by_hr(company))
    assert company.agent in [one.employee for one in candidates(second, now=LATER).people]
