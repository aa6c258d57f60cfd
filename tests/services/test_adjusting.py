"""Commendations, offences and the rulebook through the services, with the values of scheme §4."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from states.composition import compose
from states.errors import Refusal
from states.evidence import Upload
from states.grading import RecordValue
from tests.cycle_company import make_account
from tests.services.grade_company import make_cycle as grade_cycle
from tests.services.grade_company import make_employee, make_months, make_record, make_review
from tests.services.ledger_company import FRIDAY, PNG, SheetCompany, form_in, hand_in, record_of, review_in
from tests.services.test_advancing import at_once
from tests.services.test_composing import submit as submit_answers
from tests.services.test_importing import book
from workflow_app.db import db
from workflow_app.jobs import Job
from workflow_app.models import Assignment, Event, LedgerEntry, OutboxMessage, Record, Review
from workflow_app.queries.assignments import latest_submission
from workflow_app.queries.rulebook import barred, ladder, undecided, why_barred
from workflow_app.schemes import scheme_of
from workflow_app.services import adjusting, composing, distributing, filling, importing, ledger, recording
from workflow_app.services.rulebook import record_under_clause

JULY = "2025-07"
AT_40_OF_50 = {"attendance": {"deducted": "7", "note": "多次迟到"}, "discipline": {"deducted": "1", "note": "工服"}}
STRIKE = {"rule": "unfair_rating", "note": "给亲属打高分", "on": "2025-07-08", "standing_until": None}


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def month(company):
    """The agent's July, with the manager to score."""
    cycle = company.open_cycle("monthly_appraisal", JULY)
    hand_in(company, cycle, company.agent, {}, stage="self_review", by=company.agent)
    return cycle


@pytest.fixture
def review(company, month):
    return review_in(month, company.agent)


def commend(company, review, points=5, event="客户书面表扬", on="2025-07-08", by=None, **options):
    actor = company.actor(by or company.supervisor)
    return adjusting.commend(review, points, event=event, on=on, actor=actor, now=FRIDAY, **options)


def strike(company, review, item="scorecard_staff:discipline", by=None, **options):
    actor = company.actor(by or company.supervisor)
    return adjusting.strike(review, item, actor=actor, now=FRIDAY, **(STRIKE | options))


def finish(company, month, answers=None):
    hand_in(company, month, company.agent, answers or {}, stage="manager_scoring")
    hand_in(company, month, company.agent, {}, stage="confirmation", by=company.manager)


def refused(act, *arguments, **options):
    with pytest.raises(Refusal) as refusal:
        act(*arguments, **options)
    return refusal.value.kind


# --- commendations ------------------------------------------------------------------------------------------------


def test_a_bonus_is_added_to_the_record_and_not_clipped(company, month, review):
    commend(company, review, 5, file=Upload("letter.png", PNG))
    commend(company, review, 3, event="挽回重大损失", on="")

    finish(company, month)

    record = record_of(review)
    assert (record.score, record.bonus, record.reason) == (100, 8, "客户书面表扬; 挽回重大损失")


def test_eleven_months_of_95_and_one_of_105_are_95_8333(company, month, review):
    """Scheme §4: the bonus of the month passes 100 and counts in the mean."""
    commend(company, review, 10)
    finish(company, month, {"attendance": {"deducted": "5", "note": "x"}})
    record = record_of(review)
    months = [RecordValue("monthly_appraisal", f"2025-{number:02}", Fraction(95)) for number in range(1, 13) if number != 7]
    months.append(RecordValue(record.kind, record.period, Fraction(record.score), Fraction(record.bonus)))

    found = compose(months, joined=None, left=None, rule=scheme_of(month).composition)

    assert record.score + record.bonus == 105
    assert found.parts["monthly"] == Fraction(1150, 12)


