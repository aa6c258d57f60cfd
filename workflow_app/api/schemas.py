"""What the answers hold. A field that is not named here is in no answer."""

from marshmallow import Schema, fields

from workflow_app.models.accounts import ROLES


def _text(said: str, *, missing: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=missing, metadata={"description": said})


def _figure(said: str) -> fields.String:
    return _text(f"{said}, a decimal number; null when there is none", missing=True)


def _moment(said: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, allow_none=True, metadata={"description": said})


def _whole(said: str, *, missing: bool = False) -> fields.Integer:
    return fields.Integer(required=True, allow_none=missing, strict=True, metadata={"description": said})


class Refused(Schema):
    errors = fields.List(fields.String(), required=True, metadata={"description": "Every reason, in the reader's language"})


class Title(Schema):
    zh = _text("In Chinese")
    en = _text("In English")


class Person(Schema):
    employee_no = _text("The personnel number")
    name = _text("The name")
    department = _text("The department today")
    post = _text("The post today")
    population = _text("With whom the person is ranked, as the scheme's code")


class Me(Schema):
    username = _text("What one signs in with")
    roles = fields.List(
        fields.String(metadata={"enum": list(ROLES)}), required=True, metadata={"description": "Beyond one's own desk"}
    )
    locale = _text("The chosen language, zh or en; null: that of the browser", missing=True)
    employee = fields.Nested(Person, required=True, allow_none=True)


class CycleOfReview(Schema):
    id = _whole("The cycle's number")
    kind = _text("The kind of cycle, as the scheme's code")
    title = fields.Nested(Title, required=True)
    period = _text("The year, month or other period")
    state = _text("The cycle's state")


class Stage(Schema):
    code = _text("The stage, as the scheme's code")
    title = fields.Nested(Title, required=True)
    state = fields.String(required=True, metadata={"enum": ["waiting", "open", "done", "omitted"]})
    due_at = _moment("The deadline, in UTC")
    late = fields.Boolean(required=True, metadata={"description": "Open, and past its deadline"})


class OwnResult(Schema):
    total = _figure("The total")
    band = _text("The released grade", missing=True)
    released_at = _moment("When it was released, in UTC")
    acknowledged_at = _moment("When one signed for having seen it, in UTC")


class OwnReview(Schema):
    id = _whole("The review's number, for its result's address")
    cycle = fields.Nested(CycleOfReview, required=True)
    state = _text("Where the review stands")
    stages = fields.List(fields.Nested(Stage), required=True)
    result = fields.Nested(OwnResult, required=True, allow_none=True, metadata={"description": "null until it is released"})


class OwnReviews(Schema):
    reviews = fields.List(fields.Nested(OwnReview), required=True)


class SchemeOfResult(Schema):
    code = _text("The scheme's code")
    version = _whole("The version that the cycle is pinned to")


class Result(Schema):
    employee_no = _text("The personnel number of the person rated")
    cycle = _text("The cycle's title in English")
    period = _text("The year, month or other period")
    population = _text("With whom the person was ranked")
    parts = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True,
        metadata={"description": "The parts of the total by their codes in the scheme; one that is missing is left out"},
    )
    total = _figure("The total")
    rank = _whole("The place within the population", missing=True)
    computed_band = _text("The grade that the ranking gives", missing=True)
    calibrated_band = _text("The grade after calibration", missing=True)
    final_band = _text("The grade that was signed", missing=True)
    flags = fields.List(fields.String(), required=True, metadata={"description": "What is unusual about the figures"})
    scheme = fields.Nested(SchemeOfResult, required=True)
    explanation = fields.Dict(required=True, metadata={"description": "How the total came about, as a tree"})


class StageOfCycle(Schema):
    code = _text("The stage, as the scheme's code")
    title = fields.Nested(Title, required=True)
    count = _whole("How many reviews stand here")
    late = _whole("How many of them are past their deadline")


class Cycle(CycleOfReview):
    reviews = _whole("How many reviews there are")
    through = _whole("How many have passed all stages of their own")
    late = _whole("How many are past a deadline")
    stages = fields.List(fields.Nested(StageOfCycle), required=True)


class Cycles(Schema):
    cycles = fields.List(fields.Nested(Cycle), required=True)
