"""Every kind of question on the customer's page: shown, answered, looked over in words, kept as the scheme says."""

import re

import pytest

from states.permissions import SYSTEM
from tests.survey_company import GOOD, hidden_fields, make_survey, path_of
from tests.survey_schemes import EVERY_KIND, RETENTION, scheme_with
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Submission
from workflow_app.services.publishing import publish_scheme
from workflow_app.survey_links import nonce_of

MORE = {
    "q_complained": "no", "q_hotline": "4", "q_counter": "na", "q_visits": "12", "q_last_visit": "2025-11-03",
    "q_city": "苏州",
}  # fmt: skip


@pytest.fixture
def survey(db_session):
    made = make_survey(scheme=scheme_with(questions=EVERY_KIND, required="overall", retention=RETENTION))
    db_session.commit()
    return made


def sent(invitation, act="send", **values):
    """As a browser sends it: a list is a group of boxes."""
    return GOOD | MORE | {"q_channels": ["phone", "chat"], "nonce": nonce_of(invitation, 0), "act": act} | values


def stored():
    db.session.expire_all()
    return [one.answers for one in db.session.query(Submission).order_by(Submission.id)]


def test_every_kind_has_its_controls_under_a_legend_or_label(client, survey):
    page = client.get(path_of(survey.first)).text

    assert page.count("<legend>") == 11 + 6  # yes/no, two choices, the table and its two rows
    assert page.count('type="checkbox"') == 3 + 1  # and the shared device
    assert 'type="date" id="q_last_visit"' in page
    assert 'inputmode="decimal"' in page
    assert "1. 总体满意度 （必答）" in page
    assert "可多选" in page
    assert "checked" not in page


def test_what_was_answered_is_kept_in_the_shape_of_its_kind(client, survey):
    answer = client.post(path_of(survey.first), data=sent(survey.first))

    assert answer.status_code == 303
    [kept] = stored()
    assert kept["channels"] == ["phone", "chat"]
    assert (kept["complained"], kept["visits"], kept["last_visit"], kept["city"]) == ("no", "12", "2025-11-03", "苏州")
    assert (kept["hotline"], kept["counter"]) == ("4", "na")


def test_the_review_says_everything_in_words(client, survey):
    page = client.post(path_of(survey.first), data=sent(survey.first, "review"))
    words = re.sub(r"<[^>]+>", " ", page.text)

    assert page.status_code == 200
    for said in ("电话、微信", "2025 年 11 月 3 日", "苏州", "不适用"):
        assert said in words, said
    assert page.text.count('name="q_channels"') == 2


def test_a_question_that_hangs_on_an_answer_waits_hidden_for_it(client, survey):
    page = client.get(path_of(survey.first)).text

    assert re.search(r'data-code="outcome" data-when="q_complained" data-is="yes" hidden>', page)


def test_answers_that_lead_further_bring_the_form_again_with_the_question(client, survey):
    first = client.post(path_of(survey.first), data=sent(survey.first, "review", q_complained="yes"))
    shown = hidden_fields(first.text)
    lacking = client.post(path_of(survey.first), data=sent(survey.first, "review", q_complained="yes", shown="outcome"))
    whole = sent(survey.first, q_complained="yes", shown="outcome", q_outcome="solved")
    done = client.post(path_of(survey.first), data=whole)

    assert first.status_code == 200
    assert "还有 1 道题" in first.text
    assert 'name="shown" value="outcome"' in first.text
    assert shown["nonce"]
    assert lacking.status_code == 422
    assert done.status_code == 303
    assert stored()[0]["outcome"] == "solved"


def test_answers_to_questions_that_do_not_apply_are_dropped(client, survey):
    client.post(path_of(survey.first), data=sent(survey.first, q_complained="no", q_outcome="solved"))

    assert "outcome" not in stored()[0]


def test_a_required_question_is_asked_for(client, survey):
    answer = client.post(path_of(survey.first), data=sent(survey.first, "review", q_overall=""))

    assert answer.status_code == 422
    assert 'href="#q_overall-0"' in answer.text
    assert "<title>有误" in answer.text
    assert stored() == []


@pytest.mark.parametrize(
    "values",
    [
        {"q_channels": ["phone", "fax"]}, {"q_visits": "100"}, {"q_visits": "1.5"}, {"q_visits": "viele"},
        {"q_last_visit": "2025-02-30"}, {"q_city": "城" * 300}, {"q_complained": "maybe"}, {"q_hotline": "6"},
    ],
)  # fmt: skip
def test_what_the_question_does_not_take_is_refused_with_the_rest_kept(client, survey, values):
    answer = client.post(path_of(survey.first), data=sent(survey.first, **values))

    assert answer.status_code == 422
    assert 'value="na" checked' in answer.text
    assert stored() == []


def test_only_a_group_of_boxes_may_come_twice(client, survey):
    answer = client.post(path_of(survey.first), data=sent(survey.first, q_overall=["5", "1"]))

    assert answer.status_code == 400
    assert stored() == []


def test_how_long_answers_are_kept_is_the_schemes_word(client, survey):
    assert "24 个月后删除" in client.get(path_of(survey.first)).text


def test_where_the_scheme_says_so_what_was_sent_is_final(client, db_session):
    survey = make_survey(scheme=scheme_with(changes="until_sent"))
    path = path_of(survey.first)
    told = client.post(path, data=GOOD | {"nonce": nonce_of(survey.first, 0), "act": "review"})
    once, again = (
        client.post(path, data=GOOD | {"nonce": nonce_of(survey.first, 0), "act": "send"}) for _ in range(2)
    )
    stale = client.post(path, data=GOOD | {"nonce": nonce_of(survey.first, 0), "act": "send", "q_overall": "1"})
    changed = client.post(path, data=GOOD | {"nonce": nonce_of(survey.first, 1), "act": "send", "q_overall": "1"})
    edit = client.get(f"{path}?page=edit").text

    assert "提交后不能再修改" in told.text
    assert (once.status_code, again.status_code, stale.status_code, changed.status_code) == (303, 303, 409, 303)
    assert "提交后不能再修改" in edit
    assert "修改我的回答" not in edit
    assert [answers["overall"] for answers in stored()] == ["5"]


def test_a_new_version_of_the_scheme_leaves_an_old_invitation_its_questions(client, survey):
    newer = scheme_with(questions=EVERY_KIND.replace("所在城市", "所在省份"), required="overall", retention=RETENTION)
    publish_scheme(newer, actor=SYSTEM, now=clock.now())
    db.session.commit()
    page = client.get(path_of(survey.first)).text
    answer = client.post(path_of(survey.first), data=sent(survey.first))

    assert "所在城市" in page
    assert "所在省份" not in page
    assert answer.status_code == 303


def test_the_first_look_is_noted_once_and_decides_nothing(client, survey):
    path = path_of(survey.first)
    client.head(path)
    db.session.refresh(survey.first)
    before = survey.first.seen_at
    client.get(path)
    db.session.refresh(survey.first)
    first, version = survey.first.seen_at, survey.first.version
    client.get(path)
    db.session.refresh(survey.first)

    assert before is None
    assert first is not None
    assert (survey.first.seen_at, survey.first.version, survey.first.state) == (first, version, "created")
