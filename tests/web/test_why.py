"""Why this figure? on the page, on paper and as data, for those who may see it."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.grade_company import (
    NOW,
    make_account,
    make_customer,
    make_cycle,
    make_employee,
    make_hr,
    make_months,
    make_record,
    make_review,
)
from tests.states.second_reading import recompute, review_value
from workflow_app.db import db
from workflow_app.models import Action, Appeal, Assignment, Cycle, Invitation, Review, Submission
from workflow_app.schemes import scheme_of
from workflow_app.services import acting, approving, calibrating, composing, distributing, recording, releasing
from workflow_app.services.calibrating import MoveReason
from workflow_app.services.publishing import publish_scheme

DAY = "2025-07-09"
LATE = {"id": "1", "clause": "late", "times": "2", "points": "4", "on": DAY, "note": "两次迟到", "by": "manager"}
REASON = MoveReason("evidence", "客户表扬信三封为证")


def kept(row):
    db.session.add(row)
    db.session.flush()
    return row


def submit(review, stage, form, answers, **source):
    if not source:
        assignment = Assignment(review_id=review.id, stage=stage, form=form, state="submitted", created_at=NOW)
        source = {"assignment_id": kept(assignment).id}
    kept(Submission(**source, number=1, state="submitted", answers=answers, saved_at=NOW, submitted_at=NOW))


def answer_of_a_customer(review, person, value, comment):
    customer = make_customer(person)
    link = Invitation(
        review_id=review.id, customer_id=customer.id, form="customer_questionnaire", state="submitted", created_at=NOW,
        expires_at=NOW, token_hash=f"{customer.id:064}",
    )  # fmt: skip
    items = [item.code for item in scheme_of(review.cycle).forms["customer_questionnaire"].items]
    answers = dict.fromkeys(items, str(value)) | {"comment": comment}
    submit(review, "", "", answers, invitation_id=kept(link).id)


def monthly_review(version, person):
    """A finished monthly appraisal of July with two entries of its ledger, and the record that it left."""
    cycle = kept(Cycle(
        scheme_version=version, kind="monthly_appraisal", title_zh="7 月", title_en="July", period="2025-07", created_at=NOW,
        period_start=NOW.date().replace(2025, 7, 1), period_end=NOW.date().replace(2025, 7, 31), state="open",
    ))  # fmt: skip
    review = kept(Review(
        cycle=cycle, employee=person, department=person.department, post=person.post, population=person.population,
        superior_id=person.superior_id, state="closed", released_at=NOW, flags=[],
    ))  # fmt: skip
    submit(review, "manager_scoring", "scorecard_staff", {"attendance": {"entries": [LATE]}})
    recording.record_result(review, actor=SYSTEM, now=NOW)
    return review


class Company:
    """Twelve people of the front line; one of them with forms, customers and a monthly review behind the figures."""

    def __init__(self):
        boss = make_employee("方霞", post="总经理", population="management")
        vp = make_employee("谭晓明", superior=boss, vp=boss, population="management")
        self.manager = make_employee("卢静", superior=vp, vp=vp, population="management")
        self.hr, self.boss = make_hr(superior=vp), make_account(boss, "general_manager")
        self.cycle = make_cycle(state="calibrating")
        self.one = self.rated("袁静", 84)
        for place in range(10):
            self.rated(f"员工{place:02}", 100 - place)
        self.twin = self.rated("同分", 84, alike=True)
        monthly_review(self.cycle.scheme_version, self.one.employee)
        composing.compose_cycle(self.cycle.id, now=NOW)
        distributing.distribute_cycle(self.cycle.id, now=NOW)

    def rated(self, name, score, *, alike=False):
        person = make_employee(name, superior=self.manager)
        make_months(person, "86.4", months=6)
        if not alike:
            make_record(person, "weekly_inspection", "2025-W07", "92.5")
        review = make_review(self.cycle, person)
        lost = {"outcome": {"deducted": str(min(100 - score, 12))}, "innovating": {"deducted": str(max(88 - score, 0))}}
        submit(review, "manager_scoring", "scorecard_staff", lost)
        if name == "袁静":
            items = [item.code for item in scheme_of(self.cycle).forms["vp_card_staff"].items]
            submit(review, "vp_feedback", "vp_card_staff", dict(zip(items, "445", strict=True)))
            for value in (5, 4, 4):
                answer_of_a_customer(review, person, value, "不要外传")
        return review

    def release(self):
        calibrating.submit_for_approval(self.cycle, actor=self.hr.actor(), now=NOW)
        approving.approve_cycle(self.cycle, actor=self.boss.actor(), now=NOW)
        releasing.release_cycle(self.cycle, actor=self.hr.actor(), now=NOW)
        releasing.release_reviews(self.cycle.id, now=NOW)
        acting.propose_actions(self.cycle.id, now=NOW)


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def at_desk(client, sign_in):
    def enter(account, locale="en"):
        account.locale = locale
        return sign_in(client, account)

    return enter


def test_the_data_alone_gives_total_band_and_actions(company, at_desk):
    company.release()
    review = db.session.get(Review, company.one.id)

    told = at_desk(company.hr).get(f"/results/{review.id}.json").json

    found = recompute(told)
    assert (found["shown"], found["band"], found["place"]) == (str(review.total), review.computed_band, review.rank)
    assert {part: Decimal(review.parts[part]) for part in review.parts} == {
        part: round(Decimal(value.numerator) / value.denominator, 2) for part, value in found["parts"].items()
    }
    assert found["actions"] == [one["kind"] for one in told["actions"] if one["follows"]]
    assert told["scheme"]["digest"] == review.cycle.scheme_version.digest


def test_the_number_told_is_the_one_of_the_publishing_not_the_files(company, at_desk):
    again = publish_scheme(builtin_scheme_text().replace("version: 1\n", "version: 7\n", 1), actor=SYSTEM, now=NOW)
    company.cycle.scheme_version = again
    db.session.flush()

    told = at_desk(company.hr).get(f"/results/{company.one.id}.json").json["scheme"]

    assert (scheme_of(company.cycle).version, again.version) == (7, 2)
    assert (told["code"], told["version"], told["digest"]) == (again.code, 2, again.digest)


def test_a_record_leads_down_into_its_review_its_form_and_its_ledger(company, at_desk):
    told = at_desk(company.hr).get(f"/results/{company.one.id}.json").json

    behind = {one["period"]: one for one in told["records"] if "made_of" in one}
    assert set(behind) == {"2025", "2025-07"}
    for record in behind.values():
        assert review_value(record["made_of"]) == Fraction(record["made_of"]["value"])
        assert abs(review_value(record["made_of"]) - Fraction(record["score"])) < Fraction(1, 10**8)
    rows = behind["2025-07"]["made_of"]["stages"][0]["filled"][0]["rows"]
    (late,) = [row for row in rows if "ledger" in row]
    assert (late["code"], late["ledger"][0]["day"], late["ledger"][0]["points"]) == ("attendance", DAY, "4")


def test_what_is_told_of_a_recorded_result_stays_when_its_answers_are_erased(company, at_desk):
    july = db.session.query(Review).join(Cycle).filter(Cycle.kind == "monthly_appraisal").one()
    addresses = [f"/results/{july.id}.json", f"/results/{company.one.id}.json"]
    hr = at_desk(company.hr)
    before = [hr.get(address).json for address in addresses]
    page = hr.get(f"/results/{company.one.id}").text

    for submission in db.session.query(Submission):
        submission.answers = {}
    db.session.flush()

    assert [hr.get(address).json for address in addresses] == before
    assert ("两次迟到" in page, "两次迟到" in hr.get(f"/results/{company.one.id}").text) == (True, True)


def test_a_result_that_is_taken_back_is_told_from_what_is_there(company, at_desk):
    july = db.session.query(Review).join(Cycle).filter(Cycle.kind == "monthly_appraisal").one()
    for submission in db.session.query(Submission).join(Assignment).filter(Assignment.review_id == july.id):
        submission.answers = {}
    recording.withdraw_result(july, actor=SYSTEM, now=NOW)

    told = at_desk(company.hr).get(f"/results/{july.id}.json").json

    assert review_value(told["made_of"]) == 100


def test_of_customers_there_is_only_what_they_make_together(company, at_desk):
    company.release()
    own = at_desk(make_account(company.one.employee))

    told = own.get(f"/results/{company.one.id}.json")
    page, paper = own.get(f"/results/{company.one.id}").text, own.get(f"/results/{company.one.id}/print").text

    survey = next(s for s in told.json["records"][-1]["made_of"]["stages"] if s["stage"] == "customer_survey")
    assert (survey["group"]["count"], survey["group"]["least"], survey["group"]["value"]) == (3, 3, "260/3")
    assert "filled" not in survey
    for said in (json.dumps(told.json, ensure_ascii=False), page, paper):
        assert "不要外传" not in said


def test_below_the_least_number_a_group_has_no_value(company, at_desk):
    links = db.session.query(Submission).filter(Submission.invitation_id.is_not(None)).order_by(Submission.id).all()
    db.session.delete(links[0])
    composing.compose_cycle(company.cycle.id, now=NOW)

    told = at_desk(company.hr).get(f"/results/{company.one.id}.json").json

    survey = next(s for s in told["records"][-1]["made_of"]["stages"] if s["stage"] == "customer_survey")
    assert (survey["group"]["count"], survey["group"]["least"], survey["group"]["value"]) == (None, 3, None)


def test_nobody_elses_figures_are_told(company, at_desk):
    company.release()
    own = at_desk(make_account(company.one.employee))

    said = [own.get(f"/results/{company.one.id}{more}").text for more in ("", "/print", ".json")]

    others = [one for one in db.session.query(Review).filter_by(cycle_id=company.cycle.id) if one.total != company.one.total]
    assert others
    for text in said:
        assert [one.employee.name for one in others if one.employee.name in text or str(one.total) in text] == []


def test_the_band_is_told_with_its_place_seats_tie_and_departure(company, at_desk):
    review = company.one
    before = review.computed_band
    better = "B" if before != "B" else "A"
    calibrating.move_to_band(review, better, reason=REASON, actor=company.hr.actor(), now=NOW)

    page = at_desk(company.hr).get(f"/results/{review.id}").text
    told = at_desk(company.hr).get(f"/results/{review.id}.json").json

    ranking = told["ranking"]
    assert (ranking["n"], ranking["above"] + 1) == (12, review.rank)
    assert f"12 people were ranked together; {review.rank - 1} of them have a better total: place {review.rank}." in page
    assert f"Why {before}?" in page
    assert REASON.text in page
    assert told["band"]["departure"]["reason"] == REASON.text
    assert (told["band"]["computed"], told["band"]["calibrated"], told["band"]["final"]) == (before, better, None)
    assert [one["seats"] for one in ranking["seats"]] == [1, 3, 6, 2, 0]


def test_a_won_appeal_is_told(company, at_desk):
    company.release()
    review = db.session.get(Review, company.one.id)
    before = review.final_band
    db.session.add(Appeal(
        review_id=review.id, state="upheld", answer="有理", created_at=NOW, band_before=before, band_after="A",
    ))  # fmt: skip
    review.final_band = "A"
    page = at_desk(make_account(review.employee)).get(f"/results/{review.id}").text
    told = at_desk(company.hr).get(f"/results/{review.id}.json").json

    assert f"Raised from {before} to A after an appeal." in page
    assert (told["band"]["before_appeal"], told["band"]["final"]) == (before, "A")
    assert recompute(told)["actions"] == [one["kind"] for one in told["actions"] if one["follows"]]


def test_each_action_says_by_which_condition(company, at_desk):
    company.release()
    best = db.session.query(Review).filter_by(cycle_id=company.cycle.id, rank=1).first()

    page = at_desk(company.hr).get(f"/results/{best.id}").text

    assert "Place 1 is one of the first 1 of 12: the top 10 %." in page
    assert "It goes with band A, and band A was given." in page


def test_the_persons_own_data_tells_of_approved_actions_only(company, at_desk):
    company.release()
    best = db.session.query(Review).filter_by(cycle_id=company.cycle.id, rank=1).first()
    award, *others = db.session.query(Action).filter_by(review_id=best.id).order_by(Action.id)
    address, own = f"/results/{best.id}.json", make_account(best.employee)

    proposed = at_desk(own).get(address).json["actions"]
    award.state = "approved"
    db.session.flush()
    decided = at_desk(own).get(address).json["actions"]
    seen_by_hr = at_desk(company.hr).get(address).json["actions"]

    assert others
    assert proposed == []
    assert [(one["kind"], one["follows"]) for one in decided] == [(award.kind, True)]
    assert {one["kind"] for one in seen_by_hr} == {spec.kind for spec in scheme_of(company.cycle).actions}


def test_proposals_are_not_shown_to_the_person_rated(company, at_desk):
    company.release()
    best = db.session.query(Review).filter_by(cycle_id=company.cycle.id, rank=1).first()

    own = at_desk(make_account(best.employee))

    for address in (f"/results/{best.id}", f"/results/{best.id}/print"):
        assert "the top 10 %" not in own.get(address).text


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_paper_has_the_whole_tree_in_either_language(company, at_desk, locale):
    paper = at_desk(company.hr, locale).get(f"/results/{company.one.id}/print")

    assert paper.status_code == 200
    composition = scheme_of(company.cycle).composition
    assert [part.title.in_(locale) for part in composition.parts if part.title.in_(locale) not in paper.text] == []
    assert "两次迟到" in paper.text
    assert "<details" not in paper.text.partition("<main")[2].partition("</main")[0]
    assert company.cycle.scheme_version.digest in paper.text


def test_before_the_release_the_person_rated_gets_neither_page_nor_paper_nor_data(company, at_desk):
    own = at_desk(make_account(company.one.employee))

    assert {own.get(f"/results/{company.one.id}{more}").status_code for more in ("", "/print", ".json")} == {403}


def test_a_grade_of_an_older_version_is_told_as_it_was_kept(company, at_desk):
    review = company.one
    review.explanation = {key: value for key, value in review.explanation.items() if key not in {"inputs", "made_of"}}
    hr = at_desk(company.hr)

    page, paper, told = (hr.get(f"/results/{review.id}{more}") for more in ("", "/print", ".json"))

    assert [answer.status_code for answer in (page, paper, told)] == [200, 200, 200]
    assert told.json["total"] == str(review.total)


def test_a_review_of_a_kind_without_bands_has_data_too(company, at_desk):
    july = db.session.query(Review).join(Cycle).filter(Cycle.kind == "monthly_appraisal").one()

    told = at_desk(company.hr).get(f"/results/{july.id}.json").json

    assert told["format"] == "kaoping-review"
    assert review_value(told["made_of"]) == 96
