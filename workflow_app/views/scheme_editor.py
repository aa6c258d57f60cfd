"""The editor of a draft: its sections as fields, the text beside them, checks as one types, and previews."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from states.errors import Message, Refusal
from states.scheme.checks import at
from states.scheme.editing import MEND_FIRST, line_of, values_of
from states.scheme.inputs import PREFIX
from states.scheme.steps import Step, step_from
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import locale_code
from workflow_app.queries.draft_saves import last_save
from workflow_app.queries.form_preview import Use, preview_of, uses
from workflow_app.queries.scheme_fields import Group, Input, Listing, Outline, id_of
from workflow_app.queries.scheme_sections import (
    BY_ENTRY,
    TEXT,
    counts_by_section,
    places_of,
    seats_for,
    section_of,
    sections,
    timeline,
)
from workflow_app.scheme_words import SECTION_TITLES, words_for
from workflow_app.services.editing_schemes import Edit, edited, faults_in, save_edit
from workflow_app.services.preferences import LOCALES
from workflow_app.survey_pages.blocks import blocks_of
from workflow_app.views.scheme_versions import version_or_refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response

    from states.scheme.reading import Fault, Path
    from workflow_app.models import SchemeVersion

blueprint = Blueprint("scheme_editor", __name__, url_prefix="/schemes/drafts/<int:number>")
LARGEST_FORM = 8 * 1024 * 1024
FIRST = "basics"
SAVE, CHECK = "save", "check"
NO_DRAFT = Message("This version is published, so its text stays as it is. Start a draft from it to change something.")
UNCLEAR = Message("Choose one of the buttons of the page.")
MOST_DIFFERENCES = 200


@blueprint.url_value_preprocessor
def _allow_long_texts(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the token is looked for: a text of the largest size is three times as long on its way.
    request.max_form_memory_size = LARGEST_FORM


@blueprint.get("/edit")
@blueprint.get("/edit/<section>")
@blueprint.get("/edit/<section>/<entry>")
@allowed("manage_schemes")
def page(number: int, section: str = FIRST, entry: str = "") -> str | Response:
    draft = _draft(number)
    text = draft.text
    if section in BY_ENTRY and entry and at(_values_or_none(text), BY_ENTRY[section], entry) is None:
        return redirect(url_for(".page", number=number, section=section))
    return _page(draft, section, entry, text=text)


@blueprint.post("/edit")
@blueprint.post("/edit/<section>")
@blueprint.post("/edit/<section>/<entry>")
@allowed("manage_schemes")
def change(number: int, section: str = FIRST, entry: str = "") -> str | Response | tuple[str, int]:
    draft = _draft(number)
    pressed = request.form.get("do", SAVE)
    step = _step(pressed)
    if step is None and pressed not in {SAVE, CHECK}:
        raise Refusal(UNCLEAR)
    edit = _edit(draft, step)
    try:
        if pressed == CHECK:
            text, _place = edited(edit)
            return _page(draft, section, entry, text=text, checked=True)
        with unit_of_work():
            place = save_edit(draft, edit, revision=_revision(), actor=current_actor(), now=now())
    except Refusal as refusal:
        db.session.rollback()
        return _refused(_draft(number), section, entry, edit, refusal), status_of(refusal)
    if step is None:
        flash(_("The draft is saved."), "ok")
    going = request.form.get("go", "")
    if step is None and going.startswith(url_for(".page", number=number) + "/"):
        return redirect(going, code=303)
    return redirect(_address(number, section, entry, place), code=303)


@blueprint.post("/check")
@allowed("manage_schemes")
def check(number: int) -> dict[str, Any] | tuple[dict[str, Any], int]:
    """What a page asks while somebody types: nothing is kept."""
    draft, section, entry = _draft(number), request.form.get("section", FIRST), request.form.get("entry", "")
    edit = _edit(draft, None)
    try:
        text, _place = edited(edit)
    except Refusal as refusal:
        faults = faults_in(edit.text)
        shown = render_template("scheme_editor/faults.html", refused=refusal.messages, **_about_faults(draft, faults))
        return {"text": edit.text, "faults": shown, "held": True}
    about = _about(draft, section, entry, text)
    return {
        "text": text,
        "faults": render_template("scheme_editor/faults.html", refused=(), **about),
        "beside": render_template("scheme_editor/beside.html", **about),
        "fields": render_template("scheme_editor/fields.html", **about),
        "saved": text == draft.text,
        "counts": {name: count for name, _title, count in about["tabs"]},
    }


@blueprint.get("/preview/<form>")
@allowed("see_scheme_drafts")
def preview(number: int, form: str) -> str | tuple[str, int]:
    draft = _draft(number, published_too=True)
    values = _values_or_none(draft.text)
    asked = uses(values)
    use = _use(asked, form)
    others = [one for one in asked if use and (one.kind, one.stage) == (use.kind, use.stage)]
    shown = preview_of(values, form, use, locale_code())
    about = {
        "draft": draft, "code": form, "use": use, "others": others, "languages": LOCALES, "now": now(), "say": _say,
        "form_title": at(values, "forms", form, "title"), "actor": words_for("actor", use.actor) if use else "",
    }  # fmt: skip
    if shown is None:
        return render_template("scheme_editor/no_preview.html", **about), 200 if at(values, "forms", form) else 404
    return render_template(
        _preview_template(use), page=shown, form=shown.form, sheet=f"forms/{shown.template}.html",
        blocks=blocks_of(shown.spec), applying=shown.applying, **about,
    )


def _preview_template(use: Use | None) -> str:
    """The customers' page has a shape of its own; every other form is previewed inside its rater's template."""
    return f"scheme_editor/preview_{'survey' if use and use.by_customers else 'sheet'}.html"


# --- what was sent -------------------------------------------------------------------------------------------------


def _draft(number: int, *, published_too: bool = False) -> SchemeVersion:
    found = version_or_refuse(number)
    if found.state != "draft" and not published_too:
        raise Refusal(NO_DRAFT, kind="conflict")
    return found


def _step(pressed: str) -> Step | None:
    step = step_from(pressed)
    if step is None or step.verb not in {"add", "copy"}:
        return step
    return step._replace(key=request.form.get(f"key {step.name}", ""), kind=request.form.get(f"kind {step.name}", ""))


def _edit(draft: SchemeVersion, step: Step | None) -> Edit:
    text = _lines(request.form.get("text", ""))
    seen = _lines(request.form.get("seen", "")) or draft.text
    typed = {name: request.form.getlist(name) for name in request.form if name.startswith(f"{PREFIX}/")}
    return Edit(text, seen, typed, step)


def _lines(text: str) -> str:
    """A browser sends a text box with line ends of its own."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _revision() -> int:
    return request.form.get("revision", 0, type=int)


