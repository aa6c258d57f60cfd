"""HR's pages of a campaign: choosing by rule and by hand, words and reminders, previews, many links at once, sheets."""

import re
from html import unescape

import pytest
from sqlalchemy import delete, select

from tests.survey_company import (
    make_account,
    make_asked_review,
    make_customer,
    make_employee,
    make_shared,
    make_survey,
    path_of,
)
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, EventDetail, Invitation, MailMessage, ServiceLink, Submission
from workflow_app.queries.campaign import campaign_of
from workflow_app.services import inviting
from workflow_app.services.answering import submit_answers
from workflow_app.services.choosing_customers import remove_customers
from workflow_app.services.inviting import prepare_invitations

PAGES = ("", "/rule", "/by-hand", "/links", "/settings", "/send", "/remind")


@pytest.fixture
def survey(db_session):
    made = make_survey(5, languages=["zh", "en", "zh", "zh", "zh"])
    db_session.commit()
    return made


@pytest.fixture
def hr(client, sign_in, survey):
    return sign_in(client, survey.hr)


def base(survey):
    return f"/cycles/{survey.cycle.id}/customers"


def asked(survey):
    db.session.expire_all()
    return {one.customer_id for one in db.session.scalars(select(Invitation).filter_by(review_id=survey.review.id))}


def hidden(page):
    form = page[page.index('class="card card--act"') :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[: form.index("</form>")]))


def test_the_rule_is_shown_before_it_is_applied(hr, survey):
    fresh = hr.get(f"{base(survey)}/rule")
    shown = hr.get(f"{base(survey)}/rule?most=3&rest_months=6&seed=spring&lang=en").text
    unchanged = asked(survey)
    answer = hr.post(f"{base(survey)}/rule", data=hidden(shown))

    assert fresh.status_code == 200
    assert "2 customers are removed." in shown
    assert len(unchanged) == 5
    assert answer.status_code == 303
    assert len(asked(survey)) == 3
    assert campaign_of(survey.cycle).rule["seed"] == "spring"
    assert "It changes nothing" in hr.get(f"{base(survey)}/rule?most=3&rest_months=6&seed=spring&lang=en").text


def test_a_rule_that_has_grown_old_is_refused_and_kept_on_the_page(hr, survey):
    answer = hr.post(f"{base(survey)}/rule", data={"most": "3", "seed": "spring", "adds": "0", "removes": "9"})

    assert answer.status_code == 409
    assert 'value="spring"' in answer.text
    assert len(asked(survey)) == 5


@pytest.mark.parametrize("values", ["most=x&seed=a", "most=0&seed=a", "most=3&seed=", "rest_months=-1&seed=a", "rest_months=99&seed=a"])
def test_a_rule_that_makes_no_sense_is_said_so(hr, survey, values):
    answer = hr.get(f"{base(survey)}/rule?{values}")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_customers_are_found_added_and_removed_on_one_page(hr, survey):
    stranger = make_customer(make_employee("王强"), name="远洋<b>贸易")
    colleague = make_asked_review(survey.cycle, make_employee("李娜"), now=clock.now())
    db.session.commit()
    page = hr.get(f"{base(survey)}/by-hand?customer=远洋").text
    where = f"{base(survey)}/by-hand?customer=远洋&who=客户服务部"
    added = hr.post(where, data={"review": [survey.review.id, colleague.id], "customer": [stranger.id],
                                 "reason": "新签约", "act": "add"})  # fmt: skip
    mine, gone = asked(survey), survey.first.customer_id
    removed = hr.post(where, data={"invitation": [survey.first.id], "reason": "不再合作", "act": "remove"})

    assert "远洋&lt;b&gt;贸易" in page
    assert added.status_code == removed.status_code == 303
    assert "customer=%E8%BF%9C" in added.location
    assert stranger.id in mine
    assert gone not in asked(survey)


def chosen_by_hand(hr, survey):
    """A customer whom nobody serves is added, the first one removed, each with a reason; the name of the first."""
    stranger, first = make_customer(make_employee("王强"), name="远洋<b>贸易"), survey.first
    db.session.commit()
    name, where = first.customer.name, f"{base(survey)}/by-hand"
    hr.post(where, data={"review": [survey.review.id], "customer": [stranger.id], "reason": "新签<i>约", "act": "add"})
    hr.post(where, data={"invitation": [first.id], "reason": "不再合作", "act": "remove"})
    return name


