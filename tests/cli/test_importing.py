"""`kaoping import` and `kaoping admin create` on a database of their own."""

from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from tests.imports.files import workbook
from tests.services.test_importing import BOSS, CLERK, book
from tests.sheets_company import SheetsCompany
from workflow_app.cli import main
from workflow_app.db import db


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("KAOPING_DATABASE_URL", database_url)
    monkeypatch.setenv("KAOPING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KAOPING_TESTING", "1")
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def ask(database_url, query):
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = connection.execute(text(query)).scalar()
    engine.dispose()
    return found


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(book("employees", BOSS, CLERK))
    return path


def test_a_dry_run_only_tells(run, roster, database_url):
    done = run("import", "employees", roster, "--dry-run")

    assert (done.exit_code, done.stdout) == (0, "2 would be added, 0 would be changed, 0 unchanged, 0 refused.\n")
    assert ask(database_url, "SELECT count(*) FROM employee") == 0


def test_a_file_is_imported_once(run, roster, database_url):
    first, second = run("import", "employees", roster), run("import", "employees", roster)

    assert first.stdout == "2 added, 0 changed, 0 unchanged, 0 refused.\n"
    assert second.stdout == "Nothing to change: all 2 employees are in the system already.\n"
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert ask(database_url, "SELECT count(*) FROM employee") == 2


def test_a_changed_field_is_told(run, roster, tmp_path):
    run("import", "employees", roster)
    moved = tmp_path / "moved.xlsx"
    moved.write_bytes(book("employees", [*CLERK[:3], "前台部", *CLERK[4:]]))

    done = run("import", "employees", moved, "--dry-run")

    assert "row 2, K2: department: 客服部 -> 前台部" in done.stdout


def test_a_changed_place_holds_from_the_day_that_is_named(run, roster, tmp_path, database_url):
    run("import", "employees", roster)
    moved = tmp_path / "moved.xlsx"
    moved.write_bytes(book("employees", [*CLERK[:3], "前台部", *CLERK[4:]]))

    done = run("import", "employees", moved, "--since", "2025-07-01")
    odd = run("import", "employees", moved, "--since", "July")

    assert (done.exit_code, odd.exit_code) == (0, 2)
    assert ask(database_url, "SELECT max(since) FROM posting WHERE department = '前台部'") in ("2025-07-01", date(2025, 7, 1))


def test_faults_end_with_two_and_nothing_written(run, tmp_path, database_url):
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(book("employees", BOSS, [*CLERK[:5], "临时工", "K9", *CLERK[7:]]))

    for extra in ((), ("--dry-run",)):
        done = run("import", "employees", bad, *extra)
        assert done.exit_code == 2
        assert "bad.xlsx, sheet 表一, row 3, column F 人员类别" in done.stderr
    assert ask(database_url, "SELECT count(*) FROM employee") == 0


def test_a_file_that_is_no_workbook_is_refused(run, tmp_path):
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"no workbook")

    done = run("import", "records", bad)

    assert done.exit_code == 2
    assert "not a readable .xlsx" in done.stderr


def test_the_first_account_gets_a_link_once(run, database_url):
    first = run("admin", "create", "--username", "root", "--base-url", "https://hr.example.com/")
    second = run("admin", "create", "--username", "root")

    assert "https://hr.example.com/password/" in first.stdout
    assert "/password/" in second.stdout
    assert ask(database_url, "SELECT count(*) FROM account") == 1
    assert ask(database_url, "SELECT count(*) FROM password_link WHERE used_at IS NULL") == 1


def test_an_account_needs_a_name(run):
    assert run("admin", "create", "--username", " ").exit_code == 2


def test_key_figures_want_their_year_and_come_in_once(run, make_app, tmp_path, database_url):
    app = make_app()
    with app.app_context():
        number = SheetsCompany().manager.employee_no
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    path = tmp_path / "kpi.xlsx"
    path.write_bytes(workbook(("KPI", [["工号", "指标", "实际", "目标"], [number, "部门人员培训", 40, ""]])))

    without = run("import", "kpi", path)
    first, second = (run("import", "kpi", path, "--year", 2025) for _ in range(2))

    assert (without.exit_code, "which year" in without.stderr) == (2, True)
    assert first.stdout == "1 added, 0 changed, 0 unchanged, 0 refused.\n"
    assert second.stdout == "Nothing to change: all 1 kpi are in the system already.\n"
    assert ask(database_url, "SELECT count(*) FROM kpi_actual WHERE year = 2025") == 1