def _address(number: int, section: str, entry: str, place: Path) -> str:
    """Where to go on: at the entry that was added or moved."""
    if not place:
        return url_for(".page", number=number, section=section, entry=entry or None)
    if section in BY_ENTRY and len(place) == 1:
        return url_for(".page", number=number, section=section)
    at_section, at_entry = section_of(place)
    if section in BY_ENTRY and not entry and len(place) == 2 and not _is_new(place):
        at_entry = ""
    return url_for(
        ".page", number=number, section=at_section, entry=at_entry or None, at=id_of(place), _anchor=id_of(place)
    )


def _is_new(place: Path) -> bool:
    step = _step(request.form.get("do", ""))
    return step is not None and step.verb in {"add", "copy"} and isinstance(place[-1], str)


# --- pages ---------------------------------------------------------------------------------------------------------


def _page(draft: SchemeVersion, section: str, entry: str, *, text: str, **more: Any) -> str:
    if section != TEXT and section not in sections():
        abort(404)
    return render_template("scheme_editor/page.html", **_about(draft, section, entry, text), **more)


def _refused(draft: SchemeVersion, section: str, entry: str, edit: Edit, refusal: Refusal) -> str:
    """The page once more with everything that was typed; what it showed stays what it is compared with."""
    stale = refusal.kind == "conflict"
    text, seen, typed = edit.text, edit.seen, edit.typed
    if stale:
        # The next try replaces the newer version knowingly: what was typed is in the text by now.
        try:
            text, typed = edited(edit)[0], {}
            seen = text
        except Refusal:
            pass
    about = _about(draft, section, entry, text, seen=seen, typed=typed)
    return render_template(
        "scheme_editor/page.html", refusal=refusal, stale=stale, saver=last_save(draft) if stale else None,
        differences=_differences(draft.text, text) if stale else [], **about,
    )


