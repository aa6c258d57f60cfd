"""The document's sheets in a real browser: axe, narrow screens, and what comes out of the printer."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.cycle_company import make_employee
from tests.sheets_company import MONTH, SheetsCompany
from workflow_app.db import db

pytestmark = pytest.mark.browser
A4_ACROSS = "841.9"
SHEETS = f"/sheets/month?month={MONTH}&department=客户服务部"


@pytest.fixture
def company(app, db_session):
    company = SheetsCompany()
    company.launch_month(app)
    company.score(company.agent)
    for _ in range(40):
        make_employee(department="前台服务部", post="前台接待")
    db.session.commit()
    return company


@pytest.fixture
def hr_page(company, app, site, new_page, sign_in):
    """A page of HR, with the session of a signed-in client."""
    client = sign_in(app.test_client(), company.hr)
    cookie = client.get_cookie("kaoping")
    # An open transaction of the test would hold SQLite's one writer while the browser posts.
    db.session.commit()

    def make(**options):
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": cookie.value, "url": site}])
        return page

    return make


def faults(page):
    return [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf)), set(re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+)", pdf))


def test_every_page_passes_axe_and_fits_a_phone(hr_page, site):
    page = hr_page(viewport={"width": 320, "height": 800})
    paths = ("/sheets", SHEETS, "/sheets/statistics?year=2026", "/sheets/pay", "/sheets/training", "/sheets/talent",
             "/job-descriptions", "/job-descriptions/post?post=客户服务经理", "/job-descriptions/edit?post=客户服务经理")  # fmt: skip
    for path in paths:
        page.goto(f"{site}{path}")

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert faults(page) == [], path


def test_every_person_has_a_page_of_a4_and_nothing_is_cut(hr_page, site):
    page = hr_page()
    page.goto(f"{site}{SHEETS}")

    count, widths = pages_of(page.pdf(prefer_css_page_size=True))

    assert count == page.locator(".paper").count() == 4
    assert all(width.decode().startswith(A4_ACROSS) for width in widths)
    assert not _cut(page)


def test_the_statistics_repeat_their_heading_and_lose_no_column(hr_page, site):
    page = hr_page()
    page.goto(f"{site}/sheets/statistics?year=2026")

    count, widths = pages_of(page.pdf(prefer_css_page_size=True))

    assert 2 <= count <= 4
    assert all(width.decode().startswith(A4_ACROSS) for width in widths)
    expect(page.locator(".sheet thead th")).to_have_count(26)
    expect(page.locator(".sheet tbody tr")).to_have_count(48)
    assert not _cut(page)
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet thead')).display") == "table-header-group"


def _cut(page):
    """Whether something on paper is wider than the paper: 277 mm of A4 across, at 96 dots an inch."""
    page.set_viewport_size({"width": 1047, "height": 718})
    page.emulate_media(media="print")
    hidden = page.evaluate("getComputedStyle(document.querySelector('.masthead')).display")
    assert hidden == "none"
    return page.evaluate(
        "[...document.querySelectorAll('.paper, .sheet, .sheet td, .sheet th')].some(e => e.scrollWidth > e.clientWidth + 1"
        " && e.getBoundingClientRect().right > innerWidth)"
    )


def test_a_description_is_written_without_scripts(hr_page, site):
    page = hr_page(java_script_enabled=False)
    page.goto(f"{site}/job-descriptions/edit?post=客服专员")

    page.locator("#title_zh").fill("客服专员职位说明书")
    page.locator("#s0_l0_zh").fill("上级：客服主管")
    page.get_by_role("button", name=re.compile("Add a line.*Section 2")).click()
    page.locator("#s1_l3_en").fill("Answers calls")
    page.get_by_role("button", name="Move up: Line 4 of section 2").click()
    for _ in range(4):
        page.get_by_role("button", name="Take section 3 out").click()
    expect(page.locator("#s1_l2_en")).to_have_value("Answers calls")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_role("heading", name="客服专员职位说明书")).to_be_visible()
    expect(page.locator(".paper li", has_text="Answers calls")).to_be_visible()
    expect(page.locator(".paper section")).to_have_count(2)


def test_the_print_button_prints(hr_page, site):
    page = hr_page()
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    page.goto(f"{site}/sheets/statistics?year=2026")

    page.locator("[data-print]").click()

    expect(page).to_have_title("printed")
