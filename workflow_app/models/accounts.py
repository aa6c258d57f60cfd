"""Who may sign in, in which roles."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from states.permissions import Actor
from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.models.people import Employee

ROLES = ("hr", "general_manager", "deputy_approver", "admin")


class Account(UserMixin, db.Model):
    """A sign-in. `session_epoch` rises when every open session must end."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    locale: Mapped[str | None] = mapped_column(String(8))
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=1)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    employee: Mapped[Employee | None] = relationship(lazy="joined")

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """What the session keeps: a raised epoch makes every older session a stranger's."""
        return f"{self.id}.{self.session_epoch}"

    @property
    def display_name(self) -> str:
        return self.employee.name if self.employee else self.username

    def actor(self) -> Actor:
        """This account as the rules see it."""
        return Actor(account_id=self.id, employee_id=self.employee_id, roles=frozenset(self.roles))


class PasswordLink(db.Model):
    """A one-time link to choose a password; only the digest of its token is kept."""

    __tablename__ = "password_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
