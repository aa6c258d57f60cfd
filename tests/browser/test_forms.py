"""Filling in forms in a real browser: with scripts, without them, and by whoever listens to the page."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.cycle_company import NOW
from tests.faults.crew import wait_until
from tests.forms_company import LATE_CARD, FormsCompany, assignment_of, submit_self_review
from workflow_app.db import db
from workflow_app.queries.assignments import latest_submission
from workflow_app.services import filling

pytestmark = pytest.mark.browser


@pytest.fixture
def company(app, db_session):
    return FormsCompany(app)


@pytest.fixture
def cards(company):
    """The supervisor's two open scorecards."""
    for person in (company.agent, company.other):
        submit_self_review(company, person)
    made = [assignment_of(person, "manager_scoring").id for person in (company.agent, company.other)]
    db.session.commit()
    return made


@pytest.fixture
def open_as(company, client, sign_in, site, new_page):
    """`open_as(person, path)`: the page as that person sees it."""

    def enter(person, path, **options):
        account = company.account(person)
        sign_in(client, account)
        let_go()
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": client.get_cookie("kaoping").value, "url": site}])
        page.goto(f"{site}{path}")
        return page

    return enter


def let_go():
    # An open transaction of the test would hold SQLite's one writer while the browser posts.
    db.session.commit()


def kept(assignment_id):
    """State, score and answers of the newest version, as the database has them."""
    db.session.rollback()
    submission = latest_submission(assignment_id)
    found = (submission.state, submission.score, submission.answers)
    db.session.rollback()
    return found


def test_a_scorecard_sums_saves_and_leads_to_the_next_person(company, cards, open_as):
    page = open_as(company.supervisor, f"/forms/{cards[0]}")
    item = page.get_by_role("group", name="Attendance")

    item.get_by_text("Deduct", exact=True).click()
    item.get_by_label("Clause").select_option("late")
    expect(page.locator("[data-total]")).to_have_text("98")
    item.get_by_label("Times").fill("3")
    expect(page.locator("[data-total]")).to_have_text("94")
    item.get_by_label("Points off").fill("6")
    expect(page.locator("[data-total]")).to_have_text("94")
    page.get_by_text("Saved").wait_for()
    # It may be an earlier draft that is saved: the last change follows it.
    wait_until(lambda: kept(cards[0])[2]["attendance"].get("deducted") == "6")
    item.get_by_label("What happened").fill("9 January and 3 May")
    page.get_by_role("button", name="Submit").click()

    page.get_by_role("heading", name="Submitted").wait_for()
    assert kept(cards[0])[:2] == ("submitted", 94)
    page.get_by_role("link", name="Next: 武超").click()
    page.wait_for_url(f"**/forms/{cards[1]}")


def test_everything_works_without_scripts(company, cards, open_as):
    page = open_as(company.supervisor, f"/forms/{cards[0]}", java_script_enabled=False)
    item = page.get_by_role("group", name="Outcome")
    item.get_by_text("Deduct", exact=True).click()
    item.get_by_label("Points off").fill("４")

    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_title(re.compile("Error:"))
    item = page.get_by_role("group", name="Outcome")
    item.get_by_label("What happened").fill("13 of 15 return visits")
    page.get_by_role("button", name="Submit").click()

    page.get_by_role("heading", name="Submitted").wait_for()
    assert kept(cards[0])[:2] == ("submitted", 96)


def test_two_windows_the_older_one_is_told_and_keeps_its_text(company, cards, open_as):
    first = open_as(company.supervisor, f"/forms/{cards[0]}", java_script_enabled=False)
    second = open_as(company.supervisor, f"/forms/{cards[0]}", java_script_enabled=False)
    second.get_by_role("button", name="Save draft").click()
    expect(second.get_by_text("Your draft is saved")).to_be_visible()
    first.get_by_role("group", name="Ethics").get_by_text("Deduct", exact=True).click()
    first.get_by_role("group", name="Ethics").get_by_label("What happened").fill("typed in the older window")

    first.get_by_role("button", name="Submit").click()

    expect(first.get_by_text("saved in another window")).to_be_visible()
    expect(first.get_by_label("What happened").filter(visible=True)).to_have_value("typed in the older window")
    first.get_by_role("button", name="Submit").click()
    first.get_by_role("heading", name="Submitted").wait_for()


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_no_sideways_scroll_and_nothing_for_axe(company, cards, open_as, locale):
    submit_self_review(company, company.manager)
    filling.submit(
        db.session.merge(assignment_of(company.other, "manager_scoring")), LATE_CARD,
        actor=company.actor(company.supervisor), now=NOW,
    )  # fmt: skip
    pages = {
        company.supervisor: [f"/forms/{cards[0]}", f"/forms/{cards[1]}", f"/forms/{cards[1]}/done", "/team"],
        company.vp: [
            f"/forms/{assignment_of(company.manager, 'manager_scoring').id}",
            f"/forms/{assignment_of(company.other, 'vp_feedback').id}",
        ],
        company.clerk: [
            f"/forms/{assignment_of(company.clerk, 'self_review').id}", f"/kpi/{company.manager.id}/2025",
        ],
        company.agent: ["/team", f"/forms/{assignment_of(company.agent, 'self_review').id}"],
    }  # fmt: skip
    faults = []
    for person, paths in pages.items():
        company.account(person).locale = locale
        db.session.commit()
        for path in paths:
            page = open_as(person, path, viewport={"width": 320, "height": 700})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found = Axe().run(page)
            if wide > 0 or found.violations_count:
                faults.append((path, wide, found.generate_report()))
            page.context.close()

    assert not faults, "\n".join(f"{path} {wide}px {report}" for path, wide, report in faults)
