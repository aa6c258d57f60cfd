"""An older page meets a newer draft: nothing is replaced, sent or lost before the customer has chosen."""

import pytest

from tests.survey_company import expire, filled, hidden_fields, make_survey, path_of
from tests.survey_schemes import scheme_with
from workflow_app.db import db
from workflow_app.models import Invitation, Submission
from workflow_app.services import inviting
from workflow_app.views import survey as pages

TOLD = "另一页面"
OLDER = {"q_overall": "2", "q_comment": "先写的"}
NEWER = {"q_overall": "5", "q_courtesy": "4", "q_comment": "后写的"}


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


@pytest.fixture
def older(client, survey):
    """The hidden fields of a page that was open before another one kept its draft."""
    fields = hidden_fields(client.get(path_of(survey.first)).text)
    kept(client, survey, NEWER)
    return fields


def kept(client, survey, values, act="later"):
    path = path_of(survey.first)
    return client.post(path, data=hidden_fields(client.get(path).text) | {"act": act} | values)


def draft(survey):
    db.session.expire_all()
    found = db.session.get(Invitation, survey.first.id).draft
    return found and found["answers"]


def sent():
    db.session.expire_all()
    return [one.answers for one in db.session.query(Submission).order_by(Submission.number)]


@pytest.mark.parametrize("act", ["later", "review"])
def test_an_older_page_keeps_nothing_in_the_place_of_a_newer_draft(client, survey, older, act):
    told = client.post(path_of(survey.first), data=older | OLDER | {"act": act})

    assert told.status_code == 409
    assert TOLD in told.text
    assert 'name="q_overall" value="2" checked' in told.text  # what was typed stands there still
    assert "先写的" in told.text
    assert draft(survey)["comment"] == "后写的"
    assert sent() == []


@pytest.mark.parametrize(("language", "words"), [("zh", TOLD), ("en", "Another page of this link")])
def test_it_is_said_in_the_readers_language_with_what_differs(client, survey, older, language, words):
    told = client.post(f"{path_of(survey.first)}?lang={language}", data=older | OLDER | {"act": "later"}).text

    assert words in told
    assert "后写的" in told  # what the newer one says
    assert f'href="?lang={language}" data-survey-leave' in told


def test_pressing_again_is_the_choice_of_this_page(client, survey, older):
    told = client.post(path_of(survey.first), data=older | OLDER | {"act": "later"})
    again = client.post(path_of(survey.first), data=hidden_fields(told.text) | OLDER | {"act": "later"})

    assert again.status_code == 303
    assert draft(survey) == {"overall": "2", "comment": "先写的"}


def test_opening_the_newer_one_is_the_other_choice(client, survey, older):
    client.post(path_of(survey.first), data=older | OLDER | {"act": "review"})
    page = client.get(f"{path_of(survey.first)}?lang=zh").text

    assert "后写的" in page
    assert 'name="q_courtesy" value="4" checked' in page


def test_being_told_of_something_else_first_does_not_make_it_newer(client, survey, older):
    wrong = client.post(path_of(survey.first), data=older | OLDER | {"act": "later", "q_overall": "99"})
    told = client.post(path_of(survey.first), data=hidden_fields(wrong.text) | OLDER | {"act": "later"})

    assert (wrong.status_code, told.status_code) == (422, 409)
    assert draft(survey)["comment"] == "后写的"


def test_a_third_page_in_between_is_told_of_too(client, survey, older):
    told = client.post(path_of(survey.first), data=older | OLDER | {"act": "later"})
    kept(client, survey, NEWER | {"q_comment": "第三页"})
    again = client.post(path_of(survey.first), data=hidden_fields(told.text) | OLDER | {"act": "later"})

    assert again.status_code == 409
    assert draft(survey)["comment"] == "第三页"


def test_a_shared_device_wipes_nothing_that_another_one_has_kept(client, survey, older):
    told = client.post(path_of(survey.first), data=older | OLDER | {"act": "review", "shared": "y"})

    assert told.status_code == 409
    assert 'name="shared" value="y" checked' in told.text
    assert draft(survey)["comment"] == "后写的"


@pytest.mark.parametrize("act", ["later", "review"])
def test_the_same_again_is_no_loss(client, survey, act):
    """A double tap, or a reply that was lost on the way."""
    fields = hidden_fields(client.get(path_of(survey.first)).text) | NEWER | {"act": act}
    statuses = [client.post(path_of(survey.first), data=fields).status_code for _ in range(3)]

    assert statuses in ([303] * 3, [200] * 3)
    assert draft(survey)["comment"] == "后写的"


