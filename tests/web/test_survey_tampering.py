"""Forms that no browser sends, against every kind of question: refused with 4xx, never a fault, and nothing is stored."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from tests.survey_company import filled, make_survey, path_of
from tests.survey_schemes import EVERY_KIND, RETENTION, scheme_with
from workflow_app.db import db
from workflow_app.survey_links import nonce_of

GIVEN = {
    "q_complained": "no", "q_hotline": "4", "q_counter": "na", "q_visits": "12", "q_last_visit": "2025-11-03",
    "q_city": "苏州", "q_channels": "phone",
}  # fmt: skip
FIELDS = ("q_overall", "q_recommend", "q_comment", *GIVEN)
TYPED = {"q_comment", "q_visits", "q_last_visit", "q_city"}
ACTS = ("review", "send")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def survey(db_session):
    made = make_survey(scheme=scheme_with(questions=EVERY_KIND, retention=RETENTION))
    db_session.commit()
    return made


def everything():
    db.session.rollback()
    found = {name: sorted(map(repr, db.session.execute(select(table)))) for name, table in db.metadata.tables.items()}
    db.session.rollback()
    return found


def refused(client, survey, act, **values):
    """The status of a form that must leave no trace."""
    before = everything()
    status = client.post(path_of(survey.first), data=filled(survey.first, act, **(GIVEN | values))).status_code
    assert everything() == before
    return status


def test_untampered_it_is_taken(client, survey):
    assert client.post(path_of(survey.first), data=filled(survey.first, **GIVEN)).status_code == 303


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_nul_in_any_kind_of_answer(client, survey, field, act):
    value = GIVEN.get(field) or "5"

    assert refused(client, survey, act, **{field: f"{value}\x00"}) == 422


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"q_comment", "q_city"}))
def test_a_choice_figure_or_day_that_was_not_offered(client, survey, field, act):
    assert refused(client, survey, act, **{field: "../../etc/passwd"}) == 422


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("field", sorted(TYPED))
def test_a_text_far_too_long(client, survey, field, act):
    assert refused(client, survey, act, **{field: "9" * 20_000}) == 422


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"q_channels"}))
def test_a_parameter_that_comes_twice(client, survey, field, act):
    before = everything()
    body = urlencode(filled(survey.first, act, **GIVEN)) + "&" + urlencode({field: GIVEN.get(field, "4")})

    assert client.post(path_of(survey.first), data=body, content_type=FORM).status_code == 400
    assert everything() == before


@pytest.mark.parametrize("field", ["nonce", "act", "website", "shown", "step", "shared"])
def test_what_the_page_carries_along_does_not_come_twice(client, survey, field):
    before = everything()
    body = urlencode(filled(survey.first, **GIVEN) | {field: "a"}) + "&" + urlencode({field: "b"})

    assert client.post(path_of(survey.first), data=body, content_type=FORM).status_code == 400
    assert everything() == before


@pytest.mark.parametrize("act", ACTS)
def test_ten_megabytes_in_any_field(client, survey, act):
    for field in ("q_overall", "q_comment", "q_channels"):
        assert refused(client, survey, act, **{field: "x" * 10_000_000}) == 413


@pytest.mark.parametrize("act", ACTS)
def test_five_thousand_fields(client, survey, act):
    others = {f"q_{number}": "1" for number in range(5000)}
    same = urlencode(filled(survey.first, act, **GIVEN)) + "&q_channels=phone" * 5000

    assert refused(client, survey, act, **others) in {400, 413}
    assert client.post(path_of(survey.first), data=same, content_type=FORM).status_code in {400, 413, 422}


@pytest.mark.parametrize("act", [*ACTS, "later", "next", "back", "change", "decline", "", "delete", "send:q_overall"])
def test_the_nonce_of_another_link_opens_nothing(client, survey, act):
    values = GIVEN | {"nonce": nonce_of(survey.invitations[1], 0), "kind": "unknown_person"}

    assert refused(client, survey, act, **values) == 400


@pytest.mark.parametrize("body", [b"\xff\xfe%%%", b"a" * 5000, b"&&&===", b"q_overall"], ids=["bytes", "a name", "signs", "no value"])
def test_a_body_that_is_no_form(client, survey, body):
    before = everything()

    assert 400 <= client.post(path_of(survey.first), data=body, content_type=FORM).status_code < 500
    assert everything() == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data"])
def test_a_body_of_another_type(client, survey, kind):
    before = everything()

    assert 400 <= client.post(path_of(survey.first), data=b'{"act": "send"}', content_type=kind).status_code < 500
    assert everything() == before
