"""What the smaller forms say when a text is too long or a choice was made up."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, IntegerField, SelectChoice, SelectField

from forms.decisions import REASON_LENGTH, ReturnForm
from forms.limits import WORDS
from states.errors import Message


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("字" * REASON_LENGTH, None),
        ("字" * (REASON_LENGTH + 1), "Shorten this"),
        ("nul\x00", "characters that cannot be stored"),
    ],
)
def test_a_text_is_short_enough_and_readable(reason, fault):
    form = ReturnForm(MultiDict({"reason": reason}))

    assert form.validate() is (fault is None)
    for message in form.reason.errors:
        assert isinstance(message, Message)
        assert fault in str(message)


def test_what_wtforms_says_is_what_is_translated():
    class Made(Form):
        day = DateField()
        choice = SelectField(choices=[SelectChoice("a", "A")])
        number = IntegerField()

    form = Made(MultiDict({"day": "31.2.", "choice": "b", "number": "x"}))

    assert not form.validate()
    assert {str(message) for field in form for message in field.errors} == set(WORDS)
