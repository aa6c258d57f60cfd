"""Questions of every kind on the other forms of staff: the VP's card, key figures, interview, self review, tests."""

from __future__ import annotations

import io
import re

import pytest

from states.permissions import SYSTEM
from tests import cycle_company
from tests.cycle_company import NOW
from tests.forms_company import FormsCompany, assignment_of, submit_self_review
from tests.services.test_advancing import hand_in
from tests.staff_question_texts import with_questions
from workflow_app.db import db
from workflow_app.models import TestResult
from workflow_app.queries.assignments import latest_submission
from workflow_app.services.publishing import publish_scheme

PDF = b"%PDF-1.7\n1 0 obj"
EXTRA = {
    "q_trained": "yes", "q_days": "3", "q_mood": "1", "q_useful": "1", "q_clear": "na", "q_again": "2", "q_nps": "0",
    "q_room": "there", "q_topics": ["phone", "mail"], "q_latest": "2025-11-03", "q_place": "李老师", "q_story": "两天",
}  # fmt: skip
CODES = {name[2:] for name in EXTRA}
CARD = {"q_standards_kept": "5", "q_work_quality": "4", "q_cooperation": "5"}
FIGURES = {"q_department_budget": "100", "target_department_budget": "100"}
WORDS = {"q_strengths": "认真", "q_improvements": "英语"}
# The form, who it is about, its stage, who fills it in, what it asks itself, who else may read it and who may not.
FORMS = {
    "vp": ("vp_card_staff", "agent", "vp_feedback", "vp", CARD, "clerk", "agent"),
    "key figures": ("kpi_customer_service", "manager", "manager_scoring", "vp", FIGURES, "clerk", "manager"),
    "interview": ("feedback_interview", "agent", "feedback_interview", "supervisor", WORDS, "clerk", "other"),
    "self review": ("self_review_staff", "agent", "self_review", "agent", {}, "supervisor", "other"),
}


@pytest.fixture
def company(app, db_session, monkeypatch):
    text = with_questions(*(form for form, *_ in FORMS.values()), "theory_test")
    monkeypatch.setattr(cycle_company, "make_scheme", lambda: publish_scheme(text, actor=SYSTEM, now=NOW))
    return FormsCompany(app)


@pytest.fixture
def enter(company, client, sign_in):
    return lambda who: sign_in(client, company.account(getattr(company, who)))


@pytest.fixture(params=FORMS.values(), ids=FORMS.keys())
def case(request, company):
    """An open form with the questions, as `FORMS` has it, its name replaced by the assignment."""
    _, about, stage, *rest = request.param
    made = assignment_of(getattr(company, about), stage)
    for row in sorted(made.review.stages, key=lambda row: row.position):
        if row.stage == stage:
            break
        if row.state == "open":
            hand_in(made.review, row.stage)
    db.session.commit()
    return (made, *rest)


def kept(assignment):
    db.session.expire_all()
    return latest_submission(assignment.id)


def send(client, form, do="submit", version="0", shown="days again", files=(), **values):
    data = {"do": do, "version": version, "shown": shown, **values}
    data["file_papers"] = [(io.BytesIO(content), name) for content, name in files]
    return client.post(f"/forms/{form.id}", data=data, content_type="multipart/form-data")


def test_every_kind_is_on_the_page_and_what_hangs_on_an_answer_waits(enter, case):
    form, author, *_ = case

    page = enter(author).get(f"/forms/{form.id}?lang=en").text

    assert {name for name in (*EXTRA, "file_papers") if f'name="{name}"' not in page} == set()
    assert 'class="question matrix"' in page
    assert re.search(r'data-code="days"[^>]*hidden>', page)


def test_a_draft_keeps_what_was_answered_and_may_lack_the_rest(enter, case):
    form, author, own, *_ = case
    client = enter(author)

    answer = send(client, form, do="draft", **own, q_topics=["mail"], q_place="李老师", q_useful="1")

    assert answer.status_code == 303
    assert kept(form).state == "draft"
    page = client.get(f"/forms/{form.id}").text
    assert 'value="李老师"' in page
    assert re.search(r'name="q_useful" value="1" checked', page)
    assert re.search(r'name="q_topics" value="mail" checked', page)


