"""Nothing that was typed goes lost, whatever the browser does: Back, two tabs, no storage, a lost reply, another language."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.survey_company import expire, make_survey, path_of
from tests.survey_schemes import scheme_with
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Invitation, Submission
from workflow_app.services import inviting

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
NO_STORAGE = """for (const kind of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, kind, { get() { throw new DOMException("denied", "SecurityError"); } });"""
THANKS = "感谢您的回答"
TOLD = re.compile("有更新的答案")


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def address(site, survey):
    found = f"{site}{path_of(survey.first)}"
    db.session.commit()
    return found


def rate(page, value, code="overall"):
    page.locator(f"input[name=q_{code}][value='{value}']").check()


def press(page, act):
    page.locator(f"main button[name=act][value={act}]").click()


def says(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def sent():
    db.session.rollback()
    found = [one.answers for one in db.session.query(Submission).order_by(Submission.number)]
    db.session.rollback()
    return found


def draft(survey):
    db.session.rollback()
    found = db.session.get(Invitation, survey.first.id).draft
    db.session.rollback()
    return found and found["answers"]


def test_back_from_the_review_and_another_answer_is_no_conflict(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    rate(page, 5)
    press(page, "review")
    expect(page.locator("main button[value=send]")).to_be_visible()
    page.go_back()
    rate(page, 3)
    press(page, "review")
    press(page, "send")
    says(page, THANKS)

    assert [one["overall"] for one in sent()] == ["3"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_older_of_two_tabs_is_told_and_may_choose_either(site, survey, new_page, scripts):
    older, newer = (new_page(java_script_enabled=scripts, **PHONE) for _ in range(2))
    for page in (older, newer):
        page.goto(address(site, survey))
    rate(newer, 5)
    press(newer, "later")
    rate(older, 2)
    press(older, "later")
    expect(older.get_by_role("heading", name=TOLD)).to_be_visible()
    older.wait_for_load_state()
    faults = Axe().run(older, options=RULES).response["violations"] if scripts else []
    wide = older.evaluate(SIDEWAYS) if scripts else 0
    expect(older.locator("input[name=q_overall][value='2']")).to_be_checked()
    kept = draft(survey)
    rate(older, 1)
    older.locator("[data-survey-leave]").click()
    expect(older.locator("input[name=q_overall][value='5']")).to_be_checked()
    press(older, "review")
    press(older, "send")
    says(older, THANKS)

    assert (faults, wide, kept) == ([], 0, {"overall": "5"})
    assert sent() == [{"overall": "5"}]


def test_without_storage_the_whole_way_works(site, survey, new_page):
    page = new_page(**PHONE)
    page.add_init_script(NO_STORAGE)
    page.goto(address(site, survey))
    rate(page, 5)
    page.locator("textarea[name=q_comment]").fill("无痕模式")
    page.locator(".language button").click()
    expect(page.locator("textarea[name=q_comment]")).to_have_value("无痕模式")
    press(page, "review")
    press(page, "send")
    says(page, "Thank you for your answers")

    assert sent() == [{"overall": "5", "comment": "无痕模式"}]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_double_tap_on_send_is_one_answer(site, survey, new_page, scripts):
    page = new_page(java_script_enabled=scripts, **PHONE)
    page.goto(address(site, survey))
    rate(page, 5)
    press(page, "review")
    page.locator("main button[value=send]").dblclick(no_wait_after=True)
    says(page, THANKS)

    assert len(sent()) == 1


def test_a_reply_that_is_lost_on_the_way_and_a_second_try_is_one_answer(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    rate(page, 5)
    press(page, "review")
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            return route.abort("connectionreset")
        return route.continue_()

    page.route("**/s/*", lose)
    press(page, "send")
    page.wait_for_url("chrome-error://**")
    page.goto(address(site, survey))
    says(page, THANKS)

    assert lost == [303]
    assert len(sent()) == 1


def test_a_link_that_is_replaced_while_the_page_is_open_leaves_what_was_typed_to_the_new_one(site, survey, new_page):
    page = new_page(**PHONE)
    page.goto(address(site, survey))
    rate(page, 5)
    page.locator("textarea[name=q_comment]").fill("旧链接里写的")
    inviting.replace(survey.first, actor=survey.hr.actor(), now=clock.now())
    db.session.commit()
    press(page, "review")
    says(page, "您有一个新的链接")
    page.goto(address(site, survey))
    expect(page.locator("textarea[name=q_comment]")).to_have_value("旧链接里写的")
    press(page, "review")
    press(page, "send")
    says(page, THANKS)

    assert sent() == [{"overall": "5", "comment": "旧链接里写的"}]


def test_open_across_the_deadline_it_is_told_and_still_sent(site, survey, new_page):
    page = new_page(java_script_enabled=False, **PHONE)
    page.goto(address(site, survey))
    rate(page, 5)
    expire(survey.first, ago=inviting.GRACE / 2)
    press(page, "review")
    expect(page.get_by_text("问卷刚刚截止")).to_be_visible()
    press(page, "send")
    expect(page.locator("main button[value=send]")).to_have_count(0)

    assert [one["overall"] for one in sent()] == ["5"]


@pytest.mark.parametrize("layout", ["one_page", "one_by_one"])
def test_another_language_half_way_takes_everything_along(site, db_session, new_page, layout):
    survey = make_survey(scheme=scheme_with(layout=layout))
    db_session.commit()
    page = new_page(java_script_enabled=False, **PHONE)
    page.goto(address(site, survey))
    rate(page, 4)
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("input[name=q_overall][value='4']")).to_be_checked()
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("input[name=q_overall][value='4']")).to_be_checked()


def test_the_enter_key_sends_and_leaves_the_language_as_it_is(site, survey, new_page):
    page = new_page(java_script_enabled=False, **PHONE)
    page.goto(f"{address(site, survey)}?page=decline")
    expect(page.locator("#contact")).to_be_hidden()
    page.locator("input[value=wrong_contact]").check()
    page.locator("#contact").fill("王女士")
    page.locator("#contact").press("Enter")
    says(page, "感谢您的告知")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    db.session.rollback()

    assert db.session.get(Invitation, survey.first.id).right_contact == "王女士"
