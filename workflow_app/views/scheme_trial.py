"""Trying a scheme out on past records, beside another one. Nothing is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.trial import TrialForm
from forms.validators import decimal_of
from states.errors import Message, Refusal
from states.scheme import Scheme, SchemeErrors, load_scheme
from states.trial import WITHIN, try_out
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import locale_code, t
from workflow_app.imports.company import Upload
from workflow_app.queries.past_year import years_with_records
from workflow_app.queries.schemes import any_version, drafts, newest_published, published_versions
from workflow_app.reasons import OUTSIDE
from workflow_app.schemes import read_scheme
from workflow_app.services.trying import Ready, Wish, from_database, from_files

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from workflow_app.models import SchemeVersion

blueprint = Blueprint("scheme_trial", __name__, url_prefix="/schemes/try")
LARGEST_FORM = 8 * 1024 * 1024
NO_SCHEME = Message("Choose the scheme to try, or give its file or its text.")
NO_VERSION = Message("There is no such version of a scheme. All of them are under Scheme.")
NO_FILES = Message("Choose both workbooks: the people and the records.")


@blueprint.url_value_preprocessor
def _allow_long_texts(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the token is looked for: a text of the largest size is three times as long on its way.
    request.max_form_memory_size = LARGEST_FORM


@blueprint.get("")
@allowed("try_scheme")
def page() -> str:
    chosen = any_version(request.args.get("version", 0, type=int))
    years = years_with_records()
    year = years[0] if years else day_of(now()).year - 1
    return _form(TrialForm(data={"version": str(chosen.id) if chosen else None, "year": year}))


@blueprint.post("")
@allowed("try_scheme")
def run() -> str | Response | tuple[str, int]:
    """A stored scheme on stored records has an address of its own; anything else is answered at once."""
    form = TrialForm(request.form)
    if not form.validate():
        return _form(form), 422
    own = _own_text(form)
    if form.source.data == "database" and own is None and form.version.data:
        return redirect(url_for(
            ".result", version=form.version.data, against=form.against.data or None, year=form.year.data,
            within=form.within.data,
        ), 303)  # fmt: skip
    try:
        # Committing nothing, so that nobody waits for the database while the figures are worked out.
        with unit_of_work():
            wish = Wish(_draft(form, own), _beside(form.against.data), form.year.data or 0, _within(form.within.figure))
            ready = from_database(wish, actor=current_actor()) if form.source.data == "database" else None
            actor = current_actor()
        ready = ready or from_files(wish, _upload("employees"), _upload("records"), actor=actor)
    except Refusal as refusal:
        return _form(form, refusal), status_of(refusal)
    return _result(ready)


@blueprint.get("/result")
@allowed("try_scheme")
def result() -> str | tuple[str, int]:
    try:
        wish = Wish(
            _stored(request.args.get("version", "")), _beside(request.args.get("against", "")),
            request.args.get("year", 0, type=int), _within(decimal_of(request.args.get("within", ""))),
        )  # fmt: skip
        ready = from_database(wish, actor=current_actor())
    except Refusal as refusal:
        return _form(TrialForm(request.args), refusal), status_of(refusal)
    return _result(ready, again=True)


def _own_text(form: TrialForm) -> bytes | None:
    """The scheme that was uploaded or pasted, the file first."""
    file = request.files.get("file")
    if file is not None and file.filename:
        with file.stream as stream:
            return stream.read()
    text: str = (form.text.data or "").strip()
    return text.encode("utf-8", "surrogatepass") if text else None


def _draft(form: TrialForm, own: bytes | None) -> Scheme:
    return _stored(form.version.data or "") if own is None else load_scheme(own)


def _stored(number: str) -> Scheme:
    """The scheme of a version, a draft too; `Refusal` for none and for a faulty draft."""
    if not number:
        raise Refusal(NO_SCHEME)
    found = any_version(int(number)) if number.isascii() and number.isdigit() else None
    if found is None:
        raise Refusal(NO_VERSION)
    try:
        return read_scheme(found)
    except SchemeErrors as errors:
        raise Refusal([Message("This draft has faults. Mend them first."), *errors.messages]) from None


def _beside(number: str | None) -> Scheme | None:
    return _stored(number) if number else None


def _within(points: Decimal | None) -> Decimal:
    return WITHIN if points is None else min(max(points, Decimal(0)), Decimal(100))


def _upload(name: str) -> Upload:
    file = request.files.get(name)
    if file is None or not file.filename:
        raise Refusal(NO_FILES)
    with file.stream as stream:
        return Upload(stream.read(), file.filename)


def _form(form: TrialForm, refusal: Refusal | None = None) -> str:
    form.version.choices = [("", _("Choose …")), *(_choice(one) for one in (*drafts(), *published_versions()))]
    form.against.choices = [*(_choice(one) for one in published_versions()), ("", _("nothing"))]
    if form.against.data is None and form.against.choices:
        form.against.data = form.against.default = _usual(form.version.data) or form.against.choices[0][0]
    return render_template("scheme_trial/form.html", form=form, refusal=refusal, years=years_with_records())


def _usual(chosen: str | None) -> str:
    """What usually stands beside a version: the one of its code that is in force."""
    version = any_version(int(chosen)) if chosen and chosen.isdigit() else None
    found = newest_published().get(version.code) if version else None
    return str(found.id) if found else ""


def _choice(one: SchemeVersion) -> tuple[str, str]:
    title = one.title_zh if locale_code() == "zh" else one.title_en
    if one.state == "draft":
        return str(one.id), _("%(title)s, draft", title=title)
    return str(one.id), _("%(title)s, version %(number)s", title=title, number=one.version)


def _result(ready: Ready, *, again: bool = False) -> str:
    trial = try_out(ready.given)
    codes = [one.code for one in trial.populations]
    wanted = request.args.get("population", "")
    shown = wanted if wanted in codes else ""
    known = {one.code: t(one.title) for scheme in (trial.against, trial.draft) if scheme for one in scheme.populations}
    ranked_in = {one.employee_no: one.after.ranked_in for one in trial.everybody}
    return render_template(
        "scheme_trial/result.html", trial=trial, names=ready.names, others=ready.others, again=again, shown=shown,
        titles={code: known.get(code, code) for code in codes}, outside=OUTSIDE,
        title_of={one.population: known.get(one.population, one.population) for one in trial.everybody},
        populations=[one for one in trial.populations if shown in {"", one.code}],
        changes=[one for one in trial.changes if shown in {"", ranked_in[one.employee_no]}],
        people=[one for one in trial.everybody if shown in {"", ranked_in[one.employee_no]}],
    )  # fmt: skip
