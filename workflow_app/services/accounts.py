"""Accounts, passwords, signing in."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select

from states.errors import Message, Refusal
from states.permissions import AccountFacts, Actor
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Account, Employee, PasswordLink
from workflow_app.services.events import record_event

LINK_HOURS = 72
MIN_LENGTH = 10
MAX_LENGTH = 200
MIN_STRENGTH = 3

_hasher = PasswordHasher()
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def open_account(
    username: str,
    *,
    actor: Actor,
    now: datetime,
    employee: Employee | None = None,
    roles: Sequence[str] = (),
) -> Account:
    """Create an account without a password. Refuses a name that is taken (conflict)."""
    require(actor, "manage_accounts")
    if db.session.scalar(select(Account.id).where(Account.username == username)):
        raise Refusal(Message("The user name %(name)s is taken. Choose another.", name=username), kind="conflict")
    account = Account(username=username, employee=employee, roles=sorted(roles))
    db.session.add(account)
    db.session.flush()
    record_event("account", account.id, "account_opened", actor=actor, now=now, data={"roles": account.roles})
    return account


def issue_password_link(account: Account, *, actor: Actor, now: datetime) -> str:
    """A fresh one-time token (its digest is kept); older unused links of the account end."""
    require(actor, "manage_account", AccountFacts(account.id, frozenset(account.roles)))
    for old in db.session.scalars(select(PasswordLink).filter_by(account_id=account.id, used_at=None)):
        old.used_at = now
    token = secrets.token_urlsafe(32)
    db.session.add(
        PasswordLink(
            account=account, token_hash=_digest(token), created_at=now, expires_at=now + timedelta(hours=LINK_HOURS)
        )
    )
    record_event("account", account.id, "password_link_issued", actor=actor, now=now)
    return token


def find_password_link(token: str, *, now: datetime) -> PasswordLink:
    """The unused, unexpired link of a token, else a refusal that says what to do."""
    link = db.session.scalar(select(PasswordLink).filter_by(token_hash=_digest(token)))
    if link is None or link.used_at or link.expires_at <= now:
        raise Refusal(
            Message("This link was used already or has expired. Ask HR or the administrator for a new one."),
            kind="gone",
        )
    return link


def choose_password(token: str, password: str, *, now: datetime) -> Account:
    """Use a one-time link: sets the password and ends every open session of the account."""
    link = find_password_link(token, now=now)
    account = link.account
    set_password(account, password)
    link.used_at = now
    record_event("account", account.id, "password_chosen", actor=account.actor(), now=now)
    return account


def set_password(account: Account, password: str) -> None:
    """Keep the argon2 hash of a password that is long and strange enough; end open sessions."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 (12 MB of common passwords, for the few who choose one)

    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Refusal(Message("A password has %(least)s to %(most)s characters.", least=MIN_LENGTH, most=MAX_LENGTH))
    if zxcvbn(password, user_inputs=[account.username, account.display_name])["score"] < MIN_STRENGTH:
        raise Refusal(Message("This password is easy to guess. Three or four unrelated words make a good one."))
    account.password_hash = _hasher.hash(password)
    account.session_epoch += 1


def sign_in(username: str, password: str, *, now: datetime) -> Account:
    """The account of a right name and password; the refusal never says which was wrong."""
    account = db.session.scalar(select(Account).filter_by(username=username.strip()))
    stored = account.password_hash if account and account.password_hash else _nobody
    if not (_is_right(stored, password) and account and account.password_hash and account.active):
        raise Refusal(Message("User name or password is not right. Please check both."))
    if _hasher.check_needs_rehash(stored):
        account.password_hash = _hasher.hash(password)
    account.signed_in_at = now
    record_event("account", account.id, "signed_in", actor=account.actor(), now=now)
    return account


def _is_right(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[:MAX_LENGTH])
    except (Argon2Error, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
