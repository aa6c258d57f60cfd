"""Postings, leave and clearances as HR types them."""

from __future__ import annotations

from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from forms.cycles import offered
from forms.limits import AtMost
from states.errors import N_

LEAVE_KINDS = (
    ("statutory", N_("Statutory leave (such as maternity, marriage or annual leave)")),
    ("sick", N_("Sick leave")),
    ("other", N_("Other leave")),
)
SHOWN = (("now", N_("Away today")), ("coming", N_("To come")), ("all", N_("All")))


def _strip(text: str | None) -> str:
    return text.strip() if text else ""


class LeaveForm(Form):
    """A leave of one person."""

    kind = SelectField(N_("Kind of leave"), choices=offered(LEAVE_KINDS))
    first = DateField(N_("First day"), [InputRequired(N_("Enter the first day."))])
    last = DateField(N_("Last day"), [InputRequired(N_("Enter the last day."))])
    note = StringField(N_("Note"), [Optional(), AtMost(500)], filters=[_strip])


class LeaveFilter(Form):
    """Which leave the list shows (GET)."""

    show = SelectField(N_("Show"), choices=offered(SHOWN))


class DepartmentFilter(Form):
    """Whose people a list shows (GET)."""

    department = SelectField(N_("Department"), validate_choice=False)


class PostingForm(Form):
    """Where a person stands from a day on."""

    since = DateField(
        N_("Holds from"), [InputRequired(N_("Enter the day from which it holds."))],
        description=N_("A new department or post is a transfer: the duty clearance lapses with it."),
    )
    department = StringField(N_("Department"), [InputRequired(N_("Enter the department.")), AtMost(120)], filters=[_strip])
    post = StringField(N_("Post"), [InputRequired(N_("Enter the post.")), AtMost(120)], filters=[_strip])
    population = SelectField(N_("Population"), validate_choice=False)
    superior = StringField(
        N_("Direct superior"), [Optional(), AtMost(120)], filters=[_strip],
        description=N_("Type a name or a number and choose from the list."),
    )
    vp = StringField(N_("Vice president in charge"), [Optional(), AtMost(120)], filters=[_strip])


class EffectiveForm(Form):
    """The day from which something holds."""

    since = DateField(
        N_("Changed places hold from"), [Optional()],
        description=N_("For a new department, post, population or superior. Empty: today. Of new people: since they joined."),
    )


class ClearanceForm(Form):
    """The day from which a person is appointed or on duty."""

    on = DateField(N_("Effective on"), [InputRequired(N_("Enter the day."))])