def test_why_customers_were_added_and_removed_by_hand_stands_with_the_person(hr, survey):
    name = chosen_by_hand(hr, survey)

    page = hr.get(f"{base(survey)}/{survey.review.id}?lang=en").text
    card = page[page.index("Added and removed by hand") :].split("</ol>", maxsplit=1)[0]

    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in card.split("<li>")[1:]]
    assert [row.split(" · ", 1)[1] for row in rows] == [
        f"范海燕 Removed: {name} 不再合作", "范海燕 Added: 远洋&lt;b&gt;贸易 新签&lt;i&gt;约",
    ]  # fmt: skip


def test_a_reason_that_is_kept_no_longer_is_said_to_be_so(hr, survey):
    chosen_by_hand(hr, survey)
    db.session.execute(delete(EventDetail))
    db.session.commit()

    page = hr.get(f"{base(survey)}/{survey.review.id}?lang=en").text

    assert page.count("The reason is kept no longer.") == 2
    assert "不再合作" not in page


def test_in_hr_neither_the_person_nor_the_superior_learns_the_reasons_from_the_history(client, app, sign_in, survey):
    chosen_by_hand(sign_in(client, survey.hr), survey)
    address = f"/cycles/{survey.cycle.id}/reviews/{survey.review.id}?lang=en"

    pages = [sign_in(app.test_client(), survey.hr).get(address).text]
    for employee in (survey.review.employee, survey.review.superior):
        account = make_account(employee, "hr")
        db.session.commit()
        pages.append(sign_in(app.test_client(), account).get(address).text)

    assert ["不再合作" in page for page in pages] == [True, False, False]
    assert ["Customers removed by hand" in page.split("<main")[1] for page in pages] == [True, False, False]


def answer_of(survey, at=0):
    return submit_answers(survey.invitations[at], {"overall": "5", "comment": "谢谢"}, known=0, now=clock.now())


def test_once_the_survey_is_closed_the_free_answers_are_one_step_away(hr, survey):
    address = f"{base(survey)}/{survey.review.id}"
    answer_of(survey)
    db.session.commit()
    open_page = hr.get(address).text
    hr.post(f"{address}/close")

    link = f'href="/reviews/{survey.review.id}/answers"'
    assert link not in open_page
    assert link in hr.get(address).text


def test_where_nobody_answered_there_is_nothing_to_look_through(hr, survey):
    address = f"{base(survey)}/{survey.review.id}"
    hr.post(f"{address}/close")

    assert f"/reviews/{survey.review.id}/answers" not in hr.get(address).text


def test_without_a_reason_what_was_chosen_is_kept(hr, survey):
    answer = hr.post(f"{base(survey)}/by-hand", data={"invitation": [survey.first.id], "act": "remove"})

    assert answer.status_code == 422
    assert f'value="{survey.first.id}" checked' in answer.text
    assert len(asked(survey)) == 5


def test_a_person_with_too_few_customers_is_pointed_out(hr, survey):
    hr_actor = survey.hr.actor()
    remove_customers(list(survey.invitations[:3]), reason="x", actor=hr_actor, now=clock.now())
    db.session.commit()

    assert "asks only 2, needs 3: add customers" in hr.get(f"{base(survey)}?lang=en").text
    assert "asks only 2, needs 3: add customers" in hr.get(f"{base(survey)}/{survey.review.id}?lang=en").text
    assert "方霞" in hr.get(f"{base(survey)}/by-hand?who=lacking").text


def test_a_person_whom_nobody_is_asked_about_can_still_be_opened(hr, survey):
    remove_customers(list(survey.invitations), reason="x", actor=survey.hr.actor(), now=clock.now())
    db.session.commit()

    assert "尚未就此人邀请任何客户" in hr.get(f"{base(survey)}/{survey.review.id}").text


def test_words_and_reminders_are_set(hr, survey):
    words = {"reminder_days": "5，1", "grace_hours": "6", "note_zh": "感谢您", "note_en": "Thanks"}
    answer = hr.post(f"{base(survey)}/settings", data=words)
    page = hr.get(f"{base(survey)}/settings").text
    preview = hr.get(f"{base(survey)}/{survey.review.id}/preview").text

    assert answer.status_code == 303
    assert 'value="5, 1"' in page
    assert not campaign_of(survey.cycle).shared_links
    assert "感谢您" in preview
    assert "Thanks" in preview


@pytest.mark.parametrize("values", [{"reminder_days": "bald", "grace_hours": "2"}, {"reminder_days": "99", "grace_hours": "2"},
                                    {"reminder_days": "", "grace_hours": ""}, {"grace_hours": "73"}])  # fmt: skip
