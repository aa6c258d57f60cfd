"""A shared link belongs to everybody on it: who is rated through it changes nothing of it, whoever is named."""

from __future__ import annotations

import pytest

from tests.survey_company import make_account, make_shared
from workflow_app.db import db


@pytest.mark.parametrize("act", ["replace", "revoke", "remind"])
def test_who_is_rated_through_a_shared_link_cannot_change_it_by_a_colleagues_name(client, sign_in, db_session, act):
    survey = make_shared(["江敏"])
    account = make_account(survey.followers[0].review.employee, "hr")
    db_session.commit()
    before = [(one.state, one.generation, one.leader_id) for one in (survey.first, *survey.followers)]

    answer = sign_in(client, account).post(f"/invitations/{survey.first.id}/{act}")

    db.session.expire_all()
    assert answer.status_code == 403
    assert [(one.state, one.generation, one.leader_id) for one in (survey.first, *survey.followers)] == before
