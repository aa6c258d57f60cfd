"""The import pages: preview, confirm, and everything that is refused with a clear message."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.cycle_company import make_account
from tests.services.test_importing import BOSS, CLERK, HEADINGS, book, bring_in
from tests.survey_company import make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Employee, ImportPreview
from workflow_app.services import inviting


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def hr(client, sign_in, db_session) -> Callable:
    return sign_in(client, make_account("hr"))


def upload(client, content, *, kind="employees", name="e.xlsx"):
    # Written by hand: the test client's own encoder leaves the temporary file of a large body open.
    head = (
        f'--part\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'
        f'--part\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    body = head.encode() + content + b"\r\n--part--\r\n"
    return client.post("/import", data=body, content_type="multipart/form-data; boundary=part")


def seen(page):
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page.text)[1]


def test_a_file_is_previewed_then_imported(hr, db_session):
    to = upload(hr, book("employees", BOSS, CLERK)).location
    page = hr.get(to)
    assert "方霞" in page.text
    assert "Import all of it" in page.text
    assert count(Employee) == 0

    done = hr.post(to, data={"seen": seen(page)}, follow_redirects=True)

    assert done.status_code == 200
    assert "The import is done." in done.text
    assert count(Employee) == 2


def test_importing_again_says_that_there_is_nothing_to_change(hr, db_session):
    bring_in("employees", BOSS, CLERK)

    page = hr.get(upload(hr, book("employees", BOSS, CLERK)).location)

    assert "There is nothing to change" in page.text
    assert "Import all of it" not in page.text


def test_a_change_is_shown_before_and_after(hr, db_session):
    bring_in("employees", BOSS, CLERK)

    page = hr.get(upload(hr, book("employees", [*CLERK[:3], "前台部", *CLERK[4:]])).location)

    assert "<del>客服部</del>" in page.text
    assert "<ins>前台部</ins>" in page.text


def test_faults_are_listed_by_row_and_column_and_cannot_be_confirmed(hr, db_session):
    to = upload(hr, book("employees", BOSS, [*CLERK[:5], "临时工", *CLERK[6:]])).location
    page = hr.get(to)

    assert "F 人员类别" in page.text
    assert "Import all of it" not in page.text
    refused = hr.post(to, data={"seen": "0" * 64})
    assert refused.status_code == 409
    assert count(Employee) == 0


def test_a_preview_overtaken_by_other_data_is_shown_anew(hr, db_session):
    to = upload(hr, book("employees", BOSS)).location
    old = seen(hr.get(to))
    bring_in("employees", [*BOSS[:3], "总部", *BOSS[4:]])

    refused = hr.post(to, data={"seen": old})

    assert refused.status_code == 409
    assert "The data changed since this preview was made" in refused.text
    assert "<del>总部</del>" in refused.text
    assert hr.post(to, data={"seen": seen(refused)}).status_code == 302


def test_what_was_imported_cannot_be_imported_twice(hr, db_session):
    to = upload(hr, book("employees", BOSS)).location
    token = seen(hr.get(to))
    hr.post(to, data={"seen": token})

    again = hr.post(to, data={"seen": token})

    assert again.status_code == 409
    assert "imported already" in again.text


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def corner():
    """One cell in the last row and column: a reader that makes room for all of them ends the process."""
    return book("employees", *([[]] * 1_000_000), ["x"] * 40)


BAD = {
    "nothing": (b"", "e.xlsx", "not a readable .xlsx"),
    "no workbook": (b"PK\x03\x04 garbage", "e.xlsx", "not a readable .xlsx"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "e.png", "neither"),
    "an old workbook": (b"\xd0\xcf\x11\xe0", "e.xls", "neither"),
    "another zip": (packed(hello=b"world"), "e.xlsx", "not a readable .xlsx"),
    "a bomb": (packed(xl__worksheets__sheet1=b"\0" * 210_000_000), "e.xlsx", "too large when unpacked"),
    "a far corner": (corner(), "e.xlsx", "reaches too far"),
    "no text": (b"\xff\xfe\x00\xd8\xff", "e.csv", "neither UTF-8 nor GB18030"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_read_is_refused_in_words(hr, db_session, case):
    content, name, words = BAD[case]

    answer = upload(hr, content, name=name)

    assert answer.status_code == 422
    assert words in answer.text
    assert count(ImportPreview) == 0


def test_a_field_of_ten_megabytes_is_too_much(hr, db_session):
    answer = upload(hr, ",".join(HEADINGS["employees"]).encode() + b"\n" + b"K1," + b"x" * 10_000_000, name="e.csv")

    assert answer.status_code == 413
    assert "A file may have up to 8 MB" in answer.text
    assert count(ImportPreview) == 0


def test_a_field_of_two_megabytes_is_a_fault_of_its_cell_or_file(hr, db_session):
    row = f"K1,{'长' * 700_000},,总经办,总经理,管理人员,,,2006-03-01,"
    answer = upload(hr, f"{','.join(HEADINGS['employees'])}\n{row}\n".encode(), name="e.csv")

    page = hr.get(answer.location) if answer.location else answer
    assert "700000" in page.text.replace(",", "") or "not a readable CSV" in page.text
    assert len(page.text) < 100_000


def test_another_kind_of_workbook_names_the_columns_it_lacks(hr, db_session):
    page = hr.get(upload(hr, book("customers"), kind="records").location)

    assert "考核类型" in page.text
    assert "is missing" in page.text


def test_an_empty_template_says_that_it_is_empty(hr, db_session):
    page = hr.get(upload(hr, book("employees")).location)

    assert "There are no rows below the headings." in page.text


@pytest.mark.parametrize("data", [{}, {"kind": "employees"}, {"kind": "nonsense"}])
def test_a_choice_that_was_not_made_is_asked_for(hr, data):
    answer = hr.post("/import", data=data)

    assert answer.status_code == 422


@pytest.mark.parametrize("kind", ["employees", "customers", "records"])
def test_an_empty_workbook_can_be_downloaded_and_read_back(hr, db_session, kind):
    answer = hr.get(f"/import/template/{kind}.xlsx")

    assert answer.status_code == 200
    page = hr.get(upload(hr, answer.data, kind=kind).location)
    assert "There are no rows below the headings." in page.text


@pytest.mark.parametrize("path", ["/import/template/other.xlsx", "/import/99999"])
def test_what_is_not_there_is_a_page_of_its_own(hr, path):
    assert hr.get(path).status_code == 404


@pytest.mark.parametrize("roles", [(), ("general_manager",), ("admin",)])
def test_only_hr_gets_here(client, sign_in, db_session, roles):
    sign_in(client, make_account(*roles))

    assert client.get("/import").status_code == 403
    assert upload(client, book("employees", BOSS)).status_code == 403
    assert count(ImportPreview) == 0


def test_links_that_end_with_an_address_are_told_before_and_after(client, sign_in, db_session):
    survey = make_survey(1)
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    survey.hr.locale = "en"
    customer, desk = survey.first.customer, sign_in(client, survey.hr)
    line = [customer.customer_no, customer.name, customer.contact, "right@example.net", "zh", survey.review.employee.employee_no]
    db_session.commit()
    to = upload(desk, book("customers", line), kind="customers", name="c.xlsx").location
    page = desk.get(to)
    assert "1 invitation was mailed to an address that this file changes" in page.text
    done = desk.post(to, data={"seen": seen(page)}, follow_redirects=True)
    assert "1 invitation had gone to an address that this file changed" in done.text


def test_the_person_rated_is_told_who_can_import_a_row(client, sign_in, db_session):
    survey = make_survey(1)
    person = survey.review.employee
    customer, desk = survey.first.customer, sign_in(client, make_account("hr", employee=person))
    line = [customer.customer_no, customer.name, customer.contact, "mine@example.net", "zh", person.employee_no]
    db_session.commit()
    page = desk.get(upload(desk, book("customers", line), kind="customers", name="c.xlsx").location)
    assert "D 邮箱" in page.text
    assert "let somebody else in HR import it" in page.text
    assert "Import all of it" not in page.text
