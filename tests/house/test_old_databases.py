"""Databases of earlier versions: each opens in today's version, with what was in it."""

import gzip
import re
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import func, select

from workflow_app import create_app
from workflow_app.db import db
from workflow_app.models import Account, Cycle, Employee, MailMessage, Posting, Review, SchemeVersion
from workflow_app.schemes import read_scheme
from workflow_app.services.sealing import verify
from workflow_app.services.survey_mails import link_in
from workflow_app.settings import Settings
from workflow_app.survey_links import PLACEHOLDER

KEPT = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(params=sorted(KEPT.glob("*.sqlite3.gz")), ids=lambda path: path.name.removesuffix(".sqlite3.gz"))
def old(request, tmp_path):
    """An application on a copy of a kept database, migrated to today's tables."""
    (tmp_path / "kaoping.sqlite3").write_bytes(gzip.decompress(request.param.read_bytes()))
    app = create_app(Settings(data=tmp_path, testing=True))
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_what_was_in_it_is_there(old):
    states = dict(db.session.execute(select(Cycle.period, Cycle.state)).all())

    assert states == {"2024": "closed", "2025": "open"}
    graded = select(func.count()).select_from(Review).where(Review.final_band.is_not(None), Review.released_at.is_not(None))
    assert db.session.scalar(graded) > 10


def test_everybody_has_a_first_posting_since_they_joined(old):
    people = {person.id: (person.joined, person.department, person.superior_id) for person in db.session.scalars(select(Employee))}
    postings = {one.employee_id: (one.since, one.department, one.superior_id) for one in db.session.scalars(select(Posting))}

    assert postings == people


def test_its_history_still_verifies(old):
    assert verify().faults == []


def test_its_pages_open(old, sign_in):
    client = old.test_client()
    for username in ("K1006", "K1001", "K1015"):
        sign_in(client, db.session.scalar(select(Account).filter_by(username=username)))
        assert client.get("/").status_code == 200


def test_its_schemes_are_read_as_they_were_written(old):
    for version in db.session.scalars(select(SchemeVersion)):
        rule = read_scheme(version).composition

        assert rule.codes == ("inspections", "monthly", "year_end")
        assert [part.weight for part in rule.parts] == [20, 30, 50]
        assert (rule.coverage.kinds, rule.coverage.least) == (("monthly_appraisal",), 6)


def test_its_mails_keep_no_customers_token_and_can_still_be_sent(old):
    mails = db.session.scalars(select(MailMessage).where(MailMessage.key.like("invitation-%"))).all()
    written = "".join(f"{mail.text}{mail.html}{mail.headers}" for mail in mails)

    assert mails
    assert re.search(r"/s/[a-z2-7]{32}", written) is None
    assert all(PLACEHOLDER in mail.text and PLACEHOLDER in mail.headers["List-Unsubscribe"] for mail in mails)
    assert {link_in(mail).rsplit("/", 1)[0] for mail in mails} == {"http://127.0.0.1:8000/s"}
    assert {mail.domain for mail in mails} == {mail.to_address.split("@")[1] for mail in mails}
