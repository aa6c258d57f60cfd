"""A form that is sent by a link that has ended meanwhile: what was entered is said once more, and to nobody else."""

from datetime import timedelta

import pytest

from tests.survey_company import expire, filled, make_shared, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Submission
from workflow_app.services import inviting
from workflow_app.services.closing_surveys import close_survey

WORDS = "很长的意见 <b>"


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def replaced(survey):
    inviting.replace(survey.first, actor=survey.hr.actor(), now=clock.now())


def revoked(survey):
    inviting.revoke(survey.first, actor=survey.hr.actor(), now=clock.now())


def excluded(survey):
    survey.review.state, survey.review.excluded_reason = "excluded", "长期休假"


def closed(survey):
    close_survey(survey.review, actor=survey.hr.actor(), now=clock.now())


def over(survey):
    expire(survey.first, ago=timedelta(days=2))


@pytest.mark.parametrize("act", ["send", "review", "later"])
@pytest.mark.parametrize("ended", [replaced, revoked, excluded, closed, over])
def test_what_was_entered_stands_on_the_page_that_says_so(client, survey, ended, act):
    path, data = path_of(survey.first), filled(survey.first, act, q_comment=WORDS)
    ended(survey)
    db.session.commit()
    answer = client.post(path, data=data)

    assert answer.status_code == 410
    assert "列在这里供您复制" in answer.text
    assert "很长的意见 &lt;b&gt;" in answer.text
    assert "非常满意" in answer.text
    assert survey.review.employee.name not in answer.text
    assert db.session.query(Submission).count() == 0


def test_of_a_shared_link_too(client, db_session):
    survey = make_shared(["江敏"])
    db_session.commit()
    path, data = path_of(survey.first), filled(survey.followers[0], q_comment=WORDS)
    inviting.replace(survey.first, actor=survey.hr.actor(), now=clock.now())
    db.session.commit()

    assert "很长的意见" in client.post(f"{path}?about={survey.followers[0].id}", data=data).text


def test_opening_an_ended_link_says_nothing_of_it(client, survey):
    path = path_of(survey.first)
    revoked(survey)
    db.session.commit()

    assert "列在这里供您复制" not in client.get(f"{path}?q_comment=x").text
    assert "列在这里供您复制" not in client.post(path, data={"act": "send"}).text


def test_a_made_up_address_tells_no_question(client, survey):
    path = path_of(survey.first)
    guessed = client.post(f"{path[:3]}{'a' * 32}{survey.first.id}", data=filled(survey.first, q_comment=WORDS))

    assert guessed.status_code == 404
    assert "很长的意见" not in guessed.text
