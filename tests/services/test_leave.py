"""HR records leave; odd days are refused, and the history keeps what was."""

from datetime import date

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.cycle_company import NOW, Company, make_account
from workflow_app.models import Event, Leave
from workflow_app.queries.leave import leave_page, leaves_of
from workflow_app.services.leave import Wanted, change_leave, record_leave, remove_leave

JUNE = Wanted("statutory", date(2025, 6, 2), date(2025, 6, 30), "产假")


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def leave(company):
    return record_leave(company.agent, JUNE, actor=company.hr.actor(), now=NOW)


def test_a_leave_is_recorded_changed_and_taken_back_with_its_history(db_session, company, leave):
    hr = company.hr.actor()
    change_leave(leave, Wanted("sick", JUNE.first, date(2025, 7, 4)), actor=hr, now=NOW)
    assert [(row.kind, row.last) for row in leaves_of(company.agent.id)] == [("sick", date(2025, 7, 4))]

    remove_leave(leave, actor=hr, now=NOW)

    assert leaves_of(company.agent.id) == []
    query = select(Event).filter_by(subject_type="employee", subject_id=company.agent.id).order_by(Event.id)
    events = db_session.scalars(query).all()
    assert [event.kind for event in events] == ["leave_recorded", "leave_changed", "leave_removed"]
    assert events[1].detail.data["before"]["last"] == "2025-06-30"
    assert "last" not in str(events[1].data), "days of leave are personal"


@pytest.mark.parametrize(("wanted", "words"), [
    (Wanted("holiday", JUNE.first, JUNE.last), "kind of leave"),
    (Wanted("sick", JUNE.last, JUNE.first), "before the first"),
    (Wanted("sick", date(2021, 1, 1), date(2024, 6, 30)), "three years"),
    (Wanted("sick", date(2019, 12, 1), date(2020, 1, 5)), "employment"),
    (Wanted("sick", date(2025, 12, 1), date(2026, 2, 5)), "employment"),
    (Wanted("sick", date(2025, 5, 1), date(2025, 6, 2)), "a leave from"),
    (Wanted("sick", date(2025, 1, 1), date(2025, 1, 2), "x" * 501), "characters"),
])
def test_odd_leave_is_refused_in_words(company, leave, wanted, words):
    company.agent.left = date(2025, 12, 31)

    with pytest.raises(Refusal, match=words):
        record_leave(company.agent, wanted, actor=company.hr.actor(), now=NOW)


def test_a_leave_may_be_moved_over_itself(company, leave):
    change_leave(leave, Wanted("statutory", date(2025, 6, 9), date(2025, 7, 9)), actor=company.hr.actor(), now=NOW)

    assert leave.first == date(2025, 6, 9)


def test_only_hr_and_nobody_for_themselves(company, leave):
    boss = make_account(employee=company.supervisor).actor()

    for employee, actor in ((company.agent, boss), (company.clerk, company.hr.actor())):
        with pytest.raises(Refusal) as refused:
            record_leave(employee, Wanted("sick", date(2025, 1, 1), date(2025, 1, 3)), actor=actor, now=NOW)
        assert refused.value.kind == "forbidden"
    with pytest.raises(Refusal):
        remove_leave(leave, actor=boss, now=NOW)


def test_the_list_shows_who_is_away_and_who_will_be(db_session, company, leave):
    record_leave(company.other, Wanted("sick", date(2025, 9, 1), date(2025, 9, 3)), actor=company.hr.actor(), now=NOW)

    shown = {wanted: [row.employee_id for row in leave_page(wanted, date(2025, 6, 30), 1).items] for wanted in ("now", "coming", "all")}

    assert shown == {"now": [company.agent.id], "coming": [company.other.id], "all": [company.other.id, company.agent.id]}
    assert db_session.scalar(select(Leave.kind).filter_by(id=leave.id)) == "statutory"