def test_a_year_end_of_97_with_5_makes_99_35(db_session):
    """Scheme §4: inspections 98 and year-end 97+5, months of 95.8333."""
    person = make_employee("吕静", superior=make_employee("主管"))
    make_months(person, "95", months=11)
    make_record(person, "monthly_appraisal", "2025-12", "95", bonus=10)
    make_record(person, "weekly_inspection", "2025-W07", "98")
    cycle = grade_cycle(state="open")
    review = make_review(cycle, person)
    submit_answers(review, "manager_scoring", "scorecard_staff", {"ethics": {"deducted": "3"}})
    hr = make_account("hr").actor()
    adjusting.commend(review, 5, event="年度服务标兵", on="2025-12-01", actor=hr, now=FRIDAY + timedelta(days=200))
    cycle.state = "calibrating"

    composing.compose_cycle(cycle.id, now=FRIDAY + timedelta(days=200))

    # 0.2 × 98 + 0.3 × 95.8333… + 0.5 × 102
    assert (review.part("monthly"), review.part("year_end"), review.total) == (
        Decimal("95.83"), Decimal("102.00"), Decimal("99.35"),
    )


@pytest.mark.parametrize(
    ("points", "event"),
    [(0, "客户表扬"), (11, "客户表扬"), (-1, "客户表扬"), (5, ""), (5, "好"), (5, "a\x00bcd"), (5, "x" * 1001)],
)
def test_an_odd_commendation_is_refused(company, review, points, event):
    assert refused(commend, company, review, points, event) == "invalid"


def test_an_event_counts_once_and_a_period_has_its_most(company, review):
    commend(company, review, 6)

    assert refused(commend, company, review, 2, event=" 客户书面表扬 ") == "conflict"
    assert refused(commend, company, review, 5, event="另一件事情") == "conflict"
    commend(company, review, 4, event="另一件事情")


def test_an_event_of_another_period_is_not_commended_again(company, review):
    commend(company, review, 6)
    week = company.open_cycle()

    assert refused(commend, company, review_in(week, company.agent), 2) == "conflict"


def test_a_commendation_taken_back_counts_no_more_and_may_be_given_anew(company, month, review):
    entry = commend(company, review, 9)
    ledger.correct(entry, reason="Too much for it", actor=company.hr.actor(), now=FRIDAY)
    commend(company, review, 4)

    finish(company, month)

    assert record_of(review).bonus == 4


@pytest.mark.parametrize(
    ("somebody", "kind"),
    [
        ("agent", "forbidden"), ("other", "forbidden"), ("vp", "forbidden"), ("manager", "forbidden"),
        ("supervisor", None), ("clerk", None),
    ],
)  # fmt: skip
def test_who_commends(company, review, somebody, kind):
    """The superior and HR; the head of department once it is theirs to confirm."""
    if kind is None:
        assert commend(company, review, by=getattr(company, somebody)).points == 5
    else:
        assert refused(commend, company, review, by=getattr(company, somebody)) == kind


def test_nobody_in_hr_commends_themselves(company, month):
    assert refused(commend, company, review_in(month, company.clerk), by=company.clerk) == "forbidden"


def test_after_the_feedback_nothing_is_added(company, month, review):
    finish(company, month)

    assert refused(commend, company, review) == "conflict"
    assert refused(strike, company, review) == "conflict"


def test_while_calibrating_hr_adds_and_the_totals_are_worked_out_anew(company):
    cycle = company.open_cycle("year_end", "2025", now=FRIDAY + timedelta(days=200))
    cycle.state, cycle.composed_at = "calibrating", FRIDAY
    review = review_in(cycle, company.agent)

    assert refused(commend, company, review, on="") == "conflict"
    commend(company, review, on="", by=company.clerk)

    asked = db.session.scalar(select(OutboxMessage.job).order_by(OutboxMessage.id.desc()).limit(1))
    assert (cycle.composed_at, asked) == (None, Job.COMPOSE_CYCLE.value)


# --- offences -----------------------------------------------------------------------------------------------------


def test_an_offence_takes_discipline_from_4_of_5_and_92_becomes_88(company, month, review):
    """Scheme §4."""
    hand_in(company, month, company.agent, AT_40_OF_50, stage="manager_scoring")
    strike(company, review)

    hand_in(company, month, company.agent, {}, stage="confirmation", by=company.manager)

    assert db.session.scalar(select(Event.id).filter_by(kind="recorded")) is not None
    assert record_of(review).score == 88


