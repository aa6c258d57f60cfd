"""Tests that were taken: everybody's results, the newest that stand, and those that a review carries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from states.gates import Taken
from states.scheme.forms import ScoredTest
from workflow_app.db import db
from workflow_app.models import Employee, SchemeVersion, TestResult
from workflow_app.queries.paging import Paged, page_of
from workflow_app.queries.people import matching
from workflow_app.schemes import current_version, read_scheme, scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from states.scheme import Text
    from workflow_app.models import Review

PER_PAGE = 30


@dataclass(frozen=True)
class Offered:
    """A test of a published scheme that results can be entered for."""

    version: SchemeVersion
    form: ScoredTest

    @property
    def key(self) -> str:
        """How addresses and forms name it."""
        return f"{self.version.id}:{self.form.code}"


@dataclass(frozen=True)
class Group:
    """Whom the table of a group shows; `superior_id` narrows it to one person's own people."""

    words: str = ""
    department: str = ""
    superior_id: int | None = None


def offered_tests() -> list[Offered]:
    """The tests of the newest published version of every scheme."""
    codes = db.session.scalars(select(SchemeVersion.code).filter_by(state="published").distinct().order_by(SchemeVersion.code))
    versions = [version for code in codes if (version := current_version(code))]
    return [
        Offered(version, form)
        for version in versions
        for form in read_scheme(version).forms.values()
        if isinstance(form, ScoredTest)
    ]


def form_of(result: TestResult) -> ScoredTest | None:
    """The form that a result was entered on, of the version it was entered under."""
    version = db.session.get_one(SchemeVersion, result.scheme_version_id)
    form = read_scheme(version).forms.get(result.form)
    return form if isinstance(form, ScoredTest) else None


def group_page(group: Group, today: date, page: int) -> Paged[Employee]:
    """One page of the people of a group who work here, by department and number."""
    query = select(Employee).where(or_(Employee.left.is_(None), Employee.left >= today), Employee.joined <= today)
    query = query.where(*(matching(word) for word in group.words.split()[:5]))
    if group.department:
        query = query.where(Employee.department == group.department)
    if group.superior_id is not None:
        query = query.where(Employee.superior_id == group.superior_id)
    return page_of(query.order_by(Employee.department, Employee.employee_no), page, PER_PAGE)


def results_of(employee_id: int) -> Sequence[TestResult]:
    """Every result of a person, the newest first, corrected ones too."""
    query = select(TestResult).filter_by(employee_id=employee_id)
    return db.session.scalars(query.order_by(TestResult.taken_on.desc(), TestResult.id.desc())).all()


def corrected(results: Iterable[TestResult]) -> set[int]:
    """Ids of the results that a later row sets right."""
    return {one.corrects_id for one in results if one.corrects_id is not None}


def standing() -> Select[tuple[TestResult]]:
    """The results that no later row corrects."""
    wrong = select(TestResult.corrects_id).where(TestResult.corrects_id.is_not(None))
    return select(TestResult).where(TestResult.id.not_in(wrong))


def taken_by(employee_ids: Iterable[int]) -> Mapping[int, list[Taken]]:
    """By employee id, what was taken and stands, the oldest first; for the gates."""
    found: dict[int, list[Taken]] = defaultdict(list)
    query = standing().where(TestResult.employee_id.in_(list(employee_ids))).order_by(TestResult.taken_on, TestResult.id)
    for row in db.session.scalars(query):
        found[row.employee_id].append(Taken(row.form, row.taken_on, row.passed))
    return found


def newest_of(employee_ids: Iterable[int], form: str) -> Mapping[int, TestResult]:
    """By employee id, the newest standing result of one test."""
    query = standing().where(TestResult.employee_id.in_(list(employee_ids)), TestResult.form == form)
    return {row.employee_id: row for row in db.session.scalars(query.order_by(TestResult.taken_on, TestResult.id))}


def carried_by(review: Review) -> list[tuple[Text, TestResult | None]]:
    """The tests that the review's kind of cycle carries, each with the newest result within the period."""
    scheme = scheme_of(review.cycle)
    codes = scheme.cycle_kinds[review.cycle.kind].tests
    if not codes:
        return []
    query = standing().where(
        TestResult.employee_id == review.employee_id, TestResult.form.in_(codes),
        TestResult.taken_on.between(review.cycle.period_start, review.cycle.period_end),
    )
    newest = {row.form: row for row in db.session.scalars(query.order_by(TestResult.taken_on, TestResult.id))}
    return [(scheme.forms[code].title, newest.get(code)) for code in codes]


def find_result(number: int) -> TestResult | None:
    """A result with its person."""
    return db.session.scalar(select(TestResult).filter_by(id=number).options(joinedload(TestResult.employee)))
