"""Recurring cycles: opened by the clock, once, by the newest published version, where the company is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account, make_scheme
from tests.support import handler, run_jobs, run_timers
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import Job
from workflow_app.models import Cycle, Event, RecurringCycle, Review, SchemeVersion, Timer
from workflow_app.services import recurring
from workflow_app.services.calibration_opening import cancel
from workflow_app.services.launching import create_cycle, launch
from workflow_app.services.publishing import publish_scheme


def at(day, hour=4):
    """An hour (UTC) of a day; at four it is noon in Shanghai."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.fixture
def company(db_session):
    company = Company()
    make_scheme()
    return company


@pytest.fixture
def code(company):
    return db.session.scalar(select(SchemeVersion.code))


@pytest.fixture
def switch(company, code):
    def on(kind="monthly_appraisal", first="2026-02", now=NOW):
        return recurring.switch_on(code, kind, first, actor=company.hr.actor(), now=now)

    return on


def periods():
    return db.session.execute(select(Cycle.period, Cycle.state).order_by(Cycle.period)).all()


def kinds_of(row):
    query = select(Event.kind).filter_by(subject_type="recurring", subject_id=row.id).order_by(Event.id)
    return db.session.scalars(query).all()


def wake(app, now):
    """Fire what is due at `now` and let the handler see that moment."""
    with handler(Job.OPEN_RECURRING, lambda recurring_id: recurring.open_due(recurring_id, now=now)):
        return run_timers(app, now=now)


def test_the_clock_opens_and_launches_each_due_period_once(app, company, switch):
    row = switch()
    wake(app, NOW)
    wake(app, NOW)
    for day in ("2026-03-10", "2026-03-31", "2026-04-01", "2026-04-01", "2026-04-02"):
        wake(app, at(day))

    assert periods() == [("2026-02", "open"), ("2026-03", "open")]
    assert db.session.scalar(select(func.count()).select_from(Review)) == 2 * len(company.rated)
    assert kinds_of(db.session.get(RecurringCycle, row.id)) == [
        "recurring_switched_on", "recurring_opened", "recurring_opened"
    ]
    opened = db.session.scalar(select(Cycle).filter_by(period="2026-03"))
    assert (opened.recurring_id, opened.created_by_id, opened.title_en) == (row.id, None, "Monthly appraisal, March 2026")


def test_the_day_begins_where_the_company_is(app, switch):
    switch(first="2026-03")
    wake(app, NOW)
    wake(app, at("2026-03-31", hour=15))
    assert periods() == []

    wake(app, at("2026-03-31", hour=16) + timedelta(minutes=6))
    assert [period for period, _ in periods()] == ["2026-03"]


def test_a_worker_that_was_off_for_three_weeks_catches_up(app, switch):
    switch("weekly_inspection", "2026-W11")
    wake(app, at("2026-03-13"))
    assert [period for period, _ in periods()] == ["2026-W11"]

    wake(app, at("2026-04-03"))

    assert [period for period, _ in periods()] == ["2026-W11", "2026-W12", "2026-W13", "2026-W14"]


def test_ten_ticks_at_once_open_one_cycle(app, switch):
    row = switch()
    db.session.commit()
    number, barrier = row.id, Barrier(10)

    def run(_):
        with app.app_context():
            barrier.wait(timeout=30)
            with unit_of_work():
                return recurring.open_due(number, now=NOW)

    db.session.remove()
    with ThreadPoolExecutor(10) as pool:
        opened = list(pool.map(run, range(10)))

    assert sorted(opened) == [0] * 9 + [1]
    assert db.session.scalar(select(func.count()).select_from(Cycle)) == 1
    assert db.session.scalar(select(func.count()).select_from(Timer).where(Timer.kind == "open", Timer.fired_at.is_(None))) == 1


def test_two_beats_fire_a_timer_once(app, switch):
    switch()
    with handler(Job.OPEN_RECURRING, lambda recurring_id: recurring.open_due(recurring_id, now=NOW)):
        assert (run_timers(app, now=NOW), run_timers(app, now=NOW)) == (1, 0)
    assert len(periods()) == 1


def test_the_newest_published_version_is_taken_at_opening(app, company, switch):
    switch()
    wake(app, NOW)
    text = builtin_scheme_text().replace("days: 5\n        overdue: escalate", "days: 6\n        overdue: escalate")
    newest = publish_scheme(text, actor=SYSTEM, now=at("2026-03-20"))
    wake(app, at("2026-04-01"))

    versions = dict(db.session.execute(select(Cycle.period, SchemeVersion.version).join(Cycle.scheme_version)).all())
    assert versions == {"2026-02": 1, "2026-03": newest.version}
    assert newest.version == 2


