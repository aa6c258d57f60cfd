"""The ledger's pages: rows with evidence on a sheet, taking back, one's own entries, the result, the rulebook."""

import io
import re
from datetime import date

import pytest
from sqlalchemy import func, select

from states.evidence import MOST_BYTES
from tests.cycle_company import NOW
from tests.services.ledger_company import FRIDAY, PNG, SheetCompany, form_in, hand_in, record_of, review_in
from workflow_app.db import db
from workflow_app.models import EvidenceFile, LedgerEntry
from workflow_app.queries import paging, people
from workflow_app.queries.ledger import rows_of
from workflow_app.services import adjusting, ledger
from workflow_app.views import rulebook


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def week(company):
    return company.open_cycle()


@pytest.fixture
def sheet(company, week):
    return form_in(week, company.agent)


@pytest.fixture
def enter(app, sign_in, company):
    return lambda person: sign_in(app.test_client(), company.accounts[person.id])


def entry_of(company, sheet):
    typed = {"clause": "late", "note": "公交晚点"}
    return ledger.add_deduction(sheet, "attendance", typed, actor=company.actor(company.supervisor), now=FRIDAY)


def add(client, sheet, item="attendance", file=None, **fields):
    data = {"do": f"add:{item}", "version": fields.pop("version", "0"), "clause_attendance": "late"} | fields
    return send(client, f"/forms/{sheet.id}", data, {f"file_{item}": file} if file else {})


def send(client, address, data, files):
    # Written by hand: the test client's own encoder leaves the temporary file of a large body open.
    head = 'Content-Disposition: form-data; name="'
    parts = [f'{head}{name}"\r\n\r\n{value}'.encode() for name, value in data.items()]
    parts += [f'{head}{name}"; filename="{file[0]}"\r\n\r\n'.encode() + file[1] for name, file in files.items()]
    body = b"".join(b"--part\r\n" + part + b"\r\n" for part in parts) + b"--part--\r\n"
    return client.post(address, data=body, content_type="multipart/form-data; boundary=part")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


# --- the sheet ----------------------------------------------------------------------------------------------------


def test_a_row_is_entered_with_its_evidence_and_stands_on_the_sheet(enter, company, sheet):
    client = enter(company.supervisor)

    answer = add(client, sheet, times_attendance="2", note_attendance="周二", file=("打卡.png", PNG))

    assert (answer.status_code, answer.location) == (303, f"/forms/{sheet.id}#item-attendance")
    row = rows_of(sheet)[0]
    assert (row.points, row.files[0].filename) == (4, "打卡.png")
    page = client.get(f"/forms/{sheet.id}").text
    assert "× 2 · 周二" in page
    assert f"/evidence/{row.files[0].id}" in page
    assert 'data-of="6"' in page


def test_what_else_was_typed_stays_as_a_draft(enter, company, sheet):
    add(enter(company.supervisor), sheet, q_courtesy="1", note_courtesy="half typed")

    page = enter(company.supervisor).get(f"/forms/{sheet.id}").text
    assert "half typed" in page
    assert [row.item for row in rows_of(sheet)] == ["attendance"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"clause_attendance": ""}, 422),
        ({"q_attendance": "1"}, 422),
        ({"clause_attendance": "invented"}, 422),
        ({"on_attendance": "2026-01-01"}, 422),
        ({"do": "add:nothing"}, 422),
        ({"do": "add:"}, 422),
        ({"version": "7.7"}, 409),
    ],
)
def test_what_is_refused_leaves_no_row_and_keeps_what_was_typed(enter, company, sheet, fields, status):
    answer = add(enter(company.supervisor), sheet, note_attendance="typed before", **fields)

    assert answer.status_code == status
    assert "typed before" in answer.text
    assert count(LedgerEntry) == 0


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("page.html", b"<script>alert(1)</script>", 422),
        ("page.pdf", b"<script>alert(1)</script>", 422),
        ("page.svg", b"<svg/>", 422),
        ("nothing.pdf", b"", 422),
        ("huge.txt", b"a" * (MOST_BYTES + 1), 413),
    ],
)
def test_what_is_no_evidence_is_refused_with_the_row(enter, company, sheet, name, content, status):
    answer = add(enter(company.supervisor), sheet, file=(name, content))

    assert answer.status_code == status
    assert (count(LedgerEntry), count(EvidenceFile)) == (0, 0)


