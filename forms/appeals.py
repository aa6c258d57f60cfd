"""Filing an appeal and answering it."""

from wtforms import Form, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from forms.limits import AtMost
from states.errors import N_

MOST = 4000
WISH = 1000


DECISIONS = {"uphold": N_("Upheld"), "dismiss": N_("Dismissed")}


class AppealForm(Form):
    """What the person finds wrong, and what they ask for."""

    grounds = TextAreaField(
        N_("What is wrong, and why"), [InputRequired(N_("Say what is wrong, and why.")), AtMost(MOST)],
        description=N_("Name the figure, the deduction or the record, and what speaks against it."),
    )
    wish = TextAreaField(N_("What you ask for"), [Optional(), AtMost(WISH)])


class AnswerForm(Form):
    """The decision on an appeal."""

    decision = RadioField(
        N_("Decision"),
        validate_choice=False,
        validators=[InputRequired(N_("Choose whether the appeal is upheld or dismissed."))],
    )
    band = SelectField(N_("Band after the appeal"), validate_choice=False, validators=[Optional()])
    answer = TextAreaField(
        N_("Answer"), [InputRequired(N_("Give the reasons; the person who appealed reads them.")), AtMost(MOST)]
    )
    version = IntegerField(validators=[Optional()], widget=HiddenInput())
