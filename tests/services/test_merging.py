"""Small populations are ranked together with the one above them, and apart again (scheme §5)."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.services.grade_company import NOW, make_account, make_cycle, make_employee, make_hr, make_review
from workflow_app.db import db
from workflow_app.models import Event, OutboxMessage, Review
from workflow_app.queries import calibration as board
from workflow_app.queries.approval import summary
from workflow_app.schemes import scheme_of
from workflow_app.services import calibrating
from workflow_app.services.distributing import distribute_cycle
from workflow_app.services.merging import merge_population, part_population

WHY = "机关职员只有六人"


class Company:
    """Six people of the office between twenty managers: 99, 98, … and 97.5, 96.5, …"""

    def __init__(self):
        self.cycle = make_cycle(state="calibrating")
        self.hr = make_hr().actor()
        for place in range(20):
            self.rated("management", Decimal(99 - place))
        for place in range(6):
            self.rated("office", Decimal("97.5") - place)
        distribute_cycle(self.cycle.id, now=NOW)

    def rated(self, population, total):
        make_review(self.cycle, make_employee(population=population), total=total)

    def reviews(self, population):
        query = select(Review).filter_by(cycle_id=self.cycle.id, population=population).order_by(Review.total.desc())
        return list(db.session.scalars(query))

    def merge(self):
        merge_population(self.cycle, "office", reason=WHY, actor=self.hr, now=NOW)
        distribute_cycle(self.cycle.id, now=NOW)


@pytest.fixture
def company(db_session):
    return Company()


def test_merged_people_are_ranked_as_one_population(company):
    company.merge()

    office = company.reviews("office")
    assert [review.rank for review in office] == [3, 5, 7, 9, 11, 13]
    assert {review.ranked_in for review in office} == {"management"}
    assert all("small_population" not in review.flags for review in office)
    bands = [review.computed_band for review in board.ranked(company.cycle, "management")]
    assert [bands.count(code) for code in "ABCDE"] == [2, 5, 13, 5, 1]


def test_everybody_keeps_their_own_population(company):
    company.merge()

    assert {review.population for review in company.reviews("office")} == {"office"}


def test_the_board_and_the_approver_count_them_where_they_are_ranked(company):
    company.merge()

    assert board.populations(company.cycle) == {"management": 26}
    people = {one.code: one.people for one in summary(company.cycle)}
    assert people["management"] == 26
    assert people["office"] == 0


def test_a_merge_is_recorded_and_asks_for_new_bands(company):
    merge_population(company.cycle, "office", reason=WHY, actor=company.hr, now=NOW)

    event = db.session.scalar(select(Event).filter_by(kind="population_merged"))
    assert event.data == {"population": "office", "into": "management"}
    assert event.detail.data == {"reason": WHY}
    assert company.cycle.distributed_at is None
    jobs = db.session.scalars(select(OutboxMessage.job)).all()
    assert "distribute_cycle" in jobs


def test_until_the_bands_are_new_nothing_goes_to_the_approver(company):
    merge_population(company.cycle, "office", reason=WHY, actor=company.hr, now=NOW)

    with pytest.raises(Refusal, match="still being distributed"):
        calibrating.submit_for_approval(company.cycle, actor=company.hr, now=NOW)


def test_parting_brings_back_what_was_before(company):
    before = [(review.rank, review.computed_band, review.flags) for review in company.reviews("office")]
    company.merge()

    part_population(company.cycle, "office", reason="领导要求分开", actor=company.hr, now=NOW)
    distribute_cycle(company.cycle.id, now=NOW)

    assert [(review.rank, review.computed_band, review.flags) for review in company.reviews("office")] == before
    assert db.session.scalar(select(Event.kind).filter_by(kind="population_parted"))


@pytest.mark.parametrize(("population", "kind"), [("management", "invalid"), ("nobody", "invalid"), ("office", "conflict")])
def test_what_cannot_be_merged_is_refused(company, population, kind):
    company.merge()

    with pytest.raises(Refusal) as refused:
        merge_population(company.cycle, population, reason=WHY, actor=company.hr, now=NOW)

    assert refused.value.kind == kind


def test_parting_what_is_apart_is_refused(company):
    with pytest.raises(Refusal) as refused:
        part_population(company.cycle, "office", reason=WHY, actor=company.hr, now=NOW)

    assert refused.value.kind == "conflict"


def test_outside_calibration_nothing_is_merged(company):
    company.cycle.state = "approving"
    db.session.flush()

    with pytest.raises(Refusal, match="while a cycle is being calibrated"):
        merge_population(company.cycle, "office", reason=WHY, actor=company.hr, now=NOW)


def test_only_hr_merges(company):
    boss = make_account(make_employee(population="management"), "general_manager").actor()

    with pytest.raises(Refusal) as refused:
        merge_population(company.cycle, "office", reason=WHY, actor=boss, now=NOW)

    assert refused.value.kind == "forbidden"


def test_small_and_crowded_populations_are_advice(company):
    scheme = scheme_of(company.cycle)
    office, management = company.reviews("office"), company.reviews("management")
    assert board.advice_on(office, scheme) == ("small_population",)
    assert board.advice_on(management, scheme) == ()

    for review in management[:3]:
        review.total = Decimal(99)
    distribute_cycle(company.cycle.id, now=NOW)

    assert board.advice_on(management, scheme) == ("crowded_top",)


@pytest.fixture
def at_hr(company, client, sign_in):
    account = make_hr("许宁")
    account.locale = "en"
    db.session.commit()
    return sign_in(client, account)


def test_hr_merges_and_parts_on_the_board(company, at_hr):
    page = at_hr.get(f"/calibration/{company.cycle.id}?population=office").text
    assert "Rank these people together with: Management" in page

    done = at_hr.post(f"/calibration/{company.cycle.id}/merge/office", data={"reason": WHY})
    assert done.status_code == 302
    distribute_cycle(company.cycle.id, now=NOW)
    db.session.commit()

    page = at_hr.get(done.location).text
    assert WHY in page
    assert "Rank apart again: Office" in page
    parted = at_hr.post(f"/calibration/{company.cycle.id}/part/office", data={"reason": WHY})
    assert parted.status_code == 302
    assert parted.location.endswith("population=office")


def test_a_merge_without_a_reason_says_so(company, at_hr):
    refused = at_hr.post(f"/calibration/{company.cycle.id}/merge/office", data={"reason": ""})

    assert refused.status_code == 422
    assert "Say why; it is kept with the cycle." in refused.text
