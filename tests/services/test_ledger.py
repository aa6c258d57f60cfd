from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.evidence import Upload
from states.permissions import may
from tests.services.ledger_company import FRIDAY, PNG, SheetCompany, form_in, hand_in, record_of, review_in
from workflow_app.db import db
from workflow_app.models import Event, EvidenceFile, LedgerEntry, ReviewStage
from workflow_app.queries.ledger import entries_of, entry_facts, rows_of
from workflow_app.queries.sheets import comment_of, entries_about, sheet_of
from workflow_app.services import advancing, filling, ledger
from workflow_app.services.assigning import exclude, hand_over
from workflow_app.services.calibration_opening import cancel
from workflow_app.services.overdue import close_finished_cycle, close_overdue
from workflow_app.services.releasing import acknowledge

LATER = FRIDAY + timedelta(hours=2)
LATE = {"clause": "late", "times": "2", "on": "2025-07-08", "note": "两次"}


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def week(company):
    return company.open_cycle()


@pytest.fixture
def sheet(company, week):
    return form_in(week, company.agent)


def add(company, sheet, item="attendance", typed=None, **options):
    by = options.pop("by", company.supervisor)
    return ledger.add_deduction(sheet, item, typed or LATE, actor=company.actor(by), now=FRIDAY, **options)


def refusal_of(act, *arguments, **options):
    with pytest.raises(Refusal) as refused:
        act(*arguments, **options)
    return refused.value


# --- rows ---------------------------------------------------------------------------------------------------------


def test_a_deduction_is_a_row_with_clause_day_points_and_evidence(company, sheet):
    entry = add(company, sheet, file=Upload("照片.png", PNG))

    assert (entry.kind, entry.item, entry.clause, entry.times, entry.points) == ("deduction", "attendance", "late", 2, 4)
    assert (entry.happened_on, entry.author_id, entry.employee_id) == (
        date(2025, 7, 8), company.supervisor.id, company.agent.id,
    )
    assert [(file.filename, file.media_type, file.size) for file in entry.files] == [("照片.png", "image/png", len(PNG))]
    assert len(entry.files[0].digest) == 64


def test_rows_are_added_any_time_while_the_sheet_is_open_and_each_leaves_an_event(company, sheet):
    before = sheet.review.version

    add(company, sheet)
    add(company, sheet, "courtesy", {"clause": "no_greeting"})

    assert sheet.review.version == before + 2
    assert filling.score_of(sheet, {}).value == 91
    kinds = db.session.scalars(select(Event.kind).filter_by(subject_type="review", subject_id=sheet.review_id)).all()
    assert kinds.count("entry_added") == 2


def test_without_a_day_it_is_today_or_the_end_of_the_period(company, sheet):
    assert add(company, sheet, typed={"clause": "late"}).happened_on == date(2025, 7, 11)


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"note": "only a note"}, {"deducted": "3"}, {"clause": "late", "on": "2025-07-12"},
        {"clause": "late", "on": "2025-07-06"}, {"clause": "late", "deducted": "1"},
        {"deducted": "1", "note": "a\x00b"}, {"deducted": "1", "note": "x" * 1001},
        {"deducted": "11", "note": "more than the item has"},
    ],
)  # fmt: skip
def test_what_is_no_deduction_is_refused_and_leaves_nothing(company, sheet, typed):
    refused = refusal_of(
        ledger.add_deduction, sheet, "attendance", typed, actor=company.actor(company.supervisor), now=FRIDAY
    )

    assert refused.kind == "invalid"
    assert rows_of(sheet) == []


def test_an_item_that_the_sheet_does_not_have_is_refused(company, sheet):
    assert refusal_of(add, company, sheet, "ethics").kind == "invalid"


@pytest.mark.parametrize("somebody", ["agent", "other", "manager", "clerk"])
def test_only_the_inspector_adds_rows(company, sheet, somebody):
    assert refusal_of(add, company, sheet, by=getattr(company, somebody)).kind == "forbidden"