def test_the_sanction_of_an_offence_is_recorded_apart(company, review):
    offence, sanction = strike(
        company, review, by=company.clerk, standing_until=date(2026, 7, 8), file=Upload("memo.txt", b"memo")
    )

    assert (offence.kind, offence.form, offence.item, offence.rule) == ("offence", "scorecard_staff", "discipline", "unfair_rating")
    assert (sanction.kind, sanction.rung, sanction.standing_until, sanction.item) == ("sanction", "demerit", date(2026, 7, 8), "")
    assert [file.filename for file in offence.files] == ["memo.txt"]


def test_an_offence_taken_back_gives_the_points_back_and_its_sanction_goes_with_it(company, month, review):
    offence, sanction = strike(company, review, by=company.clerk)
    assert refused(ledger.correct, sanction, reason="Not proven", actor=company.actor(company.supervisor), now=FRIDAY) == "forbidden"
    assert set(barred(month, [company.agent.id])) == {company.agent.id}

    ledger.correct(offence, reason="Not proven", actor=company.hr.actor(), now=FRIDAY)
    finish(company, month, AT_40_OF_50)

    assert record_of(review).score == 92
    assert barred(month, [company.agent.id]) == {}
    assert refused(ledger.correct, sanction, reason="Not proven", actor=company.hr.actor(), now=FRIDAY) == "conflict"


def test_a_superiors_offence_bars_nobody_until_hr_decides_the_sanction(company, month, review):
    offence, none = strike(company, review)
    assert (none, barred(month, [company.agent.id]), undecided()) == (None, {}, [offence])
    for somebody in (company.supervisor, company.manager, company.agent):
        actor = company.actor(somebody)
        assert refused(adjusting.sanction, offence, standing_until=None, actor=actor, now=FRIDAY) == "forbidden"

    made = adjusting.sanction(offence, standing_until=None, actor=company.hr.actor(), now=FRIDAY)

    assert (made.kind, made.rung, made.follows_id, made.review_id) == ("sanction", "demerit", offence.id, review.id)
    assert (set(barred(month, [company.agent.id])), undecided()) == ({company.agent.id}, [])
    again = {"standing_until": None, "actor": company.hr.actor(), "now": FRIDAY}
    assert refused(adjusting.sanction, offence, **again) == "conflict"
    assert refused(adjusting.sanction, made, **again) == "not_found"


def test_a_superior_takes_their_offence_back_until_hr_has_decided(company, review):
    """What HR has decided falls by HR alone."""
    by_superior = {"reason": "Not proven", "actor": company.actor(company.supervisor), "now": FRIDAY}
    first, _none = strike(company, review)
    ledger.correct(first, **by_superior)
    assert undecided() == []
    second, _none = strike(company, review)
    adjusting.sanction(second, standing_until=None, actor=company.hr.actor(), now=FRIDAY)

    assert refused(ledger.correct, second, **by_superior) == "forbidden"


def test_a_superior_takes_back_nothing_that_hr_recorded(company, review):
    entry = commend(company, review, by=company.clerk)

    assert refused(ledger.correct, entry, reason="Not so", actor=company.actor(company.supervisor), now=FRIDAY) == "forbidden"


@pytest.mark.parametrize(
    "odd",
    [
        {"item": "scorecard_staff:nothing"}, {"item": "inspection_weekly:attendance"}, {"item": "discipline"},
        {"rule": "praised_by_customer"}, {"rule": "invented"}, {"note": ""}, {"on": "2025-08-01"}, {"on": "2025-06-30"},
        {"standing_until": date(2025, 7, 7)},
    ],
)  # fmt: skip
def test_an_odd_offence_is_refused(company, review, odd):
    item = odd.pop("item", "scorecard_staff:discipline")

    assert refused(strike, company, review, item, **odd) == "invalid"
    db.session.rollback()
    assert db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all() == []


def test_the_points_of_an_item_go_once(company, review):
    strike(company, review)

    assert refused(strike, company, review) == "conflict"


# --- rulebook -----------------------------------------------------------------------------------------------------


