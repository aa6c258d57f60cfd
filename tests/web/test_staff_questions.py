"""Questions of every kind, and files, in a form that staff fill in, without JavaScript."""

import io
import re

import pytest

from states.scheme import builtin_scheme_text
from tests import cycle_company
from tests.cycle_company import NOW, SYSTEM
from tests.forms_company import FormsCompany, assignment_of
from workflow_app.db import db
from workflow_app.models import AnswerFile
from workflow_app.queries.answer_files import is_handed_in
from workflow_app.queries.assignments import latest_submission
from workflow_app.services.publishing import publish_scheme

QUESTIONS = """    questions:
      - {kind: yes_no, code: trained, title: {zh: 培训过, en: Trained}, required: true}
      - {kind: number, code: days, title: {zh: 天数, en: Days}, highest: 40, required: true, when: {question: trained, is: [yes]}}
      - kind: multiple_choice
        code: topics
        title: {zh: 内容, en: Topics}
        options: [{code: phone, title: {zh: 电话接待, en: Telephone}}, {code: mail, title: {zh: 邮件回复, en: Mail}}]
      - {kind: date, code: latest, title: {zh: 最近一次, en: Last time}}
      - {kind: short_text, code: place, title: {zh: 地点, en: Place}}
      - {kind: short_text, code: caller, title: {zh: 来电人, en: Caller}, when: {question: topics, is: [phone]}}
      - {kind: short_text, code: line, title: {zh: 线路, en: Line}, when: {question: topics, is: [phone]}}
      - {kind: file, code: papers, title: {zh: 证明, en: Papers}, most: 2}
"""
FORM = "  self_review_staff:\n    kind: deduction\n"
PDF = b"%PDF-1.7\n1 0 obj"
SAID = {"q_trained": "yes", "q_days": "3", "q_topics": ["phone", "mail"], "q_latest": "2025-11-03", "q_place": "总部"}


@pytest.fixture
def company(app, db_session, monkeypatch):
    text = builtin_scheme_text()
    assert FORM in text
    changed = text.replace(FORM, FORM + QUESTIONS, 1)
    monkeypatch.setattr(cycle_company, "make_scheme", lambda: publish_scheme(changed, actor=SYSTEM, now=NOW))
    return FormsCompany(app)


@pytest.fixture
def own(company):
    return assignment_of(company.agent, "self_review")


@pytest.fixture
def agent(company, client, sign_in):
    return sign_in(client, company.account(company.agent))


def kept(assignment):
    db.session.expire_all()
    return latest_submission(assignment.id)


def send(client, own, do="submit", files=(), **more):
    data = {"do": do, "version": "0", "shown": "days caller line", **SAID, **more}
    data["file_papers"] = [(io.BytesIO(content), name) for content, name in files]
    return client.post(f"/forms/{own.id}", data=data, content_type="multipart/form-data")


def test_every_kind_is_shown_stored_and_read_in_words(agent, own):
    page = agent.get(f"/forms/{own.id}?lang=zh")

    assert all(f'name="{name}"' in page.text for name in (*SAID, "file_papers"))
    assert send(agent, own).status_code == 303
    assert {code: kept(own).answers[code] for code in ("trained", "days", "topics", "latest")} == {
        "trained": "yes", "days": "3", "topics": ["phone", "mail"], "latest": "2025-11-03",
    }  # fmt: skip
    read = agent.get(f"/forms/{own.id}").text
    assert "电话接待、邮件回复" in read or "Telephone, Mail" in read
    assert "总部" in read


def test_what_does_not_apply_is_neither_asked_for_nor_kept(agent, own):
    answer = send(agent, own, q_trained="no", q_days="3")

    assert answer.status_code == 303
    assert kept(own).answers["trained"] == "no"
    assert "days" not in kept(own).answers


def test_a_draft_drops_it_too_and_may_lack_the_rest(agent, own):
    assert send(agent, own, do="draft", q_trained="", q_days="3").status_code == 303

    assert "days" not in kept(own).answers
    assert kept(own).answers["place"] == "总部"


def test_a_required_answer_that_applies_is_asked_for_and_the_input_stays(agent, own):
    answer = send(agent, own, q_days="", q_place="分公司")

    assert answer.status_code == 422
    assert 'value="分公司"' in answer.text
    assert kept(own) is None


def test_what_the_answers_lead_to_is_shown_before_anything_is_handed_in(agent, own):
    first = send(agent, own, shown="", files=[(PDF, "zheng.pdf")])

    assert first.status_code == 200
    assert kept(own) is None
    assert 'role="status"><p>' in first.text
    assert 'value="总部"' in first.text
    assert "zheng.pdf" in first.text
    assert not re.search(r'data-code="caller"[^>]*hidden', first.text)
    shown = re.search(r'name="shown" value="([^"]*)"', first.text).group(1)
    assert set(shown.split()) == {"days", "caller", "line"}

    assert send(agent, own, shown=shown).status_code == 303
    assert kept(own).state == "submitted"