def test_a_path_in_the_name_is_only_a_name(enter, company, sheet):
    client = enter(company.supervisor)
    add(client, sheet, file=("../../etc/пароль; x=y.txt", b"09:06"))

    file = db.session.scalar(select(EvidenceFile))
    answer = client.get(f"/evidence/{file.id}")

    assert "/" not in file.filename
    assert "\n" not in file.filename
    assert answer.data == b"09:06"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_file_goes_along_with_the_hand_in(enter, company, sheet):
    data = {"do": "submit", "version": "0", "clause_attendance": "late", "file_attendance": (io.BytesIO(PNG), "a.png")}
    answer = enter(company.supervisor).post(f"/forms/{sheet.id}", data=data, content_type="multipart/form-data")

    assert answer.status_code == 303
    assert [file.filename for file in rows_of(sheet)[0].files] == ["a.png"]


def test_a_handed_in_sheet_is_read_with_its_rows(enter, company, week, sheet):
    entry_of(company, sheet)
    hand_in(company, week, company.agent)

    page = enter(company.supervisor).get(f"/forms/{sheet.id}").text

    assert "公交晚点" in page
    assert "98.00" in page


def test_a_row_is_taken_back_on_a_page_of_its_own(enter, company, sheet):
    entry = entry_of(company, sheet)
    client = enter(company.supervisor)
    assert "公交晚点" in client.get(f"/entries/{entry.id}/correction").text

    assert client.post(f"/entries/{entry.id}/correction", data={"reason": ""}).status_code == 422
    answer = client.post(f"/entries/{entry.id}/correction", data={"reason": "Somebody else"})

    assert (answer.status_code, answer.location) == (303, f"/forms/{sheet.id}#item-attendance")
    assert "taken back: Somebody else" in client.get(answer.location.partition("#")[0]).text
    assert client.post(f"/entries/{entry.id}/correction", data={"reason": "Once more"}).status_code == 409


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("somebody", "before", "after"),
    [("agent", 403, 200), ("other", 403, 403), ("manager", 403, 403), ("vp", 403, 403), ("supervisor", 200, 200),
     ("clerk", 200, 200), ("gm", 200, 200)],
)  # fmt: skip
def test_who_gets_the_evidence(enter, company, week, sheet, somebody, before, after):
    add(enter(company.supervisor), sheet, file=("a.png", PNG))
    client, number = enter(getattr(company, somebody)), db.session.scalar(select(EvidenceFile.id))

    assert client.get(f"/evidence/{number}").status_code == before
    hand_in(company, week, company.agent)
    db.session.commit()
    assert client.get(f"/evidence/{number}").status_code == after


def test_a_colleagues_entries_are_nobodys_business(enter, company, week, sheet):
    entry = entry_of(company, sheet)
    hand_in(company, week, company.agent)
    review = review_in(week, company.agent)
    client = enter(company.other)

    assert client.get(f"/entries/{entry.id}/correction").status_code == 403
    assert client.post(f"/entries/{entry.id}/correction", data={"reason": "Not fair"}).status_code == 403
    assert client.post(f"/entries/{entry.id}/reply", data={"text": "x"}).status_code == 403
    assert client.get(f"/results/{review.id}/sheet").status_code == 403
    assert client.post(f"/results/{review.id}/sheet", data={}).status_code == 403
    assert client.get(f"/reviews/{review.id}/adjustments").status_code == 403
    assert client.post(f"/reviews/{review.id}/commendations", data={"points": 10, "event": "why not"}).status_code == 403
    assert "公交晚点" not in client.get("/entries").text


@pytest.mark.parametrize(
    "address", ["/entries/99999999999/correction", "/evidence/99999999999", "/results/99999999999/sheet"]
)
def test_what_is_not_there_is_not_found(enter, company, address):
    assert enter(company.supervisor).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/entries", "/rulebook", "/evidence/1", "/entries/1/correction", "/results/1/sheet"])
