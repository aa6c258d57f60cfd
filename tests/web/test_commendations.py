"""Commendations and offences on their pages: what does not count is said, what a clause brings is kept to."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.services.grade_company import make_cycle as grade_cycle
from tests.services.grade_company import make_review
from tests.services.ledger_company import FRIDAY, SheetCompany, hand_in, record_of, review_in
from tests.services.test_composing import submit
from workflow_app.models import Event, LedgerEntry
from workflow_app.services import adjusting, composing, recording

UNUSED = "A commendation without a score does not count"


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def month(company):
    cycle = company.open_cycle("monthly_appraisal", "2025-07")
    hand_in(company, cycle, company.agent, {}, stage="self_review", by=company.agent)
    return cycle


@pytest.fixture
def review(company, month):
    return review_in(month, company.agent)


@pytest.fixture
def enter(app, sign_in, company):
    return lambda person: sign_in(app.test_client(), company.accounts[person.id])


def commend(company, review, points=5, **options):
    actor = company.actor(company.supervisor)
    return adjusting.commend(review, points, event="客户书面表扬", on="2025-07-08", actor=actor, now=FRIDAY, **options)


def test_a_commendation_without_a_score_stays_and_is_said_not_to_count(db_session, company, review, enter):
    commend(company, review)

    # Nobody scored the month: the rater's omission was recorded, say.
    assert recording.record_result(review, actor=SYSTEM, now=FRIDAY) is None
    review.released_at = FRIDAY
    db_session.flush()

    assert review.flags == ["unused_bonus"]
    event = db_session.scalars(select(Event).filter_by(subject_type="review", subject_id=review.id, kind="unused_bonus")).one()
    assert event.data == {"points": 5}
    page = enter(company.clerk).get(f"/results/{review.id}/sheet").text
    assert UNUSED in page
    assert "客户书面表扬" in page, "the commendation stays with the review"


def test_the_flag_goes_once_there_is_a_score(company, month, review):
    commend(company, review)
    recording.record_result(review, actor=SYSTEM, now=FRIDAY)

    hand_in(company, month, company.agent, {}, stage="manager_scoring")
    hand_in(company, month, company.agent, {}, stage="confirmation", by=company.manager)

    assert (record_of(review).bonus, review.flags) == (5, [])


@pytest.mark.parametrize("scored", [True, False])
def test_a_year_end_without_a_score_says_so_while_it_is_calibrated(company, scored):
    cycle = grade_cycle(state="open")
    review = make_review(cycle, company.agent)
    if scored:
        submit(review, "manager_scoring", "scorecard_staff", {"ethics": {"deducted": "3"}})
    later = FRIDAY + timedelta(days=200)
    adjusting.commend(review, 5, event="年度服务标兵", on="2025-12-01", actor=company.hr.actor(), now=later)
    cycle.state = "calibrating"

    composing.compose_cycle(cycle.id, now=later)

    assert ("unused_bonus" in review.flags) is not scored


# --- clauses --------------------------------------------------------------------------------------------------------


def refused(act, *arguments, **options):
    with pytest.raises(Refusal) as refusal:
        act(*arguments, **options)
    return refusal.value


@pytest.mark.parametrize("points", [None, 2])
def test_a_clause_brings_exactly_its_points(company, review, points):
    entry = commend(company, review, points, clause="praised_by_customer")

    assert (entry.points, entry.rule) == (2, "praised_by_customer")


@pytest.mark.parametrize(("points", "clause"), [
    (3, "praised_by_customer"), (0, "praised_by_customer"), (2, "non_cooperation"), (2, "invented"), (None, ""),
])
def test_other_points_than_the_clauses_are_refused(company, review, points, clause):
    assert refused(commend, company, review, points, clause=clause).kind == "invalid"


def test_the_page_takes_the_points_from_the_clause(db_session, company, review, enter):
    client = enter(company.supervisor)
    assert "Averted a serious loss → +5" in client.get(f"/reviews/{review.id}/adjustments").text

    answer = client.post(f"/reviews/{review.id}/commendations", data={"rule": "averted_loss", "points": "", "event": "挽回损失"})

    assert answer.status_code == 303
    assert [one.points for one in db_session.scalars(select(LedgerEntry))] == [5]


def test_other_points_stay_on_the_page_with_what_the_clause_brings(db_session, company, review, enter):
    data = {"rule": "averted_loss", "points": "9", "event": "挽回损失"}

    answer = enter(company.supervisor).post(f"/reviews/{review.id}/commendations", data=data)

    assert answer.status_code == 422
    assert "brings 5 points" in answer.text
    assert re.search(r'<option value="averted_loss" selected', answer.text)
    assert db_session.scalars(select(LedgerEntry)).all() == []


def test_an_offence_strikes_the_item_of_its_clause_unless_another_is_chosen(company, review):
    said = {"note": "不配合检查", "on": "2025-07-08", "standing_until": None, "actor": company.actor(company.supervisor), "now": FRIDAY}

    first, _sanction = adjusting.strike(review, "", rule="non_cooperation", **said)
    second, _sanction = adjusting.strike(review, "scorecard_staff:ethics", rule="other_misconduct", **said)

    assert [(one.form, one.item) for one in (first, second)] == [("scorecard_staff", "relations"), ("scorecard_staff", "ethics")]


def test_the_item_has_to_be_chosen_where_the_sheet_has_none_of_the_clause(company):
    week = company.open_cycle()  # its sheet has other items than the scorecard
    found = review_in(week, company.agent)
    said = {"note": "不配合检查", "on": "2025-07-08", "standing_until": None, "actor": company.actor(company.supervisor), "now": FRIDAY}

    assert "Choose the item" in str(refused(adjusting.strike, found, "", rule="non_cooperation", **said))


def test_the_page_names_the_item_of_each_clause_and_strikes_it(db_session, company, review, enter):
    client = enter(company.supervisor)
    assert re.search(r"Does not cooperate as required → [^<]*[Ww]orking relations", client.get(f"/reviews/{review.id}/adjustments").text)

    data = {"rule": "non_cooperation", "item": "", "note": "不配合检查", "on": "2025-07-08"}
    answer = client.post(f"/reviews/{review.id}/offences", data=data)

    assert answer.status_code == 303
    assert "relations" in {one.item for one in db_session.scalars(select(LedgerEntry))}
