"""Choosing a language, and saying messages and figures in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import render_template_string
from flask_babel import force_locale

from states.errors import Message
from tests.web.gallery import Person, create_gallery
from workflow_app import formats
from workflow_app.i18n import load_catalogue, t
from workflow_app.views.locale import way_back


@pytest.fixture
def app_of_gallery():
    return create_gallery(signed_in=False)


@pytest.fixture
def zh(app_of_gallery):
    with app_of_gallery.test_request_context("/?lang=zh"):
        yield


@pytest.fixture
def en(app_of_gallery):
    with app_of_gallery.test_request_context("/?lang=en"):
        yield


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ({}, "zh-CN"),
        ({"headers": {"Accept-Language": "en-GB,en;q=0.8"}}, "en"),
        ({"headers": {"Accept-Language": "fr,de;q=0.8"}}, "zh-CN"),
        ({"headers": {"Accept-Language": "zh-Hans-CN"}}, "zh-CN"),
        ({"query_string": {"lang": "en"}}, "en"),
    ],
)
def test_the_language_of_a_stranger(app_of_gallery, asked, lang):
    assert f'<html lang="{lang}">' in app_of_gallery.test_client().get("/gallery/survey", **asked).text


@pytest.mark.parametrize(("cookie", "lang"), [("zh", "zh-CN"), ("xx", "en")])
def test_the_cookie_goes_before_the_browser(app_of_gallery, cookie, lang):
    client = app_of_gallery.test_client()
    client.set_cookie("kaoping_locale", cookie)

    assert f'<html lang="{lang}">' in client.get("/gallery/survey", headers={"Accept-Language": "en"}).text


def test_the_accounts_language_goes_before_the_cookie(monkeypatch):
    monkeypatch.setattr(Person, "locale", "en")
    client = create_gallery().test_client()
    client.set_cookie("kaoping_locale", "zh")

    assert '<html lang="en">' in client.get("/gallery").text


def test_the_switch_remembers_and_comes_back(app_of_gallery):
    app_of_gallery.config["WTF_CSRF_ENABLED"] = False
    client = app_of_gallery.test_client()

    answer = client.post("/locale", data={"locale": "en", "next": "/gallery/survey?a=1"})

    assert answer.status_code == 303
    assert answer.location == "/gallery/survey?a=1"
    assert '<html lang="en">' in client.get("/gallery/survey").text


def test_the_switch_refuses_a_language_that_is_not_offered(app_of_gallery):
    app_of_gallery.config["WTF_CSRF_ENABLED"] = False

    assert app_of_gallery.test_client().post("/locale", data={"locale": "fr"}).status_code == 400


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/a\nb", "javascript:alert(1)", "\\/x"],
)
def test_the_switch_never_leads_elsewhere(wanted):
    assert way_back(wanted) == "/"


def test_a_message_is_said_in_the_readers_language(zh):
    assert t(Message("Page %(page)s of %(pages)s", page=2, pages=3)) == "第 2 / 3 页"


def test_a_message_within_a_message(zh):
    assert t(Message("Saved %(time)s", time=Message("Cancel"))) == "已保存 取消"


def test_a_message_without_data_keeps_its_per_cent_sign(en):
    assert t(Message("100 %% of it")) == "100 % of it"


def test_figures_and_dates_in_a_message_are_written_for_people(en):
    said = t(Message("%(a)s until %(b)s", a=Fraction(5, 2), b=date(2026, 1, 20)))

    assert said == "2.5 until 20 Jan 2026"


def test_what_is_no_message_stays(en):
    assert [t(None), t(""), t(7), t("unknown words")] == ["", "", "7", "unknown words"]


def test_every_catalogue_of_the_folder_counts(tmp_path):
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "one.po").write_text(head + 'msgid "One"\nmsgstr "一"\n')
    (folder / "two.po").write_text(
        head + 'msgid "Two"\nmsgstr "二"\n\nmsgid "%(n)s cat"\nmsgid_plural "%(n)s cats"\nmsgstr[0] "%(n)s 猫"\n'
    )

    words = load_catalogue(tmp_path, "zh")

    assert [words.gettext("One"), words.gettext("Two"), words.ngettext("%(n)s cat", "%(n)s cats", 2)] == [
        "一",
        "二",
        "%(n)s 猫",
    ]


def test_without_a_request_the_companys_language_holds_and_can_be_forced(app_of_gallery):
    with app_of_gallery.app_context():
        assert t(Message("Cancel")) == "取消"
        with force_locale("en"):
            assert t(Message("Cancel")) == "Cancel"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        ("", "—"),
        (0, "0.00"),
        (Fraction(1, 3), "0.33"),
        (Fraction(857_025, 10_000), "85.70"),
        (Decimal("85.965"), "85.97"),
        (Fraction(-1, 200), "\u22120.01"),
        ("88.5", "88.50"),
        (1.005, "1.01"),
        ("\u22121.00", "\u22121.00"),
        ("—", "—"),
        ("NaN", "NaN"),
    ],
)
def test_a_score_has_two_places_rounded_half_up(value, shown):
    assert formats.score(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "—"), (5, "5"), ("2.50", "2.5"), (-2, "\u22122"), (100, "100")])
def test_points_as_a_person_writes_them(value, shown):
    assert formats.points(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(5, "+5"), (-6, "\u22126"), (0, "0"), (None, "—")])
def test_points_with_their_sign(value, shown):
    assert formats.signed(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(Fraction(1, 5), "20 %"), ("0.255", "26 %"), (None, "—")])
def test_a_share_as_a_percentage(value, shown):
    assert formats.percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(3, 8), "37.5 %"), (Fraction(1, 12), "8.3 %"), (Fraction(1, 5), "20 %"), (0, "0 %"), (None, "—")],
)
def test_a_weight_by_which_its_row_can_be_worked_out(value, shown):
    assert formats.weight(value) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("2025", "2025 年"),
        ("2025-07", "2025 年 7 月"),
        ("2025-W37", "2025 年第 37 周"),
        ("2025-Q3", "2025 年第 3 季度"),
        ("2025-H2", "2025 年下半年"),
        ("2025-07-09", "2025 年 7 月 9 日"),
        ("", "—"),
        ("other", "other"),
    ],
)
def test_a_period_in_words(zh, code, shown):
    assert formats.period(code) == shown


def test_a_time_is_the_companys(zh):
    late = datetime(2026, 1, 20, 16, 30, tzinfo=UTC)

    assert formats.moment(late) == "2026 年 1 月 21 日 00:30"
    assert formats.short_day(late) == "1 月 21 日"


def test_templates_know_the_formats(en):
    assert render_template_string("{{ none|score }} {{ '2025-07'|period }} {{ t('x') }}") == "— July 2025 x"
