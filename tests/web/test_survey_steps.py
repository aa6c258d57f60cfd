"""One question a page: next, back, where one is in words, the draft kept, and the review at the end."""

import re

import pytest

from tests.survey_company import hidden_fields, make_survey, path_of
from tests.survey_schemes import EVERY_KIND, scheme_with
from workflow_app.db import db
from workflow_app.models import Invitation, Submission

PLAIN = 12  # ten ratings, the recommendation, the comment


@pytest.fixture
def survey(db_session):
    made = make_survey(scheme=scheme_with(layout="one_by_one", required="speed"))
    db_session.commit()
    return made


@pytest.fixture
def conditional(db_session):
    made = make_survey(scheme=scheme_with(layout="one_by_one", questions=EVERY_KIND))
    db_session.commit()
    return made


def turn(client, path, page, act="next", **answers):
    """What pressing a button of this page leads to, as a browser follows it; all by its hidden fields."""
    sent = client.post(path, data=hidden_fields(page.text) | {"act": act} | answers)
    if sent.status_code != 303:
        return sent
    return client.get(f"{path}{sent.headers['Location']}")


def place(page):
    return re.search(r'survey-progress">([^<]+)<', page.text)[1]


def stored():
    db.session.expire_all()
    return [one.answers for one in db.session.query(Submission).order_by(Submission.id)]


def test_each_page_asks_one_question_and_says_which(client, survey):
    path = path_of(survey.first)
    first = client.get(path)
    second = turn(client, path, first, q_overall="5")

    assert place(first) == f"第 1 题，共 {PLAIN} 题"
    assert place(second) == f"第 2 题，共 {PLAIN} 题"
    assert first.text.count("<legend>") == second.text.count("<legend>") == 1
    assert hidden_fields(second.text)["q_overall"] == "5"


def test_back_shows_what_was_answered(client, survey):
    path = path_of(survey.first)
    second = turn(client, path, client.get(path), q_overall="4")
    back = turn(client, path, second, "back", q_courtesy="3")

    assert place(back).startswith("第 1 题")
    assert 'name="q_overall" value="4" checked' in back.text
    assert hidden_fields(back.text)["q_courtesy"] == "3"  # typed before Back: not lost


def test_a_later_visit_goes_on_where_it_stopped(client, survey):
    path = path_of(survey.first)
    turn(client, path, turn(client, path, client.get(path), q_overall="4"), q_courtesy="3")
    again = client.get(path)

    assert place(again).startswith("第 3 题")
    assert hidden_fields(again.text)["q_courtesy"] == "3"


def test_a_required_question_is_asked_for_where_it_stands_and_not_before(client, survey):
    path = path_of(survey.first)
    third = turn(client, path, turn(client, path, client.get(path)), q_courtesy="3")
    stays = turn(client, path, third)
    goes = turn(client, path, stays, q_speed="4")

    assert place(third).startswith("第 3 题")
    assert stays.status_code == 422
    assert place(stays).startswith("第 3 题")
    assert "<title>有误" in stays.text
    assert place(goes).startswith("第 4 题")


def test_the_whole_journey_ends_in_a_review_and_one_answer(client, survey):
    path = path_of(survey.first)
    page = client.get(path)
    for _ in range(PLAIN):
        name = re.search(r'<(?:input type="radio"|textarea) id="[^"]+" name="(q_\w+)"', page.text)[1]
        page = turn(client, path, page, **{name: "很好" if name == "q_comment" else "5"})
    thanks = turn(client, path, page, "send")

    assert "请核对您的回答" in page.text
    assert survey.first.reference in thanks.text
    [answers] = stored()
    assert (answers["overall"], answers["easy_to_reach"], answers["recommend"]) == ("5", "5", "5")
    assert db.session.get(Invitation, survey.first.id).draft is None


def test_from_the_review_one_question_can_be_changed(client, survey):
    path = path_of(survey.first)
    page = client.get(path)
    fields = hidden_fields(page.text) | {"q_overall": "5", "q_speed": "5"}
    review = client.post(path, data=fields | {"act": "review"})
    changing = client.post(path, data=hidden_fields(review.text) | {"act": "change:speed"})

    assert 'value="change:speed"' in review.text
    assert place(changing).startswith("第 3 题")
    assert 'name="q_speed" value="5" checked' in changing.text


def test_sending_without_what_is_required_leads_to_that_question(client, survey):
    path = path_of(survey.first)
    sent = client.post(path, data=hidden_fields(client.get(path).text) | {"q_overall": "5", "act": "send"})

    assert sent.status_code == 422
    assert place(sent).startswith("第 3 题")
    assert stored() == []


def test_questions_that_do_not_apply_are_passed_over(client, conditional):
    path = path_of(conditional.first)
    base = hidden_fields(client.get(path).text) | {"q_overall": "5", "step": "complained", "act": "next"}

    def after(answer):
        return client.get(f"{path}{client.post(path, data=base | {'q_complained': answer}).headers['Location']}")

    assert "投诉的结果" in after("yes").text
    assert "哪些渠道" in after("no").text
    assert place(after("yes")) == "第 13 题，共 19 题"
    assert place(after("no")) == "第 13 题，共 18 题"


def test_paging_through_an_untouched_form_stores_nothing(client, survey):
    path = path_of(survey.first)
    second = turn(client, path, client.get(path))

    assert place(second).startswith("第 2 题")
    db.session.expire_all()
    assert (survey.first.state, survey.first.draft) == ("created", None)


def test_on_a_shared_device_the_answers_travel_and_nothing_is_kept(client, survey):
    path = path_of(survey.first)
    second = turn(client, path, client.get(path), q_overall="5", shared="y")
    third = turn(client, path, second, q_courtesy="4", shared="y")

    assert hidden_fields(third.text)["q_overall"] == "5"
    assert 'name="shared" value="y" checked' in third.text
    db.session.expire_all()
    assert survey.first.draft is None


def test_an_answer_can_be_changed_step_by_step(client, survey):
    path = path_of(survey.first)
    fields = hidden_fields(client.get(path).text) | {"q_overall": "5", "q_speed": "5", "act": "send"}
    client.post(path, data=fields)
    first = client.get(f"{path}?page=edit")
    sent = client.post(f"{path}?page=edit", data=hidden_fields(first.text) | {"q_overall": "2", "act": "next"})
    second = client.get(f"{path}{sent.headers['Location']}")
    client.post(f"{path}?page=edit", data=hidden_fields(second.text) | {"act": "send"})

    assert place(second).startswith("第 2 题")
    assert [one["overall"] for one in stored()] == ["5", "2"]
