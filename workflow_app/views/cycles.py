"""HR's desk: the list of cycles, a new one, before the launch, the cockpit."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from forms.cycles import CandidateFilter, CockpitFilter, CycleForm, ReasonForm, offered
from states.errors import N_, Message, Refusal
from states.permissions import may
from states.scheme import Text
from states.scheme.moving import MOVABLE
from states.stages import CLOSED, EXCLUDED
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import t
from workflow_app.models import Cycle, SchemeVersion
from workflow_app.queries import cockpit
from workflow_app.queries import cycles as queries
from workflow_app.queries.candidates import Candidate, LeftOut, candidates, roster_of, title_of
from workflow_app.queries.guards import count_owed
from workflow_app.queries.paging import slice_of
from workflow_app.queries.schemes import newer_versions
from workflow_app.queries.surveys import survey_stage
from workflow_app.schemes import read_scheme, scheme_of
from workflow_app.services import calibration_opening, launching, progress, role_holders
from workflow_app.words import ACTORS

blueprint = Blueprint("cycles", __name__, url_prefix="/cycles")

STATES = {
    "draft": N_("Draft"),
    "open": N_("Running"),
    "calibrating": N_("Being calibrated"),
    "approving": N_("With the approver"),
    "released": N_("Released"),
    "closed": N_("Closed"),
    "cancelled": N_("Cancelled"),
}
LAUNCH_RUNNING = N_("Reviews are being made")
NO_CYCLE = Message("There is no such cycle. All of them are under Cycles.")


def cycle_or_refuse(cycle_id: int) -> Cycle:
    """The cycle of an address."""
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None:
        raise Refusal(NO_CYCLE, kind="not_found")
    return cycle


@blueprint.get("")
@allowed("see_cycles")
def overview() -> str:
    return render_template(
        "cycles/overview.html", rows=queries.all_cycles(now()), states=STATES, may_manage=_may_manage()
    )


@blueprint.get("/new")
@allowed("manage_cycles")
def new() -> str:
    return _new_page(_cycle_form())


@blueprint.post("/new")
@allowed("manage_cycles")
def create() -> Any:
    form = _cycle_form()
    if not form.validate():
        return _new_page(form), 422
    try:
        with unit_of_work():
            version, kind = _chosen_kind(form)
            cycle = launching.create_cycle(
                version, kind, form.period.data or "", title=_title(form), actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _new_page(form, refusal), status_of(refusal)
    return redirect(url_for("cycles.cycle", cycle_id=cycle.id))


@blueprint.get("/<int:cycle_id>")
@allowed("see_cycles")
def cycle(cycle_id: int) -> Any:
    found = cycle_or_refuse(cycle_id)
    if found.state == "draft":
        return _before_launch(found)
    return _cockpit(found)


@blueprint.post("/<int:cycle_id>/launch")
@allowed("manage_cycles")
def launch(cycle_id: int) -> Any:
    with unit_of_work():
        found = cycle_or_refuse(cycle_id)
        people = launching.launch(found, actor=current_actor(), now=now())
    flash(_("The launch has begun for %(people)s people. This page shows how far it is.", people=people), "ok")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@blueprint.get("/<int:cycle_id>/progress")
@allowed("see_cycles")
def launch_progress(cycle_id: int) -> Any:
    """What the page asks every two seconds while the worker makes the reviews."""
    found = progress.find("cycle", cycle_or_refuse(cycle_id).id, launching.LAUNCH)
    if found is None:
        raise Refusal(NO_CYCLE, kind="not_found")
    over = found.finished_at is not None
    return jsonify(
        done=found.done, total=found.total, failed=found.failed, over=over,
        next=url_for("cycles.cycle", cycle_id=cycle_id) if over else None,
    )


@blueprint.post("/<int:cycle_id>/calibration")
@allowed("manage_cycles")
def open_calibration(cycle_id: int) -> Any:
    with unit_of_work():
        calibration_opening.open_calibration(cycle_or_refuse(cycle_id), actor=current_actor(), now=now())
    flash(_("Calibration is open. The totals are being worked out; this takes a moment."), "ok")
    return redirect(url_for("calibration.population", cycle_id=cycle_id))


@blueprint.get("/<int:cycle_id>/cancel")
@allowed("manage_cycles")
def ask_cancel(cycle_id: int) -> str:
    return render_template("cycles/cancel.html", cycle=cycle_or_refuse(cycle_id), form=ReasonForm(), refusal=None)


@blueprint.post("/<int:cycle_id>/cancel")
@allowed("manage_cycles")
def cancel(cycle_id: int) -> Any:
    form, found = ReasonForm(request.form), cycle_or_refuse(cycle_id)
    if not form.validate():
        return render_template("cycles/cancel.html", cycle=found, form=form, refusal=None), 422
    try:
        with unit_of_work():
            calibration_opening.cancel(found, reason=form.reason.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        found = cycle_or_refuse(cycle_id)
        return render_template("cycles/cancel.html", cycle=found, form=form, refusal=refusal), status_of(refusal)
    flash(_("The cycle is cancelled."), "ok")
    return redirect(url_for("cycles.overview"))


def _may_manage() -> bool:
    return may(current_actor(), "manage_cycles").allowed


def _cycle_form() -> CycleForm:
    form = CycleForm(request.form)
    form.kind.choices = offered([("", N_("Choose …")), *_kinds()])
    return form


def _chosen_kind(form: CycleForm) -> tuple[SchemeVersion, str]:
    number, _colon, kind = (form.kind.data or "").partition(":")
    version = db.session.get(SchemeVersion, int(number)) if number.isascii() and number.isdecimal() else None
    if version is None:
        raise Refusal(Message("Choose a kind of cycle from a published scheme."))
    return version, kind


def _kinds() -> list[tuple[str, Any]]:
    published = select(SchemeVersion).filter_by(state="published")
    newest: dict[str, SchemeVersion] = {}
    for version in db.session.scalars(published.order_by(SchemeVersion.version)):
        newest[version.code] = version
    return [
        (f"{version.id}:{kind.code}", Message(
            "%(kind)s (%(scheme)s, version %(version)s)", kind=kind.title,
            scheme=Text(zh=version.title_zh, en=version.title_en), version=version.version,
        ))
        for version in newest.values()
        for kind in sorted(read_scheme(version).cycle_kinds.values(), key=lambda kind: not kind.ranked)
    ]


def _new_page(form: CycleForm, refusal: Refusal | None = None) -> str:
    return render_template("cycles/new.html", form=form, refusal=refusal, has_kinds=len(form.kind.choices or []) > 1)


def _title(form: CycleForm) -> Text | None:
    zh, en = form.title_zh.data, form.title_en.data
    return Text(zh=zh or en or "", en=en or zh or "") if zh or en else None


def _before_launch(found: Cycle) -> str:
    people = candidates(found, now=now())
    groups: dict[str, list[Any]] = {
        "in": list(people.people), "out": list(people.out), "lacking": list(people.incomplete),
        "too_new": list(people.too_new),
    }
    show = request.args.get("show", "in")
    show = show if show in groups else "in"
    form = CandidateFilter(request.args)
    names = {one.employee.department for one in people.people} | {one.employee.department for one in people.out}
    form.department.choices = _departments(sorted(names))
    page = slice_of([one for one in groups[show] if _fits(one, form)], request.args.get("page", 1, type=int))
    roles, holders = role_holders.roles_of(scheme_of(found).cycle_kinds[found.kind]), roster_of(found, now()).holders
    return render_template(
        "cycles/before.html", roles=[(role, _role_title(found, role), holders.get(role)) for role in roles],
        staff={one.employee.id: one.employee for group in (people.people, people.out) for one in group},
        cycle=found, title=title_of(found), show=show, page=page, form=form,
        counts={name: len(group) for name, group in groups.items()}, may_manage=_may_manage(), newer=_newer(found),
        kind=scheme_of(found).cycle_kinds[found.kind], populations=_populations(found), query=_query("show", "q", "department"),
    )


def _role_title(found: Cycle, role: str) -> Any:
    """What the scheme calls a role, else what the product does."""
    spec = scheme_of(found).role(role)
    return spec.title if spec else ACTORS.get(role, role)


def _departments(names: Sequence[str]) -> list[Any]:
    return offered([("", N_("All")), *((name, name) for name in names)])


def _populations(found: Cycle) -> dict[str, Text]:
    return {population.code: population.title for population in scheme_of(found).populations}


def _fits(one: Candidate | LeftOut, form: CandidateFilter) -> bool:
    wanted = (form.q.data or "").strip().lower()
    person = one.employee
    named = not wanted or any(wanted in text.lower() for text in (person.name, person.employee_no, person.name_sort))
    return named and (not form.department.data or person.department == form.department.data)


def _query(*names: str) -> dict[str, str]:
    return {name: request.args[name] for name in names if request.args.get(name)}


def _cockpit(found: Cycle) -> str:
    moment = now()
    counts = queries.stage_counts(found, now=moment)
    form = CockpitFilter(request.args)
    form.department.choices = _departments(queries.departments(found))
    filters = queries.Filters(
        stage=_stage(counts), text=(form.q.data or "")[:60], department=form.department.data or "",
        only=form.only.data or "",
    )
    page = queries.reviews_page(found, filters, request.args.get("page", 1, type=int), now=moment)
    return render_template(
        "cycles/cockpit.html", cycle=found, title=title_of(found), states=STATES, counts=counts, filters=filters,
        page=page, rows=cockpit.rows(found, page.items, now=moment), form=form, may_manage=_may_manage(),
        launch=progress.find("cycle", found.id, launching.LAUNCH), launch_title=LAUNCH_RUNNING,
        query=_query("q", "department", "only") | {"cycle_id": found.id, "stage": filters.stage},
        excluded=queries.count_state(found, EXCLUDED), closed=queries.count_state(found, CLOSED),
        stage_title=_stage_title(found, filters.stage), step_title=lambda state: _stage_title(found, state),
        incidents_href=_address("incidents.table"),
        campaign_href=_campaign(found), survey_href=_survey(found), newer=_newer(found),
        feedback={stage.code for stage in scheme_of(found).cycle_kinds[found.kind].feedback_stages},
        **_attention(found),
    )


def _newer(found: Cycle) -> SchemeVersion | None:
    """The newest version of the scheme, where HR may move the cycle to it."""
    newer = newer_versions(found.scheme_version) if _may_manage() and found.state in MOVABLE else ()
    return newer[0] if newer else None


def _campaign(found: Cycle) -> str | None:
    """The way to the customers' survey, where the kind has one."""
    asks = any(stage.actor == "customers" for stage in scheme_of(found).cycle_kinds[found.kind].stages)
    return _address("campaign.overview", cycle_id=found.id) if asks and _may_manage() else None


