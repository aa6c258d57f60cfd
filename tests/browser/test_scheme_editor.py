"""HR's way through the editor in a real browser: with scripts, without them, on a phone, and two at once."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text, load_scheme
from states.scheme.editing import values_of
from tests.cycle_company import NOW, make_account, make_employee
from workflow_app.db import db
from workflow_app.models import SchemeVersion
from workflow_app.services.publishing import start_draft

pytestmark = pytest.mark.browser
COMMENT = "# 德勤能绩：满分起扣 / scorecards start full and lose points by clause"


@pytest.fixture
def draft(db_session):
    made = start_draft(builtin_scheme_text(), actor=SYSTEM, now=NOW)
    db.session.commit()
    return made.id


@pytest.fixture
def open_as(client, sign_in, site, new_page, draft):
    """`open_as(account, path)`: the editor's page of the draft, as that account sees it."""

    def enter(account, path, **options):
        sign_in(client, account)
        db.session.commit()
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": client.get_cookie("kaoping").value, "url": site}])
        page.goto(f"{site}/schemes/drafts/{draft}/{path}")
        return page

    return enter


@pytest.fixture
def hr(db_session):
    return make_account("hr", employee=make_employee(name="范专员"))


def kept(draft):
    """The text of the draft as the database has it."""
    db.session.rollback()
    text = db.session.get(SchemeVersion, draft).text
    db.session.rollback()
    return text


def overwrite(page, words, others):
    """Type over these words of the text (to fill in all of it anew takes a browser seconds)."""
    page.locator("#text").evaluate(
        "(box, words) => { const at = box.value.indexOf(words); box.focus(); box.setSelectionRange(at, at + words.length) }",
        words,
    )
    page.keyboard.insert_text(others)


def says(page, words):
    """Wait until the text beside the fields says so."""
    page.wait_for_function("words => document.getElementById('text').value.includes(words)", arg=words)


def test_the_way_of_hr_with_scripts(hr, draft, open_as):
    page = open_as(hr, "edit/bands")

    # Band A to 10 %: the text follows, and the fault of the sum is named with its line; the rest mends it.
    share = page.locator("#f-distribution-bands-0-share")
    share.fill("10")
    says(page, "share: 10, barred_by_sanction")
    expect(page.locator("[data-state]")).to_have_text("Not saved yet")
    page.locator("#people").fill("7")
    page.get_by_role("rowheader", name="7", exact=True).wait_for()
    page.locator("#f-distribution-bands-2-share").fill("45")
    page.get_by_text("No faults: this draft can be published.").wait_for()
    page.locator("#f-distribution-bands-2-share").fill("50")
    page.get_by_text("must make 100; this makes 105").wait_for()
    expect(page.get_by_role("link", name=re.compile("^Bands faults 1"))).to_be_visible()
    expect(page.get_by_role("link", name="1 faults")).to_be_visible()
    page.locator(".fault-list [data-line]").first.click()
    expect(page.locator("#text")).to_be_focused()
    chosen = "(box) => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert "bands:" in page.locator("#text").evaluate(chosen)
    page.locator("#f-distribution-bands-2-share").fill("rest")
    page.get_by_text("No faults: this draft can be published.").wait_for()

    # Another section: what was typed is saved on the way.
    page.get_by_role("link", name="Forms", exact=True).click()
    page.get_by_role("link", name="Scorecard for staff").click()
    page.wait_for_url("**/edit/forms/scorecard_staff")
    assert values_of(kept(draft))["distribution"]["bands"][0]["share"] == 10

    # An item with a clause.
    page.get_by_role("button", name="Add an item").first.click()
    page.locator("#f-forms-scorecard_staff-areas-0-items-4-title-zh").fill("保密")
    page.locator("#f-forms-scorecard_staff-areas-0-items-4-title-en").fill("Secrecy")
    page.get_by_role("button", name="Add a clause").last.wait_for()
    item = page.locator("#f-forms-scorecard_staff-areas-0-items-4")
    item.get_by_role("button", name="Add a clause").click()
    page.locator("#f-forms-scorecard_staff-areas-0-items-4-clauses-0-title-zh").fill("泄密")
    page.locator("#f-forms-scorecard_staff-areas-0-items-4-clauses-0-title-en").fill("Told a secret")
    page.locator("#f-forms-scorecard_staff-areas-0-items-4-clauses-0-points").fill("3")
    page.get_by_text("No faults: this draft can be published.").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The draft is saved.").wait_for()

    # The preview has it.
    page.locator("[data-beside]").get_by_role("link", name="English").first.click()
    new = page.get_by_role("group", name="Secrecy")
    new.get_by_text("Deduct", exact=True).click()
    new.get_by_label("Clause").select_option("clause_1")
    expect(page.locator("[data-total]")).to_have_text("102")
    assert page.locator("main form, main button[type=submit]").count() == 0

    text = kept(draft)
    assert COMMENT in text
    assert load_scheme(text).forms["scorecard_staff"].points == 105


