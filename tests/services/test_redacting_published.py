"""HR hides words in what stands published, though its customer has changed it since; by names that tell nobody who wrote."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from states.errors import Refusal
from states.hiding import BAR, standing_in
from states.machines.cycle import CYCLE
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.survey_company import ITEMS, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Redaction, Submission, SurveyPublication
from workflow_app.queries.free_answers import CHANGED, LEFT, NEWER, STANDS, WAITING, free_answers, name_in
from workflow_app.queries.published_answers import publication_of, texts_published
from workflow_app.services import redacting
from workflow_app.services.answering import submit_answers
from workflow_app.services.publishing_answers import publish_answers
from workflow_app.services.recording import record_result
from workflow_app.services.retention import erase_old_records


def say(survey, at: int, comment: str, *, known: int, value: str = "5") -> Submission:
    given = dict.fromkeys(ITEMS, value) | {"comment": comment}
    return submit_answers(survey.invitations[at], given, known=known, now=clock.now())


@pytest.fixture
def survey(db_session):
    """Six customers wrote about Wang; it is closed and published."""
    made = make_survey(customers=6, scheme=builtin_scheme_text() + "\nretention: {drafts: 12}\n")
    for at in range(6):
        say(made, at, f"王芳意见{at}", known=0)
    made.stage.state = "done"
    publish_answers(made.review, actor=SYSTEM, now=clock.now())
    return made


def named(survey, text: str) -> str:
    (one,) = [one for one in free_answers(survey.review) if one.text == text]
    return one.name


def hide(survey, text: str, *words: str) -> None:
    redacting.redact(
        survey.review, named(survey, text), words=words, whole=not words, reason="点了名", actor=survey.hr.actor(),
        now=clock.now(),
    )  # fmt: skip


def told(survey) -> list[str]:
    """What the person rated reads, in some order."""
    return sorted(publication_of(survey.review.id).payload["texts"][0]["texts"])


def standings(survey) -> dict[str, str]:
    return {one.text: one.standing for one in free_answers(survey.review)}


def test_what_stands_published_and_what_is_newer_are_both_there(survey):
    say(survey, 0, "李四很好", known=1)

    assert standings(survey) == {f"王芳意见{at}": STANDS for at in range(1, 6)} | {"王芳意见0": CHANGED, "李四很好": NEWER}


def test_before_anything_is_published_every_text_waits(survey):
    db.session.execute(delete(SurveyPublication))

    assert set(standings(survey).values()) == {WAITING}


def test_words_are_hidden_in_the_published_text_though_the_customer_has_changed_it(survey):
    say(survey, 0, "李四很好", known=1)
    before = publication_of(survey.review.id)

    hide(survey, "王芳意见0", "王芳")

    after = publication_of(survey.review.id)
    assert after.number == before.number + 1
    assert told(survey) == sorted([f"{BAR}意见0", *(f"王芳意见{at}" for at in range(1, 6))])
    assert {**before.payload, "texts": 0} == {**after.payload, "texts": 0}
    assert [one.text for one in free_answers(survey.review) if one.redaction] == ["王芳意见0"]


def test_hiding_what_is_not_published_publishes_nothing(survey):
    say(survey, 0, "李四很好", known=1)
    before = publication_of(survey.review.id).id

    hide(survey, "李四很好", "李四")

    assert publication_of(survey.review.id).id == before
    assert {one.shown for one in free_answers(survey.review) if one.standing == NEWER} == {f"{BAR}很好"}


def test_a_text_that_stayed_in_a_changed_answer_is_one_text_and_hidden_in_both(survey):
    newer = say(survey, 0, "王芳意见0", known=1, value="4")

    hide(survey, "王芳意见0", "王芳")

    assert standings(survey)["王芳意见0"] == STANDS
    kept = db.session.scalars(select(Redaction).order_by(Redaction.id)).all()
    assert {one.submission_id for one in kept} == {newer.id, *(n for (n, _), text in published(survey) if text == f"{BAR}意见0")}
    assert {one.shown for one in kept} == {f"{BAR}意见0"}


def published(survey) -> list:
    return list(texts_published(publication_of(survey.review.id)).items())


@pytest.mark.parametrize(("first", "beside"), [("王芳意见0", "王芳真慢"), ("王芳真慢", "王芳意见0")])
def test_words_go_out_of_what_the_same_customer_said_beside_it_too(survey, first, beside):
    say(survey, 0, "王芳真慢", known=1)

    hide(survey, first, "王芳")

    shown = {one.text: one.shown for one in free_answers(survey.review)}
    assert (shown[first], shown[beside]) == (first.replace("王芳", BAR), beside.replace("王芳", BAR))
    assert shown["王芳意见1"] == "王芳意见1"
    assert f"{BAR}意见0" in told(survey)


@pytest.mark.parametrize(("first", "second"), [("王", "王芳"), ("王芳", "芳真"), ("芳意", "王芳")])
def test_a_name_that_an_earlier_bar_cut_into_is_hidden_to_its_end_in_what_is_read_and_beside_it(survey, first, second):
    say(survey, 0, "王芳意见0,王芳真慢", known=1)
    for words in (first, second):
        for text in ("王芳意见0", "王芳意见0,王芳真慢"):
            if standing_in(text, [words]):
                hide(survey, text, words)

    shown = [one.shown for one in free_answers(survey.review) if one.whose == survey.first.id]
    assert len(shown) == 2
    assert not any(name in text for text in shown for name in "王芳")
    assert not any(one.startswith((f"{BAR}芳", "王")) for one in told(survey) if BAR in one)


def test_as_many_changed_answers_as_may_be_published_bring_no_hidden_word_back(survey):
    for at in range(6):
        say(survey, at, f"王芳意见{at}" if at else "王芳真慢", known=1, value="4")
    for at in range(6):
        hide(survey, f"王芳意见{at}", "王芳")

    publish_answers(survey.review, actor=SYSTEM, now=clock.now())

    assert publication_of(survey.review.id).payload["value"] == "80"
    assert "王芳" not in "".join(told(survey))


def test_who_returns_to_words_that_were_hidden_finds_them_hidden(survey):
    hide(survey, "王芳意见0")
    say(survey, 0, "李四很好", known=1)
    hide(survey, "李四很好", "李四")

    again, other = say(survey, 0, "王芳意见0", known=2), say(survey, 0, "别的话", known=3)

    shown = {one.submission_id: (one.shown, one.made_by_id) for one in db.session.scalars(select(Redaction))}
    assert shown[again.id] == ("", survey.hr.id)
    assert shown[other.id] == ("", None)


def test_what_is_hidden_until_hr_has_looked_may_stand_after_the_release_and_what_hr_hid_may_not(survey):
    hide(survey, "王芳意见0", "王芳")
    say(survey, 0, "很好", known=1)
    before = publication_of(survey.review.id).id

    redacting.take_back(survey.review, named(survey, "很好"), actor=survey.hr.actor(), now=clock.now())
    with pytest.raises(Refusal, match="released"):
        redacting.take_back(survey.review, named(survey, "王芳意见0"), actor=survey.hr.actor(), now=clock.now())

    assert {one.text: one.shown for one in free_answers(survey.review) if one.whose == survey.first.id} == {
        "王芳意见0": f"{BAR}意见0", "很好": "很好",
    }  # fmt: skip
    assert publication_of(survey.review.id).id == before


def test_what_hr_has_seen_and_left_stays_open_when_its_words_stay(survey):
    say(survey, 0, "很好", known=1)
    hide(survey, "王芳意见0", "王芳")

    say(survey, 0, "很好", known=2, value="4")

    assert {one.text: one.shown for one in free_answers(survey.review)}["很好"] == "很好"


@pytest.fixture
def erased(survey):
    """The first customer has changed the answer, and what was published of it is past its time."""
    say(survey, 0, "王芳真慢", known=1, value="1")
    hide(survey, "王芳意见0", "王芳")
    survey.cycle.state = "closed"
    old = (Submission.state == "superseded", Submission.invitation_id == survey.first.id)
    db.session.execute(update(Submission).where(*old).values(saved_at=clock.now() - timedelta(days=400)))
    name = named(survey, "王芳意见0")
    assert erase_old_records(now=clock.now())["drafts"] == 1
    db.session.expire_all()
    return survey, name


def outdated(survey) -> None:
    """The first customer has changed the answer long ago, after HR had hidden words of it."""
    hide(survey, "王芳意见0", "王芳")
    say(survey, 0, "很好", known=1)
    old = (Submission.state == "superseded", Submission.invitation_id == survey.first.id)
    db.session.execute(update(Submission).where(*old).values(saved_at=clock.now() - timedelta(days=400)))


@pytest.mark.parametrize("between", ["open", "calibrating", "approving", "released"])
def test_bars_of_a_replaced_answer_outlast_every_day_on_which_it_can_be_changed_again(survey, between):
    outdated(survey)
    survey.cycle.state = between
    db.session.flush()
    erase_old_records(now=clock.now())
    survey.cycle.state = "open"
    db.session.flush()

    again, other = say(survey, 0, "王芳意见0", known=2), say(survey, 0, "王芳真慢", known=3)

    shown = {one.submission_id: (one.shown, one.made_by_id) for one in db.session.scalars(select(Redaction))}
    assert shown[again.id] == (f"{BAR}意见0", survey.hr.id)
    assert shown[other.id] == ("", None)


@pytest.mark.parametrize("over", ["closed", "cancelled"])
def test_they_go_only_once_nobody_can_change_an_answer_any_more(survey, over):
    outdated(survey)
    survey.cycle.state = over
    db.session.flush()

    assert erase_old_records(now=clock.now())["drafts"] == 1
    with pytest.raises(Refusal, match="closed"):
        say(survey, 0, "王芳真慢", known=2)
    assert not CYCLE.moves_from(over)


def test_of_an_erased_answer_the_page_says_so_and_nothing_moves(erased):
    survey, name = erased

    left = [one for one in free_answers(survey.review) if one.standing == LEFT]
    with pytest.raises(Refusal, match="erased") as refusal:
        redacting.redact(
            survey.review, name, words=["意见"], whole=False, reason="点了名", actor=survey.hr.actor(), now=clock.now()
        )

    assert [(one.name, one.text, one.versions) for one in left] == [(name, f"{BAR}意见0", ())]
    assert refusal.value.kind == "conflict"


def test_hiding_another_text_leaves_what_stands_of_an_erased_answer(erased):
    survey, _ = erased

    hide(survey, "王芳意见1", "王芳")

    assert told(survey) == sorted([f"{BAR}意见0", f"{BAR}意见1", *(f"王芳意见{at}" for at in range(2, 6))])


def test_a_result_recorded_anew_without_the_published_answer_brings_no_hidden_word_back(erased):
    survey, _ = erased

    record_result(survey.review, actor=SYSTEM, now=clock.now())
    publish_answers(survey.review, actor=SYSTEM, now=clock.now())

    assert f"{BAR}意见0" in told(survey)
    assert "王芳真慢" not in str(survey.review.explanation) + str(told(survey))
    assert {one.text: one.shown for one in free_answers(survey.review)}["王芳真慢"] == f"{BAR}真慢"


def test_what_was_changed_while_the_page_was_open_is_told_from_what_never_was(survey):
    db.session.execute(delete(SurveyPublication))
    name, hr = named(survey, "王芳意见0"), survey.hr.actor()
    say(survey, 0, "李四很好", known=1)

    refusals = []
    for one in (name, "a" * 32):
        with pytest.raises(Refusal) as refusal:
            redacting.redact(survey.review, one, words=[], whole=True, reason="点了名", actor=hr, now=clock.now())
        refusals.append(refusal.value)

    assert [one.kind for one in refusals] == ["conflict", "not_found"]
    assert "changed this answer meanwhile" in str(refusals[0])


def test_names_and_order_tell_neither_number_nor_time(app, db_session, monkeypatch):
    survey = make_survey(customers=12)
    for at in range(12):
        say(survey, at, f"意见{at:02}", known=0)
    numbers = {one.answers["comment"]: one.id for one in db.session.scalars(select(Submission))}

    def order(key: str) -> list[tuple[str, int]]:
        monkeypatch.setitem(app.config, "SECRET_KEY", key)
        return [(one.name, numbers[one.text]) for one in free_answers(survey.review)]

    first, second = order("one key"), order("another key")

    def guessed(name: str, number: int) -> bool:
        return str(number) == name or any(
            getattr(hashlib, kind)(str(number).encode()).hexdigest() == name for kind in ("sha256", "md5", "sha1")
        )

    assert not any(guessed(*one) for one in first)
    assert {name for name, _ in first}.isdisjoint(name for name, _ in second)
    orders = [[number for _, number in each] for each in (first, second)]
    hashed = sorted(orders[0], key=lambda one: hashlib.sha256(str(one).encode()).hexdigest())
    for knowable in (sorted(orders[0]), sorted(orders[0], reverse=True), hashed):
        assert knowable not in orders
    assert orders[0] != orders[1]


def test_two_texts_of_one_answer_have_names_that_nothing_joins(survey):
    number = db.session.scalar(select(Submission.id).limit(1))

    assert name_in(survey.review, number, "comment")[:4] != name_in(survey.review, number, "wish")[:4]


def test_words_stand_in_a_text_whatever_their_case_and_the_blanks_around_them():
    assert standing_in("Lin Ming, a.b", [" lin ming ", "axb", "", "a.b"]) == ["lin ming", "a.b"]
