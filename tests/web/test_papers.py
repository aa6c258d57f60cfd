"""A demotion review rests on reason, evidence, plan and consent: each is asked for, none is made up."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.evidence import Upload
from tests.services.grade_company import NOW, make_account
from tests.web.test_grade_pages import Company
from workflow_app.db import db
from workflow_app.models import Action, Event, EvidenceFile
from workflow_app.services import acting
from workflow_app.services.papers import Typed, keep_papers

REASON = "两次改进计划均未达到约定目标"
CONSENT = Upload("同意书.pdf", b"%PDF-1.7 signed")
LATER = NOW + timedelta(days=40)


class Demoted(Company):
    """Released grades, and the proposal to review the last one's post."""

    def __init__(self):
        super().__init__()
        self.release()
        self.action = db.session.scalar(
            select(Action).filter_by(review_id=self.reviews()[19].id, kind="demotion_review")
        )

    def keep(self, **typed):
        keep_papers(self.action, Typed(**typed), actor=self.hr.actor(), now=NOW)

    def decide(self, decision, now=NOW):
        acting.decide_action(self.action, decision, reason=REASON, actor=self.hr.actor(), now=now)


@pytest.fixture
def company(db_session):
    return Demoted()


def test_everything_that_lacks_is_named_at_once(company):
    with pytest.raises(Refusal) as refused:
        company.decide("approve")

    assert [message.key for message in refused.value.messages] == [
        "Keep the evidence first: say what proves it, or upload a file.",
        "Keep the improvement plan first.",
    ]
    assert company.action.state == "proposed"


def test_with_evidence_and_plan_it_is_approved_but_takes_no_effect_without_consent(company):
    company.keep(evidence="四月、六月两次面谈记录", plan="三个月辅导，每周复盘")

    company.decide("approve")

    with pytest.raises(Refusal, match="written consent"):
        company.decide("start", now=LATER)
    company.keep(evidence="四月、六月两次面谈记录", plan="三个月辅导", consented_on=date(2026, 2, 1), consent_file=CONSENT)
    company.decide("start", now=LATER)
    assert company.action.state == "in_progress"


def test_a_day_without_the_paper_is_no_consent(company):
    company.keep(evidence="面谈记录", plan="辅导", consented_on=date(2026, 2, 1))
    company.decide("approve")

    with pytest.raises(Refusal, match="written consent"):
        company.decide("start", now=LATER)


def test_a_paper_without_its_day_is_refused(company):
    with pytest.raises(Refusal, match="Enter the day"):
        company.keep(consent_file=CONSENT)


def test_a_file_is_evidence_too_and_is_kept_with_an_event(company):
    company.keep(plan="辅导", evidence_file=Upload("面谈.txt", "四月面谈".encode()))

    company.decide("approve")

    event = db.session.scalar(select(Event).filter_by(kind="action_papers_kept"))
    assert event.data == {"files": [db.session.scalar(select(EvidenceFile.id))]}


def test_the_papers_of_what_is_over_stay(company):
    company.decide("decline")

    with pytest.raises(Refusal) as refused:
        company.keep(plan="晚了")
    assert refused.value.kind == "conflict"


@pytest.fixture
def at_hr(company, client, sign_in):
    company.hr.locale = "en"
    db.session.commit()
    return sign_in(client, company.hr)


def test_hr_keeps_papers_on_the_page(company, at_hr):
    data = {
        "evidence": "面谈记录", "plan": "辅导", "consented_on": "2026-02-01", "version": company.action.version,
        "consent_file": (io.BytesIO(b"%PDF-1.7 signed"), "同意书.pdf"),
    }

    answer = at_hr.post(f"/actions/{company.action.id}/papers", data=data)

    assert answer.status_code == 302
    page = at_hr.get(answer.location).text
    assert "同意书.pdf" in page
    assert "面谈记录" in page
    kept = at_hr.get(f"/actions/files/{db.session.scalar(select(EvidenceFile.id))}")
    assert kept.headers["Content-Disposition"].startswith("attachment")


def test_what_was_typed_stays_when_a_file_is_refused(company, at_hr):
    data = {"plan": "三个月辅导", "evidence_file": (io.BytesIO(b"<script>"), "x.html")}

    answer = at_hr.post(f"/actions/{company.action.id}/papers", data=data)

    assert answer.status_code == 422
    assert "三个月辅导" in answer.text
    assert db.session.scalar(select(EvidenceFile)) is None


def test_an_award_asks_for_no_papers(company, at_hr):
    award = db.session.scalar(select(Action).filter_by(kind="award"))

    assert "Keep the papers" not in at_hr.get(f"/actions/{award.id}").text


def test_a_manager_reads_no_papers(company, client, sign_in):
    company.keep(plan="辅导", evidence_file=Upload("面谈.txt", "四月面谈".encode()))
    reader = sign_in(client, make_account(company.manager))

    assert reader.get(f"/actions/files/{db.session.scalar(select(EvidenceFile.id))}").status_code == 403
