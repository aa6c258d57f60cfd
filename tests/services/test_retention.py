"""What has been kept long enough goes, whole kinds at a time; who is under a hold is left out (scheme §8)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.grade_company import (
    NOW,
    make_account,
    make_customer,
    make_cycle,
    make_employee,
    make_hr,
    make_review,
)
from workflow_app.db import db
from workflow_app.models import (
    Action,
    AnswerFile,
    Appeal,
    Assignment,
    Event,
    EventDetail,
    EvidenceFile,
    Invitation,
    LedgerEntry,
    MailMessage,
    Record,
    Review,
    SchemeNotice,
    Submission,
)
from workflow_app.queries.paging import page_of
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.holding import lift_hold, place_hold
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.retention import erase_old_records
from workflow_app.services.sealing import seal, verify
from workflow_app.views.uploads import attachment

RULE = "\nretention: {drafts: 12, mail: 12, survey_answers: 12, event_details: 12, evidence: 12}\n"
LATER = NOW + timedelta(days=400)
WHY = "劳动仲裁 2027-18 号"


class Company:
    """Two people in a closed cycle, each with one of everything that may be erased."""

    def __init__(self, rule=RULE):
        version = publish_scheme(builtin_scheme_text() + rule, actor=SYSTEM, now=NOW)
        self.cycle = make_cycle(version, state="closed")
        self.hr = make_hr().actor()
        self.people = [self.furnished() for _ in range(2)]

    def furnished(self):
        person = make_employee()
        review = make_review(self.cycle, person)
        for state in ("draft", "submitted"):
            assignment = self.keep(Assignment(review=review, stage="manager_scoring", form="scorecard_staff", created_at=NOW))
            done = NOW if state == "submitted" else None
            self.keep(Submission(assignment=assignment, state=state, answers={"ethics": {}}, saved_at=NOW, submitted_at=done))
        customer = make_customer(person)
        asked = self.keep(Invitation(
            review_id=review.id, customer_id=customer.id, form="customer_questionnaire", token_hash=f"t{person.id}",
            state="submitted", expires_at=NOW, created_at=NOW,
        ))  # fmt: skip
        answers = {"overall": "5"}
        self.keep(Submission(invitation=asked, state="submitted", answers=answers, saved_at=NOW, submitted_at=NOW))
        entry = self.keep(LedgerEntry(employee=person, kind="deduction", happened_on=NOW.date(), recorded_at=NOW))
        self.keep(EvidenceFile(
            entry=entry, filename="a.txt", media_type="text/plain", size=1, digest="d", content=b"a", uploaded_at=NOW,
        ))  # fmt: skip
        self.keep(MailMessage(
            key=f"m{person.id}", to_address=person.email, subject="s", text="t", html="h", state="kept", created_at=NOW,
        ))  # fmt: skip
        record_review_event(review, "calibrated", actor=SYSTEM, now=NOW, detail={"reason": "x"})
        return person

    @staticmethod
    def keep(row):
        db.session.add(row)
        db.session.flush()
        return row


@pytest.fixture
def company(db_session):
    return Company()


def test_everything_whose_time_is_over_goes(company):
    erased = erase_old_records(now=LATER)

    assert erased == {"mail": 2, "event_details": 2, "evidence": 2, "drafts": 2, "survey_answers": 2}
    assert db.session.scalar(select(func.count()).select_from(EventDetail)) == 0
    assert [file.content for file in db.session.scalars(select(EvidenceFile))] == [b"", b""]
    db.session.expire_all()
    left = {(one.state, str(one.answers)) for one in db.session.scalars(select(Submission))}
    assert left == {("submitted", "{'ethics': {}}"), ("submitted", "{}")}


def test_the_erasure_is_an_event_and_the_second_time_there_is_nothing(company):
    erase_old_records(now=LATER)

    event = db.session.scalar(select(Event).filter_by(kind="records_erased"))
    assert event.data["drafts"] == 2
    assert erase_old_records(now=LATER) == {}


def test_what_is_young_stays(company):
    assert erase_old_records(now=NOW + timedelta(days=300)) == {}


def test_drafts_and_answers_of_a_running_cycle_stay(company):
    company.cycle.state = "released"
    db.session.flush()

    erased = erase_old_records(now=LATER)

    assert "drafts" not in erased
    assert "survey_answers" not in erased


def test_without_a_rule_everything_is_kept(db_session):
    Company(rule="")

    assert erase_old_records(now=LATER) == {}


def test_a_hold_keeps_everything_about_one_person(company):
    place_hold(company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)

    erased = erase_old_records(now=LATER)

    assert erased == {"mail": 1, "event_details": 1, "evidence": 1, "drafts": 1, "survey_answers": 1}


def test_a_hold_keeps_the_details_of_whatever_is_about_the_person(company):
    counted = 0
    for person in company.people:
        review = db.session.scalar(select(Review).filter_by(employee_id=person.id))
        rows = [
            Record(employee=person, kind="monthly_appraisal", period="2025-03", year=2025, score=88),
            Action(review_id=review.id, kind="training", created_at=NOW),
            Appeal(review_id=review.id, created_at=NOW),
            SchemeNotice(scheme_version_id=company.cycle.scheme_version_id, employee_id=person.id, sent_at=NOW),
            db.session.scalar(select(LedgerEntry).filter_by(employee_id=person.id)),
            db.session.scalar(select(Assignment).filter_by(review_id=review.id).limit(1)),
            db.session.scalar(select(Invitation).filter_by(review_id=review.id)),
            make_account(person),
        ]
        counted = len(rows)
        for row in rows:
            company.keep(row)
            record_event(row.__tablename__, row.id, "changed", actor=SYSTEM, now=NOW, detail={"before": "x"})
    place_hold(company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)

    assert erase_old_records(now=LATER)["event_details"] == counted + 1
    assert db.session.scalar(select(func.count()).select_from(EventDetail)) == counted + 1


def test_a_lifted_hold_keeps_nothing(company):
    hold = place_hold(company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)
    lift_hold(hold, actor=company.hr, now=NOW)

    assert erase_old_records(now=LATER)["mail"] == 2


def test_the_history_still_verifies(company):


    seal(now=NOW)
    erase_old_records(now=LATER)

    assert verify().faults == []


def test_an_erased_file_is_gone_and_says_so(company):
    erase_old_records(now=LATER)
    db.session.expire_all()

    with pytest.raises(Refusal) as refused:
        attachment(db.session.scalar(select(EvidenceFile).limit(1)))
    assert refused.value.kind == "gone"


@pytest.mark.parametrize(("number", "kind"), [("T9999", "invalid"), (None, "conflict")])
def test_a_hold_needs_a_person_and_stands_once(company, number, kind):
    place_hold(company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)

    with pytest.raises(Refusal) as refused:
        place_hold(number or company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)

    assert refused.value.kind == kind


def test_hr_places_and_lifts_a_hold_on_its_page(company, client, sign_in):
    account = make_account(make_employee(), "hr", locale="en")
    db.session.commit()
    hr = sign_in(client, account)
    assert "No hold stands" in hr.get("/people/holds").text

    hr.post("/people/holds", data={"employee_no": company.people[0].employee_no, "reason": WHY})

    page = hr.get("/people/holds").text
    assert WHY in page
    hr.post("/people/holds/1/lift")
    assert "lifted on" in hr.get("/people/holds").text


def test_holds_are_read_page_by_page(company, client, sign_in, monkeypatch):
    account = make_account(make_employee(), "hr", locale="en")
    people = [make_employee() for _ in range(3)]
    db.session.commit()
    monkeypatch.setattr(page_of, "__defaults__", (2,))
    hr = sign_in(client, account)
    for person in people:
        hr.post("/people/holds", data={"employee_no": person.employee_no, "reason": WHY})

    first, second = hr.get("/people/holds").text, hr.get("/people/holds?page=2").text

    assert (first.count(WHY), second.count(WHY)) == (2, 1)
    assert "Page 1 of 2, 3 in all" in first


def test_others_see_no_holds(company, client, sign_in):
    db.session.commit()

    assert sign_in(client, make_account(company.people[0])).get("/people/holds").status_code == 403


def hand_in(company, person, state):
    """A file with a form in this state, named by its answers."""
    review = db.session.scalar(select(Review).filter_by(employee_id=person.id))
    one = select(Submission).join(Assignment).where(Assignment.review_id == review.id, Submission.state == state)
    submission = db.session.scalar(one)
    file = company.keep(AnswerFile(
        assignment_id=submission.assignment_id, question="papers", filename="a.pdf", media_type="application/pdf", size=1,
        digest="d", content=b"a", uploaded_at=NOW,
    ))  # fmt: skip
    submission.answers = {"papers": [str(file.id)]}
    db.session.flush()
    return file.id


def files_left():
    db.session.expire_all()
    return {file.id: (file.content, file.size) for file in db.session.scalars(select(AnswerFile))}


def test_files_that_were_handed_in_with_a_form_are_emptied_as_evidence_is(company):
    number = hand_in(company, company.people[0], "submitted")

    assert erase_old_records(now=LATER)["evidence"] == 3

    assert files_left() == {number: (b"", 0)}
    assert erase_old_records(now=LATER) == {}


def test_files_of_a_form_about_someone_under_a_hold_stay(company):
    held, free = (hand_in(company, person, "submitted") for person in company.people)
    place_hold(company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)

    erase_old_records(now=LATER)

    assert files_left() == {held: (b"a", 1), free: (b"", 0)}


def test_files_of_young_answers_stay(company):
    number = hand_in(company, company.people[0], "submitted")

    erase_old_records(now=NOW + timedelta(days=300))

    assert files_left() == {number: (b"a", 1)}


def test_files_of_a_draft_go_with_the_draft_and_those_handed_in_stay(db_session):
    company = Company(rule="\nretention: {drafts: 12}\n")
    draft, handed_in = (hand_in(company, company.people[0], state) for state in ("draft", "submitted"))

    assert erase_old_records(now=LATER) == {"drafts": 2}

    assert draft not in files_left()
    assert files_left() == {handed_in: (b"a", 1)}


def test_a_draft_and_its_files_stay_under_a_hold(db_session):
    company = Company(rule="\nretention: {drafts: 12}\n")
    number = hand_in(company, company.people[0], "draft")
    place_hold(company.people[0].employee_no, reason=WHY, actor=company.hr, now=NOW)

    assert erase_old_records(now=LATER) == {"drafts": 1}
    assert files_left() == {number: (b"a", 1)}
