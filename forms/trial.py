"""What a trial of a scheme is asked for."""

from __future__ import annotations

from wtforms import FileField, Form, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, NumberRange

from forms.cycles import offered
from forms.fields import FigureField
from states.errors import N_

SOURCES = (("database", N_("People and records in Kaoping")), ("files", N_("Two workbooks: people and records")))


class TrialForm(Form):
    """The draft (chosen, uploaded or pasted), the scheme beside it, the year, and where the records come from."""

    version = SelectField(N_("Scheme to try"), validate_choice=False)
    file = FileField(N_("or a scheme file"), description=N_("A file or a pasted text goes before the choice above."))
    text = TextAreaField(N_("or its text"))
    against = SelectField(N_("Beside"), validate_choice=False)
    year = IntegerField(
        N_("Year of the records"),
        [InputRequired(N_("Enter the year of the records, such as 2025.")), NumberRange(1990, 2200, N_("Enter a year from 1990 to 2200."))],
    )
    within = FigureField(
        N_("Close to a cut"), default="0.5", description=N_("Points; who stands that close to a cut is named.")
    )
    source = RadioField(N_("Records"), choices=offered(SOURCES), default="database")
    employees = FileField(N_("Workbook of people"))
    records = FileField(N_("Workbook of records"))
