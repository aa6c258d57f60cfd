"""A staff form with a question of every kind in a real browser: with a script, by keyboard, on a phone, in both languages."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import cycle_company
from tests.cycle_company import NOW, SYSTEM
from tests.forms_company import FormsCompany, assignment_of
from tests.staff_question_texts import with_questions
from workflow_app.db import db
from workflow_app.queries.assignments import latest_submission
from workflow_app.services.publishing import publish_scheme

pytestmark = pytest.mark.browser

PDF = {"name": "zheng.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj"}


@pytest.fixture
def company(app, db_session, monkeypatch):
    changed = with_questions("self_review_staff")
    monkeypatch.setattr(cycle_company, "make_scheme", lambda: publish_scheme(changed, actor=SYSTEM, now=NOW))
    return FormsCompany(app)


@pytest.fixture
def form(company):
    made = assignment_of(company.agent, "self_review").id
    db.session.commit()
    return made


@pytest.fixture
def open_form(company, form, client, sign_in, site, new_page):
    """`open_form("en", **options)`: the form of the person rated, in a language."""

    def enter(locale="en", **options):
        sign_in(client, company.account(company.agent))
        db.session.commit()  # an open transaction would hold SQLite's one writer while the browser posts
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": client.get_cookie("kaoping").value, "url": site}])
        page.goto(f"{site}/forms/{form}?lang={locale}")
        return page

    return enter


def kept(number):
    db.session.rollback()
    submission = latest_submission(number)
    found = (submission.state, submission.answers)
    db.session.rollback()
    return found


def test_every_kind_is_answered_files_and_all_and_read_back(open_form, form, site):
    page = open_form()
    days = page.get_by_label("Days")
    expect(days).to_be_hidden()
    page.get_by_role("group", name="Trained").get_by_label("Yes").check()
    days.fill("3")
    for name in ("Mood", "Useful", "Clearly taught", "Would come again"):
        page.get_by_role("group", name=name).get_by_role("radio").first.check()
    page.get_by_role("group", name="Would recommend").get_by_label("9", exact=True).check()
    page.get_by_label("Head office").check()
    page.get_by_label("Mail", exact=True).check()
    page.get_by_label("Last time").fill("2025-11-03")
    page.get_by_label("Teacher").fill("李老师")
    page.get_by_label("Story").fill("两天")
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))
    page.get_by_role("group", name="Papers").locator("input[type=file]").set_input_files([PDF])
    page.get_by_role("button", name="Submit").click()

    expect(page).to_have_url(re.compile("/done$"))
    state, answers = kept(form)
    assert state == "submitted"
    assert {"trained", "days", "mood", "useful", "clear", "again", "nps", "room", "topics", "latest", "place", "story"} <= set(answers)
    page.goto(f"{site}/forms/{form}")
    with page.expect_download() as download:
        page.get_by_role("link", name="zheng.pdf").click()
    assert download.value.path().read_bytes() == PDF["buffer"]


def test_by_keyboard_what_hangs_on_an_answer_appears_and_goes(open_form):
    page = open_form()
    yes = page.get_by_role("group", name="Trained").locator("input").first
    yes.focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Days")).to_be_visible()
    expect(page.get_by_role("group", name="Would come again")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Days")).to_be_focused()

    yes.focus()
    page.keyboard.press("ArrowRight")

    expect(page.get_by_label("Days")).to_be_hidden()
    expect(page.get_by_role("group", name="Would come again")).to_be_hidden()


def test_without_scripts_what_an_answer_leads_to_is_shown_once_more(open_form, form):
    page = open_form(java_script_enabled=False)
    page.get_by_role("group", name="Trained").get_by_label("Yes").check()
    page.get_by_label("Teacher").fill("李老师")

    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("status").filter(has_text="Your answers lead to 2 further questions")).to_be_visible()
    expect(page.get_by_label("Teacher")).to_have_value("李老师")
    page.get_by_label("Days").fill("3")
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(re.compile("/done$"))
    assert kept(form)[1]["days"] == "3"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_axe_finds_nothing_and_a_phone_does_not_scroll_sideways(open_form, locale, width):
    page = open_form(locale, viewport={"width": width, "height": 800})
    page.locator("[name=q_trained]").first.check()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []


def test_in_a_table_each_row_is_a_group_of_its_own_and_arrows_stay_in_it(open_form):
    page = open_form(viewport={"width": 1280, "height": 900})
    rows = [page.get_by_role("group", name=name) for name in ("Useful", "Clearly taught")]
    levels = rows[0].get_by_role("radio")

    assert [row.get_by_role("radio").first.get_attribute("name") for row in rows] == ["q_useful", "q_clear"]
    assert rows[0].get_by_role("radio", name="Not applicable").count() == 0
    expect(rows[0]).to_have_accessible_description("For the daily work")
    levels.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(levels.nth(1)).to_be_checked()
    page.keyboard.press("Tab")
    expect(rows[1].get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowLeft")  # round to the last one, beside the scale
    expect(rows[1].get_by_role("radio", name="Not applicable")).to_be_checked()
    expect(levels.nth(1)).to_be_checked()


BOXES = """[...document.querySelectorAll('.matrix__row')].map(row => {
    const at = one => { const box = row.querySelector(one)?.getBoundingClientRect(); return box ? [box.left, box.top, box.width] : null; };
    return {title: at('legend'), scale: at('.segments'), aside: at('.segments-aside')};
}).filter(row => row.scale[2])"""


def test_a_table_is_a_grid_at_a_desk_and_stacks_on_a_phone(open_form):
    page = open_form(viewport={"width": 1280, "height": 900})
    rows = page.evaluate(BOXES)

    assert len(rows) == 2  # the third hangs on an answer
    assert len({tuple(row["scale"][::2]) for row in rows}) == 1  # one column, as wide in each row
    for row in rows:
        assert row["scale"][0] >= row["title"][0] + row["title"][2]
        assert abs(row["scale"][1] - row["title"][1]) < 30
    assert rows[1]["aside"][0] >= rows[1]["scale"][0] + rows[1]["scale"][2]

    page.set_viewport_size({"width": 360, "height": 800})

    assert all(row["scale"][1] > row["title"][1] + 10 for row in page.evaluate(BOXES))
    assert len({row[name][0] for row in page.evaluate(BOXES) for name in ("title", "scale")}) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
