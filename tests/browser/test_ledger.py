"""The ledger in a real browser: rows with evidence, with scripts and without, and by whoever listens to the pages."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from tests.services.ledger_company import FRIDAY, PNG, SheetCompany, form_in, hand_in, review_in
from workflow_app.db import db
from workflow_app.models import LedgerEntry
from workflow_app.schemes import scheme_of
from workflow_app.services import adjusting, ledger
from workflow_app.services.rulebook import record_under_clause

pytestmark = pytest.mark.browser


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def open_as(company, client, sign_in, site, new_page):
    """`open_as(person, path)`: the page as that person sees it."""

    def enter(person, path, **options):
        sign_in(client, company.accounts[person.id])
        db.session.commit()
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": client.get_cookie("kaoping").value, "url": site}])
        page.goto(f"{site}{path}")
        return page

    return enter


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_row_is_entered_with_a_file_and_taken_back(company, open_as, scripts):
    sheet = form_in(company.open_cycle(), company.agent)
    page = open_as(company.supervisor, f"/forms/{sheet.id}", java_script_enabled=scripts)
    item = page.get_by_role("group", name="Attendance")
    item.get_by_text("Deduct", exact=True).click()
    item.get_by_label("Clause").select_option("late")
    item.get_by_label("Times").fill("2")
    item.get_by_label("Day").fill("2025-07-08")
    item.get_by_label("Evidence").set_input_files({"name": "打卡.png", "mimeType": "image/png", "buffer": PNG})
    item.get_by_role("button", name="Enter this deduction").click()

    item = page.get_by_role("group", name="Attendance")
    item.get_by_text("× 2").first.wait_for()
    expect(page.locator("[data-total]")).to_have_text("96")
    with page.expect_download() as download:
        item.get_by_role("link", name="打卡.png").click()
    assert download.value.suggested_filename == "打卡.png"

    item.get_by_role("link", name="Take back").click()
    page.get_by_label("Why is it taken back?").fill("Somebody else was late")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("taken back: Somebody else was late").wait_for()
    expect(page.locator("[data-total]")).to_have_text("100")


def test_the_enter_key_in_a_field_saves_a_draft_and_hands_nothing_in(company, open_as):
    sheet = form_in(company.open_cycle(), company.agent)
    page = open_as(company.supervisor, f"/forms/{sheet.id}", java_script_enabled=False)
    item = page.get_by_role("group", name="Courtesy")
    item.get_by_text("Deduct", exact=True).click()

    item.get_by_label("Points off").press("Enter")

    page.get_by_text("Your draft is saved.").wait_for()


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_no_sideways_scroll_and_nothing_for_axe(company, open_as, locale):
    week, month = company.open_cycle(), company.open_cycle("monthly_appraisal", "2025-07")
    inspector, monthly = company.actor(company.supervisor), review_in(month, company.agent)
    for person in (company.agent, company.other):
        ledger.add_deduction(form_in(week, person), "attendance", {"clause": "late", "note": "公交晚点"}, actor=inspector, now=FRIDAY)
    hand_in(company, week, company.agent)
    adjusting.commend(monthly, 5, event="客户书面表扬", on="", actor=inspector, now=FRIDAY)
    record_under_clause(
        company.agent, "false_information", scheme=scheme_of(week), note="虚报回访次数", on=FRIDAY.date(),
        standing_until=date(2099, 1, 1), actor=company.hr.actor(), now=FRIDAY,
    )  # fmt: skip
    open_sheet = form_in(week, company.other)
    entry = db.session.scalar(select(LedgerEntry.id).where(LedgerEntry.employee_id == company.other.id))
    pages = {
        company.supervisor: [f"/forms/{open_sheet.id}", f"/entries/{entry}/correction", f"/reviews/{monthly.id}/adjustments"],
        company.agent: ["/entries", f"/results/{review_in(week, company.agent).id}/sheet", "/results"],
        company.clerk: ["/rulebook", f"/cycles/{week.id}"],
    }
    faults = []
    for person, paths in pages.items():
        company.accounts[person.id].locale = locale
        db.session.commit()
        for path in paths:
            page = open_as(person, path, viewport={"width": 320, "height": 700})
            for hidden in page.locator("details.deduct > summary").all()[:1]:
                hidden.click()
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found = Axe().run(page)
            if wide > 0 or found.violations_count:
                faults.append((path, wide, found.generate_report()))
            page.context.close()

    assert not faults, "\n".join(f"{path} {wide}px {report}" for path, wide, report in faults)
