"""What a customer entered and can never send goes, whoever ends what, and whether or not anybody ever answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from states.declines import joined
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.survey_company import ITEMS, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Campaign, Invitation
from workflow_app.services.answering import decline, submit_answers
from workflow_app.services.calibration_opening import cancel
from workflow_app.services.closing_surveys import close_survey
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.holding import place_hold
from workflow_app.services.retention import erase_old_records
from workflow_app.services.survey_drafts import keep_draft

NOW = clock.now()
GIVEN = dict.fromkeys(ITEMS, "5") | {"comment": "王芳很好"}
CHANGED = GIVEN | {"comment": "写到一半的秘密"}
RIGHT = "王女士 <wang@example.net>"


@pytest.fixture
def survey(db_session):
    """One customer has answered and begun to change it, one has begun, one has named somebody else."""
    made = make_survey(now=NOW)
    answered, begun, wrong = made.invitations
    submit_answers(answered, GIVEN, known=0, now=NOW)
    decline(wrong, "wrong_contact", "不归我管", contact=RIGHT, now=NOW)
    keep_draft(answered, CHANGED, known=1, now=NOW)
    keep_draft(begun, CHANGED, known=0, now=NOW)
    db_session.flush()
    return made


def kept(survey) -> list[bool]:
    """Of whom a draft is kept; the draft and its moment go together."""
    db.session.expire_all()
    found = [(one.draft is not None, one.draft_saved_at is not None) for one in survey.invitations]
    assert all(draft is moment for draft, moment in found)
    return [draft for draft, _ in found]


def settle(survey, **values) -> None:
    db.session.execute(update(Invitation).where(Invitation.review_id == survey.review.id).values(**values))


def test_a_cancelled_cycle_keeps_no_draft_and_nobody_who_was_named_instead(survey):
    before = kept(survey)

    cancel(survey.cycle, reason="今年不再需要", actor=survey.hr.actor(), now=NOW)

    wrong = survey.invitations[2]
    assert (before, kept(survey)) == ([True, True, False], [False, False, False])
    assert (wrong.decline_kind, wrong.declined_because, wrong.right_contact) == ("wrong_contact", "不归我管", "")


def test_a_cycle_that_goes_to_calibration_keeps_none_either(survey, monkeypatch):
    monkeypatch.setattr("workflow_app.services.cycle_states.a_rater_omits", lambda _cycle: False)

    move_cycle(survey.cycle, "calibrate", actor=SYSTEM, now=NOW, facts={"all_ready": True})

    assert (kept(survey), survey.invitations[2].right_contact) == ([False, False, False], "")


def test_a_contact_named_without_a_reason_leaves_nothing(survey):
    survey.invitations[2].decline_reason = joined("", RIGHT)

    cancel(survey.cycle, reason="今年不再需要", actor=survey.hr.actor(), now=NOW)

    db.session.expire_all()
    assert survey.invitations[2].decline_reason is None


def test_another_cycle_keeps_its_drafts(survey):
    other = make_survey(now=NOW)
    keep_draft(other.first, CHANGED, known=0, now=NOW)

    cancel(survey.cycle, reason="今年不再需要", actor=survey.hr.actor(), now=NOW)

    assert kept(other)[0]


def test_a_change_kept_after_the_survey_closed_goes_when_the_link_runs_out_grace_included(survey):
    close_survey(survey.review, actor=survey.hr.actor(), now=NOW)
    keep_draft(survey.first, CHANGED, known=1, now=NOW)
    settle(survey, expires_at=NOW + timedelta(days=1))
    standing = kept(survey)

    early = erase_old_records(now=NOW + timedelta(days=1, hours=1, minutes=59))
    within = kept(survey)
    late = erase_old_records(now=NOW + timedelta(days=1, hours=2))

    assert (standing, within, kept(survey)) == ([True, False, False], [True, False, False], [False, False, False])
    assert (early, late) == ({}, {"unsent": 1})


def test_the_grace_is_what_the_campaign_says(survey):
    db.session.add(Campaign(cycle_id=survey.cycle.id, grace_hours=5, changed_at=NOW))
    settle(survey, expires_at=NOW)

    early, late = (erase_old_records(now=NOW + timedelta(hours=hours)) for hours in (4, 5))

    assert (early, late) == ({}, {"unsent": 1})


def test_who_has_not_answered_keeps_a_draft_as_long_as_the_link_may_be_extended(survey):
    settle(survey, expires_at=NOW - timedelta(days=3))

    erase_old_records(now=NOW)

    assert kept(survey) == [False, True, False]


@pytest.mark.parametrize("ended", ["cycle", "person", "link"])
def test_what_came_in_beside_the_end_goes_with_the_next_hour(survey, ended):
    if ended == "cycle":
        survey.cycle.state = "cancelled"
    elif ended == "person":
        survey.review.state, survey.review.excluded_reason = "excluded", "已离职"
    else:
        settle(survey, state="revoked")
    db.session.flush()

    assert erase_old_records(now=NOW) == {"unsent": 2}
    assert kept(survey) == [False, False, False]


def test_of_a_review_that_nobody_answered_nothing_stays_when_its_cycle_is_over(db_session):
    made = make_survey(now=NOW, scheme=builtin_scheme_text() + "\nretention: {survey_answers: 12, drafts: 12}\n")
    keep_draft(made.first, CHANGED, known=0, now=NOW)
    made.cycle.state = "closed"
    db.session.flush()

    erase_old_records(now=NOW)

    assert kept(made) == [False, False, False]


def test_a_hold_keeps_what_was_not_sent_until_it_is_lifted(survey):
    hold = place_hold(survey.review.employee.employee_no, reason="劳动仲裁 2027-18 号", actor=survey.hr.actor(), now=NOW)
    cancel(survey.cycle, reason="今年不再需要", actor=survey.hr.actor(), now=NOW)
    erase_old_records(now=NOW + timedelta(days=400))
    held = (kept(survey), survey.invitations[2].right_contact)

    hold.lifted_at = NOW
    db.session.flush()
    erase_old_records(now=NOW + timedelta(days=400))

    assert held == ([True, True, False], RIGHT)
    assert kept(survey) == [False, False, False]


def test_what_names_an_answer_and_what_a_server_said_of_an_address_go_with_the_answers(db_session):
    made = make_survey(now=NOW, scheme=builtin_scheme_text() + "\nretention: {survey_answers: 12}\n")
    submit_answers(made.first, GIVEN, known=0, now=NOW)
    bounced = made.invitations[1]
    bounced.bounced_at, bounced.bounce_reason = NOW, "550 lin@example.net unknown"
    made.cycle.state = "closed"
    db.session.flush()
    erase_old_records(now=NOW + timedelta(days=300))
    young = (made.first.reference is not None, bounced.bounce_reason)

    erase_old_records(now=NOW + timedelta(days=400))

    db.session.expire_all()
    assert young == (True, "550 lin@example.net unknown")
    assert (made.first.reference, bounced.bounce_reason, bounced.bounced_at) == (None, None, NOW)
