"""Who has the form open when the survey closes may finish it, in either layout; the link opens it for nobody."""

from datetime import timedelta

import pytest

from tests.survey_company import expire, filled, hidden_fields, make_survey, path_of
from tests.survey_schemes import scheme_with
from workflow_app.db import db
from workflow_app.models import Submission

CLOSED = "问卷刚刚截止"
LATE = timedelta(minutes=5)


@pytest.fixture(params=["one_page", "one_by_one"])
def survey(db_session, request):
    made = make_survey(scheme=scheme_with(layout=request.param))
    db_session.commit()
    return made


@pytest.fixture
def steps(db_session):
    made = make_survey(scheme=scheme_with(layout="one_by_one"))
    db_session.commit()
    return made


def answers():
    db.session.expire_all()
    return [one.answers["overall"] for one in db.session.query(Submission).order_by(Submission.id)]


def test_one_by_one_the_grace_leads_to_the_end(client, steps):
    path = path_of(steps.first)
    page = client.get(path)
    expire(steps.first, ago=LATE)
    second = client.post(path, data=hidden_fields(page.text) | {"act": "next", "q_overall": "5"})
    first = client.post(path, data=hidden_fields(second.text) | {"act": "back"})
    at_the_end = hidden_fields(first.text) | {"q_overall": "5", "step": "comment"}
    review = client.post(path, data=at_the_end | {"act": "next"})
    sent = client.post(path, data=hidden_fields(review.text) | {"act": "send"})

    assert [one.status_code for one in (second, first, review, sent)] == [200, 200, 200, 303]
    assert 'name="step" value="courtesy"' in second.text
    assert 'name="step" value="overall"' in first.text
    assert CLOSED not in page.text
    assert all(CLOSED in one.text for one in (second, first, review))
    assert answers() == ["5"]


def test_what_is_put_off_within_the_grace_stays_on_the_page(client, survey):
    path = path_of(survey.first)
    client.get(path)
    expire(survey.first, ago=LATE)
    kept = client.post(path, data=filled(survey.first, "later", q_overall="3"))

    assert kept.status_code == 200
    assert CLOSED in kept.text
    assert 'name="q_overall" value="3" checked' in kept.text


def test_within_the_grace_the_link_opens_the_form_for_nobody(client, survey):
    expire(survey.first, ago=LATE)

    assert client.get(path_of(survey.first)).status_code == 410
