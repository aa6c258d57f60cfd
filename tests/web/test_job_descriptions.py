"""Job descriptions: read by everyone, written by HR with buttons alone, kept when somebody else was quicker."""

import re

import pytest

from forms.job_descriptions import MOST_LINES, MOST_SECTIONS, changed, faults_of, read_draft, tidied
from tests.cycle_company import make_employee
from tests.sheets_company import SheetsCompany
from workflow_app.db import db
from workflow_app.models import Event, JobDescription

MANAGER, AGENT = "客户服务经理", "客服专员"


@pytest.fixture
def company(db_session):
    return SheetsCompany()


@pytest.fixture
def hr(company, client, sign_in):
    return sign_in(client, company.hr)


def typed(page):
    """What the page's fields hold, as the browser would send it."""
    pairs = re.findall(r'name="((?:s\d+_|title_)[a-z0-9_]+|version)" value="([^"]*)"', page.text)
    return {name: value.replace("&#39;", "'").replace("&amp;", "&") for name, value in pairs}


def press(client, post, data, button):
    return client.post(f"/job-descriptions/edit?post={post}", data=data | {"do": button})


def kept(post=AGENT):
    db.session.expire_all()
    return db.session.query(JobDescription).filter_by(post=post).one_or_none()


WORDS = {
    "version": "0", "title_zh": "客服专员职位说明书", "title_en": "", "s0_title_zh": "岗位职责", "s0_title_en": "Duties",
    "s0_l0_zh": "接听客户来电", "s0_l0_en": "Answers calls", "s0_l1_zh": "", "s0_l1_en": "",
}  # fmt: skip


def test_the_list_says_which_posts_lack_one(hr):
    page = hr.get("/job-descriptions").text

    assert re.search(rf"{MANAGER}</a></th>\s*<td[^>]*>1</td><td[^>]*><span[^>]*>from the scheme", page)
    assert re.search(rf"{AGENT}</th>\s*<td[^>]*>2</td><td[^>]*><span[^>]*>missing", page)
    assert "6 posts without a description" in page or "posts without a description" in page


def test_a_post_begins_with_the_words_of_the_scheme(hr):
    shown = hr.get(f"/job-descriptions/post?post={MANAGER}").text
    data = typed(hr.get(f"/job-descriptions/edit?post={MANAGER}"))

    assert "Makes the service rules and sees that they are kept" in shown
    assert "These are the words of the scheme" in shown
    assert data["s1_title_zh"] == "岗位职责"
    assert data["s1_l0_en"] == "Makes the service rules and sees that they are kept"

    answer = press(hr, MANAGER, data, "save")

    assert answer.status_code == 303
    assert [one["title"]["en"] for one in kept(MANAGER).sections][:2] == ["Place in the company", "Duties"]
    assert "written by HR" in hr.get("/job-descriptions").text


def test_a_post_without_words_begins_with_the_sections_of_the_table(hr):
    data = typed(hr.get(f"/job-descriptions/edit?post={AGENT}"))

    assert [data[f"s{number}_title_en"] for number in range(6)] == [
        "Place in the company", "Duties", "Authority", "Measures", "Contacts", "Requirements",
    ]  # fmt: skip


def test_what_is_written_is_kept_without_empty_lines_and_told(hr):
    press(hr, AGENT, WORDS, "save")

    assert (kept().title_zh, kept().title_en) == ("客服专员职位说明书", "")
    assert kept().sections == [
        {"title": {"zh": "岗位职责", "en": "Duties"}, "lines": [{"zh": "接听客户来电", "en": "Answers calls"}]}
    ]
    press(hr, AGENT, WORDS | {"version": "1", "s0_l0_en": "Takes calls"}, "save")
    press(hr, AGENT, WORDS | {"version": "2", "s0_l0_en": "Takes calls"}, "save")

    first, second = db.session.query(Event).filter_by(kind="job_description_written").order_by(Event.id)
    assert first.detail.data["before"] is None
    before, after = (second.detail.data[when]["sections"][0]["lines"][0]["en"] for when in ("before", "after"))
    assert (before, after) == ("Answers calls", "Takes calls")
    assert second.data == {"version": 2}


