"""Tests of theory and practical skill: a table for a group, a correction, everybody's own results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from forms.cycles import offered
from forms.tests_taken import (
    CorrectionForm,
    DayForm,
    GroupForm,
    answers_of,
    corrected_form,
    filled_form,
    is_blank,
    points_form,
)
from states.errors import N_, Message, Refusal
from states.permissions import DEPUTY_APPROVER, GENERAL_MANAGER, HR, may
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import locale_code
from workflow_app.queries import people
from workflow_app.queries import tests_taken as queries
from workflow_app.queries.facts import person_facts
from workflow_app.queries.people import departments
from workflow_app.services.examining import Entry, correct_result, enter_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.builder import SchemeForm
    from states.scheme import Text
    from workflow_app.models import Employee, Review, TestResult
    from workflow_app.queries.paging import Paged
    from workflow_app.queries.tests_taken import Offered

blueprint = Blueprint("tests_taken", __name__, url_prefix="/tests")
NOBODY_TYPED = Message("Enter the points of at least one person.")
NO_RESULT = Message("There is no such result.")


@blueprint.get("")
@allowed("use_own_desk")
def table() -> str:
    return _table(DayForm(data={"on": day_of(now())}))


@blueprint.post("")
@allowed("use_own_desk")
def enter() -> Any:
    day, chosen = DayForm(request.form), _chosen()
    if chosen is None:
        raise Refusal(Message("Choose a test of a published scheme."), kind="not_found")
    page = _people()
    rows = {one.id: points_form(chosen.form, locale_code(), one.id, request.form) for one in page.items}
    typed = [one for one in page.items if not is_blank(rows[one.id])]
    sound = [rows[one.id].validate() for one in typed]
    if not (day.validate() and all(sound) and typed):
        return _table(day, rows, None if typed else Refusal(NOBODY_TYPED)), 422
    entries = [Entry(one, answers_of(chosen.form, rows[one.id])) for one in typed]
    try:
        with unit_of_work():
            enter_results(chosen.version, chosen.form.code, day.on.data or day_of(now()), entries, actor=current_actor(), now=now())
    except Refusal as refusal:
        return _table(day, rows, refusal), status_of(refusal)
    flash(ngettext("%(num)s result is recorded.", "%(num)s results are recorded.", len(entries)), "ok")
    return redirect(url_for("tests_taken.table", **_query()))


@blueprint.get("/mine")
@allowed("use_own_desk")
def mine() -> str:
    number = current_actor().employee_id
    return render_template("tests_taken/mine.html", person=people.person(number) if number else None)


@blueprint.get("/results/<int:number>")
@allowed("enter_test")
def result(number: int) -> str:
    return _result(_found(number))


@blueprint.post("/results/<int:number>")
@allowed("enter_test")
def correct(number: int) -> Any:
    found = _found(number)
    spec = queries.form_of(found)
    if spec is None:
        raise Refusal(NO_RESULT, kind="not_found")
    form, points = CorrectionForm(request.form), corrected_form(spec, locale_code(), request.form)
    sound = points.validate()
    if not (form.validate() and sound):
        return _result(found, form, points), 422
    try:
        with unit_of_work():
            right = correct_result(
                found, answers_of(spec, points), taken_on=form.on.data or found.taken_on, reason=form.reason.data or "",
                actor=current_actor(), now=now(),
            )
    except Refusal as refusal:
        return _result(_found(number), form, points, refusal), status_of(refusal)
    flash(_("The result is corrected; the old one stays on record."), "ok")
    return redirect(url_for("tests_taken.result", number=right.id))


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    """What the cards of tests on other desks' pages ask for."""
    return {"tests_of": _shown, "carried_tests": _carried}


def _shown(employee: Employee) -> list[dict[str, Any]]:
    """A person's results for a card: title, figures, whether it counts, whether the reader may correct it."""
    results = queries.results_of(employee.id)
    wrong = queries.corrected(results)
    may_correct = may(current_actor(), "enter_test", person_facts(employee)).allowed
    forms = {one.id: queries.form_of(one) for one in results}
    return [
        {"row": one, "title": form.title if (form := forms[one.id]) else one.form, "corrected": one.id in wrong,
         "pass_mark": form.pass_mark if form else None, "may_correct": may_correct and one.id not in wrong}
        for one in results
    ]


def _carried(review: Review) -> list[tuple[Text, TestResult | None]]:
    """The tests of a review's period: for the person, the people above, and those who oversee; not for colleagues."""
    actor = current_actor()
    near = actor.employee_id is not None and actor.employee_id in {review.employee_id, review.superior_id, review.vp_id}
    return queries.carried_by(review) if near or actor.has(HR, GENERAL_MANAGER, DEPUTY_APPROVER) else []


def _chosen() -> Offered | None:
    found = queries.offered_tests()
    wanted = request.values.get("test", "")
    return next((one for one in found if one.key == wanted), found[0] if found else None)


def _people() -> Paged[Employee]:
    """HR chooses among everybody; anybody else sees who reports to them."""
    actor = current_actor()
    superior = None if actor.has(HR) else actor.employee_id or 0
    group = queries.Group(request.values.get("q", "")[:100], request.values.get("department", ""), superior)
    return queries.group_page(group, day_of(now()), request.values.get("page", 1, type=int))


def _table(day: DayForm, rows: dict[int, SchemeForm] | None = None, refusal: Refusal | None = None) -> str:
    chosen, page, actor = _chosen(), _people(), current_actor()
    group = GroupForm(request.values, data={"test": chosen.key if chosen else ""})
    group.test.choices = offered((one.key, one.form.title) for one in queries.offered_tests())
    names: Sequence[str] = departments() if actor.has(HR) else []
    group.department.choices = offered([("", N_("All")), *((name, name) for name in names)])
    mine = {one.id: may(actor, "enter_test", person_facts(one)).allowed for one in page.items}
    if chosen and rows is None:
        rows = {one.id: points_form(chosen.form, locale_code(), one.id) for one in page.items}
    return render_template(
        "tests_taken/table.html", chosen=chosen, page=page, group=group, day=day, rows=rows or {}, mine=mine, refusal=refusal,
        newest=queries.newest_of([one.id for one in page.items], chosen.form.code) if chosen else {},
        query=_query(), everybody=actor.has(HR),
    )


def _query() -> dict[str, Any]:
    return {name: request.values[name] for name in ("test", "q", "department", "page") if request.values.get(name)}


def _found(number: int) -> TestResult:
    found = queries.find_result(number)
    if found is None:
        raise Refusal(NO_RESULT, kind="not_found")
    require(current_actor(), "enter_test", person_facts(found.employee))
    return found


def _result(
    found: TestResult, form: CorrectionForm | None = None, points: SchemeForm | None = None, refusal: Refusal | None = None
) -> str:
    spec = queries.form_of(found)
    if spec is None:
        raise Refusal(NO_RESULT, kind="not_found")
    if points is None:
        points = filled_form(spec, locale_code(), found.answers)
    history = queries.results_of(found.employee_id)
    return render_template(
        "tests_taken/result.html", result=found, spec=spec, form=form or CorrectionForm(data={"on": found.taken_on}),
        points=points, refusal=refusal, corrected=found.id in queries.corrected(history),
    )
