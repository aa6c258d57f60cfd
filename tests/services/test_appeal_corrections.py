"""A won appeal against a period's sheet takes back what did not hold; the period is scored anew."""

from datetime import date

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.services.grade_company import make_hr
from tests.services.ledger_company import FRIDAY, SheetCompany, form_in, hand_in, record_of, review_in
from workflow_app.db import db
from workflow_app.models import LedgerEntry, Submission
from workflow_app.services import ledger
from workflow_app.services.appeal_corrections import contested
from workflow_app.services.appealing import Answer, answer_appeal, file_appeal, take_appeal

WORDS = "当天考勤机故障，迟到记录不成立，予以更正。"


class Contested(SheetCompany):
    """A handed-in weekly sheet with two deductions, 4 and 5 of 100, and an appeal against it."""

    def __init__(self, app):
        super().__init__(app)
        self.cycle = self.open_cycle()
        self.review = review_in(self.cycle, self.agent)
        sheet = form_in(self.cycle, self.agent)
        for item, typed in (("attendance", {"clause": "late", "times": "2"}), ("courtesy", {"clause": "no_greeting"})):
            ledger.add_deduction(sheet, item, typed, actor=self.actor(self.supervisor), now=FRIDAY)
        hand_in(self, self.cycle, self.agent)
        self.me, self.other_hr = self.actor(self.agent), make_hr("许宁", employee_no="H0001").actor()
        self.late, self.greeting = contested(self.review)

    def answer(self, decision="uphold", takes_back=()):
        appeal = file_appeal(self.review, grounds="六月十日考勤机故障，有公告为证。", actor=self.me, now=FRIDAY)
        take_appeal(appeal, actor=self.other_hr, now=FRIDAY)
        answer_appeal(appeal, Answer(decision, WORDS, takes_back=tuple(takes_back)), actor=self.other_hr, now=FRIDAY)
        return appeal


@pytest.fixture
def company(app, db_session):
    return Contested(app)


def test_the_record_counts_what_still_stands(company):
    assert record_of(company.review).score == 91

    company.answer(takes_back=[company.late.id])

    assert record_of(company.review).score == 95
    assert contested(company.review) == [company.greeting]


def test_the_entry_stays_beside_its_counter_entry_and_the_old_version_beside_the_new(company):
    company.answer(takes_back=[company.late.id, company.greeting.id])

    counter = db.session.scalar(select(LedgerEntry).filter_by(corrects_id=company.late.id))
    assert (counter.kind, counter.note, counter.recorded_by_id) == ("counter", WORDS, company.other_hr.account_id)
    assert company.late.points == 4
    versions = db.session.execute(select(Submission.number, Submission.state, Submission.score).order_by(Submission.number))
    assert [tuple(one) for one in versions] == [(1, "superseded", 91), (2, "submitted", 100)]
    assert record_of(company.review).score == 100


def test_a_dismissed_appeal_takes_nothing_back(company):
    company.answer("dismiss", [company.late.id])

    assert record_of(company.review).score == 91
    assert len(contested(company.review)) == 2


def test_an_upheld_one_without_entries_leaves_the_score(company):
    company.answer()

    assert record_of(company.review).score == 91
    assert db.session.scalar(select(Submission.number).filter_by(state="submitted")) == 1


def test_another_reviews_entry_is_refused_and_nothing_is_answered(company):
    foreign = LedgerEntry(
        employee_id=company.other.id, kind="deduction", happened_on=date(2025, 7, 8), recorded_at=FRIDAY, points=3
    )
    db.session.add(foreign)
    db.session.flush()

    with pytest.raises(Refusal) as refused:
        company.answer(takes_back=[foreign.id])

    assert refused.value.kind == "conflict"
    assert record_of(company.review).score == 91
