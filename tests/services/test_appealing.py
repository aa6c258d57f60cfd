"""An appeal: who files it, who answers it, what it changes and what it never changes (scheme §8)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.evidence import Upload
from tests.services.grade_company import NOW, make_account, make_employee, make_hr
from tests.web.test_grade_pages import Company
from workflow_app.db import db
from workflow_app.models import Account, Action, Event, EvidenceFile, MailMessage, Review
from workflow_app.services import acting
from workflow_app.services.advancing import complete_stage
from workflow_app.services.appealing import (
    Answer,
    answer_appeal,
    file_appeal,
    pending_appeal,
    take_appeal,
    withdraw_appeal,
)

GROUNDS = "六月的扣分不成立：当天我在外地培训，有签到表。"
WORDS = "已核对签到表，六月的扣分确属误记，予以更正。"


class Appealed(Company):
    """Released grades of twenty; a second HR colleague who calibrated nobody; the best of band B."""

    def __init__(self):
        super().__init__()
        self.release()
        self.other = make_hr("许宁").actor()
        self.review = self.reviews()[1]
        self.me = make_account(self.review.employee).actor()

    def file(self, *, now=NOW, **values):
        values.setdefault("grounds", GROUNDS)
        return file_appeal(self.review, actor=self.me, now=now, **values)

    def answered(self, decision="uphold", band="A"):
        appeal = self.file()
        take_appeal(appeal, actor=self.other, now=NOW)
        answer_appeal(appeal, Answer(decision, WORDS, band), actor=self.other, now=NOW)
        return appeal


@pytest.fixture
def company(db_session):
    return Appealed()


def refusal(call, *args, **kwargs):
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value


def test_an_appeal_is_filed_and_due_in_the_schemes_days(company):
    appeal = company.file(wish="更正六月得分")

    assert appeal.state == "filed"
    assert appeal.band_before == "B"
    assert appeal.due_at - NOW > timedelta(days=15)
    assert company.review.state == "appealed"
    assert pending_appeal(company.review) is appeal
    assert db.session.scalar(select(Event.kind).filter_by(subject_type="appeal", subject_id=appeal.id)) == "appeal_filed"


def test_a_file_is_kept_with_it(company):
    appeal = company.file(upload=Upload("../../签到表.pdf", b"%PDF-1.7 sign-in sheet"))

    kept = db.session.scalar(select(EvidenceFile).filter_by(appeal_id=appeal.id))
    assert (kept.filename, kept.media_type) == ("签到表.pdf", "application/pdf")


def test_a_file_that_is_no_evidence_files_nothing(company):
    refused = refusal(company.file, upload=Upload("page.html", b"<script>"))

    assert refused.kind == "invalid"


def test_after_the_window_it_is_too_late(company):
    refused = refusal(company.file, now=NOW + timedelta(days=30))

    assert refused.kind == "conflict"
    assert refused.messages[0].key == "The appeal window is over."
    assert company.review.state != "appealed"


def test_there_is_one_appeal(company):
    company.file()

    assert refusal(company.file).kind == "conflict"


def test_grounds_that_say_nothing_are_refused(company):
    assert refusal(company.file, grounds="不服").kind == "invalid"


def test_nobody_appeals_for_another(company):
    refused = refusal(file_appeal, company.reviews()[2], grounds=GROUNDS, actor=company.me, now=NOW)

    assert refused.kind == "forbidden"


def test_before_the_release_nobody_appeals(db_session):
    company = Company()
    review = company.reviews()[0]
    me = make_account(review.employee).actor()

    assert refusal(file_appeal, review, grounds=GROUNDS, actor=me, now=NOW).kind == "forbidden"


def test_who_calibrated_does_not_answer(company):
    appeal = company.file()

    refused = refusal(take_appeal, appeal, actor=company.hr.actor(), now=NOW)

    assert refused.kind == "forbidden"
    assert "neither scored nor calibrated" in refused.messages[0].key


def test_whoever_took_it_answers_and_another_takes_it_over_first(company):
    third = make_hr("白露").actor()
    appeal = company.file()
    take_appeal(appeal, actor=company.other, now=NOW)

    assert refusal(answer_appeal, appeal, Answer("dismiss", WORDS), actor=third, now=NOW).kind == "conflict"
    assert refusal(take_appeal, appeal, actor=company.other, now=NOW).kind == "conflict"
    assert refusal(take_appeal, appeal, actor=company.hr.actor(), now=NOW).kind == "forbidden"
    take_appeal(appeal, actor=third, now=NOW)

    assert refusal(answer_appeal, appeal, Answer("dismiss", WORDS), actor=company.other, now=NOW).kind == "conflict"
    answer_appeal(appeal, Answer("dismiss", WORDS), actor=third, now=NOW)
    taken = select(Event.data).filter_by(subject_type="appeal", subject_id=appeal.id, kind="appeal_taken").order_by(Event.id)
    assert [data.get("before") for data in db.session.scalars(taken)] == [None, company.other.account_id]
    assert appeal.answered_by_id == third.account_id
    assert refusal(take_appeal, appeal, actor=company.other, now=NOW).kind == "conflict"


def test_nobody_answers_their_own(company):
    appeal = company.file()
    account = db.session.get(Account, company.me.account_id)
    account.roles = ["hr"]

    assert refusal(take_appeal, appeal, actor=account.actor(), now=NOW).kind == "forbidden"


def test_a_colleague_without_a_role_does_not_answer(company):
    stranger = make_account(make_employee()).actor()

    assert refusal(take_appeal, company.file(), actor=stranger, now=NOW).kind == "forbidden"


def test_a_won_appeal_raises_this_grade_and_nobody_elses(company):
    before = {review.id: (review.final_band, review.rank) for review in company.reviews()}

    appeal = company.answered()

    after = {review.id: (review.final_band, review.rank) for review in company.reviews()}
    assert appeal.state == "upheld"
    assert (appeal.band_before, appeal.band_after) == ("B", "A")
    assert after.pop(company.review.id) == ("A", 2)
    before.pop(company.review.id)
    assert after == before
    assert company.review.computed_band == "B"


def test_what_follows_from_the_new_grade_is_proposed(company):
    company.answered()

    kinds = set(db.session.scalars(select(Action.kind).filter_by(review_id=company.review.id)))
    assert "raise_or_promotion" in kinds


def test_what_no_longer_follows_is_declined(company):
    company.review = company.reviews()[19]
    company.me = make_account(company.review.employee).actor()

    company.answered(band="C")

    states = dict(db.session.execute(select(Action.kind, Action.state).filter_by(review_id=company.review.id)).all())
    assert states == {"demotion_review": "declined", "training": "declined"}


def test_an_appeal_never_lowers_the_grade(company):
    appeal = company.file()
    take_appeal(appeal, actor=company.other, now=NOW)

    refused = refusal(answer_appeal, appeal, Answer("uphold", WORDS, "C"), actor=company.other, now=NOW)

    assert refused.kind == "invalid"
    assert company.review.final_band == "B"


def test_a_dismissed_one_changes_nothing_and_the_review_goes_on(company):
    here = company.review.state

    appeal = company.answered("dismiss", "A")

    assert appeal.state == "dismissed"
    assert company.review.final_band == "B"
    assert company.review.state == here


def test_the_person_is_told_without_the_answer(company):
    appeal = company.answered()

    mail = db.session.scalar(select(MailMessage).filter_by(key=f"appeal-{appeal.id}-answer"))
    assert mail.to_address == company.review.employee.email
    assert WORDS not in mail.text
    assert f"/appeals/{appeal.id}" in mail.text


def test_a_stale_answer_is_refused(company):
    appeal = company.file()
    stale = appeal.version
    take_appeal(appeal, actor=company.other, now=NOW)
    db.session.flush()

    refused = refusal(answer_appeal, appeal, Answer("dismiss", WORDS), actor=company.other, now=NOW, version=stale)

    assert refused.kind == "conflict"


def test_nothing_starts_while_an_appeal_waits(company):
    company.review = company.reviews()[0]
    company.me = make_account(company.review.employee).actor()
    action = db.session.scalar(select(Action).filter_by(review_id=company.review.id, kind="award"))
    acting.decide_action(action, "approve", reason=WORDS, actor=company.other, now=NOW)
    company.file()
    later = NOW + timedelta(days=40)

    assert refusal(acting.decide_action, action, "start", reason="", actor=company.other, now=later).kind == "conflict"

    withdraw_appeal(pending_appeal(company.review), actor=company.me, now=later)
    acting.decide_action(action, "start", reason="", actor=company.other, now=later)
    assert action.state == "in_progress"


def test_steps_finished_meanwhile_leave_the_review_appealed(company):
    company.file()

    complete_stage(company.review, "acknowledgement", actor=company.me, now=NOW)

    assert company.review.state == "appealed"
    withdraw_appeal(pending_appeal(company.review), actor=company.me, now=NOW)
    assert db.session.get(Review, company.review.id).state == "closed"


def test_a_withdrawn_appeal_may_be_filed_anew(company):
    withdraw_appeal(company.file(), actor=company.me, now=NOW)

    assert company.file().state == "filed"
