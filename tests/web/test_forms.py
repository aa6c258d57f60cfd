from decimal import Decimal

import pytest
from sqlalchemy import event

from tests.cycle_company import NOW
from tests.forms_company import LATE_CARD, FormsCompany, assignment_of, review_of, submit_self_review
from workflow_app.db import db
from workflow_app.models import Assignment, KpiActual, Submission
from workflow_app.queries.assignments import latest_submission
from workflow_app.services import advancing, filling


@pytest.fixture
def company(app, db_session):
    return FormsCompany(app)


@pytest.fixture
def card(company):
    submit_self_review(company, company.agent)
    return assignment_of(company.agent, "manager_scoring")


@pytest.fixture
def enter(company, client, sign_in):
    """`enter(person)`: the client is that person's from now on."""
    return lambda person: sign_in(client, company.account(person))


def kept(assignment):
    db.session.expire_all()
    return latest_submission(assignment.id)


# --- filling in ------------------------------------------------------------------------------------------------------


def test_the_scorecard_stands_beside_the_self_review(enter, company, card):
    page = enter(company.supervisor).get(f"/forms/{card.id}")

    assert page.status_code == 200
    assert "侯杰" in page.text
    assert "四季度收到客户表扬信 3 封" in page.text
    assert 'name="q_attendance"' in page.text
    assert 'name="clause_attendance"' in page.text


def test_a_draft_is_saved_without_javascript(enter, company, card):
    data = {"do": "draft", "version": "0", "q_attendance": "２", "note_attendance": "late"}

    answer = enter(company.supervisor).post(f"/forms/{card.id}", data=data)

    assert answer.status_code == 303
    assert kept(card).answers["attendance"] == {"deducted": "2", "clause": "", "note": "late"}
    assert kept(card).state == "draft"


def test_autosave_answers_with_the_servers_sum_and_the_next_version(enter, company, card):
    client = enter(company.supervisor)
    data = {"version": "0", "clause_attendance": "late"}

    answer = client.post(f"/forms/{card.id}/draft", data=data)

    assert answer.status_code == 200
    assert answer.json["values"]["total"] == "98"
    assert answer.json["fields"] == {"version": filling.version_of(kept(card))}
    again = client.post(f"/forms/{card.id}/draft", data=data | {"version": answer.json["fields"]["version"]})
    assert again.status_code == 200


def test_the_servers_sum_wins_over_what_a_page_claims(enter, company, card):
    data = {"do": "submit", "version": "0", "q_attendance": "2", "clause_attendance": "late", "total": "100"}

    answer = enter(company.supervisor).post(f"/forms/{card.id}", data=data)

    assert answer.headers["Location"] == f"/forms/{card.id}/done"
    assert kept(card).score == 98


def test_after_submitting_the_next_person_is_offered(enter, company, card):
    submit_self_review(company, company.other)
    client = enter(company.supervisor)
    client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0"})

    page = client.get(f"/forms/{card.id}/done")

    assert "Next: 武超" in page.text
    assert f"/forms/{assignment_of(company.other, 'manager_scoring').id}" in page.text


def test_what_was_submitted_is_read_not_filled(enter, company, card):
    client = enter(company.supervisor)
    client.post(
        f"/forms/{card.id}", data={"do": "submit", "version": "0", "q_outcome": "4", "note_outcome": "13 of 15"}
    )

    page = client.get(f"/forms/{card.id}")

    assert page.status_code == 200
    assert "13 of 15" in page.text
    assert 'name="q_outcome"' not in page.text


def test_the_kpi_table_shows_which_rows_come_from_elsewhere(enter, company):
    submit_self_review(company, company.manager)
    table = assignment_of(company.manager, "manager_scoring")
    client = enter(company.vp)

    page = client.get(f"/forms/{table.id}")
    saved = client.post(f"/forms/{table.id}/draft", data={"version": "0", "q_customer_database": "24"})

    assert "comes from: Customer questionnaire" in page.text
    assert 'name="q_external_satisfaction"' not in page.text
    assert 'name="target_department_budget"' in page.text
    assert saved.json["values"]["points_customer_database"] == "4"
    assert saved.json["values"]["points_department_budget"] == "—"


