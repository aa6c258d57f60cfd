"""The score of a survey: frozen at launch, moved only by a move that may, and what it does to a key figure."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_customer, make_cycle
from tests.scheme_texts import publish_changed
from workflow_app.db import db
from workflow_app.explanations import read_tree
from workflow_app.models import Invitation, Review, Submission
from workflow_app.queries.scores import answers_of_cycle
from workflow_app.queries.surveys import survey_score
from workflow_app.schemes import scheme_of
from workflow_app.services import composing
from workflow_app.services.answering import submit_answers
from workflow_app.services.launching import launch, launch_chunk
from workflow_app.services.moving_cycles import move_cycle_to, try_move

LATER = NOW + timedelta(days=1)
FORM = "customer_questionnaire"


@pytest.fixture
def company(db_session):
    """The manager serves five customers, and is scored on the table of key figures."""
    company = Company()
    for _ in range(5):
        make_customer(company.manager)
    company.cycle = make_cycle()
    launch(company.cycle, actor=SYSTEM, now=NOW)
    launch_chunk(company.cycle.id, 0, 10**6, now=NOW)
    return company


def review_of(company):
    return db.session.scalar(select(Review).filter_by(employee_id=company.manager.id))


def answer(company, *given):
    links = db.session.scalars(select(Invitation).filter_by(review_id=review_of(company).id).order_by(Invitation.id)).all()
    for link, answers in zip(links, given, strict=False):
        submit_answers(link, answers, known=0, now=LATER)


def by_top_two(scheme):
    scheme["forms"][FORM]["method"] = {"name": "top_two_box"}


def move(company, version):
    return move_cycle_to(company.cycle, version, seen=company.cycle.version, actor=company.hr.actor(), now=LATER)


def value(company):
    return survey_score(review_of(company), FORM).value


THREE = ({"overall": "5"}, {"overall": "4"}, {"overall": "3"})


def test_a_newer_version_does_not_change_the_score_of_a_running_cycle(company):
    answer(company, *THREE)
    before = value(company)

    publish_changed(by_top_two)
    db.session.flush()
    db.session.expire_all()

    assert before == value(company) == 80


def test_a_move_changes_the_method_where_nobody_has_answered(company):
    version = publish_changed(by_top_two)

    dry = try_move(company.cycle, version, actor=company.hr.actor(), now=LATER)
    assert list(dry.obstacles) == []
    assert [(change.key, len(reviews)) for change, reviews in dry.groups] == [
        ("“%(stage)s”: the form asks something else than before", 2)
    ]
    move(company, version)
    answer(company, *THREE)

    assert value(company) == Fraction(200, 3)


@pytest.mark.parametrize("change", [
    by_top_two,
    lambda scheme: scheme["forms"][FORM]["method"].update(least_answered=50),
    lambda scheme: scheme["forms"][FORM]["items"][0].update(weight=3),
    lambda scheme: scheme["forms"][FORM]["items"][0].update(reversed=True),
])  # fmt: skip
def test_a_move_never_changes_how_answers_that_are_in_are_scored(company, change):
    answer(company, *THREE)

    found = try_move(company.cycle, publish_changed(change), actor=company.hr.actor(), now=LATER).obstacles

    assert any("changes its items or points" in one.key for one in found)


def rows(company):
    """The rows of the manager's table of key figures that customers bring, scored from what is in the database."""
    review = review_of(company)
    scheme = scheme_of(review.cycle)
    answers = answers_of_cycle(review.cycle_id, 2025)[review.id]
    filled = ("manager_scoring", "kpi_customer_service", {})
    answers.filled.append(filled)
    score = composing.score_of_review(review, answers, scheme, scheme.cycle_kinds["year_end"])
    table = score.stages["manager_scoring"].forms[0]
    sources = {row.code: row.source for row in scheme.forms["kpi_customer_service"].rows}
    return {sources[row.code]: row for row in table.rows if sources[row.code].startswith(FORM)}, table, score


@pytest.mark.parametrize(("given", "actual", "points"), [("5", 100, 5), ("4", 80, 4), ("3", 60, 2)])
def test_customers_answers_move_the_key_figures(company, given, actual, points):
    answer(company, *[{"overall": given, "complaint_handled": given}] * 5)

    found, _, score = rows(company)

    assert {source: (row.actual, row.value) for source, row in found.items()} == {
        FORM: (actual, points), f"{FORM}:complaint_handled": (actual, points),
    }  # fmt: skip
    assert (score.stages["customer_survey"].asked, score.stages["customer_survey"].count) == (5, 5)


def test_below_the_minimum_a_key_figure_is_missing_and_never_zero(company):
    answer(company, *[{"overall": "1", "complaint_handled": "1"}] * 2)

    found, table, _ = rows(company)

    assert {(row.actual, row.value) for row in found.values()} == {(None, None)}
    assert {"no_actual:external_satisfaction"} <= set(table.flags)
    assert table.value is None


def test_an_item_that_too_few_rated_is_missing_though_the_whole_counts(company):
    answer(company, {"overall": "5", "complaint_handled": "1"}, {"overall": "5", "complaint_handled": "na"}, {"overall": "5"})

    found, _, _ = rows(company)

    assert found[FORM].actual == Fraction(260, 3)
    assert found[f"{FORM}:complaint_handled"].actual is None


def test_the_tree_that_is_kept_leads_from_the_key_figure_to_the_customers(company):
    answer(company, *[{"overall": "4", "complaint_handled": "5"}] * 5)
    review = review_of(company)
    company.cycle.state = "calibrating"

    composing.compose_cycle(company.cycle.id, now=LATER)

    stages = {one["stage"]: one for one in review.explanation["made_of"]["stages"]}
    group = stages["customer_survey"]["group"]
    assert (group["asked"], group["answered"], group["count"], group["value"]) == (5, 5, 5, "90")
    assert read_tree(review.explanation) is not None


def test_what_is_kept_of_one_answer_is_its_own_score(company):
    answer(company, {"overall": "5", "courtesy": "4", "speed": "na"})

    assert db.session.scalar(select(Submission.score)) == Decimal(90)