def test_signed_out_is_asked_to_sign_in(client, address):
    assert client.get(address).status_code == 302


# --- the person rated ---------------------------------------------------------------------------------------------


def test_my_entries_stand_with_the_result_and_take_one_reply(enter, company, week, sheet):
    entry, client = entry_of(company, sheet), enter(company.agent)
    assert "公交晚点" not in client.get("/entries").text
    assert client.post(f"/entries/{entry.id}/reply", data={"text": "x"}).status_code == 403
    hand_in(company, week, company.agent)
    db.session.commit()

    assert "公交晚点" in client.get("/entries").text
    assert client.post(f"/entries/{entry.id}/reply", data={"text": " "}).status_code == 422
    assert client.post(f"/entries/{entry.id}/reply", data={"text": "确实晚点"}).status_code == 303
    assert client.post(f"/entries/{entry.id}/reply", data={"text": "再说"}).status_code == 409

    page = client.get("/entries").text
    assert "确实晚点" in page
    assert "再说" not in page


def test_the_desk_leads_to_the_result_which_is_signed_with_a_comment(enter, company, week, sheet):
    entry_of(company, sheet)
    review, client = review_in(week, company.agent), enter(company.agent)
    assert client.get(f"/results/{review.id}/sheet").status_code == 403
    hand_in(company, week, company.agent)
    db.session.commit()

    assert f"/results/{review.id}" in client.get("/").text
    assert client.get(f"/results/{review.id}").location == f"/results/{review.id}/sheet"
    page = client.get(f"/results/{review.id}/sheet").text
    assert "98.00" in page
    assert "公交晚点" in page
    assert client.post(f"/results/{review.id}/sheet", data={"comment": "x" * 1001}).status_code == 422
    assert client.post(f"/results/{review.id}/sheet", data={"comment": "我会注意"}).status_code == 303

    page = client.get(f"/results/{review.id}/sheet").text
    assert "我会注意" in page
    assert "Signed for on" in page


def test_my_reviews_offer_a_sheet_without_a_band(enter, company, week, sheet):
    hand_in(company, week, company.agent)

    page = enter(company.agent).get("/results").text

    assert f"/results/{sheet.review_id}" in page
    assert "/entries" in page


# --- commendations and offences -----------------------------------------------------------------------------------


