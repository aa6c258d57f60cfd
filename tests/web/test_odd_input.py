"""What nobody types but somebody sends: numbers and texts that no database column can hold."""

import pytest

from tests.services.grade_company import make_account, make_cycle, make_employee

HUGE = "9" * 25


@pytest.fixture
def insider(db_session, client, sign_in):
    make_cycle()
    return sign_in(client, make_account(make_employee(), "hr", "admin", "general_manager"))


@pytest.mark.parametrize("number", [HUGE, str(2**31), str(2**63)])
@pytest.mark.parametrize("address", ["/people/{}", "/mail/{}", "/results/{}", "/results/{}.json", "/cycles/{}", "/forms/{}"])
def test_an_address_beyond_every_row_is_not_there(insider, address, number):
    assert insider.get(address.format(number)).status_code == 404


@pytest.mark.parametrize("address", ["/accounts/{}/link", "/approval/{}/approve", "/cycles/{}/release", "/actions/{}/approve"])
def test_sending_to_such_an_address_too(insider, address):
    assert insider.post(address.format(HUGE)).status_code == 404


@pytest.mark.parametrize(
    "address",
    [f"/records?year={HUGE}", f"/scheme?version=-{HUGE}", f"/people?page={HUGE}", "/people?q=%00", "/accounts?q=%00", "/mail?q=%00"],
)
def test_a_question_beyond_the_database_is_no_fault_of_ours(insider, address):
    assert insider.get(address).status_code < 500


def test_a_name_with_a_nul_signs_nobody_in(db_session, client):
    answer = client.post("/sign-in", data={"username": "a\x00b", "password": "whatever it is"})

    assert 400 <= answer.status_code < 500


def test_a_ticked_person_beyond_every_row(insider, db_session):
    from workflow_app.models import Cycle

    cycle = db_session.query(Cycle).one()
    answer = insider.post(f"/cycles/{cycle.id}/reviews", data={"review": HUGE, "act": "remind"})

    assert 400 <= answer.status_code < 500
