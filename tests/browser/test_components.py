"""The components in a real browser: no sideways scroll, nothing for axe to find, and the small scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import jsonify, request
from playwright.sync_api import expect

from tests.servers.site import serving
from tests.web.gallery import create_gallery

pytestmark = pytest.mark.browser
PAGES = ("/gallery", "/gallery/survey", "/gallery/refused", "/gallery/error/404")


@pytest.fixture(scope="module")
def drafts():
    return []


@pytest.fixture(scope="module")
def gallery(drafts):
    app = create_gallery()

    @app.post("/draft")
    def draft():
        drafts.append(request.form.to_dict())
        return jsonify(saved_at="12:04", values={"total": "14.5"}, fields={})

    @app.get("/progress")
    def progress():
        return jsonify(done=57, failed=1, total=58, over=True)

    with serving(app) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "lang", "theme"), [(1280, "zh", "light"), (1280, "en", "dark"), (320, "en", "light"), (320, "zh", "dark")]
)
def test_no_sideways_scroll_and_nothing_for_axe(new_page, gallery, path, width, lang, theme):
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=theme)

    page.goto(f"{gallery}{path}?lang={lang}")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_whole_gallery_without_scripts(new_page, gallery):
    page = new_page(java_script_enabled=False)

    page.goto(f"{gallery}/gallery?lang=en")
    page.locator(".menu summary").click()

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_refused_form_takes_the_reader_to_the_list_of_errors(page, gallery):
    page.goto(f"{gallery}/gallery/refused?lang=en")

    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Name: Please enter a name.").click()
    expect(page).to_have_url(re.compile("#name$"))


def test_the_sum_follows_every_deduction_exactly(page, gallery):
    page.goto(f"{gallery}/gallery?lang=en")
    points = page.locator("[data-deduct]").nth(1)

    points.fill("0.1")
    expect(page.locator("[data-total]")).to_have_text("19.9")
    points.fill("99")
    expect(page.locator("[data-total]")).to_have_text("8")


def autosave(page):
    page.evaluate("document.querySelector('[data-scorecard]').dataset.autosave = '/draft'")
    page.evaluate("() => import('/static/js/autosave.js').then(() => true)")


def test_a_draft_saves_itself(page, gallery, drafts):
    page.goto(f"{gallery}/gallery?lang=en")
    autosave(page)

    page.locator("[data-deduct]").nth(1).fill("5.5")

    expect(page.locator("[data-saved]")).to_have_text("Saved 12:04")
    expect(page.locator("[data-total]")).to_have_text("14.5")
    assert drafts[-1]["deducted"] == "5.5"


def test_a_lost_connection_is_said_and_the_entry_stays(page, gallery):
    page.goto(f"{gallery}/gallery?lang=en")
    autosave(page)
    page.context.set_offline(True)

    page.locator("[data-deduct]").nth(1).fill("3")

    expect(page.locator("[data-saved]")).to_contain_text("Not saved")
    expect(page.locator("[data-deduct]").nth(1)).to_have_value("3")


def test_a_questionnaire_counts_and_keeps_a_draft_until_sent(page, gallery):
    page.goto(f"{gallery}/gallery/survey?lang=zh")
    expect(page.locator("[data-answered]")).to_have_text("1")

    page.get_by_role("radio", name="9").check()

    expect(page.locator("[data-answered]")).to_have_text("2")
    expect(page.locator("[data-draft]")).to_be_visible()


def test_select_all_counts_and_the_menu_closes_on_escape(page, gallery):
    page.goto(f"{gallery}/gallery?lang=en")

    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-picked]").first).to_have_text("3")

    page.locator(".menu summary").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).not_to_be_visible()


def drop_on(page, card, column):
    """Press, move in steps and let go: a drag that the page sees from its start to its end, however busy the machine."""
    card.hover()
    page.mouse.down()
    column.hover()
    column.hover()
    expect(column).to_have_class(re.compile("is-over"))
    page.mouse.up()


def test_a_dropped_card_opens_the_panel_of_its_move(page, gallery):
    page.goto(f"{gallery}/gallery?lang=en")

    drop_on(page, page.locator("[data-card=C1]"), page.locator("[data-drop]").nth(1))

    page.wait_for_url("**to=B&move=C1#move")


def test_paper_shows_no_navigation(page, gallery):
    page.goto(f"{gallery}/gallery?lang=en")
    page.emulate_media(media="print")

    expect(page.locator(".masthead")).not_to_be_visible()
    expect(page.locator(".why")).to_be_visible()
