"""A second scheme beside the first takes nothing away from those whom the first rates."""

from datetime import timedelta

import pytest

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.grade_company import NOW, make_cycle, make_employee, make_months, make_review, make_scheme
from workflow_app.queries.monthly_records import monthly_kind, monthly_scheme
from workflow_app.queries.own_year import own_year
from workflow_app.queries.sheets import rulebook_scheme
from workflow_app.services.publishing import publish_scheme
from workflow_app.titles import current_scheme, populations, record_kinds, scheme_rating


@pytest.fixture
def agent(db_session):
    """Rated by customer_service, with a year of months; then quarterly_sales is published beside it."""
    person = make_employee("侯杰")
    make_review(make_cycle(make_scheme()), person)
    make_months(person)
    publish_scheme(builtin_scheme_text("quarterly_sales"), actor=SYSTEM, now=NOW + timedelta(days=1))
    assert current_scheme().code == "quarterly_sales"
    return person


def test_the_rulebook_is_of_the_scheme_that_has_one(agent):
    assert rulebook_scheme().code == "customer_service"
    assert rulebook_scheme().rulebook.rules


def test_ones_own_year_goes_by_the_scheme_that_rates_one(agent):
    year = own_year(agent)

    assert scheme_rating(agent.id).code == "customer_service"
    assert [(part.part.code, part.value) for part in year.parts] == [("monthly", 86)]
    assert scheme_rating(make_employee("新人").id).code == "quarterly_sales"


def test_an_empty_monthly_sheet_is_of_the_scheme_that_has_months(agent):
    assert monthly_kind(monthly_scheme()).code == "monthly_appraisal"


def test_codes_of_both_schemes_have_their_words(app, agent):
    with app.test_request_context():
        assert {"monthly_appraisal", "sales_quarter", "year_end"} <= set(record_kinds())
        assert {"front_line", "office", "management"} <= set(populations())
