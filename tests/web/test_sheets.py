"""Monthly record and statistics: the pages, the workbooks, and who may take which."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, insert, select

from tests.cycle_company import NOW, make_account, make_employee
from tests.services.grade_company import make_cycle, make_review
from tests.sheets_company import (
    MONTH,
    SheetsCompany,
    all_xml,
    formulas_in,
    make_record,
    make_year,
    raw_sheet,
    sheets_of,
)
from workflow_app.db import db
from workflow_app.exports.statistics import band_of
from workflow_app.models import Employee, Event, LedgerEntry, Posting, Record
from workflow_app.queries import sheet_scope
from workflow_app.queries.monthly_records import monthly_records
from workflow_app.queries.sheet_scope import Scope
from workflow_app.queries.statistics import month_of, month_statistics, year_statistics
from workflow_app.views import sheets


@pytest.fixture
def company(db_session):
    return SheetsCompany()


@pytest.fixture
def month(app, company):
    company.launch_month(app)
    company.score(company.agent)
    return company


def ledger(person, kind, **values):
    entry = LedgerEntry(employee_id=person.id, kind=kind, recorded_at=NOW, **values)
    db.session.add(entry)
    db.session.flush()
    return entry


def record_of(company, person, account=None, **options):
    (found,) = monthly_records(MONTH, Scope(employee_id=person.id), actor=(account or company.hr).actor(), **options)
    return found


# --- monthly record ---------------------------------------------------------------------------------------------


def test_a_scored_month_says_what_was_taken_off_and_why(month):
    found = record_of(month, month.agent)

    lines = {line.item.en: line for line in found.lines if line.item}
    late = lines["Attendance"]
    assert (late.full, late.deducted, late.evidence) == (8, 2, "2 月 9 日 打卡记录")
    assert late.clause.en == "Late or left early by more than 5 minutes"
    assert (lines["Ethics"].deducted, lines["Ethics"].evidence) == (1, "=1+1")
    assert lines["Outcome"].deducted is None
    assert (found.source, found.score, found.full, found.taken) == ("review", 97, 100, 3)
    assert (found.rater.name, found.rater.at) == ("宋主管", NOW)
    assert [text for _title, text in found.own_words] == ["完成客户回访 18 次", "投诉处理技巧"]


def test_rewards_sanctions_offences_and_replies_stand_on_the_sheet(month):
    review = month.review(month.agent)
    praise = {"rule": "praised_by_customer", "rung": "commendation", "reply": "谢谢", "replied_at": NOW}
    ledger(month.agent, "reward", happened_on=date(2026, 2, 3), **praise)
    ledger(month.agent, "sanction", rung="warning", happened_on=date(2026, 3, 3))
    ledger(month.agent, "offence", review_id=review.id, item="ethics", rule="false_information", happened_on=date(2026, 2, 5))
    gone = ledger(month.agent, "reward", rung="merit", happened_on=date(2026, 2, 4))
    ledger(month.agent, "counter", rung="merit", happened_on=date(2026, 2, 4), corrects_id=gone.id)

    found = record_of(month, month.agent)

    last = found.lines[-1]
    assert (last.item, last.follows.en, last.clause.en, last.on, last.own) == (
        None, "Commendation", "Praised by a customer in writing", date(2026, 2, 3), "谢谢",
    )  # fmt: skip
    start = next(place for place, line in enumerate(found.lines) if line.item and line.item.en == "Ethics")
    offence = found.lines[start + 1]
    assert (offence.item, offence.deducted, offence.clause.en) == (None, 4, "Gives false information")
    follows = [line.follows.en for line in found.lines if line.follows]
    assert follows == ["Commendation"]


def test_an_imported_month_says_plainly_that_only_the_total_is_known(company, client, sign_in):
    make_record(company.agent, "monthly_appraisal", MONTH, "88.5", bonus=2)

    page = sign_in(client, company.hr).get(f"/sheets/month?month={MONTH}&person={company.agent.id}").text

    assert "Score: 88.50 · bonus: +2 · This record was imported: only its total is known" in page


def test_a_month_without_anything_is_a_form_to_fill_in(company, client, sign_in):
    hr = sign_in(client, company.hr)

    page = hr.get(f"/sheets/month?month={MONTH}&department=客户服务部").text

    assert page.count('class="paper"') == 4
    assert "Score: __________" in page
    assert page.count('class="sheet__blank"') == 16


def test_an_empty_sheet_can_be_asked_for_where_there_are_figures(month):
    found = record_of(month, month.agent, blank=True)

    assert (found.source, found.score) == ("empty", None)
    assert all(line.deducted is None for line in found.lines)


def test_the_workbook_has_a_sheet_for_every_person_with_numbers_and_dates(month, client, sign_in):
    answer = sign_in(client, month.hr).get(f"/sheets/month.xlsx?month={MONTH}&department=客户服务部")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="monthly-record-{MONTH}.xlsx"'
    sheets = sheets_of(answer.data)
    assert set(sheets) == {f"{one.name} {one.employee_no}" for one in (month.manager, month.supervisor, month.agent, month.other)}
    rows = sheets[f"侯杰 {month.agent.employee_no}"]
    assert rows[4] == ["Item", "Full points", "Points off", "Clause", "Evidence", "Date", "Reward or sanction", "Own comment"]
    by_item = {row[0]: row for row in rows[5:]}
    assert by_item["Attendance"][1:6] == [8.0, 2.0, "Late or left early by more than 5 minutes", "2 月 9 日 打卡记录", date(2026, 2, 28)]
    assert by_item["Ethics"][4] == "=1+1"
    assert by_item["Sum"][1:3] == [100.0, 3.0]
    assert "Score: 97.00" in by_item
    assert formulas_in(answer.data) == []


def test_the_workbook_is_made_for_a4_and_chinese_type(month, client, sign_in):
    content = sign_in(client, month.hr).get(f"/sheets/month.xlsx?month={MONTH}").data

    sheet = raw_sheet(content)
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in sheet
    assert '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' in sheet
    assert 'state="frozen"' in sheet
    everything = all_xml(content)
    assert 'val="宋体"' in everything
    assert "_xlnm.Print_Titles" in everything
    assert "_xlnm.Print_Area" in everything


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "a/b:c[d]*?\\", "'", "History", "x" * 120, "http://example.com"]
)
def test_a_name_is_never_more_than_a_name(company, client, sign_in, name):
    make_employee(name=name, department="试", employee_no="E1")
    make_employee(name=name, department="试", employee_no="E1x")

    hr = sign_in(client, company.hr)
    record = hr.get(f"/sheets/month.xlsx?month={MONTH}&department=试").data
    table = hr.get("/sheets/statistics.xlsx?year=2026&department=试").data

    assert len(sheets_of(record)) == 2
    assert sheets_of(table)["2026"][3][2] == name
    assert formulas_in(record) + formulas_in(table) == []
    assert "hyperlink" not in all_xml(record) + all_xml(table)


def test_what_begins_like_a_formula_is_quoted(company, client, sign_in):
    make_employee(name="=1+1", department="试")

    content = sign_in(client, company.hr).get("/sheets/statistics.xlsx?year=2026&department=试").data

    assert 'quotePrefix="1"' in all_xml(content)


# --- statistics -------------------------------------------------------------------------------------------------


def test_a_year_shows_the_figures_as_the_product_works_them_out(company):
    make_year(company.agent)
    make_record(company.agent, "year_end", "2025", "84")

    sheet = year_statistics(2025, Scope(employee_id=company.agent.id), actor=company.hr.actor())
    (line,) = sheet.lines()

    assert line.means == {"weekly_inspection": Decimal("92.50"), "monthly_inspection": 88, "spot_check": 80}
    assert line.periods["monthly_appraisal", "2025-05"] == Decimal("89.40")
    assert line.periods["monthly_appraisal", "2025-06"] == Decimal("86.40")
    # Inspections (92, 93, 70, 90 → 86.25; 88) 87.125 · months 86.65 · year-end 84.
    assert (line.bonus, line.final, line.total, line.counted, line.rank, line.band) == (3, 84, Decimal("85.42"), 12, None, None)


def test_a_year_end_review_gives_total_rank_and_band(company, client, sign_in):
    make_year(company.agent)
    cycle = make_cycle(company.version, state="released")
    make_review(
        cycle, company.agent, total=Decimal("85.97"), parts={"year_end": "84.00"}, rank=2, months_counted=12, computed_band="B",
        final_band="A", approved_at=NOW, released_at=NOW,
    )  # fmt: skip

    content = sign_in(client, company.hr).get(f"/sheets/statistics.xlsx?year=2025&person={company.agent.id}").data

    rows = sheets_of(content)["2025"]
    heading, row = rows[2], rows[3]
    assert heading[5:9] == ["Weekly inspection", "Monthly inspection", "Spot check", "Jan"]
    assert heading[20:] == ["Bonus", "Year-end appraisal", "Total", "Coverage", "Rank", "Band"]
    assert row[:3] == [1.0, company.agent.employee_no, "侯杰"]
    assert row[5:9] == [92.5, 88.0, 80.0, 86.4]
    assert row[20:] == [3.0, 84.0, 85.97, 12.0, 2.0, "A"]


def test_what_is_not_released_is_marked_for_hr_and_hidden_from_others(company):
    cycle = make_cycle(company.version, state="calibrating")
    for person in (company.agent, company.clerk):
        make_review(cycle, person, total=Decimal("85.97"), rank=1, computed_band="B")

    def line(person, actor):
        sheet = year_statistics(2025, Scope(employee_id=person.id), actor=actor)
        return next(iter(sheet.lines())), sheet.provisional

    theirs, provisional = line(company.agent, company.hr.actor())
    assert (theirs.total, theirs.rank, theirs.band, theirs.provisional, provisional) == (Decimal("85.97"), 1, "B", True, True)
    for person, actor in ((company.clerk, company.hr.actor()), (company.agent, company.lead.actor()), (company.agent, company.own.actor())):
        hidden, provisional = line(person, actor)
        assert (hidden.total, hidden.rank, hidden.band, hidden.withheld, provisional) == (None, None, None, True, False)


def test_who_has_no_band_is_told_apart(company):
    cycle = make_cycle(company.version, state="released")
    made = {"approved_at": NOW, "released_at": NOW, "total": Decimal(80)}
    make_review(cycle, company.agent, flags=["too_new"], **made)
    excluded = make_review(cycle, company.other)
    excluded.excluded_reason, excluded.state = "长期病假", "excluded"
    db.session.flush()

    sheet = year_statistics(2025, Scope(department="客户服务部", population="front_line"), actor=company.hr.actor())

    assert {line.standing.person.name: band_of(line) for line in sheet.lines()} == {
        "侯杰": "考核月数不足", "武超": "不定等次",
    }  # fmt: skip


def test_a_sheet_in_work_says_that_it_is_provisional(company, client, sign_in):
    make_review(make_cycle(company.version, state="calibrating"), company.agent, total=Decimal("85.97"), rank=1, computed_band="B")

    page = sign_in(client, company.hr).get("/sheets/statistics?year=2025").text

    assert ">B *<" in page
    assert "* provisional: computed or calibrated, not approved yet." in page


def test_a_month_takes_its_weeks_by_their_thursday(company):
    # Thursday of 2026-W05 is 29 January, of 2026-W09 26 February, of 2026-W14 2 April.
    for week, score in (("W05", "10"), ("W06", "90"), ("W09", "80"), ("W10", "20")):
        make_record(company.agent, "weekly_inspection", f"2026-{week}", score)
    make_record(company.agent, "spot_check", "2026-02-28", "70")
    make_record(company.agent, "monthly_appraisal", "2026-02", "88", bonus=4)

    (line,) = month_statistics(MONTH, Scope(employee_id=company.agent.id)).lines()

    assert line.means == {"weekly_inspection": 85, "monthly_inspection": None, "spot_check": 70}
    assert line.periods == {("monthly_appraisal", MONTH): 92}
    assert line.bonus == 4


@pytest.mark.parametrize(
    ("period", "month"),
    [("2026-W01", "2026-01"), ("2025-W01", "2025-01"), ("2026-W53", "2026-12"), ("2026-02-28", "2026-02"),
     ("2026-02", "2026-02"), ("2026-Q1", ""), ("2026", "")],
)  # fmt: skip
def test_the_month_of_a_period(period, month):
    assert month_of(period) == month


def test_the_sheet_goes_by_population_then_by_rank(company):
    cycle = make_cycle(company.version, state="released")
    for person, rank in ((company.agent, 2), (company.other, 1)):
        make_review(cycle, person, total=Decimal(80), rank=rank, final_band="B", approved_at=NOW, released_at=NOW)

    sheet = year_statistics(2025, Scope(department="客户服务部"), actor=company.hr.actor())

    assert [one.person.name for one in sheet.people][:2] == ["武超", "侯杰"]


def test_who_was_not_employed_in_the_period_is_not_on_the_sheet(company):
    company.agent.left = date(2026, 1, 31)
    company.other.joined = date(2026, 3, 1)
    db.session.flush()

    names = [one.person.name for one in month_statistics(MONTH, Scope(department="客户服务部")).people]

    assert names == ["卢经理", "宋主管"]


def test_many_people_are_written_in_few_statements(company, client, sign_in):
    people = [make_employee(department="大部门") for _ in range(300)]
    db.session.execute(insert(Record), [
        {"employee_id": one.id, "kind": kind, "period": period, "year": 2025, "score": Decimal(80)}
        for one in people
        for kind, period in [*(("weekly_inspection", f"2025-W{week:02}") for week in range(1, 53)),
                             *(("monthly_appraisal", f"2025-{month:02}") for month in range(1, 13))]
    ])  # fmt: skip
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    content = sign_in(client, company.hr).get("/sheets/statistics.xlsx?year=2025&department=大部门").data
    event.remove(db.engine, "before_cursor_execute", note)

    assert len(sheets_of(content)["2025"]) == 300 + 6
    assert len(seen) < 40


def loaded(wanted):
    """How many rows of this table the session holds."""
    return sum(isinstance(one, wanted) for one in db.session.identity_map.values())


def test_too_many_sheets_are_refused_before_anybody_is_loaded(company, client, sign_in, monkeypatch):
    for _ in range(6):
        make_employee(department="大部门")
    monkeypatch.setattr(sheets, "MOST_RECORDS", 5)
    monkeypatch.setattr(sheets, "monthly_records", None)

    answer = sign_in(client, company.hr).get(f"/sheets/month?month={MONTH}&department=大部门")

    assert answer.status_code == 413
    assert "These are 6 sheets; at most 5 are made at once." in answer.text


def test_the_sheets_of_many_are_read_in_portions(month, monkeypatch):
    monkeypatch.setattr(sheet_scope, "CHUNK", 1)

    found = monthly_records(MONTH, Scope(department="客户服务部"), actor=month.hr.actor())

    assert {one.standing.person.name: one.score for one in found} == {"卢经理": None, "宋主管": None, "侯杰": 97, "武超": None}


def test_one_persons_sheet_loads_one_person(company):
    cycle = make_cycle(company.version, state="released")
    for person in (company.agent, company.other):
        make_review(cycle, person, total=Decimal(80), rank=1, final_band="B", approved_at=NOW, released_at=NOW)
    hr = company.hr.actor()
    db.session.expunge_all()

    sheet = year_statistics(2025, Scope(employee_id=company.agent.id), actor=hr)

    assert [one.person.name for one in sheet.people] == ["侯杰"]
    assert list(sheet.reviews) == [company.agent.id]
    assert loaded(Employee) == 1


def test_the_database_narrows_to_where_people_stood_on_the_last_day(company):
    def posted(person, since, department, superior):
        values = {"department": department, "post": "客服", "population": "front_line", "superior_id": superior.id}
        db.session.add(Posting(employee_id=person.id, since=since, recorded_at=NOW, **values))

    posted(company.agent, date(2024, 1, 1), "培训部", company.clerk)
    posted(company.agent, date(2026, 1, 1), "客户服务部", company.supervisor)
    posted(company.other, date(2026, 6, 1), "培训部", company.clerk)  # the first one known says it for before, too
    company.manager.department, company.manager.superior_id = "培训部", company.clerk.id
    db.session.flush()
    hr = company.hr.actor()
    db.session.expire_all()

    def names(**scope):
        return {one.person.name for one in year_statistics(2025, Scope(**scope), actor=hr).people}

    assert names(department="培训部") == {"侯杰", "武超", "卢经理"}
    assert names(superior_id=company.clerk.id) == {"侯杰", "武超", "卢经理"}
    assert names(department="培训部", population="front_line") == {"侯杰", "武超"}
    assert "侯杰" in {one.person.name for one in month_statistics(MONTH, Scope(department="客户服务部")).people}


# --- who may ----------------------------------------------------------------------------------------------------


def test_a_superior_prints_their_own_people_only(month, client, sign_in):
    lead = sign_in(client, month.lead)

    page = lead.get(f"/sheets/month?month={MONTH}&department=人力资源部").text
    table = lead.get("/sheets/statistics?year=2026").text

    assert page.count('class="paper"') == 2
    assert "侯杰" in page
    assert "武超" in table
    assert "卢经理" not in table
    assert lead.get(f"/sheets/month?month={MONTH}&person={month.manager.id}").status_code == 403
    assert lead.get(f"/sheets/month?month={MONTH}&person=99999").status_code == 403


def test_the_person_sees_the_month_once_it_is_fed_back(month, client, sign_in):
    address = f"/sheets/month?month={MONTH}&person={month.agent.id}"
    review = month.review(month.agent)
    review.released_at = None
    before = sign_in(client, month.own).get(address).text
    review = month.review(month.agent)
    review.released_at = NOW

    after = client.get(address).text

    assert "打卡记录" not in before
    assert "打卡记录" in after
    assert client.get(f"/sheets/month?month={MONTH}&person={month.other.id}").status_code == 403


def test_nobody_without_people_sees_others(company, client, sign_in):
    outside = sign_in(client, make_account("admin"))

    assert "Nobody to print a sheet for" in outside.get(f"/sheets/month?month={MONTH}").text
    assert "Nobody to show" in outside.get("/sheets/statistics?year=2026").text


@pytest.mark.parametrize(
    "query", ["month?month=2026-13", "month?month=", "month.xlsx?month=x", "statistics?year=1999", "statistics.xlsx?year=x", "statistics"]
)
def test_an_odd_period_is_refused_with_what_to_write(company, client, sign_in, query):
    answer = sign_in(client, company.hr).get(f"/sheets/{query}")

    assert answer.status_code == 422
    assert "error-summary" in answer.text or "field-error" in answer.text


def test_a_download_is_in_the_history_and_names_nobody(month, client, sign_in):
    hr = sign_in(client, month.hr)
    hr.get(f"/sheets/month?month={MONTH}")
    hr.get(f"/sheets/month.xlsx?month={MONTH}&person={month.agent.id}")
    hr.get("/sheets/statistics.xlsx?year=2026&department=客户服务部")

    events = db.session.scalars(select(Event).filter_by(kind="sheet_downloaded").order_by(Event.id)).all()

    assert [one.data for one in events] == [
        {"sheet": "monthly_record", "period": MONTH, "scope": "person", "rows": 1},
        {"sheet": "statistics", "period": "2026", "scope": "department", "rows": 4},
    ]
    assert {one.detail for one in events} == {None}


def test_the_desk_offers_what_the_reader_may_take(company, client, sign_in):
    hr = sign_in(client, company.hr).get("/sheets").text
    lead = sign_in(client, company.lead).get("/sheets").text
    own = sign_in(client, company.own).get("/sheets").text

    assert "Performance-pay list" in hr
    assert 'name="department"' in hr
    assert "Performance-pay list" not in lead
    assert "Of the people who report to you." in lead
    assert 'action="/sheets/statistics"' not in own
    assert "My monthly record" in own
