"""Answers arrive once, however often they are sent; the stage ends with enough of them, or is left out."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from states.errors import Refusal
from tests.support import run_timers
from tests.survey_company import filled, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Cycle, Event, Invitation, ReviewStage, Submission
from workflow_app.queries.campaign import responses_of
from workflow_app.queries.surveys import answers_of, survey_score
from workflow_app.services import inviting
from workflow_app.services.answering import decline, submit_answers
from workflow_app.services.closing_surveys import TOO_FEW, close_survey, close_surveys

NOW = clock.now()
FORM = "customer_questionnaire"
LATER = NOW + timedelta(days=60)


@pytest.fixture
def survey(db_session):
    return make_survey()


def answer(invitation, overall="5", known=0, **more):
    return submit_answers(invitation, {"overall": overall} | more, known=known, now=NOW)


def stage(survey):
    db.session.flush()
    db.session.expire_all()
    return survey.stage


# --- one answer a link ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("different", [False, True], ids=["the same", "different"])
def test_twenty_at_once_leave_one_answer(app, db_session, survey, different):
    db_session.commit()
    path = path_of(survey.first)
    forms = [filled(survey.first, q_comment=str(number) if different else "") for number in range(20)]
    db_session.commit()
    start, statuses = Barrier(20), []

    def send(form):
        client = app.test_client(use_cookies=False)
        start.wait()
        statuses.append(client.post(path, data=form).status_code)

    threads = [Thread(target=send, args=(form,)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == ([303] + [409] * 19 if different else [303] * 20)
    assert db_session.scalar(select(func.count()).select_from(Submission)) == 1
    assert db_session.scalar(select(func.count()).where(Event.kind == "answer_submitted")) == 1


def test_three_customers_at_once_end_the_stage(app, db_session, survey):
    db_session.commit()
    posts = [(path_of(one), filled(one)) for one in survey.invitations]
    db_session.commit()
    start, statuses = Barrier(3), []

    def send(path, form):
        client = app.test_client(use_cookies=False)
        start.wait()
        statuses.append(client.post(path, data=form).status_code)

    threads = [Thread(target=send, args=post) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [303] * 3
    assert stage(survey).state == "done"


def test_a_repeat_is_the_answer_that_is_there(survey):
    first, again = answer(survey.first), answer(survey.first)

    assert first.id == again.id


def test_another_answer_from_a_stale_page_is_a_conflict(survey):
    answer(survey.first)

    with pytest.raises(Refusal) as refusal:
        answer(survey.first, "1")
    assert refusal.value.kind == "conflict"


def test_a_late_repeat_of_an_answer_that_was_changed_since_changes_nothing(survey):
    answer(survey.first)
    answer(survey.first, "2", known=1)
    answer(survey.first)

    assert answers_of(survey.review.id) == [{"overall": "2"}]


def test_the_reference_stays_when_an_answer_is_changed(survey):
    answer(survey.first)
    reference = survey.first.reference
    answer(survey.first, "2", known=1)

    assert survey.first.reference == reference
    assert len(reference) == 9


def test_a_customer_who_declined_may_answer_after_all(survey):
    decline(survey.first, "declined", "没有时间", now=NOW)
    answer(survey.first)

    assert survey.first.state == "submitted"


@pytest.mark.parametrize("end", ["revoked", "over", "excluded", "calibrating"])
def test_an_ended_link_takes_nothing(survey, end):
    if end == "revoked":
        inviting.revoke(survey.first, actor=survey.hr.actor(), now=NOW)
    elif end == "over":
        survey.first.expires_at = NOW - inviting.GRACE
    elif end == "excluded":
        survey.review.state, survey.review.excluded_reason = "excluded", "长期休假"
    else:
        survey.cycle.state = "calibrating"
    db.session.flush()

    for service in (lambda: answer(survey.first), lambda: decline(survey.first, "unknown_person", "", now=NOW)):
        with pytest.raises(Refusal) as refusal:
            service()
        assert refusal.value.kind == "gone"


# --- what answers make ---------------------------------------------------------------------------------------------


def test_golden_scores_of_single_answers(survey):
    all_na = dict.fromkeys(("courtesy", "speed"), "na")

    assert answer(survey.first, "na", **all_na).score is None
    assert answer(survey.invitations[1], "3", courtesy="na", recommend="0").score == Decimal(60)
    with pytest.raises(Refusal):
        submit_answers(survey.invitations[2], {"recommend": "0", "comment": "好"}, known=0, now=NOW)


def test_below_the_minimum_there_is_no_figure_and_never_nought(survey):
    answer(survey.first)
    answer(survey.invitations[1])
    short = survey_score(survey.review, FORM)
    answer(survey.invitations[2], "2")

    assert (short.value, short.count, short.enough) == (None, 2, False)
    assert survey_score(survey.review, FORM).value == Fraction(80)


def test_response_rates_say_who_is_short(survey):
    inviting.send_invitations(survey.cycle.id, now=NOW)
    answer(survey.first)
    decline(survey.invitations[1], "wrong_contact", "", now=NOW)
    [one] = responses_of(survey.cycle)

    assert (one.invited, one.sent, one.answered, one.minimum, one.short, one.waiting) == (3, 3, 1, 3, 2, 1)


# --- the stage ends ------------------------------------------------------------------------------------------------


def test_the_stage_is_done_when_everybody_has_answered(survey):
    for invitation in survey.invitations:
        answer(invitation)

    assert stage(survey).state == "done"


def test_a_change_after_the_stage_is_done_still_counts(survey):
    for invitation in survey.invitations:
        answer(invitation)
    answer(survey.first, "2", known=1)

    assert survey_score(survey.review, FORM).value == Fraction(80)


def test_with_too_few_customers_the_part_is_missing(db_session):
    two = make_survey(2)
    for invitation in two.invitations:
        answer(invitation)

    assert (stage(two).state, stage(two).omission_reason) == ("omitted", TOO_FEW)


def test_after_somebody_declined_hr_may_still_ask_others(survey):
    answer(survey.first)
    answer(survey.invitations[1])
    decline(survey.invitations[2], "wrong_contact", "", now=NOW)

    assert stage(survey).state == "open"
    inviting.replace(survey.invitations[2], actor=survey.hr.actor(), now=NOW)
    answer(survey.invitations[2])
    assert stage(survey).state == "done"


def test_the_timer_closes_it_after_the_grace(app, db_session):
    four = make_survey(4)
    for invitation in four.invitations[:3]:
        answer(invitation)
    due = four.stage.due_at
    db_session.commit()

    assert run_timers(app, now=due + inviting.GRACE - timedelta(minutes=1)) == 0
    assert run_timers(app, now=due + inviting.GRACE + timedelta(minutes=1)) == 1
    # The worker goes by the database's clock, which has not reached the day: it leaves the survey open.
    assert stage(four).state == "open"
    assert close_surveys(now=LATER) == 1
    assert stage(four).state == "done"


def test_at_the_deadline_too_few_answers_are_left_out_with_a_reason(survey):
    answer(survey.first)

    assert close_surveys(now=NOW) == 0
    assert close_surveys(now=LATER, review_id=survey.review.id) == 1
    assert close_surveys(now=LATER) == 0
    assert (stage(survey).state, stage(survey).omission_reason) == ("omitted", TOO_FEW)


def test_an_extended_link_keeps_the_survey_open(survey):
    inviting.extend(survey.first, until=LATER + timedelta(days=1), actor=survey.hr.actor(), now=NOW)

    assert close_surveys(now=LATER) == 0


def test_hr_may_close_it_early_but_not_about_themselves(survey):
    from workflow_app.models import Account

    own = Account(username="own", employee=survey.review.employee, roles=["hr"])
    db.session.add(own)
    db.session.flush()
    with pytest.raises(Refusal):
        close_survey(survey.review, actor=own.actor(), now=NOW)
    close_survey(survey.review, actor=survey.hr.actor(), now=NOW)

    assert stage(survey).state == "omitted"
    with pytest.raises(Refusal):
        close_survey(survey.review, actor=survey.hr.actor(), now=NOW)


def test_the_review_goes_on_only_when_the_survey_is_over(survey):
    row = db.session.scalar(select(ReviewStage).filter_by(review_id=survey.review.id, stage="self_review"))
    assert row.state == "open"
    for invitation in survey.invitations:
        answer(invitation)

    assert stage(survey).state == "done"
    assert survey.review.state == "self_review"
    assert {one.state for one in db.session.scalars(select(Invitation))} == {"submitted"}


def test_what_happened_during_the_wait_for_the_lock_is_seen(db_session):
    """The cycle goes on while a customer's answer waits: what was read of it before is not believed."""
    survey = make_survey(customers=2)
    invitation = survey.first
    assert invitation.review.cycle.state == "open"
    behind = update(Cycle).where(Cycle.id == survey.cycle.id).values(state="calibrating")
    db.session.execute(behind.execution_options(synchronize_session=False))

    with pytest.raises(Refusal) as refused:
        submit_answers(invitation, {"overall": "5"}, known=0, now=NOW)

    assert refused.value.kind == "gone"
