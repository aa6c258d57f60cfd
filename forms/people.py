"""Looking people up, opening accounts, giving roles, choosing a workbook."""

from __future__ import annotations

from wtforms import FileField, Form, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp

from forms.cycles import offered
from forms.limits import AtMost
from states.errors import N_

ROLE_TITLES = (
    ("hr", N_("Human resources")),
    ("general_manager", N_("General manager")),
    ("deputy_approver", N_("Deputy approver")),
    ("admin", N_("Administrator")),
)
SHOWN = (
    ("", N_("All")), ("roles", N_("With a role")), ("waiting", N_("Without a password")), ("closed", N_("Closed")),
)  # fmt: skip
LEFT_CHOICES = (("", N_("Employed")), ("left", N_("Left")), ("all", N_("All")))
KIND_TITLES = (
    ("employees", N_("Employees")), ("customers", N_("Customers")), ("records", N_("Inspections and monthly scores")),
    ("kpi", N_("Key figures of a year")),
)


def _strip(text: str | None) -> str:
    return text.strip() if text else ""


class PeopleSearch(Form):
    """What the table of people is narrowed to (GET)."""

    q = StringField(N_("Name, number or post"), [AtMost(100)], filters=[_strip])
    department = SelectField(N_("Department"), validate_choice=False)
    population = SelectField(N_("Population"), validate_choice=False)
    left = SelectField(N_("Employment"), choices=offered(LEFT_CHOICES))


class AccountSearch(Form):
    """What the list of accounts is narrowed to (GET)."""

    q = StringField(N_("User name or person"), [AtMost(100)], filters=[_strip])
    show = SelectField(
        N_("Show"),
        choices=offered(SHOWN),
    )


class OpenAccountForm(Form):
    """One account: for an employee, or for somebody who is none (an outside administrator)."""

    employee_no = StringField(N_("Employee number"), [AtMost(40)], filters=[_strip])
    username = StringField(
        N_("User name"),
        [
            AtMost(80),
            Regexp(r"^[\w.@+-]*$", message=N_("Use letters, digits and . @ + - _ only.")),
        ],
        filters=[_strip],
        description=N_("Left empty, it is the employee number."),
    )

    def validate(self, extra_validators: object = None) -> bool:
        """One of the two must be there."""
        good = super().validate(extra_validators)  # type: ignore[arg-type]  # the stub wants a mapping
        if good and not (self.employee_no.data or self.username.data):
            self.employee_no.errors = [N_("Enter an employee number or a user name.")]
            return False
        return good


class RolesForm(Form):
    """The roles of one account."""

    roles = SelectMultipleField(
        N_("Roles"),
        choices=offered(ROLE_TITLES),
        description=N_("Everyone can do their own reviews and score their own people without a role."),
    )


class UploadForm(Form):
    """A workbook and what it holds."""

    kind = RadioField(N_("What does the file hold?"), [InputRequired(N_("Choose what the file holds."))], choices=offered(KIND_TITLES))
    year = IntegerField(
        N_("Year of the key figures"), [Optional(), NumberRange(2000, 2100, N_("Choose a year from 2000 to 2100."))],
        description=N_("For key figures only."),
    )
    file = FileField(N_("Workbook"), description=N_("An Excel workbook (.xlsx) or .csv file."))

    def validate(self, extra_validators: object = None) -> bool:
        """Key figures need their year."""
        good = super().validate(extra_validators)  # type: ignore[arg-type]  # the stub wants a mapping
        if good and self.kind.data == "kpi" and self.year.data is None:
            self.year.errors = [N_("Say which year the key figures belong to.")]
            return False
        return good