def under(company, person, rule="non_cooperation", on=date(2025, 7, 8), **options):
    scheme = options.pop("scheme", None) or adjusting.scheme_of(db.session.scalar(select(Review)).cycle)
    actor = company.actor(options.pop("by", company.clerk))
    given = {"note": "拒绝提供资料", "on": on, "standing_until": None} | options
    return record_under_clause(person, rule, scheme=scheme, actor=actor, now=FRIDAY, **given)


def test_raters_and_superiors_are_recorded_like_everybody(company, review):
    reward = under(company, company.vp, "praised_by_customer", standing_until=date(2030, 1, 1))
    sanction = under(company, company.supervisor, "unfair_rating", standing_until=date(2026, 7, 8))

    assert (reward.kind, reward.rung, reward.standing_until) == ("reward", "commendation", None)
    assert (sanction.kind, sanction.rung, sanction.review_id) == ("sanction", "demerit", None)


@pytest.mark.parametrize(
    ("somebody", "odd", "kind"),
    [
        ("supervisor", {"by": "supervisor"}, "forbidden"), ("agent", {"by": "manager"}, "forbidden"),
        ("clerk", {}, "forbidden"), ("agent", {"rule": "invented"}, "invalid"),
        ("agent", {"on": date(2025, 7, 12)}, "invalid"), ("agent", {"note": " "}, "invalid"),
        ("agent", {"standing_until": date(2025, 7, 1)}, "invalid"),
        ("agent", {"file": Upload("x.html", b"<p>")}, "invalid"),
    ],
)  # fmt: skip
def test_who_records_and_what_is_refused(company, review, somebody, odd, kind):
    if "by" in odd:
        odd = odd | {"by": getattr(company, odd["by"])}

    assert refused(under, company, getattr(company, somebody), **odd) == kind


def test_three_of_a_kind_make_one_of_the_next(company, review):
    for day in (1, 2, 3, 4):
        under(company, company.agent, on=date(2025, 7, day))

    book = scheme_of(review.cycle).rulebook
    found = [(one.rung.en, one.count, one.bars) for one in ladder(book, date(2025, 7, 11))]

    assert found == [("Warning", 1, False), ("Demerit", 1, True)]


def test_standing_sanctions_bar_the_top_band_until_they_run_out_or_are_taken_back(company, review):
    warnings = [under(company, company.agent, on=date(2025, 7, day)) for day in (1, 2, 3)]
    under(company, company.other, "false_information", standing_until=date(2025, 7, 30))
    held = under(company, company.manager, "false_information", standing_until=date(2025, 7, 31))

    everybody = [company.agent.id, company.other.id, company.manager.id, company.vp.id]
    assert set(barred(review.cycle, everybody)) == {company.agent.id, company.manager.id}
    assert [one.id for one in why_barred(review)] == [one.id for one in warnings]

    for entry in (warnings[0], held):
        ledger.correct(entry, reason="Not proven", actor=company.hr.actor(), now=FRIDAY)
    assert barred(review.cycle, everybody) == {}


def test_a_sanction_given_after_the_period_bars_nothing_in_it(company):
    cycle = grade_cycle(state="calibrating", period_end=date(2025, 6, 30))
    first, last = (make_review(cycle, make_employee()).employee for _ in range(2))
    under(company, first, "false_information", on=date(2025, 7, 1), scheme=scheme_of(cycle))
    under(company, last, "false_information", on=date(2025, 6, 30), scheme=scheme_of(cycle))

    assert set(barred(cycle, [first.id, last.id])) == {last.id}


def test_who_is_barred_stands_below_the_top_band_with_the_flag(company, db_session):
    cycle = grade_cycle(state="calibrating")
    reviews = [make_review(cycle, make_employee(), total=Decimal(99 - place)) for place in range(20)]
    under(company, reviews[0].employee, "false_information", scheme=scheme_of(cycle))

    distributing.distribute_cycle(cycle.id, now=FRIDAY)

    assert (reviews[0].rank, reviews[0].computed_band, "barred" in reviews[0].flags) == (1, "B", True)
    assert "barred" not in reviews[1].flags


# --- records ------------------------------------------------------------------------------------------------------


