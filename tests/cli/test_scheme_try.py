"""`kaoping scheme try`: a report in either language, a file with all of it, exit code 2 with the faults."""

import json

from click.testing import CliRunner

from states.scheme import builtin_scheme_text
from tests.imports.files import EMPLOYEES, RECORDS, employee, record, text
from workflow_app.cli import main

TEXT = builtin_scheme_text()
DRAFT = TEXT.replace("weight: 20\n", "weight: 0\n").replace("weight: 50\n", "weight: 70\n")

ROUNDS = "  rounds:\n    title: {zh: 巡检, en: Rounds}"


def company(tmp_path, *more):
    numbers = [f"{1000 + n}" for n in range(20)]
    roster = text([EMPLOYEES, *(employee(number) for number in numbers)])
    rows = [record(number, "年终", "2025", f"{70 + place}") for place, number in enumerate(numbers)]
    rows += [record(number, "月检", "2025-03", f"{99 - 4 * place}") for place, number in enumerate(numbers)]
    rows += [record(number, "月考核", f"2025-{month:02}", "80") for number in numbers for month in range(1, 8)]
    (tmp_path / "e.csv").write_bytes(roster)
    (tmp_path / "r.csv").write_bytes(text([RECORDS, *rows, *more]))


def run(tmp_path, *more, draft=DRAFT):
    (tmp_path / "draft.yaml").write_text(draft, "utf-8")
    arguments = ["--employees", f"{tmp_path}/e.csv", "--records", f"{tmp_path}/r.csv", "--year", "2025"]
    return CliRunner().invoke(main, ["scheme", "try", f"{tmp_path}/draft.yaml", *arguments, *more])


def test_the_report_names_who_changes_band_in_the_language_asked_for(tmp_path):
    company(tmp_path)

    english = run(tmp_path, "--language", "en", "--out", f"{tmp_path}/out.json")
    chinese = run(tmp_path, "--language", "zh")

    assert english.exit_code == chinese.exit_code == 0, english.output + chinese.output
    told = json.loads((tmp_path / "out.json").read_text("utf-8"))
    changed = [one for one in told["people"] if one["band_changes"]]
    assert changed
    for one in changed:
        line = next(line for line in english.output.splitlines() if f"{one['name']} {one['employee_no']}" in line)
        assert f"{one['before']['band']} → {one['after']['band']}" in line
        assert one["before"]["total"] in line
    assert "Who changes band" in english.output
    assert "等级变动人员" in chinese.output
    assert "Who" not in chinese.output


def test_the_other_scheme_may_be_a_file_of_ones_own(tmp_path):
    company(tmp_path)

    result = run(tmp_path, "--language", "en", "--against", f"{tmp_path}/draft.yaml")

    assert "0 people change band, 0 have another total" in result.output


def test_what_only_the_other_scheme_counts_is_no_fault(tmp_path):
    company(tmp_path)
    renamed = DRAFT.replace("  monthly_inspection:\n    title: {zh: 月检, en: Monthly inspection}", ROUNDS)
    renamed = renamed.replace("record_kind: monthly_inspection", "record_kind: rounds").replace("[monthly_inspection]", "[rounds]")

    result = run(tmp_path, "--language", "en", "--out", f"{tmp_path}/out.json", draft=renamed)

    assert result.exit_code == 0, result.output
    someone = json.loads((tmp_path / "out.json").read_text("utf-8"))["people"][0]
    assert someone["after"]["parts"]["inspections"] is None
    assert someone["before"]["parts"]["inspections"] == "99"


def test_faults_of_files_and_of_the_scheme_end_with_2_and_nothing_is_written(tmp_path):
    company(tmp_path, record("9999", "年终", "2025", "80"))

    files = run(tmp_path, "--out", f"{tmp_path}/out.json")
    scheme = run(tmp_path, draft=TEXT.replace("share: rest", "share: 30"))

    assert (files.exit_code, scheme.exit_code) == (2, 2)
    assert files.output.count("9999 is not in the roster.") == 1
    assert "draft.yaml" in scheme.output
    assert not (tmp_path / "out.json").exists()


def test_how_close_to_a_cut_is_asked_for(tmp_path):
    company(tmp_path)

    far = run(tmp_path, "--language", "en", "--within", "20")
    none = run(tmp_path, "--language", "en", "--within", "0")

    assert "Within 20.0 points of a cut:" in far.output
    assert "of a cut:" not in none.output