def test_a_manager_commends_and_strikes_on_one_page(enter, company):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    review, client = review_in(month, company.agent), enter(company.supervisor)
    assert f"/reviews/{review.id}/adjustments" in client.get("/team").text

    answer = client.post(
        f"/reviews/{review.id}/commendations",
        data={"points": "5", "event": "客户书面表扬", "on": "2025-07-08", "file": (io.BytesIO(PNG), "letter.png")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    answer = client.post(
        f"/reviews/{review.id}/offences",
        data={"item": "scorecard_staff:discipline", "rule": "other_misconduct", "note": "擅自离岗", "on": "2025-07-09"},
    )
    assert answer.status_code == 303

    page = client.get(f"/reviews/{review.id}/adjustments").text
    assert re.search(r"客户书面表扬.*letter\.png", page, re.DOTALL)
    assert "擅自离岗" in page
    assert "Warning" not in page
    assert "HR decides the sanction" in page


def test_hr_is_told_of_a_superiors_offence_and_records_its_sanction(enter, company):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    review = review_in(month, company.agent)
    adjusting.strike(
        review, "scorecard_staff:discipline", rule="other_misconduct", note="擅自离岗", on="2025-07-09", standing_until=None,
        actor=company.actor(company.supervisor), now=FRIDAY,
    )  # fmt: skip
    db.session.commit()
    number = db.session.scalar(select(LedgerEntry.id).filter_by(kind="offence"))
    client = enter(company.clerk)
    assert "Offences without a decided sanction" in client.get("/rulebook").text

    assert client.post(f"/rulebook/offences/{number}/sanction", data={"standing_until": "soon"}).status_code == 422
    early = client.post(f"/rulebook/offences/{number}/sanction", data={"standing_until": "2025-07-01"})
    assert (early.status_code, "would end before" in early.text) == (422, True)
    assert client.post(f"/rulebook/offences/{number}/sanction", data={"standing_until": ""}).status_code == 303

    page = client.get("/rulebook").text
    assert ("Offences without a decided sanction" in page, "擅自离岗" in page) == (False, True)
    assert client.post("/rulebook/offences/999999/sanction").status_code == 404
    assert enter(company.supervisor).post(f"/rulebook/offences/{number}/sanction").status_code == 403


@pytest.mark.parametrize(
    "data",
    [{"points": "11", "event": "客户表扬"}, {"points": "ten", "event": "客户表扬"}, {"points": "5", "event": ""}, {},
     {"points": "5", "event": "客户表扬", "on": "2025-13-01"}, {"points": "5", "event": "客户表扬", "on": "2024-07-01"}],
)  # fmt: skip
def test_an_odd_commendation_stays_on_the_page(enter, company, data):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    review = review_in(month, company.agent)

    answer = enter(company.supervisor).post(f"/reviews/{review.id}/commendations", data=data)

    assert answer.status_code == 422
    assert data.get("event", "") in answer.text
    assert count(LedgerEntry) == 0


def test_after_the_feedback_the_page_says_why_nothing_is_added(enter, company, week, sheet):
    hand_in(company, week, company.agent)
    client = enter(company.supervisor)

    page = client.get(f"/reviews/{sheet.review_id}/adjustments").text

    assert "it changes by an appeal only" in page
    assert "<textarea" not in page
    answer = client.post(f"/reviews/{sheet.review_id}/commendations", data={"points": "5", "event": "客户表扬"})
    assert answer.status_code == 409


# --- rulebook -----------------------------------------------------------------------------------------------------

CLAUSE = {"rule": "false_information", "note": "虚报回访次数", "on": "2025-07-08"}


@pytest.mark.parametrize(
    ("somebody", "read", "write"), [("clerk", 200, 303), ("gm", 200, 403), ("manager", 403, 403), ("agent", 403, 403)]
)
def test_who_reads_and_who_keeps_the_rulebook(enter, company, week, somebody, read, write):
    client = enter(getattr(company, somebody))

    assert client.get("/rulebook").status_code == read
    answer = client.post("/rulebook", data=CLAUSE | {"person": company.other.employee_no})
    assert answer.status_code == write


def test_a_sanction_of_a_rater_is_recorded_shown_and_taken_back(enter, company, week):
    client = enter(company.clerk)
    person = f"{company.supervisor.employee_no} {company.supervisor.name}"
    data = CLAUSE | {"person": person, "standing_until": "2099-07-08", "file": (io.BytesIO(PNG), "proof.png")}

    assert client.post("/rulebook", data=data, content_type="multipart/form-data").status_code == 303

    page = client.get("/rulebook").text
    for words in (company.supervisor.name, "虚报回访次数", "stands until", "bars the top band", "proof.png"):
        assert words in page
    assert "虚报回访次数" in enter(company.supervisor).get("/entries").text
    number = db.session.scalar(select(LedgerEntry.id))
    assert client.post(f"/entries/{number}/correction", data={"reason": "Not proven"}).location == "/rulebook"
    assert "bars the top band while" in client.get("/rulebook").text
    assert "Nobody holds a reward" in client.get("/rulebook").text


@pytest.mark.parametrize(
    "odd",
    [{"person": "nobody"}, {"person": ""}, {"rule": "invented"}, {"note": ""}, {"on": ""}, {"on": "2999-01-01"},
     {"standing_until": "2025-07-01"}],
)  # fmt: skip
def test_an_odd_rulebook_entry_stays_on_the_page(enter, company, week, odd):
    answer = enter(company.clerk).post("/rulebook", data=CLAUSE | {"person": company.other.employee_no} | odd)

    assert answer.status_code == 422
    assert count(LedgerEntry) == 0


def test_the_rulebook_offers_who_is_employed_and_takes_any_number(enter, company, week, monkeypatch):
    company.other.left = date(2020, 1, 31)
    db.session.commit()
    client, number = enter(company.clerk), company.other.employee_no

    page = client.get("/rulebook").text
    assert (company.agent.employee_no in page, number in page) == (True, False)
    monkeypatch.setattr(people, "MOST_OFFERED", 2)
    assert client.get("/rulebook").text.count(f'<option value="{company.agent.employee_no[0]}') == 2
    assert "The list offers the first 2 of" in client.get("/rulebook").text
    assert client.post("/rulebook", data=CLAUSE | {"person": number}).status_code == 303


def test_the_rulebook_reads_one_page_of_entries(enter, company, week, monkeypatch):
    for day in range(1, 4):
        values = {"kind": "reward", "rung": "commendation", "rule": "praised_by_customer", "recorded_at": NOW}
        db.session.add(LedgerEntry(employee_id=company.agent.id, happened_on=date(2025, 3, day), note=f"第{day}次", **values))
    db.session.commit()
    monkeypatch.setattr(paging.page_of, "__defaults__", (2,))
    client = enter(company.clerk)

    first, second = client.get("/rulebook").text, client.get("/rulebook?page=2").text

    assert ("第3次" in first, "第2次" in first, "第1次" in first) == (True, True, False)
    assert ("第1次" in second, "第2次" in second) == (True, False)


def test_the_ladder_names_so_many_and_counts_the_rest(enter, company, week, monkeypatch):
    for person in (company.agent, company.other, company.manager):
        db.session.add(LedgerEntry(employee_id=person.id, kind="reward", rung="merit", happened_on=date(2025, 3, 1), recorded_at=NOW))
    db.session.commit()
    monkeypatch.setattr(rulebook, "MOST_HELD", 2)

    assert "and 1 more" in enter(company.clerk).get("/rulebook").text


def test_hr_records_nothing_of_their_own(enter, company, week):
    answer = enter(company.clerk).post("/rulebook", data=CLAUSE | {"person": company.clerk.employee_no})

    assert answer.status_code == 403


# --- HR's pages ---------------------------------------------------------------------------------------------------


def test_the_cockpit_of_an_inspection_has_nothing_of_calibration_or_customers(enter, company, week):
    page = enter(company.clerk).get(f"/cycles/{week.id}").text

    assert "Ready for calibration" not in page
    assert "Customers’ survey" not in page


def test_hr_sees_why_a_band_is_barred_but_not_on_their_own_review(enter, company):
    year = company.open_cycle("year_end", "2025")
    for person in (company.agent, company.clerk):
        db.session.add(
            LedgerEntry(
                employee_id=person.id, kind="sanction", rule="false_information", rung="demerit", note="虚报数据",
                happened_on=FRIDAY.date(), recorded_at=FRIDAY,
            )
        )  # fmt: skip
    db.session.flush()
    client = enter(company.clerk)

    assert "虚报数据" in client.get(f"/cycles/{year.id}/reviews/{review_in(year, company.agent).id}").text
    assert "虚报数据" not in client.get(f"/cycles/{year.id}/reviews/{review_in(year, company.clerk).id}").text


def test_the_inspectors_desk_names_the_sheets(enter, company, week):
    page = enter(company.supervisor).get("/").text

    assert "Inspection: 侯杰" in page


def test_hr_commends_while_the_bonus_shows_on_the_result(enter, company):
    month = company.open_cycle("monthly_appraisal", "2025-07")
    review = review_in(month, company.agent)
    adjusting.commend(review, 5, event="客户书面表扬", on="", actor=company.hr.actor(), now=FRIDAY)
    hand_in(company, month, company.agent, {}, stage="self_review", by=company.agent)
    hand_in(company, month, company.agent, {}, stage="manager_scoring")
    hand_in(company, month, company.agent, {}, stage="confirmation", by=company.manager)

    page = enter(company.agent).get(f"/results/{review.id}/sheet").text

    assert "105.00" in page
    assert "+5" in page
    assert record_of(review).bonus == 5
