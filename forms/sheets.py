"""Which sheet of the document, of which period, about whom (GET)."""

from __future__ import annotations

import re

from wtforms import BooleanField, Form, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Regexp

from states.errors import N_

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\Z", re.ASCII)
WRITE_A_MONTH = N_("Write the month like this: 2025-07.")
CHOOSE_A_YEAR = N_("Choose a year from 2000 to 2100.")


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class RecordChoice(Form):
    """The monthly records of a department or of one's people."""

    month = StringField(N_("Month"), [InputRequired(WRITE_A_MONTH), Regexp(MONTH, message=WRITE_A_MONTH)], filters=[_stripped])
    department = SelectField(N_("Department"), validate_choice=False)
    blank = BooleanField(N_("Empty, to fill in by hand"))


class StatisticsChoice(Form):
    """The statistics of a year, or of a single month of it."""

    year = IntegerField(N_("Year"), [InputRequired(CHOOSE_A_YEAR), NumberRange(2000, 2100, CHOOSE_A_YEAR)])
    month = SelectField(N_("Month"), validate_choice=False)
    department = SelectField(N_("Department"), validate_choice=False)
    population = SelectField(N_("Population"), validate_choice=False)