def test_a_language_that_is_missing_is_shown_in_the_other(hr):
    press(hr, AGENT, WORDS, "save")

    assert "客服专员职位说明书" in hr.get(f"/job-descriptions/post?post={AGENT}").text


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("s0_l0_down", [("A", ["2", "1"]), ("B", ["3"])]),
        ("s0_l1_up", [("A", ["2", "1"]), ("B", ["3"])]),
        ("s0_l0_up", [("A", ["1", "2"]), ("B", ["3"])]),
        ("s0_l1_remove", [("A", ["1"]), ("B", ["3"])]),
        ("s1_up", [("B", ["3"]), ("A", ["1", "2"])]),
        ("s0_down", [("B", ["3"]), ("A", ["1", "2"])]),
        ("s0_remove", [("B", ["3"])]),
        ("s1_add", [("A", ["1", "2"]), ("B", ["3", ""])]),
        ("add", [("A", ["1", "2"]), ("B", ["3"]), ("", [""])]),
        ("s7_remove", [("A", ["1", "2"]), ("B", ["3"])]),
        ("s0_l9_down", [("A", ["1", "2"]), ("B", ["3"])]),
        ("nonsense", [("A", ["1", "2"]), ("B", ["3"])]),
    ],
)
def test_a_button_changes_the_page_and_nothing_else(hr, button, expected):
    data = {
        "version": "0", "title_zh": "X", "title_en": "", "s0_title_zh": "A", "s0_title_en": "", "s0_l0_zh": "1", "s0_l0_en": "",
        "s0_l1_zh": "2", "s0_l1_en": "", "s1_title_zh": "B", "s1_title_en": "", "s1_l0_zh": "3", "s1_l0_en": "",
    }  # fmt: skip

    page = press(hr, AGENT, data, button)

    found = read_draft(typed(page))
    assert page.status_code == 200
    assert [(one.title["zh"], [line["zh"] for line in one.lines]) for one in found.sections] == expected
    assert kept() is None


def test_who_was_slower_keeps_what_they_typed_and_replaces_knowingly(hr):
    press(hr, AGENT, WORDS, "save")
    mine = WORDS | {"s0_l0_zh": "我写的"}

    page = press(hr, AGENT, mine, "save")

    assert page.status_code == 409
    assert "Somebody else saved this job description meanwhile" in page.text
    assert typed(page)["s0_l0_zh"] == "我写的"
    assert press(hr, AGENT, typed(page), "save").status_code == 303
    assert kept().sections[0]["lines"][0]["zh"] == "我写的"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title_zh": " "}, "Enter the title"), ({"s0_title_zh": "", "s0_title_en": ""}, "Section 1 has no title"),
        ({"s0_l0_zh": "", "s0_l0_en": ""}, "Section 1 has no lines"), ({"s0_l0_zh": "x" * 501}, "Shorten this to 500"),
        ({"s0_l0_zh": "a\u202eb"}, "characters that cannot be stored"),
        ({"s0_title_zh": "", "s0_title_en": "", "s0_l0_zh": "", "s0_l0_en": ""}, "Write one section at least"),
    ],
)  # fmt: skip
def test_what_is_not_in_order_is_refused_with_what_was_typed(hr, change, words):
    page = press(hr, AGENT, WORDS | change, "save")

    assert page.status_code == 422
    assert words in page.text
    assert kept() is None


def test_there_is_an_end_to_sections_and_lines():
    draft = read_draft({f"s{number}_title_zh": "x" for number in range(99)} | {f"s0_l{line}_zh": "y" for line in range(999)})

    assert (len(draft.sections), len(draft.sections[0].lines)) == (MOST_SECTIONS, MOST_LINES)
    assert len(changed(draft, "add").sections) == MOST_SECTIONS
    assert len(changed(draft, "s0_add").sections[0].lines) == MOST_LINES
    assert faults_of(tidied(draft))


def test_everyone_reads_the_one_of_their_post(company, client, sign_in):
    make_employee(post="")
    own = sign_in(client, company.own)

    assert own.get("/job-descriptions/mine").location == "/job-descriptions/post?post=%E5%AE%A2%E6%9C%8D%E4%B8%93%E5%91%98"
    missing = own.get(f"/job-descriptions/post?post={AGENT}")
    assert (missing.status_code, "There is no job description of this post yet" in missing.text) == (404, True)
    assert MANAGER in own.get("/job-descriptions").text
    assert own.get(f"/job-descriptions/edit?post={AGENT}").status_code == 403
    assert press(own, AGENT, WORDS, "save").status_code == 403
    assert kept() is None


def test_a_post_must_be_named(hr):
    assert hr.get("/job-descriptions/edit").status_code == 404
    assert press(hr, "x" * 121, WORDS, "save").status_code == 422
