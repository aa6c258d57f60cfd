"""A page that was made ready says what the ordinary page says, to every customer their own, and never another's."""

import re
from datetime import timedelta

import pytest

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.survey_company import filled, make_survey, path_of
from workflow_app import clock, ready_pages
from workflow_app.db import db
from workflow_app.services import inviting
from workflow_app.services.publishing import publish_scheme
from workflow_app.views import survey as pages


@pytest.fixture
def survey(db_session):
    made = make_survey(5, languages=["zh", "zh", "en", "en", "zh"])
    db_session.commit()
    return made


@pytest.fixture
def used(monkeypatch):
    """The pages that came ready."""
    found, kept = [], pages.ready_page

    def noted(token):
        ready = kept(token)
        found.append(ready is not None)
        return ready

    monkeypatch.setattr(pages, "ready_page", noted)
    return found


def ordinary(client, path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(pages, "ready_page", lambda _token: None)
        return client.get(path).text


@pytest.mark.parametrize("query", ["", "?lang=en", "?lang=zh"])
def test_ready_or_not_the_page_is_the_same(client, survey, used, monkeypatch, query):
    paths = [path_of(one) + query for one in survey.invitations]
    wanted = [ordinary(client, path, monkeypatch) for path in paths]
    shown = [[client.get(path).text for path in paths] for _ in range(3)]

    assert shown == [wanted] * 3
    assert used[-5:] == [True] * 5
    assert len(set(wanted)) == 5  # everybody has a nonce of their own


def test_the_first_two_customers_prove_a_page_and_one_alone_does_not(client, survey, used):
    for number in (0, 0, 0, 1, 4, 0):
        client.get(path_of(survey.invitations[number]))

    assert used == [False, False, False, False, True, True]


def test_another_deadline_is_another_page(client, survey, used, monkeypatch):
    for one in survey.invitations[:2]:
        client.get(path_of(one))
    late = survey.invitations[4]
    late.expires_at += timedelta(days=3)
    db.session.commit()

    assert client.get(path_of(late)).text == ordinary(client, path_of(late), monkeypatch)
    assert used == [False] * 3


def another_period(survey):
    survey.cycle.period = "2024"


def another_minimum(survey):
    """HR moves the cycle to a version of the scheme in which more answers are needed."""
    text = builtin_scheme_text().replace("version: 1\n", "version: 2\n", 1).replace("to_show: 5", "to_show: 6")
    survey.cycle.scheme_version = publish_scheme(text, actor=SYSTEM, now=clock.now())


def two_customers_left(survey):
    for one in survey.invitations[1:4]:
        inviting.revoke(one, actor=survey.hr.actor(), now=clock.now())


@pytest.mark.parametrize("change", [another_period, another_minimum, two_customers_left])
def test_what_the_page_says_is_never_out_of_date(client, survey, used, monkeypatch, change):
    last = path_of(survey.invitations[4])
    for one in survey.invitations[:2]:
        client.get(path_of(one))
    before = client.get(last).text
    change(survey)
    db.session.commit()
    shown = client.get(last).text

    assert shown == ordinary(client, last, monkeypatch)
    assert shown != before
    assert used == [False, False, True, False]


def test_a_name_of_odd_signs_is_inert(client, survey, monkeypatch):
    for one in survey.invitations[:2]:
        client.get(path_of(one))
    survey.review.employee.name = "<b>O'Neil & \ue000nonce\ue001</b>"
    db.session.commit()
    text = client.get(path_of(survey.invitations[4])).text

    assert text == ordinary(client, path_of(survey.invitations[4]), monkeypatch)
    assert "<b>O" not in text


def test_what_differs_between_customers_beside_the_gaps_is_never_kept(client, survey, used, monkeypatch):
    kept, turn = ready_pages.render_template, []

    def personal(template, **context):
        turn.append(1)
        return kept(template, **context) + f"<!-- {len(turn)} -->"

    monkeypatch.setattr(ready_pages, "render_template", personal)
    seen = [client.get(path_of(one)).text for one in (*survey.invitations[:2], survey.invitations[4]) for _ in range(2)]

    assert used == [False] * 6
    assert len({re.search(r"<!-- \d+ -->", text)[0] for text in seen}) == 6


def test_an_answer_takes_the_ready_page_away(client, survey, used):
    for one in survey.invitations[:2]:
        client.get(path_of(one))
    client.post(path_of(survey.first), data=filled(survey.first))
    thanks = client.get(path_of(survey.first))

    db.session.expire_all()
    assert survey.first.reference in thanks.text
    assert used[-1] is False


def test_what_is_forgotten_is_rendered_anew(client, survey, used):
    for one in survey.invitations[:2]:
        client.get(path_of(one))
    ready_pages.forget()
    client.get(path_of(survey.invitations[4]))

    assert used == [False] * 3
