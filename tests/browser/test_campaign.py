"""HR's campaign in a real browser: axe, 320 px, choosing with and without scripts, and what the printer gets."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.survey_company import make_customer, make_employee, make_survey
from workflow_app.db import db
from workflow_app.models import Invitation

pytestmark = pytest.mark.browser
PAGES = ("", "/rule", "/rule?most=3&rest_months=6&seed=x", "/by-hand?customer=百川", "/links", "/settings", "/send")


@pytest.fixture
def survey(app, db_session):
    made = make_survey(5)
    make_customer(make_employee("王强"), name="远洋贸易有限公司")
    db.session.commit()
    return made


@pytest.fixture
def hr_page(app, site, survey, new_page, sign_in):
    """A page of HR, with the session of a signed-in client."""
    client = sign_in(app.test_client(), survey.hr)
    cookie = client.get_cookie("kaoping")
    db.session.commit()

    def make(**options):
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": cookie.value, "url": site}])
        return page

    return make


def address_of(site, survey):
    """Where the campaign is; nothing stays open, since that would hold SQLite's one writer while the browser posts."""
    address = f"{site}/cycles/{survey.cycle.id}/customers"
    db.session.commit()
    return address


def faults(page):
    return [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]


def test_every_page_passes_axe_and_fits_a_phone(hr_page, site, survey):
    page = hr_page(viewport={"width": 320, "height": 800})
    base = f"{site}/cycles/{survey.cycle.id}/customers"
    paths = [base + path for path in (*PAGES, f"/{survey.review.id}", f"/{survey.review.id}/preview")]
    for path, lang in ((path, lang) for path in paths for lang in ("zh", "en")):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, lang)
        assert faults(page) == [], (path, lang)


def test_a_customer_is_added_and_taken_away_without_scripts(hr_page, site, survey):
    page = hr_page(java_script_enabled=False)
    page.goto(f"{address_of(site, survey)}/by-hand?customer=远洋")
    page.locator("#reason").fill("新签约")
    page.locator("button[value=add]").click()

    expect(page.locator(".choosing").first).to_contain_text("远洋贸易有限公司")
    page.locator("label", has_text="远洋贸易有限公司").first.locator("input[name=invitation]").check()
    page.locator("#reason").fill("重复")
    page.locator("button[value=remove]").click()
    expect(page.locator(".choosing").first).not_to_contain_text("远洋贸易有限公司")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_html_of_each_mail_is_shown_in_its_frame_and_leads_nowhere(hr_page, site, survey, width):
    page = hr_page(viewport={"width": width, "height": 900})
    page.goto(f"{address_of(site, survey)}/{survey.review.id}/preview?lang=en")
    frames = page.locator("iframe.mail-frame")

    expect(frames).to_have_count(4)
    for number, words in enumerate(["开始作答"] * 2 + ["Answer the questions"] * 2):
        frames.nth(number).scroll_into_view_if_needed()
        inside = frames.nth(number).content_frame
        expect(inside.get_by_text(words)).to_be_visible()
        expect(inside.locator("a, form, script")).to_have_count(0)
        assert inside.locator("html").evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize(("per_sheet", "sheets"), [("1", 5), ("4", 2)])
def test_links_come_out_of_the_printer_whole(hr_page, site, survey, per_sheet, sheets):
    page = hr_page()
    page.goto(f"{address_of(site, survey)}/links")
    for box in page.locator("input[name=invitation]").all():
        box.check()
    page.locator("#per_sheet").select_option(per_sheet)
    page.locator("button[value=print]").click()
    expect(page.locator(".slip")).to_have_count(5)
    page.wait_for_load_state()
    assert faults(page) == []
    pdf = page.pdf(prefer_css_page_size=True)
    count = len(re.findall(rb"/Type\s*/Page[^s]", pdf))
    page.emulate_media(media="print")
    cut = page.evaluate("[...document.querySelectorAll('.slip')].some(slip => slip.scrollHeight > slip.clientHeight + 1)")
    db.session.expire_all()

    assert count == sheets
    assert not cut
    assert {one.state for one in db.session.query(Invitation)} == {"sent"}
