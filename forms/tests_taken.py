"""Entering results of a test: the group, the day, and a row of points a person."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from wtforms import DateField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from forms.builder import Same, answers_from, build_form, prefill
from forms.limits import AtMost
from states.errors import N_

if TYPE_CHECKING:
    from forms.builder import SchemeForm
    from states.scheme.forms import ScoredTest

NOTE_LENGTH = 500


def _strip(text: str | None) -> str:
    return text.strip() if text else ""


class GroupForm(Form):
    """Which test, and whose table (GET)."""

    test = SelectField(N_("Test"), validate_choice=False)
    q = StringField(N_("Name, number or post"), [AtMost(100)], filters=[_strip])
    department = SelectField(N_("Department"), validate_choice=False)


class DayForm(Form):
    """The day on which a test was taken."""

    on = DateField(N_("Day of the test"), [InputRequired(N_("Enter the day of the test."))])


class CorrectionForm(DayForm):
    """Why a result is set right."""

    reason = TextAreaField(
        N_("Reason"), [InputRequired(N_("Give a reason.")), AtMost(NOTE_LENGTH)], filters=[_strip],
        description=N_("The old result stays on record with this reason, and counts no more."),
    )


def points_of(spec: ScoredTest) -> ScoredTest:
    """The test as its table enters it: points by section. What it asks besides is for a stage that fills it in as a form."""
    return _points_of(Same(spec)) if spec.questions or spec.texts else spec


@lru_cache(maxsize=64)
def _points_of(same: Same) -> ScoredTest:
    whole = cast("ScoredTest", same.spec)
    # Not model_copy: that takes along what was worked out of the questions.
    return type(whole).model_construct(**dict(whole) | {"questions": (), "texts": ()})


def points_form(spec: ScoredTest, locale: str, employee_id: int, data: Any = None) -> SchemeForm:
    """One person's row of the table; its fields carry the person's number."""
    return build_form(points_of(spec), locale)(data, prefix=f"p{employee_id}-")


def is_blank(form: SchemeForm) -> bool:
    """Whether nothing was typed in a row: that person did not take the test."""
    return not any(field.data for field in form)


def answers_of(spec: ScoredTest, form: SchemeForm) -> dict[str, str]:
    """The points by section as exact text."""
    return answers_from(points_of(spec), form)


def filled_form(spec: ScoredTest, locale: str, answers: dict[str, Any]) -> SchemeForm:
    """A form that shows a result on record."""
    return build_form(points_of(spec), locale)(data=prefill(points_of(spec), answers), prefix="p-")


def corrected_form(spec: ScoredTest, locale: str, data: Any) -> SchemeForm:
    """What was typed on the page of one result."""
    return build_form(points_of(spec), locale)(data, prefix="p-")
