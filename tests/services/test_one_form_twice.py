"""A deduction form that several stages share: whose entries are whose, and when they are shown."""

import pytest

from states.errors import Refusal
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.ledger_company import FRIDAY, SheetCompany, form_in
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import ReviewStage
from workflow_app.queries.ledger import is_visible
from workflow_app.services import filling, ledger
from workflow_app.services.launching import create_cycle, launch
from workflow_app.services.publishing import publish_scheme

LATE = {"clause": "late", "times": "2", "on": "2025-07-08", "note": "两次"}


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def week(company):
    """Everybody fills the inspection's sheet about themselves, too, at the same time."""
    text = builtin_scheme_text()
    kind = text.index("  weekly_inspection:")
    stages = text.index("    stages:\n", kind) + len("    stages:\n")
    first = text[stages : text.index("      -", stages + 8)]
    own = first.replace("code: inspection", "code: own_check", 1).replace("actor: manager", "actor: self", 1)
    own = own.replace("actor: self", "actor: self\n        entries_shown: handed_in", 1)
    inspection = text[stages:].replace("actor: manager", "actor: manager\n        alongside: true", 1)
    version = publish_scheme(text[:stages] + own + inspection, actor=SYSTEM, now=FRIDAY)
    cycle = create_cycle(version, "weekly_inspection", "2025-W28", actor=company.hr.actor(), now=FRIDAY)
    launch(cycle, actor=company.hr.actor(), now=FRIDAY)
    run_jobs(company.app)
    return cycle


@pytest.fixture
def rows(company, week):
    """One deduction of the person's own, one of the superior's."""
    return [
        ledger.add_deduction(form_in(week, company.agent, stage), "attendance", LATE, actor=company.actor(by), now=FRIDAY)
        for stage, by in (("own_check", company.agent), ("inspection", company.supervisor))
    ]


def test_the_person_rated_takes_back_their_own_and_not_the_superiors(company, rows):
    own, superiors = rows
    actor = company.actor(company.agent)

    with pytest.raises(Refusal) as refused:
        ledger.correct(superiors, reason="I was not late", actor=actor, now=FRIDAY)

    assert refused.value.kind == "forbidden"
    assert ledger.correct(own, reason="I was not late", actor=actor, now=FRIDAY).corrects_id == own.id


def test_the_superior_takes_back_theirs_and_not_the_persons(company, rows):
    own, superiors = rows
    actor = company.actor(company.supervisor)

    with pytest.raises(Refusal):
        ledger.correct(own, reason="Not for me", actor=actor, now=FRIDAY)

    assert ledger.correct(superiors, reason="Wrong person", actor=actor, now=FRIDAY).corrects_id == superiors.id


def test_an_entry_is_shown_by_the_stage_of_its_author(company, week, rows):
    own, superiors = rows
    filling.submit(form_in(week, company.agent, "own_check"), {}, actor=company.actor(company.agent), now=FRIDAY)
    db.session.expire_all()
    done = db.session.query(ReviewStage).filter_by(review_id=own.review_id, stage="own_check").one()

    assert done.state == "done"
    assert (is_visible(own), is_visible(superiors)) == (True, False)