def test_a_required_answer_is_asked_for_and_what_was_typed_stays(enter, case):
    form, author, own, *_ = case

    answer = send(enter(author), form, **(own | EXTRA | {"q_trained": "", "q_days": "", "q_place": "王老师"}))

    assert answer.status_code == 422
    assert 'href="#q_trained-0"' in answer.text
    assert 'value="王老师"' in answer.text
    assert all(f'value="{value}"' in answer.text or value in answer.text for value in own.values())
    assert kept(form) is None


def test_what_is_handed_in_is_read_in_words_by_whom_it_is_for(enter, case):
    form, author, own, reader, stranger = case
    answer = send(enter(author), form, **(own | EXTRA), files=[(PDF, "zheng.pdf")])

    assert answer.status_code == 303
    assert set(kept(form).answers) >= CODES
    for who in (author, reader):
        page = enter(who).get(f"/forms/{form.id}?lang=en").text
        words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        for said in ("Trained Yes", "Useful Dissatisfied", "Room Branch", "Telephone, Mail", "3 Nov 2025", "李老师", "两天"):
            assert said in words, (who, said)
        assert "zheng.pdf" in words
        assert "<textarea" not in page
    refused = enter(stranger).get(f"/forms/{form.id}")
    assert refused.status_code == 403
    assert "李老师" not in refused.text


def test_a_file_goes_only_to_those_who_read_the_form(enter, case):
    form, author, own, reader, stranger = case
    send(enter(author), form, **(own | EXTRA), files=[(PDF, "zheng.pdf")])
    address = f"/forms/{form.id}/files/{kept(form).answers['papers'][0]}"

    assert enter(reader).get(address).data == PDF
    assert enter(reader).get(address).headers["Content-Disposition"].startswith("attachment")
    assert enter(stranger).get(address).status_code == 403


@pytest.mark.parametrize("mood", ["1", "5"])
def test_they_have_no_part_in_the_score(enter, case, mood):
    form, author, own, *_ = case
    plain = {"q_trained": "no", **own}
    send(enter(author), form, do="draft", **plain)
    before = kept(form).score

    send(enter(author), form, version=version_of(enter(author), form), **(plain | {"q_mood": mood, "q_useful": mood, "q_nps": "0"}))

    assert kept(form).state == "submitted"
    assert kept(form).answers["mood"] == mood
    assert kept(form).score == before


def version_of(client, form):
    return re.search(r'name="version" value="([^"]+)"', client.get(f"/forms/{form.id}").text)[1]


def test_a_file_can_be_replaced_by_another(enter, company):
    form = assignment_of(company.agent, "self_review")
    client = enter("agent")
    send(client, form, do="draft", files=[(PDF, "old.pdf")])
    [old] = kept(form).answers["papers"]

    answer = send(client, form, **EXTRA, version=version_of(client, form), files=[(PDF + b" 2", "new.pdf")])

    assert answer.status_code == 303
    [new] = kept(form).answers["papers"]
    assert client.get(f"/forms/{form.id}/files/{new}").data == PDF + b" 2"
    assert client.get(f"/forms/{form.id}/files/{old}").status_code == 404
    assert "old.pdf" not in client.get(f"/forms/{form.id}").text


def test_the_superior_reads_the_self_review_beside_the_own_form(enter, company):
    submit_self_review(company, company.agent, {"trained": "yes", "days": "3", "place": "李老师"})

    page = enter("supervisor").get(f"/forms/{assignment_of(company.agent, 'self_review').id}")

    assert page.status_code == 200
    assert "李老师" in page.text


def test_points_of_a_test_are_entered_though_it_asks_more(company, enter):
    version = company.cycle.scheme_version_id
    number = company.agent.id
    points = {f"p{number}-q_company_rules": "40", f"p{number}-q_product_knowledge": "50"}

    answer = enter("clerk").post(f"/tests?test={version}:theory_test", data={"on": "2026-03-02"} | points)

    assert answer.status_code == 302
    [result] = db.session.query(TestResult).all()
    assert result.answers == {"company_rules": "40", "product_knowledge": "50"}
    corrected = enter("clerk").post(
        f"/tests/results/{result.id}",
        data={"on": "2026-03-02", "reason": "misread", "p-q_company_rules": "30", "p-q_product_knowledge": "50"},
    )
    assert corrected.status_code == 302
