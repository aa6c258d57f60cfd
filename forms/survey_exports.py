"""In which shape customers' answers are downloaded."""

from __future__ import annotations

from wtforms import BooleanField, Form, RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from forms.cycles import offered
from states.errors import N_

FILES = (("xlsx", N_("Excel workbook: answers and code book as two sheets")), ("csv", N_("CSV: two files in an archive")))
STYLES = (("limesurvey", N_("As LimeSurvey has them: G01Q02[SQ001]")), ("spss", N_("For SPSS: letters, digits, underscores")))
NO_REASON = N_("Say why the answers are needed with the customers’ names. It is recorded.")


class ExportChoice(Form):
    """One questionnaire, one shape; with names only for a reason."""

    form = SelectField(N_("Questionnaire"))
    file = RadioField(N_("File"), choices=offered(FILES), default="xlsx")
    style = RadioField(N_("Names of the columns"), choices=offered(STYLES), default="limesurvey")
    identified = BooleanField(N_("With the customers’ names"))
    reason = TextAreaField(N_("Why the names are needed"))

    def validate_reason(self, field: TextAreaField) -> None:
        """Names are given for a reason only."""
        if self.identified.data and not (field.data or "").strip():
            raise ValidationError(NO_REASON)
