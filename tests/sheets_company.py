"""A company with a month appraised and a year of records: what tests of the document's sheets start from."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineWorkbook
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account
from tests.cycle_company import make_scheme as publish
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Record, Review
from workflow_app.services import filling
from workflow_app.services.launching import create_cycle, launch

if TYPE_CHECKING:
    from workflow_app.models import Account, Employee, SchemeVersion

MONTH = "2026-02"
CARD = {
    "attendance": {"deducted": "2", "clause": "late", "note": "2 月 9 日 打卡记录"},
    "ethics": {"deducted": "1", "clause": "", "note": "=1+1"},
}


class SheetsCompany(Company):
    """`Company` with accounts, the built-in scheme and, with `launch_month`, the appraisal of February 2026."""

    def __init__(self) -> None:
        super().__init__()
        self.version: SchemeVersion = publish()
        self.boss = make_account("general_manager", employee=self.gm)
        self.lead: Account = make_account(employee=self.supervisor)
        self.own: Account = make_account(employee=self.agent)

    def launch_month(self, app: Any) -> Cycle:
        """The monthly appraisal, open."""
        self.month = create_cycle(self.version, "monthly_appraisal", MONTH, actor=SYSTEM, now=NOW)
        launch(self.month, actor=self.hr.actor(), now=NOW)
        run_jobs(app)
        return self.month

    def score(self, person: Employee, answers: dict[str, Any] | None = None) -> None:
        """The self review and the superior's card are handed in."""
        words = {"achievements": "完成客户回访 18 次", "training_wishes": "投诉处理技巧"}
        self.fill(person, "self_review", words, make_account(employee=person) if person is not self.agent else self.own)
        self.fill(person, "manager_scoring", answers or CARD, self.lead)

    def fill(self, person: Employee, stage: str, answers: dict[str, Any], account: Account) -> None:
        """Hand in one form of the month."""
        review = self.review(person)
        assignment = db.session.scalars(select(Assignment).filter_by(review_id=review.id, stage=stage)).one()
        filling.submit(assignment, answers, actor=account.actor(), now=NOW)

    def review(self, person: Employee) -> Review:
        """The person's review of the month."""
        return db.session.scalars(select(Review).filter_by(cycle_id=self.month.id, employee_id=person.id)).one()


def make_record(person: Employee, kind: str, period: str, score: str, bonus: int | None = None, occurrence: int = 1) -> None:
    """One record of a person."""
    db.session.add(
        Record(
            employee_id=person.id, kind=kind, period=period, year=int(period[:4]), score=Decimal(score), bonus=bonus,
            occurrence=occurrence,
        )
    )
    db.session.flush()


def make_year(person: Employee, year: int = 2025) -> None:
    """Twelve months, two weeks, a monthly inspection, two spot checks: the figures of the scheme's §4."""
    for month in range(1, 13):
        make_record(person, "monthly_appraisal", f"{year}-{month:02}", "86.4", bonus=3 if month == 5 else None)
    make_record(person, "weekly_inspection", f"{year}-W10", "92")
    make_record(person, "weekly_inspection", f"{year}-W11", "93")
    make_record(person, "monthly_inspection", f"{year}-03", "88")
    make_record(person, "spot_check", f"{year}-03-12", "70")
    make_record(person, "spot_check", f"{year}-03-12", "90", occurrence=2)


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook by name, as a spreadsheet program reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def raw_sheet(content: bytes, number: int = 1) -> str:
    """The XML of one sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def all_xml(content: bytes) -> str:
    """Every part of the workbook as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def formulas_in(content: bytes) -> list[str]:
    """Every formula of the workbook: there is to be none."""
    return re.findall(r"<f[ >].*?</f>", all_xml(content))