def test_a_row_is_taken_back_by_a_counter_entry_and_entered_anew(company, sheet):
    wrong = add(company, sheet)
    kept = {column: getattr(wrong, column) for column in ("points", "note", "happened_on", "clause", "times")}

    counter = ledger.correct(wrong, reason="It was a colleague", actor=company.actor(company.supervisor), now=LATER)
    add(company, sheet, typed={"clause": "late"})

    assert (counter.kind, counter.corrects_id, counter.note) == ("counter", wrong.id, "It was a colleague")
    assert {column: getattr(wrong, column) for column in kept} == kept
    assert filling.score_of(sheet, {}).value == 98
    assert len(rows_of(sheet)) == 3


def test_a_row_is_taken_back_once_and_with_a_reason(company, sheet):
    entry, actor = add(company, sheet), company.actor(company.supervisor)

    assert refusal_of(ledger.correct, entry, reason="  ", actor=actor, now=LATER).kind == "invalid"
    counter = ledger.correct(entry, reason="Wrong person", actor=actor, now=LATER)

    assert refusal_of(ledger.correct, entry, reason="Wrong person", actor=actor, now=LATER).kind == "conflict"
    assert refusal_of(ledger.correct, counter, reason="Right after all", actor=actor, now=LATER).kind == "conflict"


def test_nobody_else_takes_a_row_back_and_nobody_after_the_hand_in(company, week, sheet):
    entry = add(company, sheet)
    for somebody in (company.agent, company.other):
        refused = refusal_of(ledger.correct, entry, reason="Not true", actor=company.actor(somebody), now=LATER)
        assert refused.kind == "forbidden"
    assert refusal_of(ledger.correct, entry, reason="Not true", actor=company.hr.actor(), now=LATER).kind == "conflict"

    hand_in(company, week, company.agent)

    actor = company.actor(company.supervisor)
    assert refusal_of(ledger.correct, entry, reason="Too late", actor=actor, now=LATER).kind == "conflict"
    assert refusal_of(add, company, sheet).kind == "conflict"


def test_whoever_takes_a_sheet_over_takes_its_rows_along(company, week, sheet):
    add(company, sheet)
    heir = hand_over(sheet, company.manager, actor=company.hr.actor(), now=FRIDAY)

    add(company, heir, "courtesy", {"clause": "no_greeting"}, by=company.manager)
    made = filling.submit(heir, {}, actor=company.actor(company.manager), now=LATER)

    assert made.score == 91
    assert refusal_of(add, company, sheet).kind == "conflict"


def test_evidence_that_is_none_is_refused_with_the_row(company, sheet):
    refused = refusal_of(add, company, sheet, file=Upload("page.html", b"<script>"))

    assert refused.kind == "invalid"
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(EvidenceFile)) == 0


# --- hand-in ------------------------------------------------------------------------------------------------------


def test_the_hand_in_freezes_what_counted_and_leaves_the_record(company, week, sheet):
    wrong = add(company, sheet)
    ledger.correct(wrong, reason="Wrong person", actor=company.actor(company.supervisor), now=FRIDAY)
    entry = add(company, sheet, "courtesy", {"clause": "no_greeting"})

    made = hand_in(company, week, company.agent, {"attendance": {"deducted": "1.5", "note": "早退"}})

    assert made.score == Decimal("93.5")
    assert made.answers["courtesy"]["entries"][0]["id"] == str(entry.id)
    assert [one["points"] for one in made.answers["attendance"]["entries"]] == ["1.5"]
    record = record_of(review_in(week, company.agent))
    assert (record.kind, record.period, record.year, record.score, record.bonus) == (
        "weekly_inspection", "2025-W28", 2025, Decimal("93.5"), None,
    )


