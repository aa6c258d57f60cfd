"""The person rated signs in whatever stage the scheme has for it, and nowhere where it has none."""

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM, Actor
from states.scheme import builtin_scheme, builtin_scheme_text, load_scheme
from tests.cycle_company import NOW, Company, make_account
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import Assignment, Review
from workflow_app.queries.desk import result_tasks
from workflow_app.services import filling
from workflow_app.services.launching import create_cycle, launch
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.releasing import acknowledge

TEXT = builtin_scheme_text("quarterly_sales")
SIGNATURE = TEXT[TEXT.index("      - code: acknowledgement\n") : TEXT.index("    parts:\n")]
FIGURES = {
    "paid_sales": {"actual": "120", "target": "100"}, "margin": {"actual": "30"}, "new_customers": {"actual": "6"},
    "overdue_payments": {"actual": "5"},
}  # fmt: skip
RENAMED = TEXT.replace("      - code: acknowledgement\n", "      - code: seen_it\n", 1)
UNSIGNED = TEXT.replace(SIGNATURE, "", 1)


@pytest.fixture
def company(db_session):
    return Company()


def scored(app, company, text):
    """The agent's quarter by this scheme, scored: its result stands."""
    cycle = create_cycle(publish_scheme(text, actor=SYSTEM, now=NOW), "sales_quarter", "2025-Q4", actor=SYSTEM, now=NOW)
    launch(cycle, actor=company.hr.actor(), now=NOW)
    run_jobs(app)
    review = db.session.scalars(select(Review).filter_by(employee_id=company.other.id)).one()
    assignment = db.session.scalars(select(Assignment).filter_by(review_id=review.id, stage="manager_scoring")).one()
    filling.submit(assignment, FIGURES, actor=Actor(None, assignment.assignee_id), now=NOW)
    assert review.released_at is not None
    return review


def test_each_shipped_kind_signs_where_it_says():
    for code in ("customer_service", "annual_review", "quarterly_sales"):
        for kind in builtin_scheme(code).cycle_kinds.values():
            signature = kind.signature_stage
            assert (signature.code if signature else None) == ("acknowledgement" if kind.stage("acknowledgement") else None)


def test_the_signature_is_after_the_release_or_last():
    assert load_scheme(RENAMED).cycle_kinds["sales_quarter"].signature_stage.code == "seen_it"
    year = load_scheme(TEXT).cycle_kinds["sales_year"]
    assert [stage.code for stage in year.feedback_stages] == ["acknowledgement"]
    before = year.model_copy(update={"stages": (year.stages[-1], *year.stages[:-1])})
    assert before.signature_stage is None


def test_a_signature_of_another_code_closes_the_review(app, company, client, sign_in):
    review = scored(app, company, RENAMED)
    signer = make_account(employee=company.other)
    db.session.commit()

    assert [task.args for task in result_tasks(company.other.id)] == [{"review_id": review.id}]
    assert "Sign for having seen it" in sign_in(client, signer).get(f"/results/{review.id}/sheet").text
    answer = client.post(f"/results/{review.id}/sheet", data={"comment": ""})

    assert answer.status_code == 303
    db.session.refresh(review)
    assert (review.state, review.acknowledged_at is not None) == ("closed", True)


def test_without_such_a_stage_nobody_is_asked_to_sign(app, company, client, sign_in):
    review = scored(app, company, UNSIGNED)
    signer = make_account(employee=company.other)
    db.session.commit()

    assert review.state == "closed"
    assert result_tasks(company.other.id) == []
    assert "Sign for having seen it" not in sign_in(client, signer).get(f"/results/{review.id}/sheet").text
    with pytest.raises(Refusal, match="nothing to sign"):
        acknowledge(review, actor=signer.actor(), now=NOW)
    assert review.acknowledged_at is None
