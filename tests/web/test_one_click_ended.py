"""The mail program's button stops the mail from any mail that was ever sent, also where its link has ended."""

from __future__ import annotations

import pytest

from states.permissions import SYSTEM
from tests.survey_company import make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.services import inviting

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize("end", [inviting.replace, inviting.revoke])
def test_one_click_on_an_ended_link_stops_the_mail(client, db_session, end):
    survey = make_survey()
    db_session.commit()
    path = path_of(survey.first)
    end(survey.first, actor=SYSTEM, now=clock.now())
    db_session.commit()

    answer = client.post(path, data=ONE_CLICK)

    db.session.expire_all()
    assert answer.status_code == 200
    assert survey.first.customer.opted_out_at is not None


def test_one_click_with_a_forged_proof_stops_nothing(client, db_session):
    survey = make_survey()
    db_session.commit()
    path = path_of(survey.first)

    answer = client.post(path[:-6] + "aaaaaa", data=ONE_CLICK)

    db.session.expire_all()
    assert answer.status_code == 404
    assert survey.first.customer.opted_out_at is None
