"""Where people stood, and since when: imports and edits leave postings."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.cycle_company import Company, make_account
from tests.imports.files import EMPLOYEES, text
from workflow_app.db import db, unit_of_work
from workflow_app.models import Employee, Event, Posting
from workflow_app.queries.postings import Place, place_of, places_on, postings_of, transfers
from workflow_app.services import importing
from workflow_app.services.posting import transfer

NOW = datetime(2025, 9, 1, 2, 0, tzinfo=UTC)
TODAY = date(2025, 9, 1)
BOSS = ["K1", "方霞", "", "总经办", "总经理", "管理人员", "", "", "2006-03-01", ""]
CLERK = ["K2", "谭晓明", "", "客服部", "客服专员", "一线员工", "K1", "K1", "2020-02-03", ""]
MOVED = ["K2", "谭晓明", "", "客服部", "客服主管", "管理人员", "K1", "K1", "2020-02-03", ""]


def bring_in(*rows, since=None, now=NOW):
    content = text([EMPLOYEES, *rows])
    with unit_of_work():
        return importing.import_workbook("employees", "e.csv", content, actor=SYSTEM, now=now, since=since)


def clerk():
    return db.session.scalar(select(Employee).filter_by(employee_no="K2"))


def history():
    return [(row.since, row.post, row.population) for row in reversed(postings_of(clerk().id))]


@pytest.fixture
def imported(db_session):
    bring_in(BOSS, CLERK)


def test_who_comes_in_has_a_posting_since_joining(imported):
    assert history() == [(date(2020, 2, 3), "客服专员", "front_line")]
    assert postings_of(clerk().id)[0].superior.employee_no == "K1"


@pytest.mark.parametrize(("since", "expected"), [(None, TODAY), (date(2025, 7, 1), date(2025, 7, 1))])
def test_an_import_that_moves_somebody_leaves_a_posting(imported, since, expected):
    bring_in(BOSS, MOVED, since=since)

    assert history() == [(date(2020, 2, 3), "客服专员", "front_line"), (expected, "客服主管", "management")]
    assert clerk().post == "客服主管"


def test_a_second_change_of_one_day_corrects_the_posting(imported):
    bring_in(BOSS, MOVED)
    bring_in(BOSS, [*MOVED[:4], "培训主管", *MOVED[5:]])

    assert [post for _, post, _ in history()] == ["客服专员", "培训主管"]


def test_a_new_name_or_address_is_no_posting(imported):
    bring_in(BOSS, ["K2", "谭小明", "k2@example.com", *CLERK[3:]])

    assert len(history()) == 1


def test_a_corrected_joining_day_moves_the_first_posting(imported):
    bring_in(BOSS, [*CLERK[:8], "2019-05-06", ""])

    assert [since for since, _, _ in history()] == [date(2019, 5, 6)]


def test_a_day_in_the_future_or_before_a_later_posting_is_refused_by_name(imported):
    bring_in(BOSS, MOVED, since=date(2025, 7, 1))

    with pytest.raises(Refusal, match="future"):
        bring_in(BOSS, CLERK, since=date(2025, 9, 2))
    with pytest.raises(Refusal, match="谭晓明"):
        bring_in(BOSS, CLERK, since=date(2025, 6, 30))
    assert clerk().post == "客服主管"


def test_people_without_a_history_get_one_with_their_first_change(db_session):
    company = Company()
    agent = company.agent
    place = Place("培训部", "培训师", "office", company.manager.id, company.vp.id)

    transfer(agent, place, since=TODAY, actor=company.hr.actor(), now=NOW)

    rows = db.session.scalars(select(Posting).filter_by(employee_id=agent.id).order_by(Posting.since)).all()
    assert [(row.since, row.department) for row in rows] == [(agent.joined, "客户服务部"), (TODAY, "培训部")]
    assert (agent.department, agent.population, agent.superior) == ("培训部", "office", company.manager)
    assert [row.since for row in transfers(rows)] == [TODAY]
    event = db.session.scalar(select(Event).filter_by(kind="employee_posted", subject_id=agent.id))
    assert event.data["since"] == "2025-09-01"
    assert event.detail.data["before"]["department"] == "客户服务部"


def test_where_somebody_stood_on_a_day(imported):
    bring_in(BOSS, MOVED, since=date(2025, 7, 1))

    people = [clerk()]
    posts = {day: places_on(people, day)[clerk().id].post for day in (date(2019, 1, 1), date(2025, 6, 30), date(2025, 7, 1))}
    assert list(posts.values()) == ["客服专员", "客服专员", "客服主管"]
    assert places_on(people, TODAY)[clerk().id] == place_of(clerk())


def test_a_new_superior_is_a_posting_but_no_transfer(db_session):
    company = Company()
    agent = company.agent
    place = Place(agent.department, agent.post, agent.population, company.manager.id, agent.vp_id)

    transfer(agent, place, since=TODAY, actor=company.hr.actor(), now=NOW)

    rows = list(reversed(postings_of(agent.id)))
    assert len(rows) == 2
    assert transfers(rows) == []
    assert transfer(agent, place, since=TODAY, actor=company.hr.actor(), now=NOW) is None


def test_only_hr_moves_people_and_nobody_themselves_or_in_circles(db_session):
    company = Company()
    hr, boss = company.hr.actor(), make_account(employee=company.manager).actor()
    place = Place("培训部", "培训师", "office", company.manager.id)
    below = Place(company.manager.department, company.manager.post, "management", company.agent.id)

    for employee, wanted, actor, since, kind in (
        (company.agent, place, boss, TODAY, "forbidden"),
        (company.clerk, place, hr, TODAY, "forbidden"),
        (company.manager, below, hr, TODAY, "invalid"),
        (company.agent, place, hr, date(2019, 12, 31), "invalid"),
        (company.agent, Place("", "", "", None), hr, TODAY, "invalid"),
    ):
        with pytest.raises(Refusal) as refused:
            transfer(employee, wanted, since=since, actor=actor, now=NOW)
        assert refused.value.kind == kind
