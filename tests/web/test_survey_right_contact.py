"""Who is the wrong contact may name the right one: for HR's eyes, kept with the reason and erased with it."""

from datetime import timedelta

import pytest

from states.declines import LONGEST_CONTACT, LONGEST_KEPT
from states.scheme import builtin_scheme_text
from tests.survey_company import filled, make_shared, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, Invitation, MailMessage
from workflow_app.services import inviting
from workflow_app.services.retention import erase_old_records
from workflow_app.survey_links import nonce_of

RIGHT = "王女士 <wang@example.net>，138 0000 0000"


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def declining(invitation, kind="wrong_contact", **values):
    return {"nonce": nonce_of(invitation, 0), "act": "decline", "kind": kind, "contact": RIGHT} | values


def decline(client, survey, **values):
    return client.post(f"{path_of(survey.first)}?page=decline", data=declining(survey.first, **values))


def now_kept(invitation):
    db.session.expire_all()
    found = db.session.get(Invitation, invitation.id)
    return found.decline_kind, found.declined_because, found.right_contact


def test_the_page_asks_for_it_with_words_on_privacy(client, survey):
    page = client.get(f"{path_of(survey.first)}?page=decline").text

    assert 'name="contact" value="" maxlength="150"' in page
    assert "系统不会自动联系任何人" in page


def test_it_is_kept_beside_the_reason(client, survey):
    answer = decline(client, survey, reason="不归我管")

    assert answer.status_code == 303
    assert now_kept(survey.first) == ("wrong_contact", "不归我管", RIGHT)


@pytest.mark.parametrize("kind", ["unknown_person", "declined", "opted_out"])
def test_who_says_something_else_names_nobody(client, survey, kind):
    decline(client, survey, kind=kind, reason="没有时间")

    assert now_kept(survey.first) == (kind, "" if kind == "opted_out" else "没有时间", "")


def test_it_is_optional(client, survey):
    decline(client, survey, contact="  ")

    assert now_kept(survey.first) == ("wrong_contact", "", "")


def test_it_goes_for_everybody_of_the_link(client, db_session):
    survey = make_shared(["江敏"])
    db_session.commit()
    decline(client, survey, everyone="y")

    assert [now_kept(one)[2] for one in (survey.first, *survey.followers)] == [RIGHT] * 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"contact": "长" * (LONGEST_CONTACT + 1)}, "contact"), ({"contact": "a\x00"}, "contact"),
        ({"contact": "a\x1fb"}, "contact"), ({"reason": "a\x1fb"}, "reason"), ({"reason": "长" * LONGEST_KEPT}, "reason"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_where_it_stands_with_the_rest_kept(client, survey, values, field):
    answer = decline(client, survey, **values)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert 'value="wrong_contact" checked' in answer.text
    assert now_kept(survey.first) == (None, "", "")


def test_lines_of_a_browser_count_once(client, survey):
    words = ("长" * 48 + "\r\n") * 10 + "长" * 10  # 500 characters as a browser counts them

    assert decline(client, survey, kind="declined", reason=words).status_code == 303
    assert len(now_kept(survey.first)[1]) == LONGEST_KEPT


def test_hr_reads_it_and_markup_in_it_is_inert(client, survey, sign_in):
    decline(client, survey, contact="<script>alert(1)</script> 王女士")
    page = sign_in(client, survey.hr).get(f"/cycles/{survey.cycle.id}/customers/{survey.review.id}").text

    assert "客户建议改问：&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_nobody_is_written_to_and_no_event_names_anybody(client, survey):
    decline(client, survey)
    db.session.expire_all()

    assert db.session.query(MailMessage).count() == 0
    assert all("王女士" not in str(one.data) for one in db.session.query(Event))


def test_who_answers_after_all_has_named_nobody(client, survey):
    decline(client, survey, reason="不归我管")
    client.post(f"{path_of(survey.first)}?page=edit", data=filled(survey.first))

    assert now_kept(survey.first) == (None, "", "")


def test_it_is_erased_when_the_answers_are_and_the_kind_stays(client, db_session):
    survey = make_survey(scheme=builtin_scheme_text() + "\nretention: {survey_answers: 12}\n")
    db_session.commit()
    decline(client, survey, reason="不归我管")
    survey.cycle.state = "closed"
    db.session.commit()
    erase_old_records(now=clock.now() + timedelta(days=300))
    before = now_kept(survey.first)
    erase_old_records(now=clock.now() + timedelta(days=400))

    assert before == ("wrong_contact", "不归我管", RIGHT)
    assert now_kept(survey.first) == ("wrong_contact", "", "")


def test_a_new_link_forgets_it(client, survey):
    decline(client, survey)
    inviting.replace(survey.first, actor=survey.hr.actor(), now=clock.now())

    assert survey.first.right_contact == ""
