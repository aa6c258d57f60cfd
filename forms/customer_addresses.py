"""Correcting a customer's address, and writing again to one who wanted no mail."""

from wtforms import BooleanField, EmailField, Form, TextAreaField
from wtforms.validators import InputRequired

from forms.limits import AtMost
from states.errors import N_


class AddressForm(Form):
    """Where the customer is written to from now on."""

    email = EmailField(N_("Mail address"), [InputRequired(N_("Enter the mail address.")), AtMost(254)])
    send = BooleanField(N_("Send the invitations whose links end once more, with new links"), default=True)


class WriteAgainForm(Form):
    """Why a customer who wanted no mail may be written to again."""

    reason = TextAreaField(
        N_("Reason"), [InputRequired(N_("Say why this customer may be written to again.")), AtMost(500)],
        description=N_("Who asked for it, and how: for example by telephone, on which day."),
    )
