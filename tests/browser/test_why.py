"""Why this figure, and the trial of a scheme, in a real browser: axe, a narrow screen, A4."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.cli.test_scheme_try import DRAFT
from tests.web.test_why import Company
from workflow_app.db import db

pytestmark = pytest.mark.browser
OPEN = "document.querySelectorAll('main details').forEach(one => one.open = true)"


@pytest.fixture
def company(app, db_session):
    company = Company()
    db.session.commit()
    return company


@pytest.fixture
def hr_page(company, app, site, new_page, sign_in):
    """A page of HR, with the session of a signed-in client."""
    cookie = sign_in(app.test_client(), company.hr).get_cookie("kaoping")
    db.session.commit()

    def make(**options):
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": cookie.value, "url": site}])
        return page

    return make


def faults(page):
    return [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]


def test_every_page_passes_axe_and_fits_a_phone_all_opened(company, hr_page, site):
    number, version = company.one.id, company.cycle.scheme_version_id
    db.session.commit()
    page = hr_page(viewport={"width": 320, "height": 800})
    trial = f"/schemes/try/result?version={version}&against={version}&year=2025&within=20"

    for path in (f"/results/{number}", f"/results/{number}/print", "/schemes/try", trial):
        page.goto(f"{site}{path}")
        page.evaluate(OPEN)

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert faults(page) == [], path


def test_the_paper_is_a4_and_shows_all_of_the_tree(company, hr_page, site):
    number = company.one.id
    db.session.commit()
    page = hr_page()

    page.goto(f"{site}/results/{number}/print")
    pdf = page.pdf(format="A4", prefer_css_page_size=True)

    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", pdf)) <= 3
    page.emulate_media(media="print")
    assert page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")
    expect(page.locator(".masthead")).not_to_be_visible()


def test_a_pasted_draft_is_tried_without_scripts(company, hr_page, site):
    page = hr_page(java_script_enabled=False)

    page.goto(f"{site}/schemes/try")
    page.locator("main details summary").first.click()
    page.locator("textarea[name=text]").fill(DRAFT)
    page.locator("input[name=year]").fill("2025")
    page.locator("main form .btn--primary").click()

    expect(page.locator("#weights")).to_be_visible()
    assert "/schemes/try" in page.url