def test_the_reviews_record_goes_before_an_imported_one_and_says_so(company, month, review):
    imported = Record(employee_id=company.agent.id, kind="monthly_appraisal", period=JULY, year=2025, score=Decimal("61.5"), reason="旧表")
    db.session.add(imported)
    db.session.flush()

    finish(company, month)

    assert [(one.id, one.score) for one in db.session.scalars(select(Record))] == [(imported.id, 100)]
    event = db.session.scalar(select(Event).filter_by(subject_type="record", kind="record_replaced"))
    assert (event.data["review"], event.detail.data["score"].rstrip("0")) == (review.id, "61.5")


def test_a_check_of_a_day_stands_beside_an_imported_one(company):
    day = company.open_cycle("spot_check", "2025-07-09")
    db.session.add(Record(employee_id=company.agent.id, kind="spot_check", period="2025-07-09", year=2025, score=Decimal(80)))
    db.session.flush()

    hand_in(company, day, company.agent)

    rows = db.session.scalars(select(Record).order_by(Record.occurrence)).all()
    assert [(one.occurrence, one.score) for one in rows] == [(1, 80), (2, 100)]


def test_a_file_does_not_change_what_a_review_has_recorded(company, month, review):
    finish(company, month)
    rows = ([company.agent.employee_no, "月考核", JULY, 61, "", ""], [company.other.employee_no, "月考核", JULY, 70, "", ""])

    plan = importing.plan_import("records", "records.xlsx", book("records", *rows))

    assert [(fault.row, "Take this row out" in str(fault.message)) for fault in plan.faults] == [(2, True)]


def test_recording_again_keeps_one_record(company, month, review):
    finish(company, month)

    recording.record_result(review, actor=company.hr.actor(), now=FRIDAY)

    assert len(db.session.scalars(select(Record).filter_by(review_id=review.id)).all()) == 1


# --- at the same moment -------------------------------------------------------------------------------------------


def test_two_windows_that_add_rows_at_once_both_have_them(app, company):
    week = company.open_cycle()
    number, actor = form_in(week, company.agent).id, company.actor(company.supervisor)
    db.session.commit()
    db.session.remove()

    def add(item, typed):
        return lambda: ledger.add_deduction(db.session.get_one(Assignment, number), item, typed, actor=actor, now=FRIDAY).id

    outcomes = at_once(app, [add("attendance", {"clause": "late"}), add("courtesy", {"clause": "no_greeting"})])

    assert len({one for one in outcomes if isinstance(one, int)}) == 2
    rows = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert {row.item for row in rows} == {"attendance", "courtesy"}
    review = db.session.scalar(select(Review).filter_by(employee_id=rows[0].employee_id))
    assert review.version == len(db.session.scalars(select(Event).filter_by(subject_type="review", subject_id=review.id)).all())


def test_a_row_and_the_hand_in_at_once_leave_no_row_that_does_not_count(app, company):
    week = company.open_cycle()
    number, actor = form_in(week, company.agent).id, company.actor(company.supervisor)
    db.session.commit()
    db.session.remove()

    def add():
        form = db.session.get_one(Assignment, number)
        return ledger.add_deduction(form, "attendance", {"clause": "late"}, actor=actor, now=FRIDAY).id

    def submit():
        return filling.submit(db.session.get_one(Assignment, number), {}, actor=actor, now=FRIDAY).id

    at_once(app, [add, submit])

    rows = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert latest_submission(number).score == 100 - 2 * len(rows)


def test_one_entry_is_taken_back_once_by_two_at_once(app, company):
    week = company.open_cycle()
    actor = company.actor(company.supervisor)
    entry = ledger.add_deduction(form_in(week, company.agent), "attendance", {"clause": "late"}, actor=actor, now=FRIDAY)
    number = entry.id
    db.session.commit()
    db.session.remove()

    def take_back():
        return ledger.correct(db.session.get_one(LedgerEntry, number), reason="Wrong person", actor=actor, now=FRIDAY).id

    outcomes = at_once(app, [take_back, take_back])

    assert [isinstance(one, int) for one in outcomes].count(True) == 1
    assert len(db.session.scalars(select(LedgerEntry).filter_by(corrects_id=number)).all()) == 1
