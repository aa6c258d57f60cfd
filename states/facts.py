"""Who asks and what is asked about, as frozen values that the rules of `permissions` can judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from states.errors import Message

HR = "hr"
GENERAL_MANAGER = "general_manager"
DEPUTY_APPROVER = "deputy_approver"
ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """Who asks: an account, the employee behind it (if any) and its roles."""

    account_id: int | None
    employee_id: int | None
    roles: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of the roles."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(account_id=None, employee_id=None, roles=frozenset({"system"}))


@dataclass(frozen=True)
class Verdict:
    """The answer: allowed, or the reason why not."""

    allowed: bool
    reason: Message | None = None


@dataclass(frozen=True)
class ReviewFacts:
    """What the rules need to know of a review. Ids of employees, but for the three account fields.

    `raters` fill any form about the person; `scorers` are those of them who score alone, as the superior
    and the VP do. One answer among many colleagues' is no score of one's own. `adjusters` recorded
    deductions, commendations, offences or sanctions in it.
    """

    employee_id: int
    superior_id: int | None = None
    vp_id: int | None = None
    state: str = ""
    released: bool = False
    raters: frozenset[int] = frozenset()
    scorers: frozenset[int] = frozenset()
    submitted_by: int | None = None
    calibrators: frozenset[int] = frozenset()
    adjusters: frozenset[int] = frozenset()


@dataclass(frozen=True)
class AssignmentFacts:
    """What the rules need to know of an assignment."""

    assignee_id: int | None
    employee_id: int
    state: str = "open"


@dataclass(frozen=True)
class NoFacts:
    """For what depends on the role alone."""


@dataclass(frozen=True)
class PersonFacts:
    """What the rules need to know of an employee."""

    employee_id: int
    superior_id: int | None = None
    vp_id: int | None = None


@dataclass(frozen=True)
class FormFacts:
    """What the rules need to know of a filled form. `own`: the person rated filled it in.

    `confidential`: it was asked of colleagues, who were promised that only HR reads it.
    """

    assignee_id: int | None
    employee_id: int
    superior_id: int | None = None
    vp_id: int | None = None
    own: bool = False
    confidential: bool = False
    submitted: bool = False
    released: bool = False


@dataclass(frozen=True)
class EntryFacts:
    """What the rules need to know of a ledger entry. `confirmers` confirm what the author scored.

    `shown`: the time has come at which the person it is about sees it.
    """

    employee_id: int
    author_id: int | None = None
    confirmers: frozenset[int] = frozenset()
    shown: bool = False


@dataclass(frozen=True)
class AccountFacts:
    """What the rules need to know of an account that somebody administers."""

    account_id: int
    roles: frozenset[str] = frozenset()


Facts = ReviewFacts | AssignmentFacts | FormFacts | EntryFacts | PersonFacts | AccountFacts | NoFacts
