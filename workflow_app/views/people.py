"""People: the table and a page for each person, for HR and the administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from forms.cycles import offered
from forms.people import PeopleSearch
from states.errors import N_, Message, Refusal
from states.permissions import ReviewFacts, may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.i18n import t
from workflow_app.queries import people as queries
from workflow_app.queries.desk import cycle_title
from workflow_app.queries.facts import person_facts
from workflow_app.queries.kpi import find_kpi_table
from workflow_app.schemes import scheme_of
from workflow_app.services.kpi_entry import YEARS
from workflow_app.titles import current_scheme, populations, record_kinds

if TYPE_CHECKING:
    from workflow_app.models import Employee, Review

blueprint = Blueprint("people", __name__, url_prefix="/people")
STATES = {"closed": N_("closed"), "excluded": N_("not rated"), "appealed": N_("appealed")}


@blueprint.get("")
@allowed("see_people")
def table() -> str:
    form = _search()
    wanted = queries.PeopleFilter(
        (form.q.data or "")[:100], form.department.data or "", form.population.data or "", form.left.data or ""
    )
    page = queries.people_page(wanted, request.args.get("page", 1, type=int), day_of(now()))
    query = {name: value for name, value in request.args.items() if value and name in form}
    may_import = may(current_actor(), "import_data").allowed
    return render_template(
        "people/table.html", form=form, people=page, populations=populations(), query=query, may_import=may_import
    )


@blueprint.get("/<int:number>")
@allowed("see_people")
def person(number: int) -> str:
    employee = queries.person(number)
    if employee is None:
        raise Refusal(Message("There is no such person. They may be found under People."), kind="not_found")
    facts = ReviewFacts(employee.id, employee.superior_id, employee.vp_id)
    return render_template(
        "people/person.html",
        person=employee,
        account=queries.account_of(employee),
        reports=queries.reports_of(employee, day_of(now())),
        customers=queries.customers_of(employee),
        populations=populations(),
        record_kinds=record_kinds(),
        history=_history(employee) if may(current_actor(), "see_review", facts).allowed else None,
        figures_year=_figures_year(employee), may_manage_career=may(current_actor(), "manage_career").allowed,
    )


def _search() -> PeopleSearch:
    form = PeopleSearch(request.args)
    form.department.choices = offered([("", N_("All")), *((name, name) for name in queries.departments())])
    form.population.choices = offered([("", N_("All")), *populations().items()])
    return form


def _figures_year(employee: Employee) -> int | None:
    """The year whose key figures the reader may enter for this person; None without a KPI table or the right."""
    scheme = current_scheme()
    if scheme is None or find_kpi_table(employee, scheme) is None:
        return None
    if not may(current_actor(), "enter_kpi", person_facts(employee)).allowed:
        return None
    this_year = day_of(now()).year
    year = request.args.get("year", this_year, type=int)
    return year if year in YEARS else this_year


def _history(employee: Employee) -> dict[str, object]:
    years = queries.record_years(employee.id)
    year = request.args.get("year", years[0] if years else 0, type=int)
    return {
        "years": years,
        "year": year,
        "records": queries.records_of(employee.id, year),
        "reviews": [_row(review) for review in queries.reviews_of(employee.id)],
    }


def _row(review: Review) -> dict[str, object]:
    """One review; its figures only once released: until then they belong to the calibration page."""
    released = review.released_at is not None
    states = {stage.code: stage.title for stage in scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stages}
    state = states.get(review.state) or STATES.get(review.state, review.state)
    return {
        "title": t(cycle_title(review.cycle)), "period": review.cycle.period, "state": t(state),
        "tone": "ok" if released else "info" if review.state in states else "",
        "total": review.total if released else None, "band": review.final_band if released else None,
        "href": url_for("results.review", review_id=review.id) if released else None,
    }
