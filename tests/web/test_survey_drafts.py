"""What is not sent yet: kept by a button, never by a fetch; wiped with the answer; nothing on a shared device."""

import pytest

from tests.survey_company import GOOD, expire, filled, hidden_fields, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Invitation
from workflow_app.services import inviting
from workflow_app.services.closing_surveys import close_survey
from workflow_app.survey_links import nonce_of


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def draft(invitation):
    db.session.expire_all()
    return db.session.get(Invitation, invitation.id).draft


def begun(invitation, act="later", **values):
    return {"nonce": nonce_of(invitation, 0), "act": act, "q_overall": "4", "q_comment": "写到一半"} | values


def test_what_was_entered_can_be_kept_for_later_and_is_there_again(client, survey):
    path = path_of(survey.first)
    kept = client.post(path, data=begun(survey.first))
    told = client.get(f"{path}?page=later")
    again = client.get(path).text

    assert kept.status_code == 303
    assert "已保存，可稍后继续" in told.text
    assert 'name="q_overall" value="4" checked' in again
    assert "写到一半" in again
    assert survey.first.state == "opened"
    assert survey.first.draft_saved_at is not None


def test_looking_it_over_keeps_it_too_and_sending_wipes_it(client, survey):
    path = path_of(survey.first)
    checked = client.post(path, data=filled(survey.first, "review"))
    between = draft(survey.first)
    client.post(path, data=hidden_fields(checked.text) | {"act": "send"})

    assert between["answers"]["overall"] == "5"
    assert draft(survey.first) is None
    assert survey.first.draft_saved_at is None


def test_a_fetched_page_keeps_nothing(client, survey):
    client.get(path_of(survey.first))
    client.get(f"{path_of(survey.first)}?page=later&q_overall=5")

    assert draft(survey.first) is None
    assert survey.first.state == "created"


@pytest.mark.parametrize("act", ["later", "review"])
def test_a_shared_device_keeps_nothing_and_forgets_what_was_kept(client, survey, act):
    path = path_of(survey.first)
    client.post(path, data=begun(survey.first))
    answer = client.post(path, data=begun(survey.first, act, shared="y"))

    assert answer.status_code == 200
    assert draft(survey.first) is None
    assert 'name="shared" value="y"' in answer.text  # and the next page still knows


def test_nothing_entered_is_nothing_to_keep(client, survey):
    answer = client.post(path_of(survey.first), data={"nonce": nonce_of(survey.first, 0), "act": "later"})

    assert answer.status_code == 422
    assert survey.first.state == "created"


def test_a_tampered_answer_is_not_kept(client, survey):
    answer = client.post(path_of(survey.first), data=begun(survey.first, q_overall="99"))

    assert answer.status_code == 422
    assert draft(survey.first) is None


def ended_by_answer(client, survey):
    client.post(path_of(survey.first), data=filled(survey.first))


def ended_by_declining(client, survey):
    data = {"nonce": nonce_of(survey.first, 0), "act": "decline", "kind": "wrong_contact"}
    client.post(path_of(survey.first), data=data)


def ended_by_revoking(_client, survey):
    inviting.revoke(survey.first, actor=survey.hr.actor(), now=clock.now())


def ended_by_a_new_link(_client, survey):
    inviting.replace(survey.first, actor=survey.hr.actor(), now=clock.now())


def ended_by_closing(_client, survey):
    close_survey(survey.review, actor=survey.hr.actor(), now=clock.now())


@pytest.mark.parametrize(
    "ended", [ended_by_answer, ended_by_declining, ended_by_revoking, ended_by_a_new_link, ended_by_closing]
)
def test_a_draft_goes_with_the_link(client, survey, ended):
    client.post(path_of(survey.first), data=begun(survey.first))
    assert draft(survey.first)
    ended(client, survey)
    db.session.commit()

    assert draft(survey.first) is None


def test_a_change_that_is_not_sent_leaves_the_answer_as_it_is(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    client.post(f"{path}?page=edit", data=GOOD | {"nonce": nonce_of(survey.first, 1), "act": "later", "q_overall": "1"})
    thanks, edited = client.get(path).text, client.get(f"{path}?page=edit").text

    assert survey.first.reference in thanks
    assert 'name="q_overall" value="1" checked' in edited
    assert survey.first.state == "submitted"


def test_after_the_end_nothing_is_kept(client, survey):
    expire(survey.first, ago=inviting.GRACE * 2)

    assert client.post(path_of(survey.first), data=begun(survey.first)).status_code == 410
    assert draft(survey.first) is None