def test_a_figure_that_hr_entered_is_read_in_the_table(enter, company):
    submit_self_review(company, company.manager)
    table = assignment_of(company.manager, "manager_scoring")
    db.session.add(KpiActual(employee_id=company.manager.id, year=2025, kpi="customer_database", actual=Decimal(24)))
    client = enter(company.vp)

    page = client.get(f"/forms/{table.id}").text
    saved = client.post(f"/forms/{table.id}/draft", data={"version": "0", "q_customer_database": "99"})

    field = next(line for line in page.splitlines() if 'name="q_customer_database"' in line)
    assert 'value="24"' in field
    assert " readonly" in field
    assert "entered by HR" in page
    assert saved.json["values"]["points_customer_database"] == "4"


def test_the_vp_card_hides_the_managers_score(enter, company, card):
    filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)
    vp_card = assignment_of(company.agent, "vp_feedback")
    client = enter(company.vp)

    page = client.get(f"/forms/{vp_card.id}")
    answer = client.post(
        f"/forms/{vp_card.id}",
        data={"do": "submit", "version": "0", "q_standards_kept": "4", "q_work_quality": "4", "q_cooperation": "5"},
    )

    assert "98.00" not in page.text
    assert ">98<" not in page.text
    assert answer.status_code == 303
    assert str(kept(vp_card).score).startswith("86.666")


def test_an_incomplete_card_is_shown_again_with_what_was_chosen(enter, company, card):
    filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)
    vp_card = assignment_of(company.agent, "vp_feedback")

    page = enter(company.vp).post(
        f"/forms/{vp_card.id}", data={"do": "submit", "version": "0", "q_standards_kept": "4", "q_comment": "可靠"}
    )

    assert page.status_code == 422
    assert "Error:" in page.text
    assert "可靠" in page.text
    assert 'value="4" checked' in page.text


def test_the_self_review_is_sent_back_with_a_reason(enter, company, card):
    answer = enter(company.supervisor).post(f"/forms/{card.id}/return", data={"reason": "请补充下半年的工作"})

    assert answer.status_code == 303
    db.session.expire_all()
    assert review_of(company.agent).state == "self_review"
    page = enter(company.agent).get(f"/forms/{assignment_of(company.agent, 'self_review').id}")
    assert "请补充下半年的工作" in page.text
    assert "四季度收到客户表扬信 3 封" in page.text


def test_a_return_without_a_reason_is_refused_with_the_page(enter, company, card):
    page = enter(company.supervisor).post(f"/forms/{card.id}/return", data={"reason": " x "})

    assert page.status_code == 422
    assert review_of(company.agent).state == "manager_scoring"


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_the_person_rated_sees_the_own_self_review_and_not_the_score(enter, company, card):
    filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)
    client = enter(company.agent)

    own = client.get(f"/forms/{assignment_of(company.agent, 'self_review').id}")
    score = client.get(f"/forms/{card.id}")

    assert own.status_code == 200
    assert "Where the review stands" in own.text
    assert score.status_code == 403
    assert "98.00" not in score.text


def test_a_colleague_may_not_even_read(enter, company, card):
    client = enter(company.other)

    assert client.get(f"/forms/{card.id}").status_code == 403
    assert client.get(f"/forms/{assignment_of(company.agent, 'self_review').id}").status_code == 403


def test_the_superior_may_read_the_self_review_but_not_its_draft(enter, company, card):
    client = enter(company.supervisor)

    assert client.get(f"/forms/{assignment_of(company.agent, 'self_review').id}").status_code == 200
    assert client.get(f"/forms/{assignment_of(company.other, 'self_review').id}").status_code == 403