def test_a_typed_deduction_becomes_a_row_at_the_hand_in_with_its_file(company, week, sheet):
    filling.submit(
        sheet, {"attendance": {"clause": "late", "deducted": "4"}}, actor=company.actor(company.supervisor), now=FRIDAY,
        files={"attendance": Upload("log.txt", b"09:06")},
    )

    row = rows_of(sheet)[0]
    assert (row.times, row.points, [file.filename for file in row.files]) == (2, 4, ["log.txt"])


def test_a_returned_sheet_counts_anew_and_the_old_copy_stays(company, week, sheet):
    add(company, sheet)
    first = hand_in(company, week, company.agent)
    review = review_in(week, company.agent)
    advancing.return_stage(
        review, "inspection", reason="Look at Tuesday again", due_at=None, actor=company.hr.actor(), now=LATER
    )
    assert (record_of(review), review.released_at) == (None, None)

    ledger.correct(rows_of(sheet)[0], reason="It was a colleague", actor=company.actor(company.supervisor), now=LATER)
    again = hand_in(company, week, company.agent, now=LATER)

    assert (first.score, first.answers["attendance"]["entries"][0]["points"]) == (96, "4")
    assert (again.score, record_of(review).score) == (100, 100)
    assert filling.score_of(sheet, first.answers).value == 96


def test_an_exact_share_is_recorded_to_nine_places(company):
    month = company.open_cycle("monthly_inspection", "2025-07")

    hand_in(company, month, company.agent, {"attendance": {"clause": "late"}})

    assert record_of(review_in(month, company.agent)).score == Decimal("98.461538462")


def test_a_self_review_keeps_no_rows(company):
    month = company.open_cycle("monthly_appraisal", "2025-07")

    made = hand_in(company, month, company.agent, {"attendance": {"deducted": "1", "note": "x"}}, stage="self_review",
                   by=company.agent)  # fmt: skip

    assert made.answers["attendance"]["deducted"] == "1"
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


# --- the person rated ---------------------------------------------------------------------------------------------


def test_the_person_sees_rows_with_the_feedback_and_replies_once(company, week, sheet):
    entry, me = add(company, sheet), company.actor(company.agent)
    assert entries_about(company.agent.id) == []
    assert refusal_of(ledger.reply, entry, text="Not true", actor=me, now=FRIDAY).kind == "forbidden"

    hand_in(company, week, company.agent)
    ledger.reply(entry, text="公交车晚点", actor=me, now=LATER)

    assert [one.row.id for group in entries_about(company.agent.id) for one in group.entries] == [entry.id]
    assert (entry.reply, entry.replied_at) == ("公交车晚点", LATER)
    assert refusal_of(ledger.reply, entry, text="And", actor=me, now=LATER).kind == "conflict"


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\x00b", "\u202e"])
def test_an_odd_reply_is_refused(company, week, sheet, text):
    entry = add(company, sheet)
    hand_in(company, week, company.agent)

    assert refusal_of(ledger.reply, entry, text=text, actor=company.actor(company.agent), now=LATER).kind == "invalid"


def test_who_reads_an_entry(company, week, sheet):
    entry = add(company, sheet)

    def readers():
        facts = entry_facts(entry)
        people = ("agent", "other", "supervisor", "manager", "vp", "clerk", "gm")
        return {name for name in people if may(company.actor(getattr(company, name)), "see_entry", facts).allowed}

    assert readers() == {"supervisor", "clerk", "gm"}
    hand_in(company, week, company.agent)
    assert readers() == {"agent", "supervisor", "clerk", "gm"}


def test_hr_reads_rows_about_themselves_no_sooner_than_others(company, week):
    sheet = form_in(week, company.clerk)
    entry = ledger.add_deduction(sheet, "attendance", LATE, actor=company.actor(company.director), now=FRIDAY)

    assert not may(company.hr.actor(), "see_entry", entry_facts(entry)).allowed


