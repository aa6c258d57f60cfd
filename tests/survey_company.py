"""One person rated and the customers who are asked: made through the services that the launch uses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Account, Customer, Cycle, Employee, Invitation, Review, ReviewStage, ServiceLink
from workflow_app.services.advancing import open_stages
from workflow_app.services.inviting import prepare_invitations
from workflow_app.services.publishing import publish_scheme
from workflow_app.survey_links import nonce_of, token_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_numbers = count(1)
STAGES = (("self_review", False), ("customer_survey", True), ("calibration", False))
ITEMS = (
    "overall", "courtesy", "speed", "problem_solved", "complaint_handled", "return_visit", "clear_information",
    "competence", "fees_explained", "easy_to_reach",
)  # fmt: skip
GOOD = {f"q_{code}": "5" for code in ITEMS[:-1]} | {
    "q_easy_to_reach": "na", "q_recommend": "9", "q_comment": "谢谢，处理得很快",
}


@dataclass
class Survey:
    """What a test of the survey needs to hold on to."""

    cycle: Cycle
    review: Review
    hr: Account
    invitations: Sequence[Invitation] = field(default_factory=list)
    followers: list[Invitation] = field(default_factory=list)

    @property
    def first(self) -> Invitation:
        return self.invitations[0]

    @property
    def stage(self) -> ReviewStage:
        return db.session.query(ReviewStage).filter_by(review_id=self.review.id, stage="customer_survey").one()


def make_survey(customers: int = 3, *, now: datetime | None = None, **values: Any) -> Survey:
    """A front-line employee and so many customers of hers; nothing is sent yet."""
    now = now or clock.now()
    superior = make_employee("张毅", population="management", post="客服主管")
    person = make_employee("方霞", superior=superior)
    hr = make_account(make_employee("范海燕", population="office", department="人力资源部"), "hr")
    scheme = values.pop("scheme", "")
    for language in values.pop("languages", ["zh"] * customers):
        make_customer(person, language=language, **values)
    cycle = make_cycle(now=now, scheme=scheme)
    review = make_asked_review(cycle, person, now=now)
    invitations = prepare_invitations(review, actor=SYSTEM, now=now)
    db.session.flush()
    return Survey(cycle, review, hr, invitations)


def make_employee(name: str, **values: Any) -> Employee:
    values = {"population": "front_line", "department": "客户服务部", "post": "客服专员", "joined": date(2019, 1, 7)} | values
    return _kept(Employee(name=name, employee_no=f"T{next(_numbers):04}", **values))


def make_account(employee: Employee, *roles: str) -> Account:
    return _kept(Account(username=employee.employee_no, employee=employee, roles=list(roles)))


def make_customer(employee: Employee, **values: Any) -> Customer:
    number = next(_numbers)
    values = {"name": f"百川物流{number}", "contact": "林先生", "email": f"c{number}@example.net"} | values
    customer = _kept(Customer(customer_no=f"C{number:05}", **values))
    _kept(ServiceLink(customer=customer, employee=employee))
    return customer


def make_shared(names: Sequence[str] = ("江敏", "周倩"), *, now: datetime | None = None, **values: Any) -> Survey:
    """A survey whose first customer is asked about these people as well, by the link of the first invitation."""
    survey, now = make_survey(now=now, **values), now or clock.now()
    leader = survey.first
    for name in names:
        person = make_employee(name, superior=survey.review.employee.superior)
        _kept(ServiceLink(customer=leader.customer, employee=person))
        review = make_asked_review(survey.cycle, person, now=now)
        for follower in prepare_invitations(review, actor=SYSTEM, now=now):
            follower.leader_id = leader.id
            survey.followers.append(follower)
    db.session.flush()
    return survey


def make_cycle(*, now: datetime, scheme: str = "") -> Cycle:
    """A year-end cycle of the built-in scheme (or of this one) that is open."""
    version = publish_scheme(scheme or builtin_scheme_text(), actor=SYSTEM, now=now)
    return _kept(
        Cycle(
            scheme_version=version, kind="year_end", state="open", title_zh="2025 年终考核",
            title_en=f"Year-end appraisal 2025 {next(_numbers)}", period="2025", period_start=date(2025, 1, 1),
            period_end=date(2025, 12, 31), created_at=now,
        )
    )


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_asked_review(cycle: Cycle, person: Any, *, now: datetime) -> Review:
    """A review that has just been launched, its customers' stage open alongside."""
    review = Review(
        cycle=cycle, employee=person, state="self_review", department=person.department, post=person.post,
        population=person.population, superior_id=person.superior_id, vp_id=person.vp_id, flags=[],
    )  # fmt: skip
    db.session.add(review)
    db.session.flush()
    for position, (stage, alongside) in enumerate(STAGES, start=1):
        db.session.add(ReviewStage(review_id=review.id, stage=stage, position=position, alongside=alongside))
    db.session.flush()
    open_stages(review, actor=SYSTEM, now=now)
    return review


def path_of(invitation: Invitation) -> str:
    return f"/s/{token_of(invitation)}"


def filled(invitation: Invitation, act: str = "send", *, known: int = 0, **values: str) -> dict[str, str]:
    """What a browser posts after every question was answered."""
    return GOOD | {"nonce": nonce_of(invitation, known), "act": act} | values


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page, by name."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def expire(invitation: Invitation, *, ago: timedelta) -> None:
    invitation.expires_at = clock.now() - ago
    db.session.commit()