def test_hr_reads_a_submitted_scorecard(enter, company, card):
    filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)

    page = enter(company.clerk).get(f"/forms/{card.id}")

    assert page.status_code == 200
    assert "98.00" in page.text


@pytest.mark.parametrize(("method", "tail"), [("post", ""), ("post", "/draft"), ("post", "/return"), ("get", "/done")])
def test_a_foreign_form_is_forbidden(enter, company, card, method, tail):
    answer = getattr(enter(company.other), method)(f"/forms/{card.id}{tail}", data={"do": "submit", "version": "0"})

    assert answer.status_code == 403
    assert kept(card) is None


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_an_unknown_form_is_not_found(enter, company, number):
    assert enter(company.agent).get(f"/forms/{number}").status_code == 404


def test_without_signing_in_there_is_no_form(company, client, card):
    assert client.get(f"/forms/{card.id}").status_code == 302


# --- bad input -------------------------------------------------------------------------------------------------------


def test_a_stale_page_is_409_with_the_text_kept(enter, company, card):
    client = enter(company.supervisor)
    client.post(f"/forms/{card.id}", data={"do": "draft", "version": "0", "note_ethics": "first"})

    page = client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0", "note_ethics": "typed here"})

    assert page.status_code == 409
    assert "typed here" in page.text
    assert "saved in another window" in page.text
    assert f'name="version" value="{filling.version_of(kept(card))}"' in page.text
    assert kept(card).answers["ethics"]["note"] == "first"


def test_a_stale_autosave_says_so_in_json(enter, company, card):
    client = enter(company.supervisor)
    client.post(f"/forms/{card.id}/draft", data={"version": "0"})

    answer = client.post(f"/forms/{card.id}/draft", data={"version": "0", "note_ethics": "older"})

    assert answer.status_code == 409
    assert "another window" in answer.json["message"]


def test_a_form_closed_meanwhile_is_409_with_the_text_kept(enter, company, card):
    client = enter(company.supervisor)
    advancing.return_stage(
        card.review, "self_review", reason="Please add more", due_at=None, actor=company.hr.actor(), now=NOW
    )

    page = client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0", "note_ethics": "typed here"})

    assert page.status_code == 409
    assert "typed here" in page.text
    assert 'value="submit"' not in page.text


@pytest.mark.parametrize("wish", ["draft", "submit"])
@pytest.mark.parametrize(
    "typed",
    [
        {"note_ethics": "a\x00b"},
        {"note_ethics": "x" * 1001},
        {"q_ethics": "9" * 41},
        {"clause_attendance": "invented"},
        {"note_ethics": ["one", "two"]},
    ],
)
def test_what_cannot_be_stored_is_422_in_a_draft_too(enter, company, card, wish, typed):
    answer = enter(company.supervisor).post(f"/forms/{card.id}", data={"do": wish, "version": "0"} | typed)

    assert answer.status_code == 422
    assert kept(card) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"q_ethics": "2"}, "Say why"),
        ({"q_ethics": "6", "note_ethics": "x"}, "At most 5"),
        ({"q_ethics": "-1", "note_ethics": "x"}, "without a minus sign"),
        ({"q_ethics": "two", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "0.125", "note_ethics": "x"}, "Round this to 2"),
    ],
)
def test_a_faulty_deduction_is_422_beside_its_item(enter, company, card, typed, said):
    client = enter(company.supervisor)

    page = client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0"} | typed)
    draft = client.post(f"/forms/{card.id}", data={"do": "draft", "version": "0"} | typed)

    assert page.status_code == 422
    assert said in page.text
    assert 'id="q_ethics-error"' in page.text
    assert f'value="{typed["q_ethics"]}"' in page.text
    assert draft.status_code == 303


def test_ten_megabytes_are_refused(enter, company, card):
    answer = enter(company.supervisor).post(
        f"/forms/{card.id}", data={"do": "draft", "version": "0", "note_ethics": "x" * 10_000_000}
    )

    assert answer.status_code == 413
    assert kept(card) is None