def test_who_confirms_a_month_reads_its_rows(company):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    hand_in(company, month, company.agent, {}, stage="self_review", by=company.agent)
    entry = add(company, form_in(month, company.agent, "manager_scoring"))

    assert may(company.actor(company.manager), "see_entry", entry_facts(entry)).allowed


# --- feedback and signature ---------------------------------------------------------------------------------------


def test_a_month_is_scored_confirmed_fed_back_and_signed(company):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    review = review_in(month, company.agent)
    hand_in(company, month, company.agent, {}, stage="self_review", by=company.agent)
    hand_in(company, month, company.agent, {"attendance": {"clause": "late"}, "feedback": "早会请提前到"}, stage="manager_scoring")
    assert (review.state, review.released_at, record_of(review)) == ("confirmation", None, None)

    hand_in(company, month, company.agent, {"remark": "同意"}, stage="confirmation", by=company.manager, now=LATER)

    assert (review.state, review.released_at) == ("acknowledgement", LATER)
    assert record_of(review).score == 98
    said = {one.text: one.who for one in sheet_of(review).said}
    assert said == {"早会请提前到": company.supervisor.name, "同意": company.manager.name}

    acknowledge(review, comment="我会注意", actor=company.actor(company.agent), now=LATER)

    assert (review.state, review.acknowledged_at, comment_of(review)) == ("closed", LATER, "我会注意")


def test_an_inspection_that_nobody_signs_is_finished_by_the_clock(company, week):
    for person in (company.vp, company.director, company.clerk, company.manager, company.supervisor, company.agent,
                   company.other):  # fmt: skip
        hand_in(company, week, person)
    after = FRIDAY + timedelta(days=14)

    assert close_overdue(week, now=after) == 7
    assert close_finished_cycle(week, now=after)

    review = review_in(week, company.agent)
    assert (review.state, review.acknowledged_at, week.state) == ("closed", None, "closed")
    assert record_of(review).score == 100
    acknowledge(review, actor=company.actor(company.agent), now=after)
    assert review.acknowledged_at == after


def test_the_clock_takes_no_sheet_that_the_inspector_has_not_handed_in(company, week, sheet):
    add(company, sheet)

    close_overdue(week, now=FRIDAY + timedelta(days=14))

    row = db.session.scalar(select(ReviewStage).filter_by(review_id=sheet.review_id, stage="inspection"))
    assert (row.state, record_of(sheet.review)) == ("open", None)


def test_only_the_person_signs_and_an_odd_comment_signs_nothing(company, week):
    hand_in(company, week, company.agent)
    review = review_in(week, company.agent)

    refused = refusal_of(acknowledge, review, actor=company.actor(company.supervisor), now=LATER)
    assert refused.kind == "forbidden"
    refusal_of(acknowledge, review, comment="a\x00b", actor=company.actor(company.agent), now=LATER)
    assert review.acknowledged_at is None


# --- records ------------------------------------------------------------------------------------------------------


def test_whoever_is_taken_out_leaves_no_record(company, week, sheet):
    add(company, sheet)

    exclude(sheet.review, reason="长期病假", actor=company.hr.actor(), now=LATER)

    assert record_of(sheet.review) is None
    assert refusal_of(add, company, sheet).kind == "conflict"


def test_a_cancelled_cycle_leaves_no_records(company, week):
    hand_in(company, week, company.agent)

    cancel(week, reason="Launched by mistake", actor=company.hr.actor(), now=LATER)

    assert record_of(review_in(week, company.agent)) is None


def test_a_sheet_that_was_left_out_leaves_no_record(company, week, sheet):
    advancing.omit_stage(sheet.review, "inspection", reason="On a course", actor=company.hr.actor(), now=LATER)

    assert record_of(sheet.review) is None


def test_entries_of_two_people_are_kept_apart(company, week, sheet):
    add(company, sheet)

    assert entries_of(form_in(week, company.other)) == []