def test_what_they_lead_to_further_on_is_shown_as_well(agent, own):
    answer = send(agent, own, shown="", q_trained="yes", q_days="", q_topics=[])

    assert answer.status_code == 200
    assert 'name="shown" value="days"' in answer.text
    assert "has-error" not in answer.text
    assert send(agent, own, shown="days", q_topics=["phone"]).status_code == 200
    assert kept(own) is None


def test_without_anything_further_one_press_hands_it_in(agent, own):
    assert send(agent, own, shown="", q_trained="no", q_topics=["mail"]).status_code == 303

    assert kept(own).state == "submitted"


def test_a_file_is_kept_with_the_form_and_served_as_an_attachment(agent, own):
    assert send(agent, own, files=[(PDF, "zheng.pdf")]).status_code == 303

    number = kept(own).answers["papers"][0]
    file = agent.get(f"/forms/{own.id}/files/{number}")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "zheng.pdf" in agent.get(f"/forms/{own.id}").text


def test_a_file_survives_what_else_is_refused(agent, own):
    answer = send(agent, own, q_days="", files=[(PDF, "zheng.pdf")])

    assert answer.status_code == 422
    assert "zheng.pdf" in answer.text


@pytest.mark.parametrize(
    "files",
    [
        [(b"MZ\x90", "tool.exe")],
        [(b"not a pdf", "a.pdf")],
        [(b"", "a.pdf")],
    ],
)
def test_a_file_that_is_not_taken_is_refused_and_the_input_stays(agent, own, files):
    answer = send(agent, own, files=files)

    assert answer.status_code in {413, 422}
    assert 'value="总部"' in answer.text
    assert db.session.query(AnswerFile).count() == 0
    assert kept(own) is None


def test_a_file_that_is_too_large_is_refused(agent, own, monkeypatch):
    monkeypatch.setattr("states.evidence.MOST_BYTES", 10)

    answer = send(agent, own, files=[(PDF, "large.pdf")])

    assert answer.status_code == 413
    assert db.session.query(AnswerFile).count() == 0


def test_more_files_than_the_question_takes_are_refused_and_can_be_unticked(agent, own):
    answer = send(agent, own, files=[(PDF, f"{number}.pdf") for number in range(3)])

    assert answer.status_code == 422
    assert kept(own) is None
    assert answer.text.count('name="q_papers"') == 3


def test_a_file_of_a_draft_can_be_removed(agent, own):
    send(agent, own, do="draft", files=[(PDF, "zheng.pdf")])
    number = kept(own).answers["papers"][0]

    answer = send(agent, own, do="draft", version="1.1")

    assert answer.status_code == 303
    assert "papers" not in kept(own).answers
    assert agent.get(f"/forms/{own.id}/files/{number}").status_code == 404


def test_nobody_reads_the_file_of_a_draft_but_its_author(company, agent, own, client, sign_in):
    send(agent, own, do="draft", files=[(PDF, "zheng.pdf")])
    address = f"/forms/{own.id}/files/{kept(own).answers['papers'][0]}"

    assert sign_in(client, company.account(company.supervisor)).get(address).status_code == 403


def test_a_handed_in_file_is_for_the_superior_and_not_for_a_colleague(company, agent, own, client, sign_in):
    send(agent, own, files=[(PDF, "zheng.pdf")])
    address = f"/forms/{own.id}/files/{kept(own).answers['papers'][0]}"

    assert sign_in(client, company.account(company.supervisor)).get(address).status_code == 200
    assert sign_in(client, company.account(company.other)).get(address).status_code == 403


def test_the_number_of_somebody_elses_file_is_refused(company, agent, own, client, sign_in):
    send(agent, own, files=[(PDF, "zheng.pdf")])
    number = kept(own).answers["papers"][0]
    others = assignment_of(company.other, "self_review")

    answer = send(sign_in(client, company.account(company.other)), others, q_papers=number)

    assert answer.status_code == 422
    assert kept(others) is None
    assert client.get(f"/forms/{others.id}/files/{number}").status_code == 404


def test_a_file_of_the_draft_after_a_return_is_nobody_elses_yet(company, agent, own):
    send(agent, own, files=[(PDF, "first.pdf")])
    handed = db.session.query(AnswerFile).one()
    later = AnswerFile(
        assignment_id=own.id, question=handed.question, filename="later.pdf", media_type=handed.media_type, size=1,
        digest="", content=b"x", uploaded_at=NOW,
    )  # fmt: skip
    db.session.add(later)
    db.session.flush()

    assert is_handed_in(handed)
    assert not is_handed_in(later)
