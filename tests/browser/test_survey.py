"""The customer's journey in a real browser at the width of a small phone, with scripts and without."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.survey_company import ITEMS, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Invitation, Submission
from workflow_app.services import inviting

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 320, "height": 640}}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """[...document.querySelectorAll('main .segment, main .check, main button')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))"""
DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('kaoping-draft:')).length"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def address(site, survey, query=""):
    found = f"{site}{path_of(survey.first)}{query}"
    db.session.commit()
    return found


def answer(page, items=ITEMS, value="5"):
    for code in items:
        page.locator(f"input[name=q_{code}][value='{value}']").check()
    page.locator("input[name=q_recommend][value='9']").check()


def press(page, act):
    page.locator(f"button[name=act][value={act}]").click()
    page.wait_for_load_state()


def stored():
    db.session.rollback()
    found = [(one.answers, one.state) for one in db.session.query(Submission)]
    db.session.rollback()  # an open transaction of the test would keep the pages from writing
    return found


def sits_well(page):
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_whole_journey_on_a_small_phone(site, survey, new_page, scripts):
    page = new_page(java_script_enabled=scripts, **PHONE)
    page.goto(address(site, survey))
    heading = page.get_by_role("heading", level=1).inner_text()
    if scripts:
        sits_well(page)
    press(page, "review")
    expect(page).to_have_title(re.compile("^有误"))
    expect(page.locator("[data-error-summary]")).to_be_visible()
    answer(page, ITEMS[:-1])
    page.locator("input[name=q_easy_to_reach][value=na]").check()
    page.locator("textarea[name=q_comment]").fill("谢谢，处理得很快")
    press(page, "review")
    expect(page.get_by_text("谢谢，处理得很快")).to_be_visible()
    nothing_yet = stored()
    press(page, "change")
    expect(page.locator("input[name=q_overall][value='5']")).to_be_checked()
    press(page, "review")
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")
    page.reload()

    assert heading == "您对方霞的服务满意吗？"
    assert nothing_yet == []
    [(sent, _state)] = stored()
    assert (sent["overall"], sent["easy_to_reach"], sent["comment"]) == ("5", "na", "谢谢，处理得很快")
    expect(page.get_by_text(db.session.get(Invitation, survey.first.id).reference)).to_be_visible()


def test_a_draft_outlives_a_lost_connection_and_goes_with_the_answer(site, survey, new_page):
    page = new_page(**PHONE)
    link = address(site, survey)
    page.goto(link)
    answer(page)
    page.locator("textarea[name=q_comment]").fill("在地铁里写的")
    page.context.set_offline(True)
    press(page, "review")
    page.context.set_offline(False)
    page.goto(link)
    expect(page.locator("input[name=q_overall][value='5']")).to_be_checked()
    expect(page.locator("textarea[name=q_comment]")).to_have_value("在地铁里写的")
    press(page, "review")
    expect(page.locator("button[value=send]")).to_be_visible()
    kept = page.evaluate(DRAFTS)
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    assert kept == 1
    page.wait_for_function(f"{DRAFTS} === 0")  # the script that wipes it runs after the heading is there
    assert len(stored()) == 1


def test_the_page_has_loaded_when_its_scripts_listen(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))

    late = page.evaluate("""() => {
        const scripts = performance.getEntriesByType("resource").filter((one) => one.name.includes("/js/"));
        const loaded = performance.getEntriesByType("navigation")[0].loadEventStart;
        return [scripts.length, scripts.filter((one) => one.responseEnd > loaded).map((one) => one.name)];
    }""")

    assert late == [2, []]


def test_what_is_answered_before_the_script_is_there_wins_over_an_older_draft(site, survey, new_page):
    page, waiting = new_page(**PHONE), []
    link = address(site, survey)
    page.goto(link)
    answer(page)
    page.locator("textarea[name=q_comment]").fill("在地铁里写的")

    def on_its_way(route):
        waiting.append(route)

    page.route("**/js/survey.js", on_its_way)
    with page.expect_request("**/js/survey.js"):
        page.goto(link, wait_until="commit")
    page.locator("input[name=q_overall][value='3']").check()
    page.wait_for_function("document.readyState === 'interactive'")
    unscripted = page.locator("textarea[name=q_comment]").input_value()
    waiting[0].continue_()

    expect(page.locator("textarea[name=q_comment]")).to_have_value("在地铁里写的")
    assert unscripted == ""
    expect(page.locator("input[name=q_overall][value='3']")).to_be_checked()
    expect(page.locator("input[name=q_recommend][value='9']")).to_be_checked()


def test_pressed_without_a_connection_the_page_stays_and_says_so(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    answer(page)
    press(page, "review")
    expect(page.locator("button[value=send]")).to_be_visible()
    page.context.set_offline(True)
    press(page, "send")
    expect(page.get_by_role("alert")).to_contain_text("网络已断开")
    sits_well(page)
    found = Axe().run(page, options=RULES).response["violations"]
    page.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    assert found == []
    assert len(stored()) == 1


def test_on_a_shared_device_nothing_is_kept(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    answer(page, ITEMS[:2])
    before = page.evaluate(DRAFTS)
    page.locator("[data-shared]").check()

    assert before == 1
    assert page.evaluate(DRAFTS) == 0


def test_back_after_sending_and_sending_again_is_one_answer(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    answer(page)
    press(page, "review")
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")
    with page.expect_navigation():
        page.evaluate("history.go(-2)")
    if page.locator("button[name=act][value=review]").count():
        press(page, "review")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    assert len(stored()) == 1


def test_the_keyboard_is_enough(site, survey, new_page):
    page = new_page()
    page.goto(address(site, survey))
    page.locator("input[name=q_overall]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=q_overall][value='4']")).to_be_checked()
    page.locator("button[value=review]").focus()
    page.keyboard.press("Enter")
    page.locator("button[value=send]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    assert stored() == [({"overall": "4"}, "submitted")]


def test_after_an_error_the_summary_has_the_focus_and_leads_to_the_question(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    press(page, "review")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    target = page.locator("[data-error-summary] a").first.get_attribute("href")

    assert page.locator(f"{target}").count() == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_has_an_accessibility_fault(site, survey, new_page, language):
    page = new_page(**PHONE)
    base = address(site, survey)
    seen = []

    def look(name):
        page.wait_for_load_state()
        assert page.evaluate(SIDEWAYS) <= 0, name
        assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
        seen.extend(f"{name}: {fault['id']}" for fault in Axe().run(page, options=RULES).response["violations"])

    page.goto(f"{base}?lang={language}")
    look("form")
    press(page, "review")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    look("form with an error")
    page.goto(f"{base}?lang={language}&page=decline")
    look("decline")
    press(page, "decline")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    look("decline with an error")
    page.goto(f"{base}?lang={language}")
    answer(page)
    press(page, "review")
    expect(page.locator("button[value=send]")).to_be_visible()
    look("review")
    press(page, "send")
    expect(page.locator("button[value=review], button[value=send]")).to_have_count(0)
    look("thanks")
    inviting.revoke(survey.invitations[1], actor=survey.hr.actor(), now=clock.now())
    revoked = path_of(survey.invitations[1])
    db.session.commit()
    for name, path in (("revoked", revoked), ("unknown", "/s/nonsense")):
        page.goto(f"{site}{path}?lang={language}")
        look(name)

    assert seen == []
