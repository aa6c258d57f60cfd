"""What the person rated may read of customers' answers is frozen with the release, and redacted by HR."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.hiding import BAR, hidden
from states.permissions import SYSTEM
from tests.survey_company import ITEMS, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, EventDetail, Redaction, Submission, SurveyPublication
from workflow_app.queries.free_answers import name_in
from workflow_app.queries.published_answers import publication_of, redactions_of
from workflow_app.services import publishing_answers, redacting
from workflow_app.services.answering import submit_answers
from workflow_app.services.publishing_answers import publish_answers, standing_answers
from workflow_app.services.recording import record_result


def answers(value: str = "5", comment: str = "", **more: str) -> dict[str, str]:
    return dict.fromkeys(ITEMS, value) | ({"comment": comment} if comment else {}) | more


def answered(count: int, **options) -> object:
    """A person whose customers have all answered, the survey closed."""
    survey = make_survey(customers=count)
    for at, invitation in enumerate(survey.invitations):
        submit_answers(invitation, answers(comment=f"意见{at}", **options.get(str(at), {})), known=0, now=clock.now())
    return survey


def publish(survey) -> SurveyPublication:
    return publish_answers(survey.review, actor=SYSTEM, now=clock.now())


def line(publication, code):
    return next(one for one in publication.payload["lines"] if one["code"] == code)


def test_with_enough_answers_figures_and_comments_are_published(db_session):
    survey = answered(6)

    payload = publish(survey).payload

    assert (payload["count"], payload["value"], payload["hidden"]) == (6, "100", "")
    assert {one["value"] for one in payload["lines"] if one["code"] in ITEMS} == {"5"}
    (comments,) = payload["texts"]
    assert sorted(comments["texts"]) == [f"意见{at}" for at in range(6)]


def test_below_the_minimum_to_show_there_is_the_score_alone(db_session):
    payload = publish(answered(4)).payload

    assert (payload["count"], payload["value"], payload["interval"]) == (4, "100", None)
    assert {one["hidden"] for one in payload["lines"] if one["code"] in ITEMS} == {"too_few"}
    assert (payload["texts"], payload["texts_hidden"]) == ([], "too_few")


def test_below_the_minimum_to_count_there_is_nothing_not_even_how_many(db_session):
    payload = publish(answered(2)).payload

    assert (payload["count"], payload["value"], payload["hidden"], payload["few_asked"]) == (None, None, "too_few", True)


def test_a_question_that_did_not_apply_to_one_customer_is_not_told(db_session):
    publication = publish(answered(7, **{"3": {"speed": "na"}}))

    assert line(publication, "speed") | {"title": ""} == {
        "code": "speed", "title": "", "hidden": "difference", "count": None, "value": None, "lowest": "1", "best": "5",
        "choices": [],
    }  # fmt: skip
    assert line(publication, "courtesy")["value"] == "5"


def test_the_comments_stand_in_an_order_that_says_nothing(db_session):
    survey = answered(12)

    orders = set()
    for _ in range(5):
        orders.add(tuple(publish(survey).payload["texts"][0]["texts"]))
        db.session.query(SurveyPublication).delete()

    assert len(orders) > 1


def test_nothing_published_tells_a_day_or_a_customer(db_session):
    survey = answered(6)

    told = json.dumps({k: v for k, v in publish(survey).payload.items() if k != "basis"}, ensure_ascii=False)

    for invitation in survey.invitations:
        assert invitation.customer.name not in told
        assert invitation.reference not in told
    assert "_at" not in told


def test_the_same_answers_again_are_the_same_publication(db_session):
    survey = answered(6)

    assert publish(survey).id == publish(survey).id


def test_one_changed_answer_is_not_told_from_the_difference(db_session):
    survey = answered(6)
    first = publish(survey)
    submit_answers(survey.first, answers("1", "很差"), known=1, now=clock.now())

    assert publish(survey).id == first.id
    assert publication_of(survey.review.id).payload["value"] == "100"


def test_a_result_recorded_anew_counts_the_published_answers_where_one_changed(db_session):
    survey = answered(6)
    publish(survey)
    before = [dict(answers) for _, answers in standing_answers(survey.review)]
    submit_answers(survey.first, answers("1"), known=1, now=clock.now())

    standing = standing_answers(survey.review)

    assert [answers for _, answers in standing] == before
    assert {form for form, _ in standing} == {"customer_questionnaire"}
    record_result(survey.review, actor=SYSTEM, now=clock.now())
    assert group_of(survey.review)["value"] == "100"


def test_a_result_recorded_anew_counts_the_newest_where_many_changed_or_nothing_is_published(db_session):
    survey = answered(6)
    unpublished = standing_answers(survey.review)
    publish(survey)
    for invitation in survey.invitations:
        submit_answers(invitation, answers("4"), known=1, now=clock.now())

    assert (unpublished, standing_answers(survey.review)) == (None, None)
    record_result(survey.review, actor=SYSTEM, now=clock.now())
    assert group_of(survey.review)["value"] == "80"


def group_of(review) -> dict:
    stages = review.explanation["recorded"]["made_of"]["stages"]
    return next(one["group"] for one in stages if "group" in one and one["group"].get("count"))


def test_with_enough_to_show_and_too_few_to_count_there_is_no_score_and_it_says_why(db_session, monkeypatch):
    monkeypatch.setattr(publishing_answers, "minimum_of", lambda *_: 10)

    payload = publish(answered(7)).payload

    assert (payload["count"], payload["value"], payload["hidden"]) == (None, None, "too_few")
    assert line_values(payload) == {"5"}


def line_values(payload) -> set:
    return {one["value"] for one in payload["lines"] if one["code"] in ITEMS}


def test_as_many_changed_answers_as_may_be_shown_are_published(db_session):
    survey = answered(6)
    publish(survey)
    for invitation in survey.invitations:
        submit_answers(invitation, answers("4"), known=1, now=clock.now())

    second = publish(survey)

    assert (second.number, second.payload["value"]) == (2, "80")


def named(survey, submission, question: str = "comment") -> str:
    return name_in(survey.review, submission.id, question)


def closed(count: int = 6):
    survey = answered(count)
    survey.stage.state = "done"
    return survey, db.session.scalars(select(Submission).order_by(Submission.id)).all()


def test_words_are_hidden_from_the_person_rated_and_kept_in_the_answer(db_session):
    survey, submissions = closed()
    submissions[0].answers = submissions[0].answers | {"comment": "王芳女士很好，王芳万岁"}

    redacting.redact(
        survey.review, named(survey, submissions[0]), words=["王芳"], whole=False, reason="点了名",
        actor=survey.hr.actor(), now=clock.now(),
    )

    assert f"{BAR}女士很好，{BAR}万岁" in publish(survey).payload["texts"][0]["texts"]
    assert submissions[0].answers["comment"] == "王芳女士很好，王芳万岁"


def test_neither_words_nor_reason_reach_the_history(db_session):
    survey, submissions = closed()

    redacting.redact(
        survey.review, named(survey, submissions[0]), words=["意见0"], whole=False, reason="意见0 点了名",
        actor=survey.hr.actor(), now=clock.now(),
    )
    redacting.take_back(survey.review, named(survey, submissions[0]), actor=survey.hr.actor(), now=clock.now())

    events = {one.kind: one for one in db.session.scalars(select(Event).filter_by(subject_type="submission"))}
    assert set(events) == {"answer_redacted", "redaction_taken_back"}
    assert "意见" not in json.dumps([one.data for one in events.values()], ensure_ascii=False)
    assert db.session.scalars(select(EventDetail).join(Event).filter(Event.subject_type == "submission")).all() == []


def test_a_redaction_after_the_release_is_published_and_nothing_else_moves(db_session):
    survey, submissions = closed()
    first = publish(survey)

    redacting.redact(
        survey.review, named(survey, submissions[2]), words=[], whole=True, reason="认得出是谁", actor=survey.hr.actor(),
        now=clock.now(),
    )

    second = publication_of(survey.review.id)
    assert second.number == 2
    before, after = (one.payload["texts"][0]["texts"] for one in (first, second))
    assert ["" if text == "意见2" else text for text in before] == after
    assert {**first.payload, "texts": 0} == {**second.payload, "texts": 0}


def test_what_was_hidden_can_be_shown_again_until_the_release(db_session):
    survey, submissions = closed()
    hr, number = survey.hr.actor(), submissions[0].id
    name = named(survey, submissions[0])
    redacting.redact(survey.review, name, words=[], whole=True, reason="误会", actor=hr, now=clock.now())
    redacting.take_back(survey.review, name, actor=hr, now=clock.now())

    assert "意见0" in publish(survey).payload["texts"][0]["texts"]
    assert redactions_of([number]) == {}
    redacting.redact(survey.review, name, words=[], whole=True, reason="认得出", actor=hr, now=clock.now())
    with pytest.raises(Refusal, match="released"):
        redacting.take_back(survey.review, name, actor=hr, now=clock.now())


def test_while_the_survey_is_open_nobody_reads_or_redacts(db_session):
    survey = answered(6)
    survey.stage.state = "open"

    with pytest.raises(Refusal) as refusal:
        redacting.read_answers(survey.review, actor=survey.hr.actor(), now=clock.now())

    assert refusal.value.kind == "conflict"


def test_hr_redacts_nothing_that_is_about_themselves(db_session):
    survey, submissions = closed()
    survey.review.employee = survey.hr.employee
    db.session.flush()

    with pytest.raises(Refusal) as refusal:
        redacting.redact(
            survey.review, named(survey, submissions[0]), words=[], whole=True, reason="我不喜欢",
            actor=survey.hr.actor(), now=clock.now(),
        )

    assert refusal.value.kind == "forbidden"


@pytest.mark.parametrize(
    ("question", "words", "reason"),
    [("comment", [], "点了名"), ("comment", ["不在里面"], "点了名"), ("comment", ["意见0"], " "), ("overall", ["5"], "点了名"),
     ("nothing", ["5"], "点了名")],
)  # fmt: skip
def test_a_redaction_needs_a_text_words_of_it_and_a_reason(db_session, question, words, reason):
    survey, submissions = closed()

    with pytest.raises(Refusal):
        redacting.redact(
            survey.review, named(survey, submissions[0], question), words=words, whole=False, reason=reason,
            actor=survey.hr.actor(), now=clock.now(),
        )

    assert db.session.scalars(select(Redaction)).all() == []


@pytest.mark.parametrize("whose", ["survey", "other"])
def test_an_answer_to_somebody_else_is_not_reached_through_a_review(db_session, whose):
    survey, _ = closed()
    other, submissions = closed()
    foreign = next(one for one in submissions if one.invitation.review_id == other.review.id)
    name = named({"survey": survey, "other": other}[whose], foreign)

    with pytest.raises(Refusal) as refusal:
        redacting.redact(
            survey.review, name, words=[], whole=True, reason="点了名", actor=survey.hr.actor(),
            now=clock.now(),
        )

    assert refusal.value.kind == "not_found"


def test_longer_words_go_before_the_names_within_them():
    assert hidden("Lin Ming and Lin", ["Lin", "lin ming"]) == f"{BAR} and {BAR}"
    assert hidden("a.b axb", ["a.b"]) == f"{BAR} axb"
