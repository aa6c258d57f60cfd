"""The document's own sheets: monthly record and statistics, to look at, to print and as workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user

from forms.cycles import offered
from forms.sheets import RecordChoice, StatisticsChoice
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app import formats
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import db, unit_of_work
from workflow_app.exports import monthly_records as record_sheet
from workflow_app.exports import statistics as statistics_sheet
from workflow_app.exports.sheets import MEDIA_TYPE
from workflow_app.models import Employee
from workflow_app.queries.assignments import LARGEST_ID
from workflow_app.queries.monthly_records import MonthlyRecord, count_of_records, monthly_records
from workflow_app.queries.people import departments, reports_of
from workflow_app.queries.sheet_scope import Scope
from workflow_app.queries.statistics import Statistics, month_statistics, year_statistics
from workflow_app.services.downloads import record_download
from workflow_app.titles import populations

if TYPE_CHECKING:
    from datetime import date

blueprint = Blueprint("sheets", __name__, url_prefix="/sheets")
MOST_RECORDS, MOST_LINES = 500, 2000
NO_PERSON = Message("There is no such person. They may be found under People.")
NOT_YOURS = Message("You can print the sheets of the people who report to you, and your own. Please ask HR for others.")


@blueprint.get("")
@allowed("use_own_desk")
def overview() -> str:
    """Every sheet with its choice of period and people."""
    today = day_of(now())
    return render_template(
        "sheets/overview.html", records=_record_form(today), statistics=_statistics_form(today), **_roles(),
        team=_team_size(today), year=today.year,
    )


@blueprint.get("/month")
@allowed("use_own_desk")
def month() -> Any:
    form, found = _records()
    if found is None:
        return render_template("sheets/month.html", form=form, records=None, **_roles()), 422
    return render_template("sheets/month.html", form=form, records=found, sheet=record_sheet, here=_query(), **_roles())


@blueprint.get("/month.xlsx")
@allowed("use_own_desk")
def month_workbook() -> Any:
    form, found = _records()
    if found is None:
        return render_template("sheets/month.html", form=form, records=None, **_roles()), 422
    # Made before it is recorded: the commit would have every person fetched anew.
    content = record_sheet.records_workbook(found)
    _record("monthly_record", form.month.data or "", _scope(form.department.data or ""), len(found))
    return attachment(content, f"monthly-record-{form.month.data}")


@blueprint.get("/statistics")
@allowed("use_own_desk")
def statistics() -> Any:
    form, found, scope = _statistics()
    if found is None:
        return render_template("sheets/statistics.html", form=form, statistics=None, **_roles()), 422
    too_many = len(found.people) > MOST_LINES
    rows = [] if too_many else list(statistics_sheet.values_of(found))
    return render_template(
        "sheets/statistics.html", form=form, statistics=found, sheet=statistics_sheet, rows=rows, too_many=too_many,
        about=_about(scope), today=_today(), compiled_by=current_user.display_name, here=_query(), **_roles(),
    )


@blueprint.get("/statistics.xlsx")
@allowed("use_own_desk")
def statistics_workbook() -> Any:
    form, found, scope = _statistics()
    if found is None:
        return render_template("sheets/statistics.html", form=form, statistics=None, **_roles()), 422
    period = found.month or str(found.year)
    content = statistics_sheet.statistics_workbook(
        found, about=_about(scope), compiled_by=current_user.display_name, today=_today()
    )
    _record("statistics", period, scope, len(found.people))
    return attachment(content, f"statistics-{period}")


def attachment(content: bytes, name: str) -> Response:
    """A workbook as a file to keep, never shown in place and never kept by a cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    return Response(content, mimetype=MEDIA_TYPE, headers=headers)


def _record(sheet: str, period: str, scope: Scope, rows: int) -> None:
    with unit_of_work():
        record_download(sheet, period=period, scope=scope.word, rows=rows, actor=current_actor(), now=now())


def _records() -> tuple[RecordChoice, list[MonthlyRecord] | None]:
    form = _record_form(day_of(now()), asked=True)
    if not form.validate():
        return form, None
    scope = _scope(form.department.data or "")
    month = form.month.data or ""
    if (count := count_of_records(month, scope)) > MOST_RECORDS:
        raise Refusal(
            Message("These are %(count)s sheets; at most %(most)s are made at once. Choose a department.",
                    count=count, most=MOST_RECORDS), kind="too_large",
        )  # fmt: skip
    return form, monthly_records(month, scope, actor=current_actor(), blank=bool(form.blank.data))


def _statistics() -> tuple[StatisticsChoice, Statistics | None, Scope]:
    form = _statistics_form(day_of(now()), asked=True)
    scope = _scope(form.department.data or "", form.population.data or "")
    if not form.validate() or form.year.data is None:
        return form, None, scope
    if form.month.data in MONTHS:
        return form, month_statistics(f"{form.year.data}-{form.month.data}", scope), scope
    return form, year_statistics(form.year.data, scope, actor=current_actor()), scope


MONTHS = tuple(f"{number:02}" for number in range(1, 13))


def _scope(department: str, population: str = "") -> Scope:
    """What the reader may print: HR and approvers what they choose, others themselves or their own people."""
    actor, company = current_actor(), may(current_actor(), "see_cycles").allowed
    person = request.args.get("person", type=int)
    if person is not None:
        _guard_person(person, company=company)
        return Scope(employee_id=person)
    # Of an account without an employee nobody is a report.
    return Scope(department, population) if company else Scope(superior_id=actor.employee_id or -1)


def _guard_person(number: int, *, company: bool) -> None:
    employee = db.session.get(Employee, min(max(number, 0), LARGEST_ID))
    me = current_actor().employee_id
    if not company and (employee is None or me is None or me not in {employee.id, employee.superior_id}):
        raise Refusal(NOT_YOURS, kind="forbidden")
    if employee is None:
        raise Refusal(NO_PERSON, kind="not_found")


def _record_form(today: date, *, asked: bool = False) -> RecordChoice:
    form = RecordChoice(request.args) if asked else RecordChoice(data={"month": f"{today:%Y-%m}"})
    form.department.choices = offered([("", _("All")), *((name, name) for name in departments())])
    return form


def _statistics_form(today: date, *, asked: bool = False) -> StatisticsChoice:
    form = StatisticsChoice(request.args) if asked else StatisticsChoice(data={"year": today.year})
    form.month.choices = offered(
        [("", _("The whole year")), *((one, format_date(today.replace(month=int(one), day=1), "LLLL")) for one in MONTHS)]
    )
    form.department.choices = offered([("", _("All")), *((name, name) for name in departments())])
    form.population.choices = offered([("", _("All")), *populations().items()])
    return form


def _about(scope: Scope) -> str:
    """Whom the sheet is about, in words."""
    if scope.superior_id is not None:
        return str(_("People who report to %(name)s", name=current_user.display_name))
    words = [scope.department, populations().get(scope.population, scope.population)]
    return " · ".join(word for word in words if word) or str(_("The whole company"))


def _today() -> str:
    return formats.day(day_of(now()))


def _team_size(today: date) -> int:
    employee = db.session.get(Employee, current_actor().employee_id or 0)
    return len(reports_of(employee, today)) if employee else 0


def _query() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if value}


def _roles() -> dict[str, bool]:
    actor = current_actor()
    return {
        "company": may(actor, "see_cycles").allowed, "follow_ups": may(actor, "see_pay_list").allowed,
        "may_edit": may(actor, "edit_job_descriptions").allowed, "may_import": may(actor, "import_data").allowed,
    }  # fmt: skip
