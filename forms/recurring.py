"""Switching a recurring kind of cycle on."""

from wtforms import Form, StringField
from wtforms.validators import InputRequired

from forms.limits import AtMost
from states.errors import N_


class FirstPeriodForm(Form):
    """From which period on the clock opens cycles."""

    first = StringField(
        N_("First period"), [InputRequired(N_("Enter the period.")), AtMost(20)],
        filters=[lambda text: text.strip() if text else text],
        description=N_("A month like 2025-07, a week like 2025-W37. Earlier periods are not opened."),
    )
