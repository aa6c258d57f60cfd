"""HR's desk of schemes: drafts, published versions, retired ones, and what comes next for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.schemes import PublishForm, SchemeFileForm
from states.errors import Message, Refusal
from states.permissions import may
from states.scheme import Scheme, SchemeErrors, builtin_scheme, builtin_scheme_codes, builtin_scheme_text, load_scheme
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.queries import schemes as queries
from workflow_app.queries.scheme_notices import count_of, counts_of, rated_by
from workflow_app.services import progress
from workflow_app.services.publishing import discard_draft, publish_draft, retire, start_draft
from workflow_app.services.scheme_notices import NOTICES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from workflow_app.models import Cycle, SchemeVersion

blueprint = Blueprint("scheme_versions", __name__, url_prefix="/schemes")
NO_VERSION = Message("There is no such version of a scheme. All of them are under Scheme.")


def version_or_refuse(number: int) -> SchemeVersion:
    """The version of an address, a draft too: the routes here are for those who may see drafts."""
    found = queries.any_version(number)
    if found is None:
        raise Refusal(NO_VERSION, kind="not_found")
    return found


@blueprint.get("")
@allowed("see_scheme")
def desk() -> str:
    return _desk(SchemeFileForm())


@blueprint.post("/start")
@allowed("manage_schemes")
def start() -> Response:
    """A draft from a scheme that Kaoping brings along, or from a version of one's own."""
    with unit_of_work():
        based_on = version_or_refuse(request.form.get("version", 0, type=int)) if "version" in request.form else None
        text = based_on.text if based_on else _builtin_text(request.form.get("builtin", ""))
        draft = start_draft(text, actor=current_actor(), now=now(), based_on=based_on)
    flash(_("A draft is there. Nobody is rated by it until it is published."), "ok")
    return redirect(url_for("scheme_versions.version", number=draft.id))


@blueprint.post("/upload")
@allowed("manage_schemes")
def upload() -> Response | tuple[str, int]:
    """A file becomes a draft, faulty or not: its faults are shown there."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _desk(SchemeFileForm(), Refusal(Message("Choose a file first."))), 422
    with file.stream as stream:
        content = stream.read()
    try:
        with unit_of_work():
            draft = start_draft(content, actor=current_actor(), now=now())
    except SchemeErrors as refusal:
        return _desk(SchemeFileForm(), refusal), status_of(refusal)
    flash(_("A draft is there. Nobody is rated by it until it is published."), "ok")
    return redirect(url_for("scheme_versions.version", number=draft.id))


@blueprint.get("/<int:number>")
@allowed("see_scheme_drafts")
def version(number: int) -> str:
    found = version_or_refuse(number)
    if found.state == "draft":
        return render_template("scheme_versions/draft.html", **_about_draft(found))
    newer = queries.newer_versions(found)
    return render_template(
        "scheme_versions/version.html", version=found, may_manage=_may_manage(), others=queries.others_of(found),
        counts=counts_of([found])[found.id], cycles=queries.running_cycles(found), newest=newer[0] if newer else None,
        telling=progress.find("scheme", found.id, NOTICES), publisher=queries.publisher_of(found),
        based_on=queries.any_version(found.based_on_id) if found.based_on_id else None, difference=difference_link,
        moving=moving_link, **desks_about(found),
    )


@blueprint.get("/<int:number>/publish")
@allowed("manage_schemes")
def ask_publish(number: int) -> str:
    found = version_or_refuse(number)
    return _publish_page(found, PublishForm(data={"note": found.note}))


@blueprint.post("/<int:number>/publish")
@allowed("manage_schemes")
def publish(number: int) -> Response | tuple[str, int]:
    found, form = version_or_refuse(number), PublishForm(request.form)
    if not form.validate():
        return _publish_page(found, form), 422
    try:
        with unit_of_work():
            seen = request.form.get("revision", 0, type=int)
            publish_draft(found, revision=seen, note=form.note.data, actor=current_actor(), now=now())
    except Refusal as refusal:
        return _publish_page(version_or_refuse(number), form, refusal), status_of(refusal)
    flash(_("The scheme is published: everyone it rates can read it, and is being told."), "ok")
    return redirect(url_for("scheme_versions.version", number=number))


@blueprint.get("/<int:number>/discard")
@allowed("manage_schemes")
def ask_discard(number: int) -> str:
    return render_template("scheme_versions/discard.html", version=version_or_refuse(number))


@blueprint.post("/<int:number>/discard")
@allowed("manage_schemes")
def discard(number: int) -> Response:
    with unit_of_work():
        discard_draft(version_or_refuse(number), actor=current_actor(), now=now())
    flash(_("The draft is gone."), "ok")
    return redirect(url_for("scheme_versions.desk"))


@blueprint.get("/<int:number>/retire")
@allowed("manage_schemes")
def ask_retire(number: int) -> str:
    found = version_or_refuse(number)
    last = [one for one in queries.others_of(found) if one.state == "published"] == []
    return render_template(
        "scheme_versions/retire.html", version=found, last=last, cycles=queries.running_cycles(found)
    )


@blueprint.post("/<int:number>/retire")
@allowed("manage_schemes")
def retire_version(number: int) -> Response:
    with unit_of_work():
        retire(version_or_refuse(number), actor=current_actor(), now=now())
    flash(_("The version is retired: no new cycle starts from it."), "ok")
    return redirect(url_for("scheme_versions.version", number=number))


@blueprint.get("/<int:number>/telling")
@allowed("see_scheme_drafts")
def telling(number: int) -> Any:
    """What the page asks every two seconds while people are being told."""
    found = progress.find("scheme", version_or_refuse(number).id, NOTICES)
    if found is None:
        raise Refusal(NO_VERSION, kind="not_found")
    over = found.finished_at is not None
    address = url_for("scheme_versions.version", number=number) if over else None
    return {"done": found.done, "total": found.total, "failed": found.failed, "over": over, "next": address}


def desks_about(version: SchemeVersion) -> dict[str, str | None]:
    """Addresses of the other desks' pages about a version, where they are there."""
    return {
        "editor": other_desk("scheme_editor.page", number=version.id),
        "trial": other_desk("scheme_trial.page", version=version.id),
    }


