"""What customers said, and HR's redaction, in a real browser: axe, 320 px, without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.test_published_answers import Released
from workflow_app import clock
from workflow_app.db import db
from workflow_app.services import redacting

pytestmark = pytest.mark.browser
OPEN = "document.querySelectorAll('main details').forEach(one => one.open = true)"


@pytest.fixture
def company(app, db_session):
    return Released(11, languages=["zh"] * 6 + ["en"] * 5, na=1)


def hide(company, at, words):
    redacting.redact(
        company.review, company.name(at), words=[words], whole=False, reason="点了名", actor=company.survey.hr.actor(),
        now=clock.now(),
    )  # fmt: skip


@pytest.fixture
def hr_page(company, app, site, new_page, sign_in):
    """A page of HR, with the session of a signed-in client."""
    cookie = sign_in(app.test_client(), company.survey.hr).get_cookie("kaoping")
    db.session.commit()

    def make(**options):
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": cookie.value, "url": site}])
        return page

    return make


def test_every_page_passes_axe_and_fits_a_phone_all_opened(company, hr_page, site):
    review, cycle = company.review.id, company.cycle.id
    # One text is published, newer than what is published, or hidden: each kind of card stands on the page.
    company.change(0, "后来想想，小周很好")
    hide(company, 1, "秘密")
    db.session.commit()
    page = hr_page(viewport={"width": 320, "height": 800})

    for path in (f"/results/{review}/customers", f"/reviews/{review}/answers", f"/cycles/{cycle}/survey?of=language:zh&item=courtesy",
                 f"/cycles/{cycle}/customers/{review}"):
        page.goto(f"{site}{path}")
        page.evaluate(OPEN)

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
        assert found == [], path


def test_words_are_hidden_without_scripts(company, hr_page, site):
    review = company.review.id
    db.session.commit()
    page = hr_page(java_script_enabled=False)

    page.goto(f"{site}/reviews/{review}/answers")
    page.locator("main details summary").first.click()
    page.locator("textarea[name=words]").first.fill("秘密")
    page.locator("input[name=reason]").first.fill("点了名")
    page.locator("main details form button").first.click()

    expect(page.get_by_text("███留言").first).to_be_visible()
