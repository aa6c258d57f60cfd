"""Questions one by one, several people by one link, every kind of question: in a real browser, with scripts and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.survey_company import make_shared, make_survey, path_of
from tests.survey_schemes import EVERY_KIND, scheme_with
from workflow_app.db import db
from workflow_app.models import Invitation, Submission

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 320, "height": 640}}
ZOOMED = {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """[...document.querySelectorAll('main .segment, main .check, main button, main .btn')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def committed(made):
    path = path_of(made.first)
    db.session.commit()
    return made, path


def press(page, act):
    page.locator(f"button[name=act][value='{act}']").click()
    page.wait_for_load_state()


def answers():
    db.session.rollback()
    found = [one.answers for one in db.session.query(Submission).order_by(Submission.invitation_id)]
    db.session.rollback()
    return found


def faults(page):
    assert page.evaluate(SIDEWAYS) <= 0
    return [fault["id"] for fault in Axe().run(page, options=RULES).response["violations"]]


@SCRIPTS
def test_one_question_a_page_there_and_back(site, db_session, new_page, scripts):
    _, path = committed(make_survey(scheme=scheme_with(layout="one_by_one")))
    page = new_page(java_script_enabled=scripts, **PHONE)
    page.goto(f"{site}{path}")
    for place in range(1, 12):
        expect(page.locator(".survey-progress")).to_have_text(f"第 {place} 题，共 12 题")
        page.locator("main input[type=radio]").first.check()
        press(page, "next")
    page.go_back()
    expect(page.locator(".survey-progress")).to_have_text("第 11 题，共 12 题")
    expect(page.locator("main input[type=radio]").first).to_be_checked()
    press(page, "next")
    page.locator("textarea").fill("很满意")
    press(page, "next")
    expect(page.get_by_text("很满意")).to_be_visible()
    press(page, "change:speed")
    page.locator("input[name=q_speed][value='3']").check()
    for _ in range(10):
        press(page, "next")
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    [sent] = answers()
    assert (sent["overall"], sent["speed"], sent["comment"]) == ("5", "3", "很满意")


@SCRIPTS
def test_several_people_one_after_the_other(site, db_session, new_page, scripts):
    made, path = committed(make_shared(["江敏"]))
    page = new_page(java_script_enabled=scripts, **PHONE)
    page.goto(f"{site}{path}")
    page.locator("main .btn--primary").click()
    page.locator("input[name=q_overall][value='5']").check()
    page.locator("textarea[name=q_comment]").fill("一直很好")
    press(page, "review")
    press(page, "send")
    page.get_by_role("link", name="下一位：江敏").click()
    page.get_by_role("link", name="沿用我对方霞的评价").click()
    expect(page.locator("input[name=q_overall][value='5']")).to_be_checked()
    page.locator("input[name=q_overall][value='3']").check()
    press(page, "review")
    press(page, "send")
    page.get_by_role("link", name="请您评价的全部员工").click()
    expect(page.locator(".survey-progress")).to_contain_text("已完成 2 / 2")

    assert [(one["overall"], one["comment"]) for one in answers()] == [("5", "一直很好"), ("3", "一直很好")]
    assert len({db.session.get(Invitation, one.id).reference for one in (made.first, *made.followers)}) == 2
    db.session.rollback()


@SCRIPTS
def test_a_follow_up_appears_with_its_answer(site, db_session, new_page, scripts):
    _, path = committed(make_survey(scheme=scheme_with(questions=EVERY_KIND)))
    page = new_page(java_script_enabled=scripts, **PHONE)
    page.goto(f"{site}{path}")
    follow_up = page.locator("input[name=q_outcome][value=solved]")
    expect(follow_up).to_be_hidden()
    page.locator("input[name=q_overall][value='5']").check()
    page.locator("input[name=q_complained][value=yes]").check()
    if not scripts:
        press(page, "review")
    follow_up.check()
    page.locator("input[name=q_channels][value=phone]").check()
    page.locator("input[name=q_channels][value=mail]").check()
    page.locator("input[name=q_last_visit]").fill("2025-11-03")
    press(page, "review")
    expect(page.get_by_text("电话、邮件")).to_be_visible()
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    [sent] = answers()
    assert (sent["outcome"], sent["channels"], sent["last_visit"]) == ("solved", ["phone", "mail"], "2025-11-03")


def test_a_follow_up_goes_again_with_its_answer(site, db_session, new_page):
    _, path = committed(make_survey(scheme=scheme_with(questions=EVERY_KIND)))
    page = new_page(**PHONE)
    page.goto(f"{site}{path}")
    page.locator("input[name=q_complained][value=yes]").check()
    asked = page.locator("[data-questions]").inner_text()
    page.locator("input[name=q_outcome][value=solved]").check()
    page.locator("input[name=q_complained][value=no]").check()
    expect(page.locator("input[name=q_outcome][value=solved]")).to_be_hidden()
    expect(page.locator("[data-questions]")).to_have_text(str(int(asked) - 1))
    page.locator("input[name=q_overall][value='5']").check()
    press(page, "review")
    press(page, "send")
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您的回答")

    assert "outcome" not in answers()[0]


def test_every_kind_comes_back_from_the_browsers_draft(site, db_session, new_page):
    _, path = committed(make_survey(scheme=scheme_with(questions=EVERY_KIND)))
    page = new_page(**PHONE)
    page.goto(f"{site}{path}")
    page.locator("input[name=q_channels][value=mail]").check()
    page.locator("input[name=q_hotline][value=na]").check()
    page.locator("input[name=q_complained][value=yes]").check()
    page.locator("input[name=q_visits]").fill("7")
    page.locator("input[name=q_last_visit]").fill("2025-11-03")
    page.locator("input[name=q_city]").fill("苏州")
    page.reload()

    expect(page.locator("input[name=q_channels][value=mail]")).to_be_checked()
    expect(page.locator("input[name=q_hotline][value=na]")).to_be_checked()
    expect(page.locator("input[name=q_visits]")).to_have_value("7")
    expect(page.locator("input[name=q_last_visit]")).to_have_value("2025-11-03")
    expect(page.locator("input[name=q_city]")).to_have_value("苏州")
    expect(page.locator("input[name=q_outcome][value=solved]")).to_be_visible()


def test_what_the_server_kept_later_wins_over_an_older_draft_of_the_browser(site, db_session, new_page):
    _, path = committed(make_survey())
    old, new = new_page(**PHONE), new_page(**PHONE)
    for page, value in ((old, "1"), (new, "5")):
        page.goto(f"{site}{path}")
        page.locator(f"input[name=q_overall][value='{value}']").check()
    press(new, "later")
    old.goto(f"{site}{path}")

    expect(old.locator("input[name=q_overall][value='5']")).to_be_checked()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, ZOOMED], ids=["320 px", "200 %"])
def test_the_new_pages_are_accessible_and_fit(site, db_session, new_page, language, screen):
    made, path = committed(make_shared(scheme=scheme_with(questions=EVERY_KIND)))
    _, steps = committed(make_survey(scheme=scheme_with(layout="one_by_one", questions=EVERY_KIND)))
    about = f"{path}?about={made.followers[0].id}&lang={language}"
    db.session.commit()
    page, seen = new_page(**screen), {}
    for name, address in (
        ("people", f"{path}?lang={language}"), ("form", about), ("decline", f"{about}&page=decline"),
        ("decline all", f"{path}?page=decline&lang={language}"), ("step", f"{steps}?lang={language}"),
    ):  # fmt: skip
        page.goto(f"{site}{address}")
        seen[name] = faults(page)
        assert page.evaluate(SMALL_TARGETS) == [], name
    page.locator("input[name=q_overall][value='5']").check()
    press(page, "review" if page.locator("button[value=review]").count() else "later")
    seen["later"] = faults(page)

    assert {name: found for name, found in seen.items() if found} == {}
