"""The page that shows what moving a cycle to a newer version would do, and does it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_cycle
from tests.scheme_texts import insert_before, leave_out, publish_changed
from workflow_app.db import db
from workflow_app.models import Cycle, Record, Review
from workflow_app.services.advancing import assignments_of, complete_stage
from workflow_app.services.foreseeing import foresee
from workflow_app.services.launching import launch, launch_chunk
from workflow_app.views import moving_cycles

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def clock():
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def company(db_session):
    company = Company()
    company.cycle = make_cycle()
    launch(company.cycle, actor=SYSTEM, now=NOW)
    launch_chunk(company.cycle.id, 0, 10**6, now=NOW)
    for person, score in ((company.agent, 80), (company.other, 90), (company.clerk, 85)):
        for month in range(1, 13):
            values = {"kind": "monthly_appraisal", "period": f"2025-{month:02}", "year": 2025}
            db.session.add(Record(employee_id=person.id, score=Decimal(score), **values))
    db.session.flush()
    return company


@pytest.fixture
def as_hr(company, client, sign_in):
    return sign_in(client, company.hr)


def finish(person, stage):
    review = db.session.scalar(select(Review).filter_by(employee_id=person.id))
    for form in assignments_of(review, stage):
        form.state, form.closed_at = "submitted", NOW
    complete_stage(review, stage, actor=SYSTEM, now=NOW)


def test_without_a_newer_version_the_page_says_so(as_hr, company):
    assert "There is no newer version" in as_hr.get(f"/cycles/{company.cycle.id}/move").text


def test_what_would_happen_is_shown_and_nothing_happens(as_hr, company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    before = company.cycle.scheme_version_id

    page = as_hr.get(f"/cycles/{company.cycle.id}/move").text

    assert "gains the step “Word of the head”" in page
    assert f"Move it to version {version.version}" in page
    assert db.session.get(Cycle, company.cycle.id).scheme_version_id == before


def test_the_cycle_says_that_there_is_a_newer_version(as_hr, company):
    assert "See what moving to it would change" not in as_hr.get(f"/cycles/{company.cycle.id}").text
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))

    page = as_hr.get(f"/cycles/{company.cycle.id}").text

    assert f"/cycles/{company.cycle.id}/move?version={version.id}" in page


def test_the_move_is_confirmed_and_done(as_hr, company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    seen = {"version": version.id, "seen": company.cycle.version}

    page = as_hr.post(f"/cycles/{company.cycle.id}/move", data=seen, follow_redirects=True)

    assert "The cycle runs by version 2 now; 7 reviews were fitted to it." in page.text
    assert db.session.get(Cycle, company.cycle.id).scheme_version_id == version.id


def test_what_stands_against_it_is_said_and_there_is_no_button(as_hr, company):
    finish(company.agent, "self_review")
    version = publish_changed(lambda scheme: leave_out(scheme, "self_review"))

    page = as_hr.get(f"/cycles/{company.cycle.id}/move").text

    assert "Done already in 1 of the reviews: “Self review”." in page
    assert 'name="seen"' not in page
    answer = as_hr.post(f"/cycles/{company.cycle.id}/move", data={"version": version.id, "seen": company.cycle.version})
    assert answer.status_code == 409
    assert "Done already" in answer.text


def test_a_stale_page_is_told_to_look_again(as_hr, company):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))

    answer = as_hr.post(f"/cycles/{company.cycle.id}/move", data={"version": version.id, "seen": 999})

    assert answer.status_code == 409
    assert "Look at what would happen once more." in answer.text


def months_alone(scheme):
    """A total stands without the year-end, which nobody has a score of yet."""
    for part in scheme["composition"]["parts"]:
        part["required"] = False


def test_totals_by_both_versions_stand_side_by_side_but_ones_own(as_hr, company):
    version = publish_changed(months_alone)

    page = as_hr.get(f"/cycles/{company.cycle.id}/move").text

    assert "Totals or bands that change" in page
    assert all(words in page for words in ("80.00", "90.00", "New total"))
    assert company.clerk.name not in page.split('id="figures"')[1].split("Move the cycle?")[0]
    assert version.version == 2


def test_more_reviews_than_the_comparison_takes_are_moved_without_it(as_hr, company, monkeypatch):
    version = publish_changed(months_alone)
    monkeypatch.setattr(moving_cycles, "MOST_PEOPLE", 6)
    monkeypatch.setattr(moving_cycles, "foresee", None)

    page = as_hr.get(f"/cycles/{company.cycle.id}/move").text

    assert "These are 7 reviews. Of at most 6 the totals and bands are compared here" in page
    assert f"Move it to version {version.version}" in page


def test_figures_are_those_that_composing_would_make(company):
    version = publish_changed(months_alone)

    found = {one.review.employee_id: one for one in foresee(company.cycle, version, actor=company.hr.actor())}

    agent = found[company.agent.id]
    assert (agent.before.total_display, agent.after.total_display) == (None, Decimal("80.00"))
    assert company.clerk.id not in found
    assert db.session.scalar(select(Review.total).filter_by(employee_id=company.agent.id)) is None


@pytest.mark.parametrize("roles", [(), ("general_manager",), ("admin",)])
def test_moving_is_for_hr(company, client, sign_in, roles):
    version = publish_changed(lambda scheme: insert_before(scheme, "vp_feedback"))
    somebody = sign_in(client, make_account(*roles))

    assert somebody.get(f"/cycles/{company.cycle.id}/move").status_code == 403
    assert somebody.post(f"/cycles/{company.cycle.id}/move", data={"version": version.id}).status_code == 403


def test_odd_addresses_are_refused(as_hr, company):
    assert as_hr.get("/cycles/99999/move").status_code == 404
    assert as_hr.post(f"/cycles/{company.cycle.id}/move", data={"version": "x"}).status_code == 404
    assert as_hr.get(f"/cycles/{company.cycle.id}/move?version={company.cycle.scheme_version_id}").status_code == 409