def _survey(found: Cycle) -> str | None:
    """The way to what the customers said; before calibration only for who looks through their texts."""
    shown = survey_stage(found) is not None and (_may_manage() or found.released_at is not None)
    return _address("survey_results.overview", cycle_id=found.id) if shown else None


def _stage_title(found: Cycle, stage: str) -> str:
    """What stands over the list of a stage."""
    spec = scheme_of(found).cycle_kinds[found.kind].stage(stage)
    words = {"": _("All reviews"), queries.READY: _("Ready for calibration"), CLOSED: _("Closed"), EXCLUDED: _("Taken out")}
    return t(spec.title) if spec else words.get(stage, stage)


def _address(endpoint: str, **values: Any) -> str | None:
    """The address of another desk's page, where that desk is there."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def _stage(counts: list[queries.StageCount]) -> str:
    """The stage asked for, else the first that somebody stands at."""
    asked = request.args.get("stage")
    known = {*(count.code for count in counts), queries.READY, "closed", EXCLUDED}
    if asked is not None:
        return asked if asked in known else ""
    if request.args.get("only"):
        return ""
    return next((count.code for count in counts if count.count), "")


def _attention(found: Cycle) -> dict[str, Any]:
    """What needs a person: forms without one, failed jobs, surveys with too few answers, who is not ready."""
    running = found.state == "open"
    lacking = queries.lacking_assignments(found) if running else []
    return {
        "lacking": lacking,
        "owed": count_owed(found) if running else (0, 0),
        "blocked": len({assignment.review_id for assignment in lacking}),
        "short_surveys": queries.short_surveys(found) if running else 0,
        "incidents": queries.open_incidents() if may(current_actor(), "see_incidents").allowed else 0,
        "missing": calibration_opening.not_ready(found) if running and queries.waits_for_calibration(found) else None,
    }


def say_outcome(done: str, refused: list[tuple[str, Message]]) -> None:
    """Flash what was done, and for whom it was not, with the reason."""
    flash(done, "ok")
    for name, message in refused[:5]:
        flash(_("%(name)s: %(why)s", name=name, why=t(message)), "warn")
    if len(refused) > 5:
        flash(_("And %(count)s more that could not be done.", count=len(refused) - 5), "warn")
