"""Trying a scheme out on a page: everything by name, and not a row of the database is another one afterwards."""

import io
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from states.grading import grade
from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text, load_scheme
from tests.cli.test_scheme_try import DRAFT
from tests.imports.files import EMPLOYEES, RECORDS, employee, record, text
from tests.services.grade_company import (
    NOW,
    make_account,
    make_cycle,
    make_employee,
    make_hr,
    make_months,
    make_record,
    make_review,
    make_scheme,
)
from workflow_app.db import db
from workflow_app.models import PopulationMerge, Review, SchemeVersion
from workflow_app.queries.explaining import explained
from workflow_app.queries.past_year import past_year
from workflow_app.services import composing, distributing, ledger, trying
from workflow_app.services.rulebook import record_under_clause


@pytest.fixture
def company(app, db_session):
    """Twenty people of the office with a whole year, the scheme in force, and a draft that weighs otherwise."""
    make_scheme()
    draft = SchemeVersion(
        code="customer_service", state="draft", title_zh="草案", title_en="The draft", text=DRAFT, digest="d" * 64
    )
    db.session.add(draft)
    for place in range(20):
        person = make_employee(f"员工{place:02}", population="office")
        make_months(person, "80")
        make_record(person, "monthly_inspection", "2025-03", str(99 - 4 * place))
        make_record(person, "year_end", "2025", str(70 + place))
    db.session.flush()
    return draft


@pytest.fixture
def hr(client, sign_in, company):
    return sign_in(client, make_account(make_employee("范海燕", population="front_line"), "hr", locale="en"))


def everything():
    """Every row of every table."""
    db.session.expire_all()
    rows = {
        table.name: sorted(repr(row) for row in db.session.execute(select(table))) for table in db.metadata.sorted_tables
    }
    return {name: rows[name] for name in rows if name != "web_session"}


def expected(wanted_text):
    """Who changes band, by name, as plain grading says."""
    found = {}
    for scheme in (load_scheme(builtin_scheme_text()), load_scheme(wanted_text)):
        year = past_year(2025)
        for one in grade(year.people(scheme), year=2025, scheme=scheme):
            found.setdefault(year.names[one.employee_no], []).append(one.band)
    return {name: (old, new) for name, (old, new) in found.items() if old != new}


def test_a_draft_on_the_years_records_names_who_changes_band(hr, company):
    changed = expected(DRAFT)
    assert changed

    answer = hr.post("/schemes/try", data={"version": company.id, "against": "", "year": "2025", "source": "database"})
    alone = hr.get(answer.location)
    beside = hr.get(f"/schemes/try/result?version={company.id}&against={company.id - 1}&year=2025")

    assert (answer.status_code, alone.status_code, beside.status_code) == (303, 200, 200)
    for name, (old, new) in changed.items():
        assert name in beside.text
        assert f"{old} → {new}" in beside.text
    assert "Who changes band" not in alone.text
    assert "Seats and their rounding" in alone.text


def test_not_a_row_of_any_table_changes(hr, company):
    before = everything()

    hr.get("/schemes/try")
    hr.get(f"/schemes/try/result?version={company.id}&against={company.id - 1}&year=2025")
    pasted = hr.post("/schemes/try", data={"text": DRAFT, "against": str(company.id - 1), "year": "2025", "source": "database"})
    files = hr.post("/schemes/try", data=two_workbooks(), content_type="multipart/form-data")

    assert (pasted.status_code, files.status_code) == (200, 200)
    assert {name for name, rows in everything().items() if rows != before[name]} == set()


def two_workbooks(*more, against=""):
    numbers = [f"{1000 + n}" for n in range(20)]
    rows = [record(number, "年终", "2025", f"{70 + place}") for place, number in enumerate(numbers)]
    rows += [record(number, "月考核", f"2025-{month:02}", "80") for number in numbers for month in range(1, 8)]
    return {
        "file": (io.BytesIO(DRAFT.encode()), "draft.yaml"), "against": against, "year": "2025", "source": "files", "within": "0.5",
        "employees": (io.BytesIO(text([EMPLOYEES, *(employee(number) for number in numbers)])), "people.csv"),
        "records": (io.BytesIO(text([RECORDS, *rows, *more])), "records.csv"),
    }  # fmt: skip