def test_settings_that_make_no_sense_are_refused_with_what_was_typed(hr, survey, values):
    answer = hr.post(f"{base(survey)}/settings", data=values | {"note_zh": "请保留"})

    assert answer.status_code == 422
    assert "请保留" in answer.text
    assert campaign_of(survey.cycle) is None


FRAME = re.compile(r'<iframe class="mail-frame" sandbox title="[^"]+" srcdoc="([^"]*)"></iframe>')


def test_the_mail_is_previewed_as_its_html_in_both_languages_without_a_link(hr, survey):
    words = {"reminder_days": "5", "grace_hours": "2", "note_zh": "感谢<script>您", "note_en": "Thanks"}
    hr.post(f"{base(survey)}/settings", data=words)

    page = hr.get(f"{base(survey)}/{survey.review.id}/preview").text
    frames = [unescape(one) for one in FRAME.findall(page)]

    assert page.count("<iframe") == len(frames) == 4  # invitation and reminder
    assert [re.search('<html lang="([^"]+)"', one)[1] for one in frames] == ["zh-CN", "zh-CN", "en", "en"]
    assert "感谢&lt;script&gt;您" in frames[0]
    assert "<u>Answer the questions</u>" in frames[2]
    for one in frames:
        assert not re.search("<a |<script|<form|href", one)
        assert path_of(survey.first) not in one
    assert frames[2] != frames[3]


@pytest.mark.parametrize(("lang", "said"), [("zh", "共 23 个，只显示前 20 个"), ("en", "The first 20 of 23; type more")])
def test_a_search_for_customers_says_how_many_more_there_are(hr, survey, lang, said):
    server = make_employee("王强")
    for number in range(23):
        make_customer(server, name=f"远洋贸易{number:02}")
    db.session.commit()

    page = hr.get(f"{base(survey)}/by-hand?customer=远洋&lang={lang}").text
    exact = hr.get(f"{base(survey)}/by-hand?customer=远洋贸易1&lang={lang}").text

    assert said in page
    assert page.count('name="customer" value="') == 20 + 1  # and the search itself
    assert said[:6] not in exact
    assert exact.count('name="customer" value="') == 10 + 1


def test_twenty_customers_that_fit_are_all_there_are(hr, survey):
    server = make_employee("王强")
    for number in range(20):
        make_customer(server, name=f"远洋贸易{number:02}")
    db.session.commit()

    assert "The first" not in hr.get(f"{base(survey)}/by-hand?customer=远洋&lang=en").text


@pytest.mark.parametrize(("lang", "words"), [("zh", "方霞"), ("en", "How satisfied are you")])
def test_the_page_is_previewed_and_stores_nothing(hr, survey, lang, words):
    path = f"{base(survey)}/{survey.review.id}/preview/page?lang={lang}"
    page = hr.get(path)
    posted = hr.post(path, data={"act": "send", "q_overall": "5"})
    db.session.expire_all()

    assert words in page.text
    assert path_of(survey.first) not in page.text
    assert posted.status_code == 405
    assert db.session.scalars(select(Submission)).all() == []
    assert survey.first.seen_at is None


def test_many_links_are_changed_after_a_question(hr, survey):
    picked = [str(one.id) for one in survey.invitations[:2]]
    question = hr.post(f"{base(survey)}/links", data={"act": "revoke", "invitation": picked})
    untouched = survey.first.state
    done = hr.post(f"{base(survey)}/links", data={"act": "revoke", "invitation": picked, "yes": "1"})
    db.session.expire_all()

    assert "终止 2 个链接" in question.text
    assert untouched == "created"
    assert done.status_code == 303
    assert [one.state for one in survey.invitations] == ["revoked"] * 2 + ["created"] * 3


@pytest.mark.parametrize(
    ("act", "values", "state"),
    [("send", {}, "sent"), ("extend", {"until": "2030-01-01"}, "created"), ("replace", {}, "created"), ("delete", {}, "created"),
     ("remind", {}, "created")],
)  # fmt: skip
def test_each_act_on_many_links_says_what_it_did(hr, survey, act, values, state):
    survey.invitations[1].customer.email = ""
    db.session.commit()
    data = {"act": act, "yes": "1", "invitation": [str(one.id) for one in survey.invitations]} | values
    answer = hr.post(f"{base(survey)}/links", data=data, follow_redirects=True)
    db.session.expire_all()

    assert answer.status_code == 200
    assert survey.first.state == state
    assert survey.invitations[1].state == "created"


