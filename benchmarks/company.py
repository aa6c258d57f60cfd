"""The company that is measured: the sample's people in a database, and whose pages are looked at."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from flask.sessions import SecureCookieSessionInterface
from pydantic import SecretStr
from sqlalchemy import func, select

from states.permissions import SYSTEM
from states.scheme.forms import DeductionForm
from workflow_app import clock, create_app
from workflow_app.db import db, unit_of_work
from workflow_app.models import Account, Assignment, Cycle, Employee, Invitation, Review, Submission
from workflow_app.queries.demo import is_sample
from workflow_app.sample.building import build
from workflow_app.sample.workbooks import Workbooks
from workflow_app.schemes import scheme_of
from workflow_app.services.account_admin import open_for
from workflow_app.settings import Settings
from workflow_app.survey_links import digest_of, nonce_of, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Select

SECRET = "signs the sessions of a benchmark"  # noqa: S105 (of a database made for measuring)
ANSWERABLE = ("created", "sent", "opened", "submitted")
OPEN_FOR = timedelta(days=1)


class UnfitDatabaseError(RuntimeError):
    """The given database is not one to measure in; the text says why."""


@dataclass(frozen=True)
class Subjects:
    """Whose desk, which team, which form, which customers; and how large it all is."""

    cookie: str
    team: str
    form: str
    questionnaire: str
    invitations: tuple[tuple[str, int, int], ...]
    size: dict[str, int]


@contextmanager
def company(url: str, data: Path) -> Iterator[Flask]:
    """The application over a database, in its context."""
    app = create_app(Settings(data=data, database_url=url, secret_key=SecretStr(SECRET)))
    logging.disable(logging.INFO)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def fill(every: int) -> None:
    """Build the sample company (each `every`-th of its people) unless it is there. Raises UnfitDatabaseError."""
    if is_sample():
        return
    if db.session.scalar(select(Employee.id).limit(1)) is not None:
        raise UnfitDatabaseError("This database holds people who are no sample: name an empty one.")
    with unit_of_work():
        build(now=clock.now(), books=Workbooks(every))


def subjects(app: Flask) -> Subjects:
    """The rater with most sheets to fill, and every customer who may answer, those who have not first."""
    assignment = _scoring_form()
    rater = _account(assignment)
    invitations = tuple(_opened(one) for one in db.session.scalars(_answerable()).all())
    if not invitations:
        raise UnfitDatabaseError("No customer can answer in this database: name an empty one.")
    found = Subjects(
        cookie=_cookie(app, rater),
        team=f"/team?cycle={assignment.review.cycle_id}",
        form=f"/forms/{assignment.id}",
        questionnaire=f"/s/{invitations[0][0]}?page=edit",
        invitations=invitations,
        size=_size(rater.employee_id, assignment.review.cycle_id) | {"invitations": len(invitations)},
    )
    db.session.commit()
    return found


def answer(number: int, known: int) -> dict[str, str]:
    """What a customer's browser posts; `known` is how many answers the page knew of."""
    invitation = db.session.get_one(Invitation, number)
    spec = scheme_of(invitation.review.cycle).forms[invitation.form]
    given = {f"q_{item.code}": "45"[known % 2] for item in spec.items}  # another answer each time, or it is a repeat
    form = given | {"q_comment": "谢谢，处理得很快", "nonce": nonce_of(invitation, known), "act": "send"}
    db.session.rollback()  # an open transaction would be SQLite's one writer
    return form


def _scoring_form() -> Assignment:
    """An open deduction sheet of whoever has most of them."""
    open_sheets = (
        select(Assignment)
        .join(Assignment.review)
        .join(Review.cycle)
        .where(Assignment.stage == "manager_scoring", Assignment.state == "open", Cycle.state == "open")
    )
    busiest = open_sheets.with_only_columns(Assignment.assignee_id).group_by(Assignment.assignee_id)
    rater = db.session.scalar(busiest.order_by(func.count().desc(), Assignment.assignee_id).limit(1))
    sheets = db.session.scalars(open_sheets.where(Assignment.assignee_id == rater).order_by(Assignment.id))
    found = next((one for one in sheets if isinstance(_spec(one), DeductionForm)), None)
    if found is None:
        raise UnfitDatabaseError("Nobody has a deduction sheet to fill in this database.")
    return found


def _spec(assignment: Assignment) -> Any:
    return scheme_of(assignment.review.cycle).forms[assignment.form]


def _account(assignment: Assignment) -> Account:
    found = db.session.scalar(select(Account).filter_by(employee_id=assignment.assignee_id))
    return found or open_for(f"bench{assignment.assignee_id}", "", actor=SYSTEM, now=clock.now())


def _answerable() -> Select[tuple[Invitation]]:
    return (
        select(Invitation)
        .join(Review, Review.id == Invitation.review_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .where(Cycle.state == "open", Invitation.state.in_(ANSWERABLE), Review.state != "excluded")
        .order_by(Invitation.state == "submitted", Invitation.id)
    )


def _opened(invitation: Invitation) -> tuple[str, int, int]:
    """Token, id, answers so far; the link is signed by this run's secret and open, whenever the database was made."""
    token = token_of(invitation)
    invitation.token_hash, invitation.expires_at = digest_of(token), clock.now() + OPEN_FOR
    newest = select(func.max(Submission.number)).filter_by(invitation_id=invitation.id)
    return token, invitation.id, db.session.scalar(newest) or 0


def _cookie(app: Flask, account: Account) -> str:
    """A session as signing in and a first page leave it."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    session = {"_user_id": account.get_id(), "_fresh": True, "csrf_token": token_hex(20)}
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(session) if signer else ''}"


def _size(rater: int | None, cycle_id: int) -> dict[str, int]:
    def count(table: Any, *where: Any) -> int:
        return db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0

    return {
        "people": count(Employee),
        "reviews in the open cycle": count(Review, Review.cycle_id == cycle_id),
        "people in the team measured": count(Review, Review.cycle_id == cycle_id, Review.superior_id == rater),
        "filled forms": count(Submission),
    }
