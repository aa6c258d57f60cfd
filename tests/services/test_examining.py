"""Scored tests: entered for a group, corrected by a new row, and never one's own."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from tests.cycle_company import NOW, Company, make_account, make_cycle, make_scheme
from workflow_app.db import db
from workflow_app.models import Event, Review, TestResult
from workflow_app.queries.tests_taken import carried_by, corrected, newest_of, offered_tests, results_of, taken_by
from workflow_app.services.examining import Entry, correct_result, enter_results
from workflow_app.services.launching import launch, launch_chunk

DAY = date(2025, 5, 12)
FULL = {"company_rules": "40", "product_knowledge": "60"}


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def version(company):
    return make_scheme()


def points(rules, knowledge):
    return {"company_rules": str(rules), "product_knowledge": str(knowledge)}


def enter(company, version, *entries, on=DAY, form="theory_test", actor=None):
    return enter_results(
        version, form, on, [Entry(*entry) for entry in entries], actor=actor or company.hr.actor(), now=NOW
    )


@pytest.mark.parametrize(("reached", "score", "passed"), [
    (points(40, 60), "100", True), (points(20, 40), "60", True), (points("19.99", 40), "59.99", False), (points(0, 0), "0", False),
])
def test_a_score_is_points_of_the_full_ones_and_passes_at_the_mark(company, version, reached, score, passed):
    (row,) = enter(company, version, (company.agent, reached))

    assert (row.score, row.passed) == (Decimal(score), passed)


def test_a_whole_group_is_entered_at_once_or_not_at_all(company, version):
    rows = enter(company, version, (company.agent, FULL), (company.other, points(10, 10), "schwach"))
    assert [(row.employee_id, row.passed, row.note) for row in rows] == [
        (company.agent.id, True, ""), (company.other.id, False, "schwach")
    ]
    assert db.session.scalar(select(func.count()).select_from(Event).filter_by(kind="test_entered")) == 2

    with pytest.raises(Refusal) as refused:
        enter(company, version, (company.manager, FULL), (company.agent, points(41, 60)), on=date(2025, 6, 1))

    assert "侯杰" in str(refused.value)
    assert results_of(company.manager.id) == []


@pytest.mark.parametrize(("reached", "on", "words"), [
    (points(-1, 0), DAY, "from 0 to"), ({"company_rules": "3"}, DAY, "from 0 to"), (points(40, 60), date(2026, 3, 10), "future"),
    (points(40, 60), date(2019, 12, 31), "not employed"),
])
def test_odd_results_are_refused(company, version, reached, on, words):
    with pytest.raises(Refusal, match=words):
        enter(company, version, (company.agent, reached), on=on)


def test_the_same_test_of_one_day_is_entered_once(company, version):
    enter(company, version, (company.agent, FULL))

    with pytest.raises(Refusal, match="already"):
        enter(company, version, (company.agent, FULL))
    enter(company, version, (company.agent, {"reception": "40", "operation": "20"}), form="practical_test")


def test_a_correction_is_a_new_row_that_names_the_old(company, version):
    (wrong,) = enter(company, version, (company.agent, points(10, 20)))

    right = correct_result(wrong, points(30, 40), taken_on=DAY, reason="抄录错误", actor=company.hr.actor(), now=NOW)

    results = results_of(company.agent.id)
    assert (right.corrects_id, right.passed, right.score, wrong.score) == (wrong.id, True, Decimal(70), Decimal(30))
    assert corrected(results) == {wrong.id}
    assert newest_of([company.agent.id], "theory_test")[company.agent.id] is right
    assert [(one.passed, one.on) for one in taken_by([company.agent.id])[company.agent.id]] == [(True, DAY)]
    with pytest.raises(Refusal, match="corrected already"):
        correct_result(wrong, FULL, taken_on=DAY, reason="again wrong", actor=company.hr.actor(), now=NOW)
    with pytest.raises(Refusal, match="reason"):
        correct_result(right, FULL, taken_on=DAY, reason="", actor=company.hr.actor(), now=NOW)


def test_hr_and_the_direct_superior_enter_results_and_nobody_their_own(company, version):
    supervisor = make_account(employee=company.supervisor).actor()
    manager = make_account(employee=company.manager).actor()
    enter(company, version, (company.agent, FULL), actor=supervisor)

    for person, actor in ((company.other, manager), (company.supervisor, supervisor), (company.clerk, company.hr.actor())):
        with pytest.raises(Refusal) as refused:
            enter(company, version, (person, FULL), actor=actor)
        assert refused.value.kind == "forbidden"


def test_only_tests_of_published_schemes_are_offered(company, version):
    assert [one.form.code for one in offered_tests()] == ["theory_test", "practical_test"]
    with pytest.raises(Refusal, match="Choose a test"):
        enter(company, version, (company.agent, FULL), form="scorecard_staff")


def test_a_review_carries_the_newest_result_of_its_period(company, version):
    enter(company, version, (company.agent, points(30, 30)), on=date(2025, 3, 3))
    (newest,) = enter(company, version, (company.agent, FULL), on=date(2025, 12, 31))
    enter(company, version, (company.agent, points(1, 1)), on=date(2026, 1, 1))
    cycle = make_cycle()
    launch(cycle, actor=company.hr.actor(), now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    review = db.session.scalar(select(Review).filter_by(employee_id=company.agent.id))

    carried = [(title.en, result) for title, result in carried_by(review)]

    assert carried == [("Test of theory", newest), ("Test of practical skill", None)]
    assert db.session.scalar(select(func.count()).select_from(TestResult)) == 3