def difference_link(old: SchemeVersion, new: SchemeVersion) -> str | None:
    """The page that says in words what differs, where it is there."""
    return other_desk("scheme_differences.page", old=old.id, new=new.id)


def moving_link(cycle: Cycle, version: SchemeVersion) -> str | None:
    """The page where a running cycle moves to a newer version."""
    return other_desk("moving_cycles.page", cycle_id=cycle.id, version=version.id)


def other_desk(endpoint: str, **values: Any) -> str | None:
    """The address of another desk's page, where that desk is there."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def _desk(form: SchemeFileForm, refusal: Refusal | None = None) -> str:
    sees_drafts = may(current_actor(), "see_scheme_drafts").allowed
    published = queries.published_versions()
    drafts = queries.drafts() if sees_drafts else ()
    return render_template(
        "scheme_versions/desk.html", form=form, refusal=refusal, may_manage=_may_manage(), sees_drafts=sees_drafts,
        drafts=[(one, faults_of(one.text)) for one in drafts], published=published, retired=queries.retired_versions(),
        counts=counts_of(published), cycles=queries.cycle_counts(), newest=queries.newest_published(),
        builtin=[(code, builtin_scheme(code)) for code in builtin_scheme_codes()] if _may_manage() else [],
    )


def faults_of(text: str) -> tuple[Message, ...]:
    """Everything that is wrong with a text, in the order of its lines; nothing for one that can be published."""
    try:
        load_scheme(text)
    except SchemeErrors as errors:
        return errors.messages
    return ()


def _about_draft(draft: SchemeVersion) -> dict[str, Any]:
    faults = faults_of(draft.text)
    newest = queries.newest_published().get(draft.code)
    return {
        "version": draft, "faults": faults, "may_manage": _may_manage(), "newest": newest,
        "scheme": None if faults else load_scheme(draft.text), "difference": difference_link,
        "based_on": queries.any_version(draft.based_on_id) if draft.based_on_id else None, **desks_about(draft),
    }


def _publish_page(found: SchemeVersion, form: PublishForm, refusal: Refusal | None = None) -> str:
    if found.state != "draft":
        raise Refusal(Message("This version is published already."), kind="conflict")
    about = _about_draft(found)
    scheme: Scheme | None = about["scheme"]
    return render_template(
        "scheme_versions/publish.html", form=form, refusal=refusal, number=queries.next_number(found.code),
        people=count_of(rated_by(found, day_of(now()))) if scheme else 0, **about,
    )


def _builtin_text(code: str) -> str:
    if code not in builtin_scheme_codes():
        raise Refusal(Message("Choose one of the schemes that Kaoping brings along."), kind="not_found")
    return builtin_scheme_text(code)


def _may_manage() -> bool:
    return may(current_actor(), "manage_schemes").allowed
