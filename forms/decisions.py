"""Calibration moves, returns of the approver, decisions on actions."""

from wtforms import DateField, Form, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from forms.limits import AtMost
from states.errors import N_

REASON_LENGTH = 1000


class MoveForm(Form):
    """A person to another band, with the reason."""

    band = SelectField(N_("New band"), validate_choice=False, validators=[InputRequired(N_("Choose a band."))])
    reason_code = SelectField(
        N_("Kind of reason"),
        validate_choice=False,
        validators=[InputRequired(N_("Choose a kind of reason from the list."))],
    )
    reason = TextAreaField(
        N_("Reason"),
        [InputRequired(N_("Give the reason; the person rated will read it.")), AtMost(REASON_LENGTH)],
    )
    version = IntegerField(validators=[Optional()], widget=HiddenInput())


class MergeForm(Form):
    """Why a small population is ranked together with another, or apart again."""

    reason = TextAreaField(
        N_("Reason"), [InputRequired(N_("Say why; it is kept with the cycle.")), AtMost(REASON_LENGTH // 2)]
    )


class ReturnForm(Form):
    """What the approver wants looked at again."""

    reason = TextAreaField(
        N_("What should be looked at again"),
        [InputRequired(N_("Say what should be looked at again.")), AtMost(REASON_LENGTH)],
    )


class PapersForm(Form):
    """What a decision rests on."""

    evidence = TextAreaField(N_("Evidence"), [Optional(), AtMost(4 * REASON_LENGTH)])
    plan = TextAreaField(N_("Improvement plan"), [Optional(), AtMost(4 * REASON_LENGTH)])
    consented_on = DateField(N_("Day of the person's consent"), [Optional()])
    version = IntegerField(validators=[Optional()], widget=HiddenInput())


class ActionForm(Form):
    """A decision on a proposal."""

    reason = TextAreaField(N_("Reason"), [Optional(), AtMost(REASON_LENGTH)])
    version = IntegerField(validators=[Optional()], widget=HiddenInput())
