"""Starting, publishing and looking after schemes."""

from __future__ import annotations

from wtforms import FileField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from forms.cycles import offered
from forms.limits import AtMost
from states.errors import N_

NOTE_LENGTH = 1000
READERS = (("open", N_("Not signed yet")), ("read", N_("Have signed")), ("all", N_("All")))


def _stripped(text: str | None) -> str:
    return text.strip() if text else ""


class SchemeFileForm(Form):
    """A scheme file to start a draft from."""

    file = FileField(N_("Scheme file"), description=N_("A .yaml file of up to 1 MB. Faults in it are shown, and can be mended here."))


class PublishForm(Form):
    """What is new in a version, for everyone it rates."""

    note = TextAreaField(
        N_("What is new"), [Optional(), AtMost(NOTE_LENGTH)], filters=[_stripped],
        description=N_("Everyone it rates reads this above the scheme."),
    )


class ReadersFilter(Form):
    """Narrowing the list of those who were told (GET)."""

    q = StringField(N_("Name or number"), [Optional(), AtMost(60)], filters=[_stripped])
    department = SelectField(N_("Department"), validate_choice=False)
    show = SelectField(N_("Show only"), choices=offered(READERS), validate_choice=False)
