"""Signing in and choosing a password."""

from wtforms import Form, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

from forms.limits import AtMost
from states.errors import N_

NAME_LENGTH = 80
PASSWORD_LENGTH = 200


class SignInForm(Form):
    """User name (an employee number) and password."""

    username = StringField(
        N_("User name"),
        [InputRequired(N_("Enter your user name, usually your employee number.")), AtMost(NAME_LENGTH)],
        filters=[lambda text: text.strip() if text else text],
    )
    password = PasswordField(N_("Password"), [InputRequired(N_("Enter your password.")), AtMost(PASSWORD_LENGTH)])


class PasswordForm(Form):
    """A new password, twice."""

    password = PasswordField(
        N_("New password"),
        [InputRequired(N_("Choose a password.")), AtMost(PASSWORD_LENGTH)],
        description=N_("At least 10 characters; three or four unrelated words make a good one."),
    )
    again = PasswordField(
        N_("New password again"),
        [EqualTo("password", N_("The two passwords differ. Type the same one twice."))],
    )
