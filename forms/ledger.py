"""The hand-written forms of the ledger and the rulebook."""

from typing import Any

from wtforms import DateField, Form, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from forms.limits import AtMost
from forms.validators import NOTE_LENGTH
from states.errors import N_

REASON_LENGTH, NAME_LENGTH = 500, 120
WHAT = N_("Say what happened.")


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class CorrectionForm(Form):
    """Why an entry is taken back."""

    reason = TextAreaField(
        N_("Why is it taken back?"), [InputRequired(N_("Give a reason.")), AtMost(REASON_LENGTH)], filters=[_stripped],
        description=N_("The entry stays in the ledger, with your reason beside it. Enter the right one afterwards."),
    )


class ReplyForm(Form):
    """A person's reply to an entry."""

    text = TextAreaField(N_("Your reply"), [InputRequired(N_("Write your reply first.")), AtMost(NOTE_LENGTH)])


class CommendationForm(Form):
    """Points for an event."""

    rule = SelectField(
        N_("Clause of the rulebook"), [Optional()], validate_choice=False,
        description=N_("A clause says how many points it brings: leave them empty then."),
    )
    points = IntegerField(N_("Bonus"), [Optional()])
    event = TextAreaField(
        N_("What for"), [InputRequired(WHAT), AtMost(NOTE_LENGTH)], filters=[_stripped],
        description=N_("One event counts once."),
    )
    on = DateField(N_("Day of the event"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Without a clause the points have to be entered."""
        good = super().validate(extra_validators)
        if self.rule.data or self.points.errors or self.points.data is not None:
            return good
        self.points.errors = [N_("Enter the points, a whole number.")]
        return False


class OffenceForm(Form):
    """An item whose points go, and the clause of the sanction."""

    item = SelectField(N_("Item"), validate_choice=False, validators=[Optional()])
    rule = SelectField(
        N_("Clause of the rulebook"), validate_choice=False,
        validators=[InputRequired(N_("Choose a clause of the rulebook that leads to a sanction."))],
    )
    note = TextAreaField(N_("What happened"), [InputRequired(WHAT), AtMost(NOTE_LENGTH)], filters=[_stripped])
    on = DateField(N_("Day of the event"), [Optional()])
    standing_until = DateField(
        N_("The sanction stands until"), [Optional()], description=N_("Empty: without an end."),
    )


class RulebookForm(Form):
    """A reward or sanction under a clause, of anybody."""

    person = StringField(
        N_("Employee"), [InputRequired(N_("Enter the number of the person.")), AtMost(NAME_LENGTH)], filters=[_stripped],
        description=N_("Type a name or a number and choose from the list."),
    )
    rule = SelectField(
        N_("Clause of the rulebook"), validate_choice=False, validators=[InputRequired(N_("Choose a clause of the rulebook."))]
    )
    note = TextAreaField(N_("What happened"), [InputRequired(WHAT), AtMost(NOTE_LENGTH)], filters=[_stripped])
    on = DateField(N_("Day of the event"), [InputRequired(N_("Enter the day on which it happened."))])
    standing_until = DateField(
        N_("A sanction stands until"), [Optional()], description=N_("Empty: without an end."),
    )


class SanctionForm(Form):
    """How long the sanction of an offence stands."""

    standing_until = DateField(
        N_("The sanction stands until"), [Optional()], description=N_("Empty: without an end."),
    )


class CommentForm(Form):
    """What the person rated says of a result when signing for it."""

    comment = TextAreaField(N_("Your comment"), [Optional(), AtMost(NOTE_LENGTH)], filters=[_stripped])
