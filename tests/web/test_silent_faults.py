"""What a failing statement was given stands in no log and in no incident."""

import traceback

import pytest
from sqlalchemy.exc import SQLAlchemyError

from workflow_app.db import db

SECRET = "abcdefghijklmnopqrstuvwxyz234567"


def test_a_failed_statement_does_not_say_what_it_was_given(db_session):
    with pytest.raises(SQLAlchemyError) as failed:
        db_session.execute(db.text("INSERT INTO nowhere (link) VALUES (:link)"), {"link": SECRET})

    assert SECRET not in "".join(traceback.format_exception(failed.value))
    db_session.rollback()