def test_the_text_shows_in_the_fields_and_a_mistake_of_form_holds_them(hr, draft, open_as):
    page = open_as(hr, "edit/bands")

    overwrite(page, "share: 5, barred_by_sanction: true", "share: 7, barred_by_sanction: true")
    expect(page.locator("#f-distribution-bands-0-share")).to_have_value("7")

    overwrite(page, "  bands:", "  bands: [")
    page.get_by_text("This is not valid YAML").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The draft is saved.").wait_for()
    page.get_by_text("cannot be shown as fields").wait_for()
    assert "bands: [" in kept(draft)


def test_without_scripts_a_stage_is_added_moved_and_checked(hr, draft, open_as):
    page = open_as(hr, "edit/kinds/spot_check", java_script_enabled=False)

    page.get_by_role("button", name="Add a stage").click()
    page.locator("#f-cycle_kinds-spot_check-stages-2-title-zh").fill("复核")
    page.locator("#f-cycle_kinds-spot_check-stages-2-title-en").fill("Second look")
    page.get_by_role("button", name="Check", exact=True).click()
    # Behind the signature the new stage leaves it in the middle, where nobody signs.
    expect(page.locator(".faults")).to_contain_text("the person rated only signs, once, at the end")
    assert values_of(kept(draft))["cycle_kinds"]["spot_check"]["stages"][2]["title"]["en"] == ""
    page.locator("#f-cycle_kinds-spot_check-stages-2").get_by_role("button", name="Move up").first.click()

    codes = [stage["title"]["en"] for stage in values_of(kept(draft))["cycle_kinds"]["spot_check"]["stages"]]
    assert codes == ["Inspection", "Second look", "Acknowledgement (not consent)"]
    expect(page.locator(".gantt li")).to_have_count(3)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".faults")).to_contain_text("No faults")


def test_who_comes_second_keeps_what_was_typed_and_is_told_of_the_other(hr, draft, open_as):
    other = make_account("hr", employee=make_employee(name="汤总监"))
    mine, theirs = open_as(hr, "edit/bands"), open_as(other, "edit/bands")
    theirs.locator("#f-distribution-bands-0-share").fill("6")
    theirs.get_by_role("button", name="Save", exact=True).click()
    theirs.get_by_text("The draft is saved.").wait_for()

    mine.locator("#f-distribution-bands-1-share").fill("19")
    mine.get_by_role("button", name="Save", exact=True).click()

    mine.get_by_role("heading", name="Somebody else saved this draft meanwhile").wait_for()
    expect(mine.locator("[role=alert]").first).to_contain_text("汤总监")
    expect(mine.locator("#f-distribution-bands-1-share")).to_have_value("19")
    mine.get_by_role("button", name="Save", exact=True).click()
    mine.get_by_text("The draft is saved.").wait_for()
    assert values_of(kept(draft))["distribution"]["bands"][1]["share"] == 19


def test_pages_fit_a_phone_and_pass_axe(hr, draft, site, open_as):
    page = open_as(hr, "edit", viewport={"width": 320, "height": 700})
    for path in ("edit/bands", "edit/forms/scorecard_staff", "edit/text"):
        page.goto(f"{site}/schemes/drafts/{draft}/{path}")

        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_pages_pass_axe_at_a_desk_opened_out(hr, draft, site, open_as):
    page = open_as(hr, "edit", viewport={"width": 1280, "height": 900})
    for path in ("edit/kinds/year_end", "edit/total", "preview/scorecard_staff"):
        page.goto(f"{site}/schemes/drafts/{draft}/{path}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")

        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_everything_can_be_reached_by_keyboard(hr, draft, open_as):
    page = open_as(hr, "edit/scales")
    page.locator("#f-scales-satisfaction-levels-0-title-en").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Delighted")
    page.keyboard.press("Enter")

    page.get_by_text("The draft is saved.").wait_for()
    assert re.search(r"value: 5, title: \{zh: 非常满意, en: Delighted\}", kept(draft))
