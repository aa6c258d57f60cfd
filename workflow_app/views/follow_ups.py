"""What follows from the grades, as lists for payroll, training and key posts: for HR and the general manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request

from forms.cycles import offered
from forms.people import PeopleSearch
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.exports import follow_ups as sheet
from workflow_app.exports.statistics import shown
from workflow_app.queries import follow_ups as queries
from workflow_app.queries.people import departments
from workflow_app.services.downloads import record_download
from workflow_app.titles import populations
from workflow_app.views.sheets import MOST_LINES, attachment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow_app.models import Action

blueprint = Blueprint("follow_ups", __name__, url_prefix="/sheets")
YEARS = range(2000, 2101)


@blueprint.get("/pay")
@allowed("see_pay_list")
def pay() -> str:
    year, years = _year()
    found, lines = queries.pay_list(year, actor=current_actor(), now=now())
    return render_template(
        "sheets/pay.html", year=year, years=years, statistics=found, lines=lines, sheet=sheet, shown=shown,
        rows=list(sheet.pay_values(found, lines[:MOST_LINES], populations())), most=MOST_LINES,
    )


@blueprint.get("/pay.xlsx")
@allowed("see_pay_list")
def pay_workbook() -> Any:
    year, _years = _year()
    found, lines = queries.pay_list(year, actor=current_actor(), now=now())
    content = sheet.pay_workbook(found, lines, populations())
    _record("pay_list", str(year), len(lines), needs="see_pay_list")
    return attachment(content, f"performance-pay-{year}")


@blueprint.get("/training")
@allowed("see_actions")
def training() -> str:
    year, years = _year()
    needs = queries.training_needs(year, but=current_actor().employee_id)
    return render_template(
        "sheets/training.html", year=year, years=years, needs=needs, sheet=sheet, shown=shown,
        sums=list(sheet.sums_values(needs)), people=list(sheet.training_values(needs)),
        wishes=list(sheet.wishes_values(needs)),
    )


@blueprint.get("/training.xlsx")
@allowed("see_actions")
def training_workbook() -> Any:
    year, _years = _year()
    needs = queries.training_needs(year, but=current_actor().employee_id)
    content = sheet.training_workbook(needs, year)
    _record("training_needs", str(year), sum(len(one.actions) for one in needs))
    return attachment(content, f"training-needs-{year}")


@blueprint.get("/talent")
@allowed("see_actions")
def talent() -> str:
    form, found = _pool()
    return render_template(
        "sheets/talent.html", form=form, actions=found, sheet=sheet, shown=shown, rows=list(sheet.talent_values(found)),
        here={name: value for name, value in request.args.items() if value},
    )


@blueprint.get("/talent.xlsx")
@allowed("see_actions")
def talent_workbook() -> Any:
    _form, found = _pool()
    content = sheet.talent_workbook(found)
    _record("talent_pool", "", len(found))
    return attachment(content, "talent-pool")


def _pool() -> tuple[PeopleSearch, Sequence[Action]]:
    form = PeopleSearch(request.args)
    form.department.choices = offered([("", ALL), *((name, name) for name in departments())])
    form.population.choices = offered([("", ALL), *populations().items()])
    chosen = {"department": form.department.data or "", "population": form.population.data or ""}
    return form, queries.talent_pool(but=current_actor().employee_id, **chosen)


ALL = Message("All")


def _year() -> tuple[int, Sequence[int]]:
    """The year asked for, else the newest that was released, else this one."""
    years = queries.years_released()
    asked = request.args.get("year", type=int)
    if asked is not None and asked not in YEARS:
        raise Refusal(Message("Choose a year from 2000 to 2100."), kind="not_found")
    return asked or next(iter(years), day_of(now()).year), years


def _record(name: str, period: str, rows: int, needs: str = "see_actions") -> None:
    with unit_of_work():
        record_download(name, period=period, scope="company", rows=rows, actor=current_actor(), now=now(), needs=needs)