def _differences(theirs: str, mine: str) -> list[str]:
    found = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), lineterm="", n=1)
    return [line for line in found if not line.startswith(("---", "+++"))][:MOST_DIFFERENCES]


def _about(
    draft: SchemeVersion, section: str, entry: str, text: str, seen: str | None = None,
    typed: dict[str, list[str]] | Any = None,
) -> dict[str, Any]:
    """Everything that the page shows of a text."""
    faults = faults_in(text)
    seen = text if seen is None else seen
    values = _values_or_none(seen)
    outline = Outline(values, faults if seen == text else (), typed)
    asked = uses(values) if section == "forms" and values else []
    return {
        "text": text, "seen": seen, "draft": draft, "section": section, "entry": entry, "unsaved": text != draft.text,
        "unreadable": values is None, "parts": _parts(outline, section, entry) if values else [],
        "opened": request.args.get("at", ""), "people": _people(), "words_for": words_for, "say": outline.say,
        "seats": seats_for(values, _people()) if section == "bands" else [], "values": values,
        "spans": timeline(values, entry) if section == "kinds" and entry else [], "uses": asked,
        "index": outline.part((BY_ENTRY[section],)) if values and section in BY_ENTRY and not entry else None,
        "first_line": _first_line(seen, section, entry), "at": at, "by_entry": BY_ENTRY,
        "is_listing": lambda part: isinstance(part, Listing),
        **_about_faults(draft, faults),
    }  # fmt: skip


def _about_faults(draft: SchemeVersion, faults: list[Fault]) -> dict[str, Any]:
    counts = counts_by_section(faults)
    found = [
        {"line": line, "message": message, "section": section, "title": SECTION_TITLES.get(section, section),
         "href": url_for(".page", number=draft.id, section=section, entry=entry or None, at=id_of(path), _anchor=id_of(path))}
        for line, path, message in faults
        for section, entry in [section_of(path)]
    ]  # fmt: skip
    return {
        "faults": found, "draft": draft,
        "tabs": [(name, SECTION_TITLES.get(name, name), counts.get(name, 0)) for name in sections()],
    }


def _parts(outline: Outline, section: str, entry: str) -> list[Group | Listing]:
    if section in BY_ENTRY:
        if not entry:
            return []
        group = outline.entry((BY_ENTRY[section], entry), outline.heading((BY_ENTRY[section], entry), 1))
        return [Group(group.path, group.heading, inputs=group.inputs, faults=group.faults), *group.parts]
    plain = Group((), "")
    parts: list[Group | Listing] = []
    for part in _each(outline, section):
        if isinstance(part, Group) and part.inputs and not part.removable and len(part.path) == 1:
            parts += [Group(part.path, part.heading, part.inputs, faults=part.faults, absent=part.absent), *part.parts]
        elif isinstance(part, Input):
            plain.inputs.append(part)
        else:
            parts.append(part)
    return [plain, *parts] if plain.inputs else parts


def _each(outline: Outline, section: str) -> Iterator[Group | Listing | Input]:
    for name in places_of(section):
        part = outline.part((name,))
        if part is None:
            yield from outline.entry((name,)).inputs
        else:
            yield part


def _first_line(text: str, section: str, entry: str) -> int:
    """The line where the section starts in the text, so that both sides show the same."""
    places = places_of(section)
    path = (BY_ENTRY[section], entry) if entry and section in BY_ENTRY else places[:1]
    return line_of(text, path) if path else 1


def _people() -> int | None:
    return request.values.get("people", type=int)


def _values_or_none(text: str) -> Any:
    try:
        return values_of(text)
    except Refusal as refusal:
        if refusal.message == MEND_FIRST:
            return None
        raise


def _use(asked: list[Use], form: str) -> Use | None:
    wanted = (request.args.get("kind", ""), request.args.get("stage", ""))
    fitting = [one for one in asked if one.form == form]
    return next((one for one in fitting if (one.kind, one.stage) == wanted), fitting[0] if fitting else None)


def _say(title: Any) -> str:
    return Outline({}).say(title)
