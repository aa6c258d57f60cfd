"""Making a cycle, and what HR does to many reviews at once."""

from collections.abc import Iterable
from typing import Any

from wtforms import DateField, Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are behind
from wtforms.validators import InputRequired, Optional

from forms.limits import AtMost
from states.errors import N_
from states.exclusions import OTHER, REASONS

TITLE_LENGTH = 200
REASON_LENGTH = 500
NAME_LENGTH = 120


def offered(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a list, from (value, title); titles may be messages or bilingual texts."""
    return [SelectChoice(value, title) for value, title in pairs]


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class CycleForm(Form):
    """Kind and period; the titles are made from them unless given."""

    kind = SelectField(
        N_("Kind of cycle"), validate_choice=False, validators=[InputRequired(N_("Choose a kind of cycle."))]
    )
    period = StringField(
        N_("Period"),
        [InputRequired(N_("Enter the period.")), AtMost(20)],
        filters=[_stripped],
        description=N_(
            "A year like 2025, a half-year like 2025-H1, a quarter like 2025-Q3, a month like 2025-07, "
            "a week like 2025-W37 or a day like 2025-07-09."
        ),
    )
    title_zh = StringField(
        N_("Title in Chinese"), [Optional(), AtMost(TITLE_LENGTH)], filters=[_stripped],
        description=N_("Leave both titles empty for the usual ones."),
    )
    title_en = StringField(N_("Title in English"), [Optional(), AtMost(TITLE_LENGTH)], filters=[_stripped])


class CockpitFilter(Form):
    """Narrowing the list of reviews."""

    q = StringField(N_("Name or number"), [Optional(), AtMost(60)])
    department = SelectField(N_("Department"), validate_choice=False)
    only = SelectField(
        N_("Show only"),
        validate_choice=False,
        choices=offered(
            [("", N_("All")), ("late", N_("Late")), ("lacking", N_("Without a person to fill the form"))]
        ),
    )


class CandidateFilter(Form):
    """Narrowing who is in and out before the launch."""

    q = StringField(N_("Name or number"), [Optional(), AtMost(60)])
    department = SelectField(N_("Department"), validate_choice=False)


class ReasonForm(Form):
    """A reason that is kept."""

    reason = TextAreaField(
        N_("Reason"), [InputRequired(N_("Give a reason.")), AtMost(REASON_LENGTH)], filters=[_stripped],
        description=N_("It is kept with the review, and the people concerned can read it."),
    )


class ExcludeForm(Form):
    """Why somebody is taken out: a reason of the list, and words."""

    code = SelectField(
        N_("Why"), validate_choice=False, choices=offered((code, title) for code, title in REASONS.items()), default=OTHER
    )
    reason = TextAreaField(
        N_("Explanation"), [Optional(), AtMost(REASON_LENGTH)], filters=[_stripped],
        description=N_("It is kept with the review, and the people concerned can read it."),
    )


class DeadlineForm(Form):
    """A new last day."""

    day = DateField(N_("New last day"), [InputRequired(N_("Choose the new last day."))])


class PersonForm(Form):
    """Somebody by number."""

    person = StringField(
        N_("Employee"),
        [InputRequired(N_("Enter the number of the person who takes over.")), AtMost(NAME_LENGTH)],
        filters=[_stripped],
        description=N_("Type a name or a number and choose from the list."),
    )


class ReturnStageForm(ReasonForm):
    """Back to an earlier step."""

    stage = SelectField(N_("Back to"), validate_choice=False, validators=[InputRequired(N_("Choose a step."))])
    day = DateField(N_("New last day"), [Optional()], description=N_("Empty: the days of the scheme."))
