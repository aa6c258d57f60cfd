"""Two training gates: nobody is appointed or put on duty before they are passed; a transfer asks again."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import Company, make_account, make_employee
from workflow_app.db import db
from workflow_app.models import Clearance, Event
from workflow_app.queries.gates import before_gates, gates_in_force, standings
from workflow_app.queries.postings import Place
from workflow_app.services.clearing import give_clearance
from workflow_app.services.examining import Entry, enter_results
from workflow_app.services.posting import transfer
from workflow_app.services.publishing import publish_scheme

PUBLISHED = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
NOW = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)
TODAY = date(2025, 10, 20)
POINTS = {"theory_test": {"company_rules": "30", "product_knowledge": "40"}, "practical_test": {"reception": "30", "operation": "40"}}


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def version(company):
    return publish_scheme(builtin_scheme_text(), actor=SYSTEM, now=PUBLISHED)


@pytest.fixture
def joiner(company, version):
    return make_employee(name="新人", superior=company.supervisor, joined=date(2025, 3, 3))


def passed(version, person, *forms, on):
    for form in forms:
        enter_results(version, form, on, [Entry(person, POINTS[form])], actor=SYSTEM, now=NOW)


def waiting(**values):
    return [(place.employee.name, place.gate.code, len(place.standing.lacking)) for place in before_gates(TODAY, **values)]


def clear(company, person, gate, on=TODAY, actor=None):
    return give_clearance(person, gate, effective_on=on, actor=actor or company.hr.actor(), now=NOW)


def test_only_those_who_came_since_the_scheme_has_gates_stand_before_them(company, joiner):
    assert waiting() == [("新人", "induction", 1), ("新人", "on_the_job", 2)]
    assert waiting(superior_id=company.manager.id) == []


def test_a_later_version_does_not_move_the_day_since_when_gates_ask(company, joiner):
    publish_scheme(builtin_scheme_text() + "\n# again\n", actor=SYSTEM, now=NOW)

    assert {one.since for one in gates_in_force()} == {date(2025, 1, 6)}


@pytest.mark.parametrize("gate", ["induction", "on_the_job"])
def test_a_clearance_is_refused_while_the_gate_is_not_passed(company, joiner, gate):
    with pytest.raises(Refusal, match="not taken yet") as refused:
        clear(company, joiner, gate)

    assert refused.value.kind == "conflict"
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 0


def test_a_passed_gate_is_cleared_once_and_recorded(company, version, joiner):
    passed(version, joiner, "theory_test", on=date(2025, 3, 10))

    row = clear(company, joiner, "induction", on=date(2025, 3, 12))

    assert (row.step, row.post, row.effective_on) == ("appointment", "客服专员", date(2025, 3, 12))
    assert waiting() == [("新人", "on_the_job", 1)]
    assert waiting(waiting=False) == [("新人", "induction", 0), ("新人", "on_the_job", 1)]
    assert db.session.scalar(select(Event.data).filter_by(kind="cleared"))["gate"] == "induction"
    with pytest.raises(Refusal, match="already"):
        clear(company, joiner, "induction")


def test_after_a_transfer_the_duty_lapses_and_asks_again(company, version, joiner):
    passed(version, joiner, "theory_test", "practical_test", on=date(2025, 3, 10))
    for gate in ("induction", "on_the_job"):
        clear(company, joiner, gate, on=date(2025, 3, 12))
    assert waiting() == []

    place = Place("培训部", "培训师", "office", company.manager.id)
    transfer(joiner, place, since=date(2025, 9, 1), actor=company.hr.actor(), now=NOW)

    standing = next(one.standing for one in before_gates(TODAY))
    assert waiting() == [("新人", "on_the_job", 2)]
    assert (standing.lapsed, standing.since) == (date(2025, 9, 1), date(2025, 9, 1))
    passed(version, joiner, "theory_test", "practical_test", on=date(2025, 9, 5))
    with pytest.raises(Refusal, match="Choose a day"):
        clear(company, joiner, "on_the_job", on=date(2025, 9, 4))
    clear(company, joiner, "on_the_job", on=date(2025, 9, 8))
    assert waiting() == []


def test_who_was_here_before_is_asked_after_a_transfer_only(company, version):
    with pytest.raises(Refusal, match="here before"):
        clear(company, company.agent, "induction")

    transfer(company.agent, Place("培训部", "培训师", "office", company.manager.id), since=date(2025, 9, 1),
             actor=company.hr.actor(), now=NOW)

    assert waiting() == [("侯杰", "on_the_job", 2)]


def test_only_hr_clears_nobody_themselves_and_no_unknown_gate(company, version, joiner):
    boss = make_account(employee=company.supervisor).actor()
    for person, gate, actor, kind in (
        (joiner, "induction", boss, "forbidden"), (company.clerk, "induction", company.hr.actor(), "forbidden"),
        (joiner, "moon", company.hr.actor(), "not_found"),
    ):
        with pytest.raises(Refusal) as refused:
            clear(company, person, gate, actor=actor)
        assert refused.value.kind == kind
    passed(version, joiner, "theory_test", on=date(2025, 3, 10))
    with pytest.raises(Refusal, match="Choose a day"):
        clear(company, joiner, "induction", on=date(2025, 10, 21))
    assert standings([], gates_in_force()) == {}
