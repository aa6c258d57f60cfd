"""The JSON for programs: described by its document, guarded like the pages."""

import re
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.services.grade_company import NOW, make_account, make_cycle, make_employee, make_hr, make_review

DOCUMENT = "/api/v1/openapi.json"
GUARDED = ("/api/v1/me", "/api/v1/reviews", "/api/v1/reviews/1/result", "/api/v1/cycles")
BANDS = {"computed_band": "B", "calibrated_band": "B", "final_band": "A"}


@pytest.fixture
def document(client):
    answer = client.get(DOCUMENT)
    assert answer.status_code == 200
    return answer.json


@pytest.fixture
def fits(document):
    """`fits(answer, path)`: the answer's JSON is what the document says of its path and status."""
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, default_specification=DRAFT202012))

    def check(answer, path):
        at = f"#/paths/{path.replace('/', '~1')}/get/responses/{answer.status_code}"
        described = registry.resolver("urn:api").lookup(f"urn:api{at}").contents
        if "$ref" in described:
            at = described["$ref"]
        schema = {"$ref": f"urn:api{at}/content/application~1json/schema"}
        Draft202012Validator(schema, registry=registry).validate(answer.json)
        return answer.json

    return check


@pytest.fixture
def company(db_session):
    """One released grade, one provisional, one superior of both, one in HR."""
    boss = make_employee("方霞", post="总经理", population="management")
    past = make_cycle(state="released")
    running = make_cycle(past.scheme_version, state="calibrating", period="2026", title_en="Year-end appraisal 2026")
    me = make_account(make_employee("莫浩然", superior=boss), locale="en")
    other = make_account(make_employee("武超", superior=boss), locale="en")
    done = make_review(
        past, me.employee, at="acknowledgement", total=Decimal("88.77"), rank=1, approved_at=NOW, released_at=NOW, **BANDS
    )
    open_ = make_review(running, me.employee, total=Decimal("61.23"), computed_band="D", calibrated_band="D")
    hr = make_hr(superior=boss)
    hr.locale = "en"
    return {"me": me, "other": other, "hr": hr, "done": done, "open": open_, "running": running}


def test_the_document_is_public_and_whole(document):
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Kaoping"
    assert set(document["paths"]) == {
        "/api/v1/me", "/api/v1/reviews", "/api/v1/reviews/{review_id}/result", "/api/v1/cycles",
    }  # fmt: skip
    for path, item in document["paths"].items():
        assert set(item) - {"parameters"} == {"get"}
        assert {"200", "401"} <= set(item["get"]["responses"])
        named = {one["name"] for one in item.get("parameters", []) if one["in"] == "path" and one["required"]}
        assert named == set(re.findall(r"{(\w+)}", path))
    assert document["security"] == [{"session": []}]


def test_every_reference_of_the_document_leads_somewhere(document):
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, default_specification=DRAFT202012))
    references = set(re.findall(r"'\$ref': '(#[^']+)'", str(document)))

    assert references
    for reference in references:
        registry.resolver("urn:api").lookup(f"urn:api{reference}")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", GUARDED)
def test_signed_out_one_is_told_so_in_json(client, db_session, path):
    answer = client.get(path, headers={"Accept-Language": "en"})

    assert answer.status_code == 401
    assert answer.json == {
        "errors": ["You are not signed in. Sign in on the pages first; this address takes the session's cookie."]
    }


def test_a_refusal_is_in_the_readers_language(client, db_session):
    assert "您尚未登录" in client.get("/api/v1/me", headers={"Accept-Language": "zh-CN"}).json["errors"][0]


def test_a_page_still_leads_to_the_sign_in(client, db_session):
    assert client.get("/results").status_code == 302


def test_me(company, client, sign_in, fits):
    said = fits(sign_in(client, company["hr"]).get("/api/v1/me"), "/api/v1/me")

    assert said["roles"] == ["hr"]
    assert said["employee"]["employee_no"] == company["hr"].employee.employee_no
    assert set(said) == {"username", "roles", "locale", "employee"}


def test_me_without_an_employee(db_session, client, sign_in, fits):
    client = sign_in(client, make_account(None, "admin"))

    assert fits(client.get("/api/v1/me"), "/api/v1/me")["employee"] is None
    assert fits(client.get("/api/v1/reviews"), "/api/v1/reviews") == {"reviews": []}


def test_own_reviews_have_a_result_once_it_is_released(company, client, sign_in, fits):
    answer = sign_in(client, company["me"]).get("/api/v1/reviews")
    provisional, released = fits(answer, "/api/v1/reviews")["reviews"]

    assert (provisional["id"], provisional["result"]) == (company["open"].id, None)
    assert (released["result"]["total"], released["result"]["band"]) == ("88.77", "A")
    assert "61.23" not in answer.text
    assert [stage["state"] for stage in provisional["stages"]][:4] == ["done", "done", "done", "open"]
    assert provisional["cycle"]["title"]["en"] == "Year-end appraisal 2026"


def test_a_released_result_is_that_of_the_page(company, client, sign_in, fits):
    client, number = sign_in(client, company["me"]), company["done"].id
    answer = client.get(f"/api/v1/reviews/{number}/result")

    said = fits(answer, "/api/v1/reviews/{review_id}/result")
    assert said == client.get(f"/results/{number}.json").json
    assert (said["total"], said["final_band"]) == ("88.77", "A")


@pytest.mark.parametrize(
    ("who", "which", "status"),
    [("me", "open", 403), ("other", "done", 403), ("other", "open", 403), ("hr", "open", 200)],
)
def test_a_result_is_for_whom_the_page_shows_it(company, client, sign_in, fits, who, which, status):
    answer = sign_in(client, company[who]).get(f"/api/v1/reviews/{company[which].id}/result")

    said = fits(answer, "/api/v1/reviews/{review_id}/result")
    assert answer.status_code == status
    assert ("errors" in said) == (status == 403)
    assert ("total" in said) == (status == 200)


def test_a_review_that_is_not_there(company, client, sign_in, fits):
    answer = sign_in(client, company["me"]).get("/api/v1/reviews/999999/result")

    assert answer.status_code == 404
    assert fits(answer, "/api/v1/reviews/{review_id}/result") == {"errors": ["There is no such review."]}


def test_cycles_are_counted_by_stage(company, client, sign_in, fits):
    said = fits(sign_in(client, company["hr"]).get("/api/v1/cycles"), "/api/v1/cycles")["cycles"]
    running = next(cycle for cycle in said if cycle["id"] == company["running"].id)

    assert (running["state"], running["reviews"]) == ("calibrating", 1)
    assert {stage["code"]: stage["count"] for stage in running["stages"]}["calibration"] == 1


def test_cycles_are_not_for_everybody(company, client, sign_in, fits):
    answer = sign_in(client, company["me"]).get("/api/v1/cycles")

    assert answer.status_code == 403
    assert fits(answer, "/api/v1/cycles") == {"errors": ["This is for human resources. Please ask HR if you need it."]}


def test_it_only_reads(company, client, sign_in):
    answer = sign_in(client, company["hr"]).post("/api/v1/reviews", json={})

    assert answer.status_code == 405
    assert answer.json["errors"]


def test_an_unknown_address_answers_in_json(client, db_session):
    assert client.get("/api/v1/nothing").status_code == 404
    assert client.get("/api/v1/nothing").json["errors"]