def test_the_browsers_back_leads_to_the_same_page_which_may_change_its_own_draft(client, survey):
    fields = hidden_fields(client.get(path_of(survey.first)).text) | {"page": "abc1"}
    client.post(path_of(survey.first), data=fields | NEWER | {"act": "review"})
    back = client.post(path_of(survey.first), data=fields | OLDER | {"act": "review"})
    other = client.post(path_of(survey.first), data=fields | NEWER | {"act": "review", "page": "abc2"})

    assert (back.status_code, other.status_code) == (200, 409)
    assert draft(survey)["comment"] == "先写的"


def test_a_page_of_an_earlier_version_is_taken_as_before(client, survey, older):
    del older["beside"]

    assert client.post(path_of(survey.first), data=older | OLDER | {"act": "later"}).status_code == 303


# --- sending from a review page that is older than the draft ------------------------------------------------------


def reviewed(client, survey, values):
    """The hidden fields of the page that shows what will be sent."""
    path = path_of(survey.first)
    shown = client.post(path, data=hidden_fields(client.get(path).text) | {"act": "review"} | values)
    assert shown.status_code == 200
    return hidden_fields(shown.text)


@pytest.mark.parametrize("quick", [True, False], ids=["short way", "ordinary way"])
def test_sending_from_an_older_review_sends_nothing_before_it_is_chosen(client, survey, monkeypatch, quick):
    if not quick:
        monkeypatch.setattr(pages, "sent_quickly", lambda _token: None)
    review = reviewed(client, survey, OLDER)
    kept(client, survey, NEWER)
    told = client.post(path_of(survey.first), data=review | {"act": "send"})
    before = sent(), draft(survey)["comment"]
    chosen = client.post(path_of(survey.first), data=hidden_fields(told.text) | {"act": "send"})

    assert (told.status_code, chosen.status_code) == (409, 303)
    assert TOLD in told.text
    assert "先写的" in told.text
    assert "后写的" in told.text
    assert before == ([], "后写的")
    assert [one["comment"] for one in sent()] == ["先写的"]
    assert draft(survey) is None


@pytest.mark.parametrize("layout", ["one_page", "one_by_one"])
def test_sending_from_the_newest_review_is_one_press(client, db_session, layout):
    survey = make_survey(scheme=scheme_with(layout=layout))
    db_session.commit()
    review = reviewed(client, survey, NEWER | {"step": "comment"})
    statuses = [client.post(path_of(survey.first), data=review | {"act": "send"}).status_code for _ in range(2)]

    assert statuses == [303, 303]
    assert len(sent()) == 1


def test_what_is_sent_and_says_the_same_as_the_newer_draft_is_taken(client, survey):
    review = reviewed(client, survey, NEWER)
    kept(client, survey, NEWER)

    assert client.post(path_of(survey.first), data=review | {"act": "send"}).status_code == 303


def test_the_review_of_a_shared_device_is_told_of_a_draft_kept_elsewhere(client, survey):
    review = reviewed(client, survey, OLDER | {"shared": "y"})
    kept(client, survey, NEWER)

    assert client.post(path_of(survey.first), data=review | {"act": "send"}).status_code == 409
    assert sent() == []


def test_a_change_of_an_answer_that_is_in_is_guarded_likewise(client, survey):
    client.post(path_of(survey.first), data=filled(survey.first))
    path = f"{path_of(survey.first)}?page=edit"
    fields = hidden_fields(client.get(path).text)
    review = hidden_fields(client.post(path, data=fields | OLDER | {"act": "review"}).text)
    newest = hidden_fields(client.get(path).text)
    client.post(path, data=newest | NEWER | {"act": "later"})
    told = client.post(path, data=review | {"act": "send"})

    assert told.status_code == 409
    assert 'href="?page=edit&amp;lang=zh"' in told.text
    assert len(sent()) == 1


def test_one_by_one_an_older_review_is_told_before_it_sends_or_changes(client, steps):
    whole = OLDER | {"q_speed": "3", "step": "comment"}
    review = reviewed(client, steps, whole)
    kept(client, steps, NEWER | {"q_speed": "3", "step": "overall"})
    told = [client.post(path_of(steps.first), data=review | {"act": act}) for act in ("send", "change:speed")]
    chosen = client.post(path_of(steps.first), data=hidden_fields(told[1].text) | {"act": "change:speed"})

    assert [one.status_code for one in told] == [409, 409]
    assert all("先写的" in one.text for one in told)
    assert chosen.status_code == 200
    assert hidden_fields(chosen.text)["q_comment"] == "先写的"
    assert sent() == []


def test_within_the_grace_it_can_still_be_chosen(client, survey):
    review = reviewed(client, survey, OLDER)
    kept(client, survey, NEWER)
    expire(survey.first, ago=inviting.GRACE / 2)
    told = client.post(path_of(survey.first), data=review | {"act": "send"})
    chosen = client.post(path_of(survey.first), data=hidden_fields(told.text) | {"act": "send"})

    assert (told.status_code, chosen.status_code) == (409, 303)
    assert len(sent()) == 1
