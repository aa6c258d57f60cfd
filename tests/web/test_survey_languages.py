"""Whoever changes the language half-way, without any script, finds all that was entered on the page."""

import re

import pytest

from tests.survey_company import filled, hidden_fields, make_shared, make_survey, path_of
from tests.survey_schemes import scheme_with
from workflow_app.db import db
from workflow_app.models import Invitation, Submission

ENTERED = {"q_overall": "4", "q_comment": "写到一半 <b>"}
SWITCH = re.compile(r'<button form="answers" formaction="([^"]+)" name="act" value="([\w:]+)" lang="en">')


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def switched(client, path, page, **values):
    """The page after its language button was pressed, as a browser sends the form."""
    where, act = SWITCH.search(page.text).groups()
    return client.post(f"{path}{where.replace('&amp;', '&')}", data=hidden_fields(page.text) | values | {"act": act})


def nothing_kept(invitation):
    db.session.expire_all()
    return db.session.get(Invitation, invitation.id).draft is None and db.session.query(Submission).count() == 0


def test_all_that_was_entered_stands_on_the_page_in_the_other_language(client, survey):
    path = path_of(survey.first)
    page = switched(client, path, client.get(path), **ENTERED, shared="y")

    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert 'name="q_overall" value="4" checked' in page.text
    assert "写到一半 &lt;b&gt;" in page.text
    assert 'name="shared" value="y" checked' in page.text
    assert nothing_kept(survey.first)


def test_half_a_form_is_no_error(client, survey):
    page = switched(client, path_of(survey.first), client.get(path_of(survey.first)))

    assert page.status_code == 200
    assert "error-summary" not in page.text


def test_one_by_one_the_question_stays_and_what_travels_along(client, db_session):
    survey = make_survey(scheme=scheme_with(layout="one_by_one"))
    db_session.commit()
    path = path_of(survey.first)
    client.post(path, data=hidden_fields(client.get(path).text) | {"act": "next", "q_overall": "5"})
    page = switched(client, path, client.get(f"{path}?step=courtesy"), q_courtesy="3")

    assert 'name="step" value="courtesy"' in page.text
    assert 'name="q_courtesy" value="3" checked' in page.text
    assert hidden_fields(page.text)["q_overall"] == "5"


def test_the_review_stays_a_review(client, survey):
    path = path_of(survey.first)
    review = client.post(path, data=filled(survey.first, "review"))
    page = switched(client, path, review)
    sent = client.post(f"{path}?lang=en", data=hidden_fields(page.text) | {"act": "send"})

    assert "Check your answers" in page.text
    assert "谢谢，处理得很快" in page.text
    assert sent.status_code == 303


def test_a_change_stays_a_change(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    page = switched(client, path, client.get(f"{path}?page=edit"), **ENTERED)
    changed = client.post(f"{path}?page=edit&lang=en", data=hidden_fields(page.text) | ENTERED | {"act": "send"})

    assert 'action="?page=edit&amp;lang=en"' in page.text
    assert changed.status_code == 303


@pytest.mark.parametrize("everybody", [False, True])
def test_why_somebody_declines_is_kept_too(client, db_session, everybody):
    survey = make_shared(["江敏"])
    db_session.commit()
    path = path_of(survey.first)
    query = "?page=decline" if everybody else f"?about={survey.first.id}&page=decline"
    page = switched(client, path, client.get(path + query), kind="wrong_contact", contact="王女士", reason="不归我管")

    assert "What applies?" in page.text
    assert 'value="wrong_contact" checked' in page.text
    assert 'value="王女士"' in page.text
    assert "不归我管" in page.text
    assert survey.first.state == "created"


def test_the_enter_key_never_changes_the_language(client, survey):
    """The first button of a form is what the key presses."""
    path = path_of(survey.first)
    pages = [client.get(path), client.get(f"{path}?page=decline")]
    firsts = [re.findall(r'<button[^>]* name="act" value="([\w:]+)"', page.text)[0] for page in pages]
    asked = client.post(path, data=filled(survey.first, "enter"))
    declined = client.post(f"{path}?page=decline", data=hidden_fields(pages[1].text) | {"act": "enter", "kind": "unknown_person"})

    assert firsts == ["enter"] * 2
    assert 'name="act" value="send"' in asked.text
    assert declined.status_code == 303


def test_the_preview_for_hr_changes_it_by_a_link(client, survey, sign_in):
    page = sign_in(client, survey.hr).get(f"/cycles/{survey.cycle.id}/customers/{survey.review.id}/preview/page?lang=zh")

    assert 'href="?lang=en"' in page.text
    assert 'value="show"' not in page.text