def test_switched_off_nothing_opens_and_on_again_it_goes_on_from_the_named_period(app, company, switch):
    row = switch()
    wake(app, NOW)
    recurring.switch_off(db.session.get(RecurringCycle, row.id), actor=company.hr.actor(), now=NOW)
    wake(app, at("2026-05-02"))
    assert len(periods()) == 1

    switch(first="2026-04", now=at("2026-05-02"))
    wake(app, at("2026-05-02"))

    assert [period for period, _ in periods()] == ["2026-02", "2026-04"]
    off = db.session.scalar(select(RecurringCycle))
    recurring.switch_off(off, actor=company.hr.actor(), now=NOW)
    with pytest.raises(Refusal, match="off already"):
        recurring.switch_off(off, actor=company.hr.actor(), now=NOW)


@pytest.mark.parametrize("gone", ["retired", "not recurring"])
def test_a_retired_scheme_or_a_kind_that_recurs_no_more_stops_the_clock(app, company, switch, gone):
    row = switch()
    if gone == "retired":
        version = db.session.scalar(select(SchemeVersion))
        version.state, version.retired_at = "retired", NOW
    else:
        publish_scheme(builtin_scheme_text().replace("    recurring: {open: after_end}\n", ""), actor=SYSTEM, now=NOW + timedelta(1))
    wake(app, at("2026-05-02"))

    row = db.session.get(RecurringCycle, row.id)
    assert (row.active, periods()) == (False, [])
    assert kinds_of(row)[-1] == "recurring_stopped"
    assert wake(app, at("2026-06-02")) == 0


def test_a_period_that_hr_opened_by_hand_or_cancelled_is_not_opened_again(app, company, switch):
    version = db.session.scalar(select(SchemeVersion))
    create_cycle(version, "monthly_appraisal", "2026-02", actor=company.hr.actor(), now=NOW)
    switch(first="2026-01")
    wake(app, NOW)
    assert periods() == [("2026-01", "open"), ("2026-02", "draft")]

    cancel(db.session.scalar(select(Cycle).filter_by(period="2026-01")), reason="by mistake", actor=company.hr.actor(), now=NOW)
    wake(app, at("2026-03-20"))

    assert periods() == [("2026-01", "cancelled"), ("2026-02", "draft")]


def test_a_period_without_people_leaves_a_draft_and_does_not_stop_the_others(app, company, switch):
    row = switch("monthly_appraisal", "2019-12", now=at("2020-02-02"))
    wake(app, at("2020-02-02"))

    assert periods() == [("2019-12", "draft"), ("2020-01", "open")]
    assert "recurring_without_people" in kinds_of(db.session.get(RecurringCycle, row.id))


@pytest.mark.parametrize(("kind", "first", "words"), [
    ("year_end", "2025", "no such recurring"), ("lunch", "2026-01", "no such recurring"),
    ("monthly_appraisal", "2026", "Write the period"), ("weekly_inspection", "2020-W01", "at once"),
])
def test_what_cannot_recur_is_refused(switch, kind, first, words):
    with pytest.raises(Refusal, match=words):
        switch(kind, first)


def test_only_hr_switches(company, code):
    boss = make_account("general_manager", employee=company.gm).actor()

    with pytest.raises(Refusal) as refused:
        recurring.switch_on(code, "monthly_appraisal", "2026-02", actor=boss, now=NOW)
    assert refused.value.kind == "forbidden"


def test_overlapping_cycles_run_side_by_side(app, company, switch):
    """A week that crosses two months and two years, both months, and the year, at one time."""
    for kind, first in (("weekly_inspection", "2026-W01"), ("monthly_appraisal", "2025-12"), ("monthly_inspection", "2025-12")):
        switch(kind, first, now=at("2026-01-02"))
    wake(app, at("2026-01-02"))
    version = db.session.scalar(select(SchemeVersion))
    year = create_cycle(version, "year_end", "2025", actor=SYSTEM, now=at("2026-01-02"))


    launch(year, actor=SYSTEM, now=at("2026-01-02"))
    run_jobs(app)

    counts = dict(db.session.execute(
        select(Cycle.period, func.count(Review.id)).join(Review, Review.cycle_id == Cycle.id).group_by(Cycle.id, Cycle.period)
        .order_by(Cycle.id)
    ).all())
    assert counts == {"2026-W01": 7, "2025-12": 7, "2025": 7}
    week = db.session.scalar(select(Cycle).filter_by(period="2026-W01"))
    assert (week.period_start.isoformat(), week.period_end.isoformat()) == ("2025-12-29", "2026-01-04")
    assert db.session.scalar(select(func.count()).select_from(Cycle).filter_by(state="open")) == 4