def test_two_workbooks_are_read_and_their_faults_told_with_their_place(hr, company):
    more = [record("1000", "年终", "2024", "80"), *(record(f"{1000 + n}", "月检", "2025-03", f"{99 - 4 * n}") for n in range(20))]
    files = two_workbooks(*more, against=str(company.id - 1))
    good = hr.post("/schemes/try", data=files, content_type="multipart/form-data")
    bad = hr.post("/schemes/try", data=two_workbooks(record("9", "年终", "2025", "80")), content_type="multipart/form-data")

    assert good.status_code == 200
    assert "Name 1019" in good.text
    assert "Records of other years left out: 1." in good.text
    assert bad.status_code == 422
    assert "9 is not in the roster." in bad.text
    assert "records.csv" in bad.text


def test_a_faulty_scheme_is_told_with_its_lines_and_what_was_typed_stays(hr):
    faulty = DRAFT.replace("share: rest", "share: 30")

    answer = hr.post("/schemes/try", data={"text": faulty, "year": "2025", "source": "database"})

    assert answer.status_code == 422
    assert "Line " in answer.text
    assert "share: 30" in answer.text


@pytest.mark.parametrize(
    "data",
    [
        {}, {"year": "2025", "source": "database"}, {"year": "abc", "version": "1", "source": "database"},
        {"year": "2025", "text": DRAFT, "source": "files"}, {"year": "1999", "text": DRAFT, "source": "database"},
        {"year": "2025", "version": "99999999999999999999", "source": "database", "text": "x"},
        {"year": "2025", "within": "much", "version": "1", "source": "database"},
    ],
)  # fmt: skip
def test_what_is_missing_or_odd_is_asked_for_again(hr, data):
    answer = hr.post("/schemes/try", data=data)

    assert answer.status_code == 422
    assert 'name="year"' in answer.text


@pytest.mark.parametrize(
    "query", ["", "version=abc&year=2025", "version=99999999999999999999&year=2025", "version=1&year=99999999999", "version=1&year=-3"]
)
def test_odd_addresses_are_refused_kindly(hr, query):
    assert hr.get(f"/schemes/try/result?{query}").status_code == 422


def test_one_population_may_be_looked_at_alone(hr, company):
    one = make_employee("前台的人", population="front_line")
    make_months(one)
    make_record(one, "year_end", "2025", "88")
    address = f"/schemes/try/result?version={company.id}&against={company.id - 1}&year=2025"

    office, all_of_them = hr.get(f"{address}&population=office").text, hr.get(address).text

    assert 'id="population-front_line"' in all_of_them
    assert 'id="population-front_line"' not in office
    assert 'id="population-office"' in office


def test_the_general_manager_may_look_and_others_may_not(client, sign_in, company):
    address = f"/schemes/try/result?version={company.id}&year=2025"

    assert sign_in(client, make_account(make_employee(), "general_manager")).get(address).status_code == 200
    assert sign_in(client, make_account(make_employee())).get(address).status_code == 403
    assert sign_in(client, make_account(make_employee())).post("/schemes/try", data={"text": DRAFT}).status_code == 403


def test_too_many_people_are_sent_to_the_command_line(hr, company, monkeypatch):
    monkeypatch.setattr(trying, "MOST_PEOPLE", 5)

    answer = hr.get(f"/schemes/try/result?version={company.id}&year=2025")

    assert answer.status_code == 422
    assert "kaoping scheme try" in answer.text


def test_the_past_year_is_exact(company):
    someone = make_employee("另一人", population="office")
    make_record(someone, "year_end", "2025", "84.333333333", bonus=5)

    found = {one.employee_no: one for one in past_year(2025).people(load_scheme(DRAFT))}

    (only,) = found[someone.employee_no].records
    assert (only.score, only.bonus) == (Fraction(Decimal("84.333333333")), Fraction(5))
    assert json.dumps(sorted(found)) == json.dumps(list(found))


