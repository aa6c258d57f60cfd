"""One link for several employees of one customer: each with an own form, answer and reference."""

import pytest
from sqlalchemy import select

from tests.survey_company import filled, hidden_fields, make_shared, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Invitation, Submission
from workflow_app.services import inviting
from workflow_app.survey_links import nonce_of, token_of


@pytest.fixture
def survey(db_session):
    made = make_shared()
    db_session.commit()
    return made


def about(survey, invitation, query=""):
    return f"{path_of(survey.first)}?about={invitation.id}{query}"


def states():
    db.session.expire_all()
    return list(db.session.scalars(select(Invitation.state).order_by(Invitation.id)))


def test_the_link_lists_the_people_and_says_what_is_left(client, survey):
    before = client.get(path_of(survey.first)).text
    client.post(about(survey, survey.followers[0]), data=filled(survey.followers[0]))
    after = client.get(path_of(survey.first)).text

    assert [name in before for name in ("方霞", "江敏", "周倩")] == [True] * 3
    assert "已完成 0 / 3" in before
    assert "已完成 1 / 3" in after
    assert survey.followers[0].reference in after
    assert "q_overall" not in before


def test_each_person_has_an_answer_and_a_reference_of_their_own(client, survey):
    people = [survey.first, *survey.followers]
    for number, one in enumerate(people):
        sent = client.post(about(survey, one), data=filled(one, q_overall=str(5 - number)))
        assert sent.status_code == 303
        assert f"about={one.id}" in sent.headers["Location"]

    db.session.expire_all()
    answers = db.session.scalars(select(Submission).order_by(Submission.invitation_id)).all()
    assert [one.answers["overall"] for one in answers] == ["5", "4", "3"]
    assert len({one.reference for one in people}) == 3
    assert "已完成 3 / 3" in client.get(path_of(survey.first)).text


def test_after_sending_the_next_person_is_one_press_away(client, survey):
    client.post(about(survey, survey.first), data=filled(survey.first))
    thanks = client.get(about(survey, survey.first)).text

    assert "江敏" in thanks
    assert f"?about={survey.followers[0].id}&amp;lang=zh" in thanks


def test_answers_can_be_taken_over_without_typing_twice(client, survey):
    one, other = survey.first, survey.followers[0]
    client.post(about(survey, one), data=filled(one, q_courtesy="3", q_comment="都很好"))
    offered = client.get(about(survey, other)).text
    taken = client.get(about(survey, other, f"&from={one.id}"))

    assert f"from={one.id}" in offered
    assert "checked" not in offered
    assert 'name="q_courtesy" value="3" checked' in taken.text
    assert "都很好" in taken.text
    assert states()[-2:] == ["created", "created"]  # fetching it stores nothing


def test_nothing_can_be_taken_over_from_somebody_elses_link(client, survey):
    stranger = survey.invitations[1]
    client.post(path_of(stranger), data=filled(stranger, q_comment="秘密"))
    page = client.get(about(survey, survey.followers[0], f"&from={stranger.id}"))

    assert page.status_code == 200
    assert "秘密" not in page.text
    assert "checked" not in page.text


def test_only_the_people_of_the_link_can_be_opened(client, survey):
    stranger = survey.invitations[1]

    assert client.get(about(survey, stranger)).status_code == 404
    assert client.get(f"{path_of(survey.first)}?about=x").status_code == 404
    assert client.post(about(survey, stranger), data=filled(stranger)).status_code == 404
    assert client.post(path_of(survey.first), data=filled(survey.first)).status_code == 400
    assert client.post(about(survey, survey.first), data=filled(survey.followers[0])).status_code == 400


def test_a_followers_own_address_opens_that_person_alone(client, survey):
    page = client.get(path_of(survey.followers[0])).text

    assert "江敏" in page
    assert "方霞" not in page
    assert client.post(path_of(survey.followers[0]), data=filled(survey.followers[0])).status_code == 303


def test_not_answering_can_be_said_once_for_all(client, survey):
    client.post(about(survey, survey.first), data=filled(survey.first))
    other = survey.followers[0]
    page = client.get(about(survey, other, "&page=decline")).text
    form = {"nonce": nonce_of(other, 0), "act": "decline", "kind": "unknown_person"}
    sent = client.post(about(survey, other, "&page=decline"), data=form | {"everyone": "y"})

    assert 'name="everyone"' in page
    assert sent.status_code == 303
    assert [one.state for one in (survey.first, *survey.followers)] == ["submitted", "declined", "declined"]


def test_not_answering_about_one_leaves_the_others(client, survey):
    form = {"nonce": nonce_of(survey.first, 0), "act": "decline", "kind": "unknown_person"}
    client.post(about(survey, survey.first, "&page=decline"), data=form)

    db.session.expire_all()
    assert [one.state for one in (survey.first, *survey.followers)] == ["declined", "created", "created"]


def test_from_the_list_not_answering_is_about_everybody(client, survey):
    page = client.get(f"{path_of(survey.first)}?page=decline")
    nothing = client.post(f"{path_of(survey.first)}?page=decline", data=hidden_fields(page.text) | {"act": "decline"})
    form = hidden_fields(page.text) | {"act": "decline", "kind": "declined", "reason": "没有时间"}
    sent = client.post(f"{path_of(survey.first)}?page=decline", data=form)

    assert nothing.status_code == 422
    assert sent.status_code == 303
    assert {one.decline_reason for one in (survey.first, *survey.followers)} == {"没有时间"}


def test_somebody_taken_out_is_named_no_more(client, survey):
    inviting.revoke(survey.followers[1], actor=survey.hr.actor(), now=clock.now())
    page = client.get(path_of(survey.first)).text

    assert "周倩" not in page
    assert "江敏" in page


def test_no_page_of_the_list_holds_a_token(client, survey):
    tokens = [token_of(one) for one in (survey.first, *survey.followers)]
    pages = [
        client.get(path_of(survey.first)),
        client.get(about(survey, survey.followers[0])),
        client.post(about(survey, survey.followers[0]), data=filled(survey.followers[0], "review")),
        client.post(about(survey, survey.followers[0]), data=filled(survey.followers[0])),
        client.get(about(survey, survey.followers[0])),
        client.get(f"{path_of(survey.first)}?page=decline"),
    ]

    assert all(token not in page.text for page in pages for token in tokens)
    assert all(token not in page.headers.get("Location", "") for page in pages for token in tokens)


def test_the_language_keeps_the_person(client, survey):
    page = client.get(about(survey, survey.followers[0])).text

    assert f'formaction="?about={survey.followers[0].id}&amp;lang=en"' in page