def test_sheets_carry_a_code_and_are_recorded(hr, survey):
    picked = [str(one.id) for one in survey.invitations[:2]]
    answer = hr.post(f"{base(survey)}/links", data={"act": "print", "per_sheet": "4", "invitation": picked})
    db.session.expire_all()

    assert answer.text.count("<article") == 2
    assert len(re.findall(r'<svg viewBox="0 0 \d+ \d+" class="qr">', answer.text)) == 2  # it shrinks whole, nothing is cut off
    assert path_of(survey.first) in answer.text
    assert 'class="slips slips--4"' in answer.text
    assert '<article class="slip" lang="en">' in answer.text  # the second customer's language
    assert "style=" not in answer.text
    assert survey.first.state == "sent"
    assert db.session.scalars(select(MailMessage)).all() == []
    assert len(db.session.scalars(select(Event).where(Event.kind == "link_shown")).all()) == 2


def test_one_sheet_for_a_customer_of_several(hr, survey):
    person = make_employee("李娜")
    db.session.add(ServiceLink(customer=survey.first.customer, employee=person))
    [second] = prepare_invitations(make_asked_review(survey.cycle, person, now=clock.now()), actor=survey.hr.actor(), now=clock.now())
    db.session.commit()
    answer = hr.post(f"{base(survey)}/links", data={"act": "print", "invitation": [str(survey.first.id), str(second.id)]})

    assert answer.text.count("<article") == 1
    assert "李娜" in answer.text
    assert "匿名" in answer.text  # only one customer is asked about her
    assert path_of(second) not in answer.text
    assert "李娜" in hr.post(f"/invitations/{second.id}/link").text


def test_nothing_chosen_is_told(hr, survey):
    for data in ({}, {"act": "send"}, {"act": "print"}, {"act": "revoke", "invitation": ["x", "999999"]}):
        answer = hr.post(f"{base(survey)}/links", data=data)
        assert answer.status_code == 303


def test_neither_the_person_nor_the_superior_has_these_pages(client, sign_in, survey):
    for employee, roles in ((survey.review.employee, ()), (survey.review.superior, ())):
        visitor = sign_in(client, make_account(employee, *roles))
        assert {visitor.get(base(survey) + page).status_code for page in PAGES} == {403}
        assert visitor.post(f"{base(survey)}/links", data={"act": "print", "invitation": str(survey.first.id)}).status_code == 403
        assert visitor.get(f"{base(survey)}/{survey.review.id}/preview").status_code == 403


def test_in_hr_they_see_nothing_of_it_either(client, sign_in, survey):
    inviting.send_invitation(survey.first, actor=survey.hr.actor(), now=clock.now())
    db.session.commit()
    for employee in (survey.review.employee, survey.review.superior):
        own = sign_in(client, make_account(employee, "hr"))
        for page in PAGES:
            text = own.get(base(survey) + page).text
            assert survey.first.customer.name not in text, page
        assert own.get(f"{base(survey)}/{survey.review.id}/preview").status_code == 403
        assert own.get(f"{base(survey)}/{survey.review.id}/preview/page").status_code == 403
        taken = {"invitation": survey.invitations[1].id, "reason": "x", "act": "remove"}
        assert own.post(f"{base(survey)}/by-hand", data=taken).status_code == 403
        printed = own.post(f"{base(survey)}/links", data={"act": "print", "invitation": str(survey.first.id)})
        assert printed.status_code == 303
    assert len(asked(survey)) == 5


def test_the_preview_of_a_shared_link_names_only_those_about_whom_the_reader_may_ask(client, sign_in, db_session):
    shared = make_shared(("李娜",))
    follower = shared.followers[0].review
    superior = make_account(make_employee("周宁"), "hr")
    follower.superior_id = superior.employee_id
    db.session.commit()
    address = f"{base(shared)}/{shared.review.id}/preview"

    for account in (make_account(follower.employee, "hr"), superior):
        db.session.commit()
        page = sign_in(client, account).get(address)
        assert page.status_code == 200
        assert "李娜" not in page.text.split("</header>")[-1]
        assert shared.review.employee.name in page.text
    assert "李娜" in sign_in(client, shared.hr).get(address).text


def test_an_empty_cycle_says_what_to_do(client, sign_in, db_session):
    empty = make_survey(0)
    db_session.commit()
    hr = sign_in(client, empty.hr)

    assert {hr.get(base(empty) + page).status_code for page in PAGES} == {200}
    assert "请先选择客户" in hr.get(f"{base(empty)}/links").text