def test_a_released_year_end_counts_exactly_and_a_running_one_not_at_all(company):
    person = make_employee("有年终", population="office")
    make_record(person, "year_end", "2025", "70")
    told = {"made_of": {"value": "253/3", "bonus": "2"}}
    cycle = make_cycle(company, state="calibrating")
    make_review(cycle, person, total=Decimal("84.33"), explanation=told)

    def own():
        year = next(one for one in past_year(2025).people(load_scheme(DRAFT)) if one.employee_no == person.employee_no)
        return [(one.score, one.bonus) for one in year.records]

    running = own()
    cycle.state = "released"
    db.session.flush()

    assert running == [(70, 0)]
    assert own() == [(Fraction(253, 3), 2)]


def test_who_was_taken_out_is_out_of_the_trial(company):
    person = make_employee("长假", population="office")
    cycle = make_cycle(company, state="released")
    make_review(cycle, person, state="excluded", excluded_reason="long leave")

    year = next(one for one in past_year(2025).people(load_scheme(DRAFT)) if one.employee_no == person.employee_no)

    assert year.excluded == "long leave"


def sanctioned(person):
    """A sanction of this summer that bars the top band, recorded by HR."""
    scheme, hr = load_scheme(builtin_scheme_text()), make_account(make_employee("人力", population="office"), "hr").actor()
    day = NOW.date().replace(year=2025, month=7, day=8)
    return record_under_clause(
        person, "false_information", scheme=scheme, actor=hr, now=NOW, note="提供虚假信息", on=day, standing_until=None
    )


def test_a_sanction_that_moved_nobody_bars_in_a_trial_and_in_the_data(company):
    cycle = make_cycle(db.session.get(SchemeVersion, company.id - 1), state="calibrating")
    people = [make_employee(f"甲{place:02}", population="front_line") for place in range(20)]
    for place, person in enumerate(people):
        make_months(person, str(95 - place))
        make_record(person, "year_end", "2025", str(95 - place))
        make_review(cycle, person)
    entry, second = sanctioned(people[1]), people[1].employee_no
    composing.compose_cycle(cycle.id, now=NOW)
    distributing.distribute_cycle(cycle.id, now=NOW)
    review = db.session.scalar(select(Review).filter_by(employee_id=people[1].id))
    cycle.state = "released"
    ledger.correct(entry, reason="Taken back much later", actor=make_hr().actor(), now=NOW)

    wanted = load_scheme(builtin_scheme_text().replace("share: 5, barred", "share: 10, barred"))
    bands = {one.employee_no: one.band for one in grade(past_year(2025).people(wanted), year=2025, scheme=wanted)}

    assert (review.computed_band, "barred" in review.flags) == ("B", False)
    assert (bands[people[0].employee_no], bands[second]) == ("A", "B")
    assert explained(review, actor=SYSTEM).document["person"]["barred"] is True


def test_a_sanction_bars_in_a_year_of_records_alone(company):
    person = make_employee("受处分", population="office")
    make_record(person, "year_end", "2025", "70")
    sanctioned(person)

    barred = [one.employee_no for one in past_year(2025).people(load_scheme(DRAFT)) if one.barred]

    assert barred == [person.employee_no]


def test_populations_that_were_merged_stay_merged(hr, company):
    person = make_employee("合并的人", population="front_line")
    make_record(person, "year_end", "2025", "88")
    make_months(person)
    cycle = make_cycle(company, state="released")
    make_review(cycle, person)
    merge = PopulationMerge(cycle_id=cycle.id, population="front_line", into="office", reason="人数太少", merged_at=NOW)
    db.session.add(merge)
    db.session.flush()

    page = hr.get(f"/schemes/try/result?version={company.id}&against={company.id - 1}&year=2025&population=office")

    # Whoever asks has no records, but belongs to the merged population too.
    assert "21 of 22 ranked" in page.text
