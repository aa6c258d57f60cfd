"""Two pages of one link open at once: the older one never undoes in silence what the newer one did."""

import pytest

from states.errors import Refusal
from tests.survey_company import filled, hidden_fields, make_survey, path_of
from tests.survey_schemes import scheme_with
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Invitation, Submission
from workflow_app.services.survey_drafts import keep_draft

GIVEN = {"q_overall": "5", "q_speed": "5"}


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


@pytest.fixture
def steps(db_session):
    made = make_survey(scheme=scheme_with(layout="one_by_one", required="speed"))
    db_session.commit()
    return made


def stored(survey):
    """The answers that are in, by question `overall`, and the draft."""
    db.session.expire_all()
    overall = [one.answers["overall"] for one in db.session.query(Submission).order_by(Submission.number)]
    return overall, db.session.get(Invitation, survey.first.id).draft


@pytest.mark.parametrize("act", ["next", "back", "later"])
def test_one_by_one_an_older_tab_is_told_of_the_answer_that_came_in(client, steps, act):
    path = path_of(steps.first)
    fields = hidden_fields(client.get(path).text) | {"step": "courtesy"}
    client.post(path, data=fields | GIVEN | {"act": "send"})
    stale = client.post(path, data=fields | {"act": act, "q_overall": "1"})

    assert stale.status_code == 409
    assert 'name="step" value="courtesy"' in stale.text  # where the customer was
    assert hidden_fields(stale.text)["q_overall"] == "1"  # nothing typed is lost
    assert stored(steps) == (["5"], None)


@pytest.mark.parametrize("act", ["next", "back", "later"])
def test_one_by_one_the_answers_that_are_in_lead_to_the_thanks(client, steps, act):
    path = path_of(steps.first)
    fields = hidden_fields(client.get(path).text) | GIVEN
    client.post(path, data=fields | {"act": "send"})
    again = client.post(path, data=fields | {"act": act})

    assert again.status_code == 303
    assert steps.first.reference in client.get(f"{path}{again.headers['Location']}").text
    assert stored(steps) == (["5"], None)


def test_an_empty_older_tab_is_told_too(client, steps):
    path = path_of(steps.first)
    fields = hidden_fields(client.get(path).text)
    client.post(path, data=fields | GIVEN | {"act": "send"})

    assert client.post(path, data=fields | {"act": "next"}).status_code == 409


def test_on_one_page_too_nothing_is_kept_beside_an_answer_it_did_not_know(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    stale = client.post(path, data=filled(survey.first, "later", q_overall="1"))
    same = client.post(path, data=filled(survey.first, "later"))

    assert (stale.status_code, same.status_code) == (409, 303)
    assert 'name="q_overall" value="1" checked' in stale.text
    assert stored(survey) == (["5"], None)


def test_a_draft_that_waited_for_the_answer_is_not_kept_beside_it(client, survey):
    client.post(path_of(survey.first), data=filled(survey.first))
    with pytest.raises(Refusal) as refusal:
        keep_draft(survey.first, {"overall": "1"}, known=0, now=clock.now())

    assert refusal.value.kind == "conflict"
    assert stored(survey) == (["5"], None)


def test_told_of_it_the_customer_may_replace_it(client, steps):
    path = path_of(steps.first)
    fields = hidden_fields(client.get(path).text)
    client.post(path, data=fields | GIVEN | {"act": "send"})
    told = client.post(path, data=fields | GIVEN | {"act": "next", "q_overall": "1"})
    sent = client.post(path, data=hidden_fields(told.text) | {"act": "send", "q_overall": "1"})

    assert sent.status_code == 303
    assert stored(steps)[0] == ["5", "1"]


def test_one_by_one_an_older_tab_changes_only_the_question_it_shows(client, steps):
    path = path_of(steps.first)
    older = hidden_fields(client.get(path).text)
    went = client.post(path, data=older | {"act": "next", "q_overall": "5"})
    newer = hidden_fields(client.get(f"{path}{went.headers['Location']}").text)
    client.post(path, data=newer | {"act": "next", "q_courtesy": "4"})
    client.post(path, data=older | {"act": "next", "q_overall": "2"})

    assert stored(steps)[1]["answers"] == {"overall": "2", "courtesy": "4"}


def test_one_by_one_an_older_tab_brings_back_nothing_that_was_taken_away(client, steps):
    path = path_of(steps.first)
    shown = client.post(path, data=hidden_fields(client.get(path).text) | {"act": "next", "q_overall": "5"})
    second = hidden_fields(client.get(f"{path}{shown.headers['Location']}").text)
    client.post(path, data=second | {"act": "later", "q_overall": "3"})
    client.post(path, data=second | {"act": "later", "q_courtesy": "4"})  # carries the 5 of before

    assert stored(steps)[1]["answers"] == {"overall": "3", "courtesy": "4"}


def test_one_by_one_what_travels_with_the_newest_page_is_kept(client, steps):
    path = path_of(steps.first)
    first = hidden_fields(client.get(path).text)
    client.post(path, data=first | {"act": "next", "q_overall": "5"})
    page = hidden_fields(client.get(f"{path}?step=speed").text)
    client.post(path, data=page | {"act": "back", "q_speed": "3"})

    assert stored(steps)[1]["answers"] == {"overall": "5", "speed": "3"}
