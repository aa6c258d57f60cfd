"""The customer's link, checked against the house's list of what must hold for it."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.survey_company import GOOD, ITEMS, expire, filled, hidden_fields, make_survey, path_of
from worker import tasks
from workflow_app import clock, survey_links
from workflow_app.db import db
from workflow_app.models import Event, Invitation, MailMessage, Submission
from workflow_app.services import inviting
from workflow_app.survey_links import PLACEHOLDER, nonce_of, token_of

AGENTS = ("Mozilla/5.0 (iPhone)", "Barracuda-Sentinel", "curl/8", "Mimecast", "MicroMessenger")


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def stored():
    db.session.expire_all()
    return db.session.scalars(select(Submission).order_by(Submission.id)).all()


def everything():
    """All that may not change by itself: only that a page was seen is telemetry."""
    db.session.expire_all()
    columns = [column for column in Invitation.__table__.columns if column.name != "seen_at"]
    rows = [tuple(row) for row in db.session.execute(select(*columns).order_by(Invitation.id))]
    return rows, len(stored()), db.session.scalar(select(func.count()).select_from(Event))


# --- the journey ---------------------------------------------------------------------------------------------------


def test_a_customer_answers_looks_it_over_and_sends(client, survey):
    path = path_of(survey.first)
    form = client.get(path)
    fields = hidden_fields(form.text)
    checked = client.post(path, data=GOOD | fields | {"act": "review"})
    nothing_yet = stored()
    sent = client.post(path, data=hidden_fields(checked.text) | {"act": "send"})
    thanks = client.get(path)

    assert "您对方霞的服务满意吗" in form.text
    assert checked.status_code == 200
    assert "谢谢，处理得很快" in checked.text
    assert nothing_yet == []
    assert sent.status_code == 303
    assert survey.first.reference in thanks.text
    [answer] = stored()
    assert answer.answers == dict.fromkeys(ITEMS[:-1], "5") | {
        "easy_to_reach": "na",
        "recommend": "9",
        "comment": "谢谢，处理得很快",
    }
    assert answer.score == 100
    assert survey.first.state == "submitted"


def test_no_cookie_is_set_and_none_is_needed(app, survey):
    client = app.test_client(use_cookies=False)
    path = path_of(survey.first)

    answers = [
        client.get(path),
        client.post(path, data=filled(survey.first, "review")),
        client.post(path, data=filled(survey.first)),
        client.get(path),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 303, 200]
    assert all("Set-Cookie" not in answer.headers for answer in answers)


def test_an_english_customer_reads_english_and_may_switch(client, db_session):
    survey = make_survey(3, languages=["en", "zh", "zh"])
    path = path_of(survey.first)

    assert '<html lang="en">' in client.get(path).text
    assert "How satisfied are you" in client.get(path).text
    assert '<html lang="zh-CN">' in client.get(f"{path}?lang=zh").text


def test_a_page_from_yesterday_still_counts(client, survey):
    # The nonce holds no time: what was fetched 25 hours ago is what would be fetched now.
    nonce = hidden_fields(client.get(path_of(survey.first)).text)["nonce"]

    assert nonce == nonce_of(survey.first, 0)
    assert client.post(path_of(survey.first), data=filled(survey.first, nonce=nonce)).status_code == 303


def test_answers_can_be_changed_while_the_survey_is_open(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    form = client.get(f"{path}?page=edit")
    changed = client.post(path, data=GOOD | hidden_fields(form.text) | {"q_overall": "2", "act": "send"})

    assert 'name="q_overall" value="5" checked' in form.text
    assert changed.status_code == 303
    assert [(one.number, one.state, one.answers["overall"]) for one in stored()] == [
        (1, "superseded", "5"),
        (2, "submitted", "2"),
    ]


# --- security ------------------------------------------------------------------------------------------------------


def test_fetching_fifty_times_changes_nothing(client, survey):
    path, before = path_of(survey.first), everything()
    for number in range(50):
        method = ("get", "head", "options")[number % 3]
        getattr(client, method)(path, headers={"User-Agent": AGENTS[number % len(AGENTS)]})
        getattr(client, method)(f"{path}?page=decline")

    assert everything() == before


def test_a_robot_that_presses_every_button_stores_nothing(client, survey):
    path, before = path_of(survey.first), everything()
    pages = [client.get(path), client.get(f"{path}?page=decline")]
    buttons = [(page, act) for page in pages for act in re.findall(r'name="act" value="(\w+)"', page.text)]
    buttons = [(page, act) for page, act in buttons if act != "show"]  # the same page in another language
    answers = [
        client.post(path, data=hidden_fields(page.text) | {"act": act, "website": "", "q_comment": "", "reason": ""})
        for page, act in buttons
    ]
    unseen = client.post(path, data=hidden_fields(pages[0].text) | {"act": "send"})

    assert {act for _, act in buttons} == {"review", "later", "decline", "enter"}
    assert [answer.status_code for answer in (*answers, unseen)] == [422] * 6
    assert everything() == before


def test_nothing_is_chosen_beforehand(client, survey):
    assert "checked" not in client.get(path_of(survey.first)).text


def test_the_token_stands_in_no_page_and_only_its_digest_is_kept(client, survey, db_session):
    token, path = token_of(survey.first), path_of(survey.first)
    pages = [
        client.get(path),
        client.get(f"{path}?page=decline"),
        client.post(path, data=filled(survey.first, "review")),
        client.post(path, data=filled(survey.first)),
        client.get(path),
        client.get(f"{path}?page=edit"),
    ]
    kept = [
        str(value)
        for table in db.metadata.tables.values()
        for row in db_session.execute(select(table))
        for value in row
    ]

    assert all(token not in page.text for page in pages)
    assert not any(token in value for value in kept)
    assert len(token) >= 33  # 160 bits and the number of the invitation


def test_headers_keep_the_address_secret(client, survey):
    headers = client.get(path_of(survey.first)).headers

    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_token_is_not_logged(client, survey, capfd, caplog, monkeypatch):
    def fault(*_arguments, **_options):
        raise RuntimeError("boom")

    monkeypatch.setattr("workflow_app.survey_pages.pages.last_day", fault)
    answer = client.get(path_of(survey.first))
    out, err = capfd.readouterr()

    assert answer.status_code == 500
    assert token_of(survey.first) not in out + err + caplog.text


def test_ended_links_have_pages_of_their_own_without_a_name(client, survey, db_session):
    revoked, replaced, expired = survey.invitations
    old = path_of(replaced)
    hr = survey.hr.actor()
    inviting.revoke(revoked, actor=hr, now=clock.now())
    inviting.replace(replaced, actor=hr, now=clock.now())
    expire(expired, ago=timedelta(minutes=1))
    paths = {path_of(revoked): 410, old: 410, path_of(expired): 410, "/s/" + "a" * 32 + "1": 404, "/s/nonsense": 404}
    pages = {path: client.get(path) for path in paths}

    assert {path: page.status_code for path, page in pages.items()} == paths
    assert client.get(path_of(replaced)).status_code == 200
    headings = [re.search(r"<h1>(.+?)</h1>", page.text)[1] for page in pages.values()]
    assert len(set(headings)) == 4  # the last two are both unknown
    assert all("方霞" not in page.text and "林先生" not in page.text for page in pages.values())


def test_a_token_that_was_guessed_from_a_real_one_is_unknown(client, survey):
    token = token_of(survey.first)
    other = token_of(survey.invitations[1])

    assert client.get(f"/s/{'b' if token[0] == 'a' else 'a'}{token[1:]}").status_code == 404
    assert client.get(f"/s/{token[:32]}{other[32:]}").status_code == 404
    assert client.get(f"/s/{token[:32]}99999999999").status_code == 404
    assert client.post(f"/s/{token[:32]}", data={"act": "send"}).status_code == 404


@pytest.mark.parametrize("written", ["{}.", "{}，请点击", "{})", "{}%E3%80%82"])
def test_a_link_copied_with_the_sentence_behind_it_opens(client, survey, written):
    path = path_of(survey.first)

    page = client.get(written.format(path))

    assert page.status_code == 200
    assert survey_links.without_links(f"GET {path}. 200") == "GET /s/…. 200"


def test_a_link_in_capitals_opens_and_stays_out_of_the_log(client, survey):
    token = token_of(survey.first).upper()

    assert client.get(f"/s/{token}").status_code == 200
    assert survey_links.without_links(f"GET /s/{token} 200") == "GET /s/… 200"


def test_unknown_links_are_limited_and_known_ones_are_not(make_app, survey, monkeypatch):
    app = make_app(testing=False)
    client = app.test_client()
    unknown = [client.get("/s/" + "a" * 32 + "7").status_code for _ in range(70)]

    assert unknown[0] == 404
    assert unknown[-1] == 429
    assert client.get(path_of(survey.first)).status_code == 200


def test_the_nonce_of_another_link_is_refused(client, survey):
    first, second = survey.invitations[:2]
    before = everything()

    assert client.post(path_of(first), data=filled(second)).status_code == 400
    assert client.post(path_of(first), data=filled(first, nonce="")).status_code == 400
    assert client.post(path_of(first), data=filled(first, nonce="0." + "a" * 32)).status_code == 400
    assert client.post(path_of(first), data=filled(first, act="delete")).status_code == 400
    assert everything() == before


@pytest.mark.parametrize(
    "values",
    [
        {"q_overall": "6"}, {"q_overall": "-1"}, {"q_overall": "５"}, {"q_overall": "5\x00"}, {"q_recommend": "11"},
        {"q_comment": "a\x00b"}, {"q_comment": "长" * 4001}, {"q_overall": "<script>"},
    ],
    ids=["six", "minus", "full-width", "nul in a choice", "eleven", "nul in a text", "long", "markup"],
)  # fmt: skip
def test_tampered_answers_are_refused_in_the_form(client, survey, values):
    before = everything()
    answer = client.post(path_of(survey.first), data=filled(survey.first, **values))

    assert answer.status_code == 422
    assert re.search(r"<title>有误", answer.text)
    assert 'value="na" checked' in answer.text  # the rest of the input is kept
    assert everything() == before


def test_what_no_browser_sends_is_refused(client, survey):
    path, before = path_of(survey.first), everything()
    twice = "&".join(f"{name}={value}" for name, value in filled(survey.first).items()) + "&q_overall=1"
    many = filled(survey.first) | {f"q_{number}": "1" for number in range(5000)}
    form = "application/x-www-form-urlencoded"

    assert client.post(path, data=twice, content_type=form).status_code == 400
    assert client.post(path, data=many).status_code in (400, 413)
    assert client.post(path, data=filled(survey.first, q_comment="x" * 10_000_000)).status_code == 413
    assert client.post(path, data=b"\xff\xfe%%%", content_type=form).status_code == 400
    assert client.post(path, json={"act": "send"}).status_code == 400
    assert client.put(path).status_code == 405
    assert everything() == before


def test_markup_in_a_comment_is_inert(client, survey):
    words = '=cmd|"/c calc"!A1<script>alert(1)</script>'
    checked = client.post(path_of(survey.first), data=filled(survey.first, "review", q_comment=words))

    assert "<script>alert" not in checked.text
    assert hidden_fields(checked.text)


def test_a_filled_honeypot_only_flags(client, survey):
    client.post(path_of(survey.first), data=filled(survey.first, website="http://spam.example"))

    assert len(stored()) == 1
    assert db.session.scalar(select(Event.kind).where(Event.kind == "answer_flagged")) == "answer_flagged"


# --- resilience ----------------------------------------------------------------------------------------------------


def test_sending_again_after_a_lost_reply_says_thank_you(client, survey):
    path = path_of(survey.first)
    answers = [client.post(path, data=filled(survey.first)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len(stored()) == 1


def test_a_stale_tab_is_told_and_keeps_its_text(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    stale = client.post(path, data=filled(survey.first, q_overall="1", q_comment="从另一个页面"))
    again = client.post(path, data=GOOD | hidden_fields(stale.text) | {"q_comment": "从另一个页面", "act": "send"})

    assert stale.status_code == 409
    assert "从另一个页面" in stale.text
    assert again.status_code == 303
    assert [one.state for one in stored()] == ["superseded", "submitted"]


def test_going_back_and_checking_again_says_that_it_was_sent(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))

    assert client.post(path, data=filled(survey.first, "review")).status_code == 303
    assert client.post(path, data=filled(survey.first, "review", q_overall="1")).status_code == 409


def test_who_was_answering_when_it_closed_has_a_grace_and_is_told(client, survey):
    path = path_of(survey.first)
    expire(survey.first, ago=timedelta(minutes=30))
    sent = client.post(path, data=filled(survey.first))

    assert sent.status_code == 303
    assert "刚刚结束" in client.get(path).text


def test_after_the_grace_it_has_closed(client, survey):
    expire(survey.first, ago=timedelta(hours=3))
    answer = client.post(path_of(survey.first), data=filled(survey.first))

    assert answer.status_code == 410
    assert stored() == []


def test_a_cycle_that_went_on_takes_no_answers(client, survey):
    client.post(path_of(survey.first), data=filled(survey.first))
    survey.cycle.state = "calibrating"
    db.session.commit()

    assert client.get(path_of(survey.invitations[1])).status_code == 410
    assert client.post(path_of(survey.first), data=filled(survey.first, known=1, q_overall="1")).status_code == 410
    assert client.get(path_of(survey.first)).status_code == 200
    assert len(stored()) == 1


# --- declining -----------------------------------------------------------------------------------------------------


def declining(invitation, **values):
    return {"nonce": nonce_of(invitation, 0), "act": "decline"} | values


def test_declining_needs_a_reason(client, survey):
    path = path_of(survey.first)
    without = client.post(path, data=declining(survey.first, kind="declined", reason="  "))
    with_reason = client.post(path, data=declining(survey.first, kind="declined", reason="没有时间"))

    assert without.status_code == 422
    assert "<title>有误" in without.text
    assert with_reason.status_code == 303
    db.session.refresh(survey.first)
    assert (survey.first.state, survey.first.decline_reason) == ("declined", "没有时间")


@pytest.mark.parametrize("kind", ["unknown_person", "wrong_contact"])
def test_not_knowing_the_person_needs_none(client, survey, kind):
    assert client.post(path_of(survey.first), data=declining(survey.first, kind=kind)).status_code == 303
    db.session.refresh(survey.first)
    assert survey.first.decline_kind == kind


@pytest.mark.parametrize(
    "values",
    [{}, {"kind": "opted_in"}, {"kind": "declined", "reason": "a\x00"}, {"kind": "declined", "reason": "长" * 501}],
)
def test_declining_with_nonsense_is_refused(client, survey, values):
    assert client.post(path_of(survey.first), data=declining(survey.first, **values)).status_code == 422
    db.session.refresh(survey.first)
    assert survey.first.state == "created"


def test_who_declined_may_answer_after_all(client, survey):
    path = path_of(survey.first)
    client.post(path, data=declining(survey.first, kind="unknown_person"))
    told = client.get(path)

    assert "page=edit" in told.text
    assert client.get(f"{path}?page=edit").status_code == 200
    assert client.post(path, data=filled(survey.first)).status_code == 303
    assert len(stored()) == 1


def test_the_mail_programs_own_button_opts_out(client, survey):
    path = f"{path_of(survey.first)}?page=decline"
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    db.session.refresh(survey.first)
    assert (survey.first.state, survey.first.decline_kind) == ("declined", "opted_out")


# --- what is said --------------------------------------------------------------------------------------------------


def test_with_two_customers_it_says_plainly_that_it_is_not_anonymous(client, db_session):
    two = make_survey(2)
    text = client.get(path_of(two.first)).text

    assert "并非匿名" in text
    assert "不显示您的姓名" not in text


def test_with_more_the_minimum_is_named(client, survey):
    text = client.get(path_of(survey.first)).text

    assert "满 5 份" in text
    assert "并非匿名" not in text


def test_the_page_is_light(client, survey):
    page = client.get(path_of(survey.first))
    style = Path(client.application.static_folder) / "kaoping.css"
    weight = len(gzip.compress(page.data)) + len(gzip.compress(style.read_bytes()))

    assert weight <= 30_000


def test_radios_stand_in_fieldsets_with_not_applicable(client, survey):
    text = client.get(path_of(survey.first)).text

    assert text.count("<legend>") == 11
    assert text.count('value="na"') == 10
    assert "<style" not in text
    assert " style=" not in text


def test_mails_hold_no_rating_and_stop_with_the_answer(client, survey, db_session):
    tasks.load()
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    mails = db_session.scalars(select(MailMessage).order_by(MailMessage.id)).all()

    assert len(mails) == 3
    assert PLACEHOLDER in mails[0].text
    assert PLACEHOLDER in mails[0].html
    assert re.findall(r"https?://\S+", mails[0].text) == []
    assert mails[0].headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "q_" not in mails[0].html
