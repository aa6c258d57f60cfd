"""Answers as files: read back by another program, inert, without names, and only of enough people."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM, Actor
from tests.survey_company import make_account, make_asked_review, make_customer, make_employee, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.exports.survey_answers import write_archive, write_workbook
from workflow_app.models import Event, Invitation, Redaction, ReviewStage, Submission
from workflow_app.queries.survey_export import export_scopes
from workflow_app.services.exporting_answers import Wanted, export_answers
from workflow_app.services.inviting import prepare_invitations

NOW = clock.now()
FORM = "customer_questionnaire"
EVIL = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]


@pytest.fixture
def survey(db_session):
    found = make_survey(6, name="=2+5", contact="@evil")
    for number, invitation in enumerate(found.invitations):
        answer(invitation, {"overall": str(1 + number % 5), "speed": "na", "recommend": "0", "comment": EVIL[number]})
    close(found.review)
    found.cycle.state = "calibrating"
    return found


def answer(invitation, answers):
    invitation.state = "submitted"
    db.session.add(
        Submission(
            invitation_id=invitation.id, number=1, state="submitted", answers=answers, saved_at=NOW, submitted_at=NOW
        )
    )
    db.session.flush()


def close(review):
    row = db.session.scalar(select(ReviewStage).filter_by(review_id=review.id, stage="customer_survey"))
    row.state, row.done_at = "done", NOW


def made(survey, write, *, actor=None, now=NOW, **wanted):
    out = io.BytesIO()
    write(out, export_answers(survey.cycle, Wanted(FORM, **wanted), actor=actor or survey.hr.actor(), now=now))
    out.seek(0)
    return out


def sheets_of(survey, **wanted):
    book = CalamineWorkbook.from_filelike(made(survey, write_workbook, **wanted))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def files_of(survey, **wanted):
    with zipfile.ZipFile(made(survey, write_archive, **wanted)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def scope(survey, actor=None, now=NOW):
    (found,) = export_scopes(survey.cycle, actor=actor or survey.hr.actor(), now=now)
    return found


# --- the files -----------------------------------------------------------------------------------------------------


def test_a_workbook_holds_the_answers_and_what_the_columns_mean(survey):
    sheets = sheets_of(survey, style="spss")

    head, *rows = sheets["answers"]
    assert head[:6] == ["id", "employee_no", "department", "population", "overall", "courtesy"]
    assert sorted(row[head.index("overall")] for row in rows) == [1, 1, 2, 3, 4, 5]
    assert {(row[head.index("speed")], row[head.index("courtesy")], row[head.index("recommend")]) for row in rows} == {(-98, "", 0)}
    assert {row[head.index("comment")] for row in rows} == set(EVIL)
    book = {row[0]: row for row in sheets["codebook"]}
    assert list(book)[1:] == head
    assert book["overall"][4:6] == ["总体满意度", "Overall satisfaction"]
    assert book["overall"][6].startswith("5 = 非常满意 | Very satisfied; 4 =")
    assert book["overall"][7:] == [1, 0, 1, -98, -97, -96]


def test_csv_is_two_files_that_spreadsheets_know_as_utf_8(survey):
    files = files_of(survey)

    assert set(files) == {"answers.csv", "codebook.csv"}
    assert all(data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data for data in files.values())
    head, *rows = rows_of(files["answers.csv"])
    assert head[4:6] == ["G01Q01", "G01Q02"]
    assert len(rows) == 6
    assert [row[0] for row in rows_of(files["codebook.csv"])][1:] == head


@pytest.mark.parametrize("identified", [False, True])
def test_no_cell_of_a_csv_is_a_formula(survey, identified):
    for data in files_of(survey, identified=identified, reason="审计").values():
        for row in rows_of(data):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r"))
                assert not cell.startswith("-") or cell[1:].isdigit()


def test_no_cell_of_a_workbook_is_a_formula(survey):
    out = made(survey, write_workbook, identified=True, reason="审计")

    with zipfile.ZipFile(out) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_the_same_answers_stand_in_both_files(survey):
    sheet = sheets_of(survey)["answers"]
    rows = rows_of(files_of(survey)["answers.csv"])

    assert sheet[0] == rows[0]
    comment = sheet[0].index("G01Q12")
    assert sorted(row[comment] for row in sheet[1:]) == sorted(row[comment].removeprefix("'") for row in rows[1:])


# --- whose answers -------------------------------------------------------------------------------------------------


def test_nothing_says_who_answered_or_when(survey):
    everything = b"".join(files_of(survey).values()).decode("utf-8-sig")

    for invitation in survey.invitations:
        assert invitation.customer.customer_no not in everything
        assert invitation.customer.name not in everything
    assert str(NOW.year) not in everything


def test_the_order_is_another_each_time(survey):
    orders = {tuple(row[-1] for row in rows_of(files_of(survey)["answers.csv"])) for _ in range(8)}

    assert len(orders) > 1


def test_names_need_a_reason_and_it_is_recorded(survey):
    with pytest.raises(Refusal) as refused:
        made(survey, write_workbook, identified=True, reason="  ")
    assert refused.value.kind == "invalid"

    head, *rows = sheets_of(survey, identified=True, reason="内部审计")["answers"]

    assert head[4:7] == ["customer_no", "customer", "contact"]
    assert {row[4] for row in rows} == {one.customer.customer_no for one in survey.invitations}
    event = db.session.scalar(select(Event).filter_by(kind="answers_exported"))
    assert event.data == {
        "form": FORM, "style": "limesurvey", "file": "xlsx", "identified": True, "answers": 6, "people": 1,
    }  # fmt: skip
    assert (event.actor_id, event.detail.data) == (survey.hr.id, {"reason": "内部审计"})


def test_a_download_without_names_keeps_no_reason(survey):
    made(survey, write_workbook, reason="只是看看")

    assert db.session.scalar(select(Event).filter_by(kind="answers_exported")).detail is None


def test_only_hr_downloads(survey):
    with pytest.raises(Refusal) as refused:
        made(survey, write_workbook, actor=Actor(1, 1, frozenset({"general_manager"})))

    assert refused.value.kind == "forbidden"


def test_people_with_too_few_answers_stay_out(survey):
    other = make_employee("何平")
    for _ in range(4):
        make_customer(other)
    review = make_asked_review(survey.cycle, other, now=NOW)
    for invitation in prepare_invitations(review, actor=SYSTEM, now=NOW):
        answer(invitation, {"overall": "1"})
    close(review)

    found = scope(survey)

    assert (found.reviews, found.answers, found.kept_back) == ((survey.review.id,), 6, {"too_few": 1})
    numbers = {row[1] for row in rows_of(files_of(survey)["answers.csv"])[1:]}
    assert numbers == {survey.review.employee.employee_no}


def test_erased_answers_are_nobody_to_hide_among(survey):
    rows = db.session.scalars(select(Submission).order_by(Submission.id)).all()
    rows[0].answers = {}
    db.session.flush()
    five = rows_of(files_of(survey)["answers.csv"])[1:]

    for one in rows[1:5]:
        one.answers = {}
    db.session.flush()

    assert len(five) == 5
    assert (scope(survey).reviews, scope(survey).kept_back) == ((), {"too_few": 1})


def test_answers_that_may_still_change_stay_in(survey):
    survey.cycle.state = "open"
    until = max(one.expires_at for one in survey.invitations)

    assert scope(survey).kept_back == {"unsettled": 1}
    assert scope(survey, now=until + timedelta(hours=3)).answers == 6
    with pytest.raises(Refusal) as refused:
        made(survey, write_workbook)
    assert refused.value.kind == "conflict"


def test_nobody_downloads_what_was_said_of_themselves(survey):
    me = make_account(survey.review.employee, "hr")

    assert scope(survey, actor=me.actor()).kept_back == {"own": 1}
    with pytest.raises(Refusal):
        made(survey, write_workbook, actor=me.actor())


def test_the_superior_downloads_nothing_about_a_report_and_all_about_others(survey):
    superior = make_account(survey.review.employee.superior, "hr")
    other = make_employee("江敏")
    for _ in range(5):
        make_customer(other)
    review = make_asked_review(survey.cycle, other, now=NOW)
    survey.cycle.state = "open"
    for invitation in prepare_invitations(review, actor=SYSTEM, now=NOW):
        answer(invitation, {"overall": "4"})
    close(review)
    survey.cycle.state = "calibrating"

    found = scope(survey, actor=superior.actor())
    with zipfile.ZipFile(made(survey, write_archive, actor=superior.actor(), identified=True, reason="抽查")) as archive:
        rows = rows_of(archive.read("answers.csv"))

    assert (found.reviews, found.kept_back) == ((review.id,), {"own": 1})
    assert {row[1] for row in rows[1:]} == {other.employee_no}
    assert scope(survey).kept_back == {}


def test_a_superseded_answer_is_not_in_it(survey):
    old = db.session.scalar(select(Submission).filter_by(invitation_id=survey.first.id))
    old.state = "superseded"
    db.session.add(
        Submission(
            invitation_id=survey.first.id, number=2, state="submitted", answers={"overall": "5", "comment": "新的"},
            saved_at=NOW, submitted_at=NOW,
        )
    )
    db.session.flush()

    comments = {row[-1] for row in sheets_of(survey)["answers"][1:]}

    assert "新的" in comments
    assert EVIL[0] not in comments
    assert len(comments) == 6


@pytest.mark.parametrize(("shown", "taken_back", "cell"), [("谢谢███", False, "谢谢███"), ("", False, -96), ("", True, EVIL[0])])
def test_what_hr_hides_is_hidden_here_too(survey, shown, taken_back, cell):
    submission = db.session.scalar(select(Submission).filter_by(invitation_id=survey.first.id))
    db.session.add(
        Redaction(
            submission_id=submission.id, question="comment", shown=shown, reason="姓名", taken_back=taken_back,
            made_by_id=survey.hr.id, made_at=NOW,
        )
    )
    db.session.flush()

    for identified in (False, True):
        comments = [row[-1] for row in sheets_of(survey, identified=identified, reason="审计")["answers"][1:]]
        assert cell in comments
        assert taken_back or EVIL[0] not in comments


def test_declined_and_unanswered_are_no_rows(survey):
    survey.first.state = "declined"
    db.session.flush()

    assert len(sheets_of(survey)["answers"]) == 6
    assert db.session.query(Invitation).count() == 6


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def enter(client, survey, sign_in):
    return sign_in(client, survey.hr)


def address(survey):
    return f"/cycles/{survey.cycle.id}/customers/answers"


@pytest.mark.parametrize(("file", "media_type"), [
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("csv", "application/zip"),
])  # fmt: skip
def test_hr_downloads_from_the_page(enter, survey, file, media_type):
    path = address(survey)

    page = enter.get(path).get_data(as_text=True)
    got = enter.post(path, data={"form": FORM, "file": file, "style": "spss"})

    assert 'name="reason"' in page
    assert (got.status_code, got.mimetype) == (200, media_type)
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Cache-Control"] == "no-store"
    assert int(got.headers["Content-Length"]) == len(got.data)
    assert zipfile.is_zipfile(io.BytesIO(got.data))


def test_what_was_typed_stays_when_the_reason_lacks(enter, survey):
    got = enter.post(address(survey), data={"form": FORM, "file": "csv", "style": "spss", "identified": "y"})

    page = got.get_data(as_text=True)
    assert got.status_code == 422
    assert "<title>有误：" in page
    assert 'href="#reason"' in page
    assert 'aria-describedby="reason' in page
    assert re.search(r'<input[^>]*value="csv"[^>]*checked|<input[^>]*checked[^>]*value="csv"', page)
    assert re.search(r'<input[^>]*name="identified"[^>]*checked|<input[^>]*checked[^>]*name="identified"', page)
    assert db.session.scalar(select(Event).filter_by(kind="answers_exported")) is None


@pytest.mark.parametrize("values", [{"form": "other"}, {"file": "exe"}, {"style": "x"}])
def test_what_is_not_offered_is_refused(enter, survey, values):
    data = {"form": FORM, "file": "csv", "style": "spss"} | values

    assert enter.post(address(survey), data=data).status_code == 422


def test_a_cycle_that_is_not_there(enter):
    assert enter.get("/cycles/99999/customers/answers").status_code == 404


def test_others_do_not_get_the_page(client, survey, sign_in):
    boss = make_account(make_employee("方总"), "general_manager")

    assert sign_in(client, boss).get(address(survey)).status_code == 403


def test_a_cycle_without_answers_says_what_comes(client, db_session, sign_in):
    survey = make_survey(1)

    page = sign_in(client, survey.hr).get(address(survey))

    assert page.status_code == 200
    assert 'name="reason"' not in page.get_data(as_text=True)
