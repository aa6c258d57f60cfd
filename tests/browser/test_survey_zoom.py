"""Every kind of question at the width of a small phone, at twice the size of text, and in a browser inside an app."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.survey_company import make_survey, path_of
from tests.survey_schemes import EVERY_KIND, RETENTION, scheme_with
from workflow_app.db import db

pytestmark = pytest.mark.browser
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.49 NetType/4G"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TWICE = "document.documentElement.style.fontSize = '200%'"
SMALL_TARGETS = """[...document.querySelectorAll('main .segment, main .check, main button, main summary')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))"""
LEFT_EDGES = """[...document.querySelectorAll('[name=q_hotline], [name=q_counter]')]
    .map(one => one.closest('fieldset').getBoundingClientRect().left)"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# A page of 640 pixels at 200 % has the room of 320; large text has it at twice the size besides.
SIZES = {
    "320 px": ({"viewport": {"width": 320, "height": 640}}, ""),
    "200 % zoom": ({"viewport": {"width": 320, "height": 512}, "device_scale_factor": 2}, ""),
    "large text": ({"viewport": {"width": 640, "height": 1024}}, TWICE),
    "in an app": ({"viewport": {"width": 360, "height": 640}, "user_agent": WECHAT, "has_touch": True}, ""),
}


@pytest.fixture
def survey(db_session):
    made = make_survey(scheme=scheme_with(questions=EVERY_KIND, retention=RETENTION))
    db_session.commit()
    return made


@pytest.mark.parametrize(("options", "change"), SIZES.values(), ids=SIZES.keys())
def test_every_kind_of_question_fits_a_small_phone_and_large_text(site, survey, new_page, options, change):
    page = new_page(**options)
    link = f"{site}{path_of(survey.first)}"
    db.session.commit()
    faults = []

    def look(name):
        page.wait_for_load_state()
        if change:
            page.evaluate(change)
        assert page.evaluate(SIDEWAYS) <= 0, name
        assert page.evaluate(SMALL_TARGETS) == [], name
        faults.extend(f"{name}: {fault['id']}" for fault in Axe().run(page, options=RULES).response["violations"])

    page.goto(link)
    look("form")
    assert len(set(page.evaluate(LEFT_EDGES))) == 1  # the rows of the table stand below each other
    page.locator("button[name=act][value=review]").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    look("form with errors")
    page.locator("input[name=q_overall][value='4']").check()
    page.locator("button[name=act][value=review]").click()
    expect(page.locator("button[name=act][value=send]")).to_be_visible()
    look("review")
    page.locator("button[name=act][value=send]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")
    look("thanks")

    assert faults == []


def test_a_table_of_ratings_is_a_grid_where_there_is_room(site, survey, new_page):
    page = new_page(viewport={"width": 1280, "height": 900})
    link = f"{site}{path_of(survey.first)}"
    db.session.commit()
    page.goto(link)
    rows = [page.get_by_role("group", name=name) for name in ("热线", "柜台")]
    names, scales = [row.locator("legend").bounding_box() for row in rows], [row.locator(".segments").bounding_box() for row in rows]

    assert all(scale["x"] >= name["x"] + name["width"] for name, scale in zip(names, scales, strict=True))
    assert len({(scale["x"], scale["width"]) for scale in scales}) == 1
    assert page.evaluate(SIDEWAYS) <= 0


def test_an_opened_page_sends_nothing_by_itself(site, survey, new_page):
    page, posted = new_page(), []
    page.on("request", lambda request: posted.append(request.url) if request.method != "GET" else None)
    link = f"{site}{path_of(survey.first)}"
    db.session.commit()
    page.goto(link)
    page.locator("input[name=q_overall][value='4']").check()
    page.locator("textarea[name=q_comment]").fill("还在想")
    page.reload()
    page.goto("about:blank")

    assert posted == []
