"""Placing a legal hold."""

from wtforms import Form, StringField, TextAreaField
from wtforms.validators import InputRequired

from forms.limits import AtMost
from states.errors import N_


class HoldForm(Form):
    """Whose data is kept, and why."""

    employee_no = StringField(N_("Employee number"), [InputRequired(N_("Enter the employee number.")), AtMost(40)])
    reason = TextAreaField(
        N_("Reason"), [InputRequired(N_("Say why the data must be kept.")), AtMost(500)],
        description=N_("A dispute, an inquiry, a court's order: what it is, and its number if it has one."),
    )