def in_parts(fields):
    """A multipart body; the test client's own would leave a temporary file behind."""
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return {"data": f"{parts}--edge--\r\n", "content_type": "multipart/form-data; boundary=edge"}


@pytest.mark.parametrize("body", [lambda fields: {"data": fields}, in_parts])
def test_five_thousand_fields_are_refused(enter, company, card, body):
    fields = {f"field_{number}": "1" for number in range(5000)}

    answer = enter(company.supervisor).post(f"/forms/{card.id}", **body(fields | {"do": "draft", "version": "0"}))

    assert answer.status_code == 413
    assert kept(card) is None


def test_an_unknown_wish_is_refused(enter, company, card):
    answer = enter(company.supervisor).post(f"/forms/{card.id}", data={"do": "delete", "version": "0"})

    assert answer.status_code == 422
    assert kept(card) is None


def test_html_in_a_note_is_inert(enter, company, card):
    client = enter(company.supervisor)
    client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0", "note_ethics": "<script>alert(1)</script>"})

    page = client.get(f"/forms/{card.id}")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


def test_a_second_submit_changes_nothing(enter, company, card):
    client = enter(company.supervisor)
    client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0"})

    again = client.post(f"/forms/{card.id}", data={"do": "submit", "version": "0", "q_ethics": "1", "note_ethics": "x"})

    assert again.status_code == 409
    assert kept(card).score == 100
    assert db.session.query(Submission).filter_by(assignment_id=card.id).count() == 1


# --- the team --------------------------------------------------------------------------------------------------------


def test_the_team_shows_step_due_score_and_door(enter, company, card):
    filling.save_draft(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)

    page = enter(company.supervisor).get("/team")

    assert page.status_code == 200
    assert "Manager scoring" in page.text
    assert "98.00" in page.text
    assert f'href="/forms/{card.id}"' in page.text
    assert "武超" in page.text
    assert "卢经理" not in page.text.split("<main")[1]


def test_without_people_the_team_says_why(enter, company):
    page = enter(company.agent).get("/team")

    assert page.status_code == 200
    assert "Nobody to rate at present" in page.text


def test_a_vp_sees_own_cards_and_not_the_managers_scores(enter, company, card):
    filling.submit(card, LATE_CARD, actor=company.actor(company.supervisor), now=NOW)

    page = enter(company.vp).get("/team")

    assert "侯杰" in page.text
    assert "98.00" not in page.text


@pytest.mark.parametrize("query", ["?cycle=x", "?cycle=999999999999999999999", "?cycle=-1"])
def test_a_foreign_cycle_shows_the_own_one(enter, company, query):
    assert enter(company.supervisor).get(f"/team{query}").status_code == 200


def count_queries(app, ask):
    asked = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note := lambda *said: asked.append(said[2]))
    try:
        assert ask().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([statement for statement in asked if not statement.startswith(("BEGIN", "PRAGMA"))])


def give(company, person, superior):
    """Let `superior` be the one who scores `person`."""
    review = review_of(person)
    review.superior_id = superior.id
    for given in db.session.query(Assignment).filter_by(review_id=review.id):
        given.assignee_id = superior.id if given.stage != "self_review" else person.id
    db.session.commit()


def test_the_team_takes_as_many_queries_for_three_people_as_for_one(app, enter, company):
    client = enter(company.supervisor)
    give(company, company.clerk, company.supervisor)
    three = count_queries(app, lambda: client.get("/team"))
    give(company, company.clerk, company.manager)
    give(company, company.other, company.manager)
    one = count_queries(app, lambda: client.get("/team"))

    assert (one, three) == (9, 9)


def test_the_scorecard_takes_a_fixed_number_of_queries(app, enter, company, card):
    client, address = enter(company.supervisor), f"/forms/{card.id}"

    assert count_queries(app, lambda: client.get(address)) == 11
