"""The short way of a first answer writes what the ordinary way writes, or leaves the case to it untouched."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from tests.survey_company import GOOD, filled, hidden_fields, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, Invitation, MailMessage, Submission
from workflow_app.services import inviting
from workflow_app.survey_pages import quickly
from workflow_app.views import survey as pages

NOW = clock.now()
OWN = {"id", "invitation_id", "subject_id", "customer_id", "token_hash", "reference"}
CASES = {
    "all answered": {},
    "flagged": {"website": "http://spam.example"},
    "one answered": {name: "" for name in GOOD if name != "q_overall"},
    "nothing applies": {name: "na" for name in GOOD if name not in {"q_recommend", "q_comment"}},
    "awkward words": {"q_comment": "=1+1 <b>“谢谢”</b>\r\n' ; --"},
}
DRAFT = {"answers": {"overall": "3"}, "step": ""}


@pytest.fixture
def survey(client, db_session):
    for engine in db.engines.values():
        engine.dispose()  # no connection that another test has cut
    with time_machine.travel(NOW, tick=False):
        made = make_survey(5)
        inviting.send_invitations(made.cycle.id, now=NOW)
        db.session.execute(delete(MailMessage))  # they have gone out
        db_session.commit()
        answered = made.invitations[4]
        client.post(path_of(answered), data=filled(answered))  # by now the scheme has been read
        yield made


@pytest.fixture
def gone(monkeypatch):
    """The invitations whose answer went the short way to its end."""
    found, kept = [], quickly.submit_first

    def noted(held, *arguments, **options):
        kept(held, *arguments, **options)
        found.append(held.id)

    monkeypatch.setattr(quickly, "submit_first", noted)
    return found


def sent(client, invitation, **values):
    return client.post(path_of(invitation), data=filled(invitation, **values)).status_code


def tables():
    db.session.rollback()
    found = {name: set(map(repr, db.session.execute(select(table)))) for name, table in db.metadata.tables.items()}
    db.session.rollback()
    return found


def written(invitation):
    """What stands about one customer, but for what is every row's own."""
    db.session.rollback()
    found = {}
    for model, condition in (
        (Invitation, Invitation.id == invitation.id),
        (Submission, Submission.invitation_id == invitation.id),
        (Event, (Event.subject_type == "invitation") & (Event.subject_id == invitation.id)),
    ):
        columns = [column for column in model.__table__.columns if column.name not in OWN]
        found[model.__tablename__] = [tuple(row) for row in db.session.execute(select(*columns).where(condition).order_by(model.id))]
    db.session.rollback()
    return found


@pytest.mark.parametrize("draft", [None, DRAFT], ids=["no draft", "a draft"])
@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_both_ways_write_the_same(client, survey, gone, monkeypatch, values, draft):
    short, ordinary = survey.invitations[:2]
    short.draft = ordinary.draft = draft
    short.draft_saved_at = ordinary.draft_saved_at = NOW if draft else None
    db.session.commit()
    before = tables()
    statuses = [sent(client, short, **values)]
    with monkeypatch.context() as patch:
        patch.setattr(pages, "sent_quickly", lambda _token: None)
        statuses.append(sent(client, ordinary, **values))
    after = tables()

    assert statuses == [303, 303]
    assert gone == [short.id]
    assert written(short) == written(ordinary)
    assert len(written(short)["submission"]) == 1
    assert {name for name in before if before[name] != after[name]} == {"invitation", "submission", "event"}
    db.session.expire_all()
    assert len({short.reference, ordinary.reference}) == 2
    assert all(len(one.reference) == 9 for one in (short, ordinary))


def test_what_was_looked_through_and_is_sent_goes_the_short_way(client, survey, gone):
    path = path_of(survey.first)
    review = hidden_fields(client.post(path, data=filled(survey.first, act="review")).text)

    answer = client.post(path, data=review | {"act": "send"})

    assert answer.status_code == 303
    assert review["beside"]
    assert gone == [survey.first.id]


def _queued(survey):
    key = f"reminder-{survey.first.id}-1"
    db.session.add(MailMessage(key=key, to_address="c@example.net", subject="?", text="?", html="?", created_at=NOW))


def _led(survey):
    survey.invitations[1].leader_id = survey.first.id


def _last(survey):
    for one in survey.invitations[1:4]:
        one.state = "declined"


def _over(survey):
    survey.first.expires_at = NOW - timedelta(minutes=5)


def _excluded(survey):
    survey.review.state, survey.review.excluded_reason = "excluded", "长期休假"


def _calibrating(survey):
    survey.cycle.state = "calibrating"


def _closed(survey):
    survey.stage.state, survey.stage.done_at = "done", NOW


def _revoked(survey):
    survey.first.state = "revoked"


def _declined(survey):
    survey.first.state = "declined"


OTHERS = {
    _queued: 303, _led: 400, _last: 303, _over: 303, _excluded: 410, _calibrating: 410, _closed: 410, _revoked: 410,
    _declined: 303,
}  # fmt: skip


@pytest.mark.parametrize(("change", "status"), OTHERS.items(), ids=[one.__name__ for one in OTHERS])
def test_every_other_case_is_left_to_the_ordinary_way(client, survey, gone, change, status):
    change(survey)
    db.session.commit()

    assert sent(client, survey.first) == status
    assert gone == []


def test_a_second_answer_goes_the_ordinary_way(client, survey, gone):
    statuses = [sent(client, survey.first), sent(client, survey.first), sent(client, survey.first, q_overall="1")]
    statuses.append(client.post(path_of(survey.first), data=filled(survey.first, known=1, q_overall="1")).status_code)

    assert statuses == [303, 303, 409, 303]
    assert gone == [survey.first.id]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"q_overall": "6"}, 422), ({"q_comment": "a\x00"}, 422), ({"nonce": "0." + "a" * 32}, 400),
        (dict.fromkeys(GOOD, ""), 422), ({f"x{number}": "1" for number in range(80)}, 400),
    ],
    ids=["tampered", "nul", "another nonce", "nothing", "many fields"],
)  # fmt: skip
def test_what_is_refused_is_refused_by_the_ordinary_way(client, survey, gone, values, status):
    before = tables()

    assert sent(client, survey.first, **values) == status
    assert gone == []
    assert tables() == before
