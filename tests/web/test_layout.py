"""The design layer around every page."""

import re
from pathlib import Path

import pytest

from tests.web.gallery import create_gallery

STATIC = Path(__file__).parents[2] / "workflow_app" / "static"
TEMPLATES = Path(__file__).parents[2] / "workflow_app" / "templates"
PAGES = ("/gallery", "/gallery/refused", "/gallery/survey", "/gallery/error/404", "/gallery/error/500")


@pytest.fixture(scope="module")
def app_of_gallery():
    return create_gallery()


@pytest.fixture
def gallery(app_of_gallery):
    return app_of_gallery.test_client()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_has_what_a_reader_and_a_screen_reader_need(gallery, path, lang):
    html = gallery.get(f"{path}?lang={lang}").text

    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in html
    assert html.count("<h1") >= 1
    assert html.count("<main") == 1
    assert 'class="skip" href="#main"' in html


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_the_content_policy_would_block(gallery, path):
    html = gallery.get(path).text

    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_labels_find_their_controls(gallery, path):
    html = gallery.get(path).text
    ids = re.findall(r'\sid="([^"]+)"', html)

    # The gallery shows a few fields twice on purpose; every label must still find one.
    assert set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html)) <= set(ids)
    assert set(re.findall(r'<a href="#([^"]+)"', html)) <= set(ids)


def test_a_refused_form_says_so_in_the_title_and_links_to_the_fields(gallery):
    answer = gallery.get("/gallery/refused?lang=en")

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert '<a href="#name">Name: Please enter a name.</a>' in answer.text
    assert 'href="#overall-0"' in answer.text
    assert "between 0 and 12" in answer.text


def test_a_page_without_errors_does_not_say_error(gallery):
    assert "<title>Components" in gallery.get("/gallery?lang=en").text


def test_a_strange_language_is_no_language(gallery):
    answer = gallery.get("/gallery/survey?lang=<b>")

    assert "<b>" not in answer.text
    assert '<html lang="zh-CN">' in answer.text


def test_a_customers_page_makes_no_session(gallery):
    answer = gallery.get("/gallery/survey")

    assert "csrf_token" not in answer.text
    assert all("session=" not in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_every_script_that_page_js_loads_is_there():
    named = re.findall(r'"\./([a-z]+\.js)"', (STATIC / "js" / "page.js").read_text())

    assert named
    assert all((STATIC / "js" / name).is_file() for name in named)


def test_every_class_in_the_macros_is_in_the_stylesheet():
    sheet = (STATIC / "kaoping.css").read_text()
    markup = "".join(path.read_text() for path in (TEMPLATES / "macros").glob("*.html"))
    used = {name for value in re.findall(r'class="([a-z0-9_ -]+)"', markup) for name in value.split()}

    plain = {"stat", "task__when", "task__what", "columns__main"}  # hooks without a rule
    assert {name for name in used - plain if f".{name}" not in sheet} == set()


def test_figures_of_the_tree_are_rounded_for_the_reader(gallery):
    html = gallery.get("/gallery?lang=en").text

    assert "18.05" in html
    assert "20 %" in html
