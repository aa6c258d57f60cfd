"""`kaoping grade` against its contract, and against a second way of working it all out."""

import csv
import io
import random
import re
import subprocess
import sys
import unicodedata
import zipfile
from calendar import monthrange
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

import workflow_app
from states.scheme import builtin_scheme_text
from tests.imports.files import EMPLOYEES, RECORDS, employee, record, text, workbook
from workflow_app.cli import main

SAMPLE = Path(workflow_app.__file__).parent / "sample_data"
HEADER = [
    "employee_no",
    "population",
    "inspections",
    "monthly",
    "year_end",
    "total",
    "rank",
    "band",
    "months_counted",
    "flags",
    "actions",
]
CODES = {"一线员工": "front_line", "机关职员": "office", "管理人员": "management"}


def run(tmp_path, employees, records, *more, suffix="csv"):
    (tmp_path / f"e.{suffix}").write_bytes(employees)
    (tmp_path / f"r.{suffix}").write_bytes(records)
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(
        main,
        ["grade", "--employees", f"{tmp_path}/e.{suffix}", "--records", f"{tmp_path}/r.{suffix}",
         "--year", "2025", "--out", str(out), *more],
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8")))) if out.exists() else []
    return result, {row["employee_no"]: row for row in rows}


# --- a second way: plain loops over the files' text, nothing shared with the product ---


def money(value):
    cents = value * 100
    return Decimal((cents.numerator * 2 + cents.denominator) // (cents.denominator * 2)).scaleb(-2)


def again(people, records):  # noqa: C901 - one plain pass, on purpose
    """The contract's rules once more, as straightforwardly as possible."""
    out = {}
    for number, population, joined, left in people:
        mine = [r for r in records if r[0] == number]
        value = lambda r: Fraction(str(r[3])) + (int(r[4]) if r[4] else 0)  # noqa: E731
        week = [value(r) for r in mine if r[1] in {"周检", "抽检"}]
        month = [value(r) for r in mine if r[1] == "月检"]
        means = [sum(x) / len(x) for x in (week, month) if x]
        inspections = sum(means) / len(means) if means else None
        top = bottom = Fraction(0)
        count = 0
        for r in mine:
            if r[1] == "月考核":
                y, m = map(int, r[2].split("-"))
                days = monthrange(y, m)[1]
                present = [
                    d for d in range(1, days + 1) if joined <= date(y, m, d) and (not left or date(y, m, d) <= left)
                ]
                top += value(r) * Fraction(len(present), days)
                bottom += Fraction(len(present), days)
                count += 1
        monthly = top / bottom if bottom else None
        final = next((value(r) for r in mine if r[1] == "年终"), None)
        total = None
        if final is not None:
            have = [(v, w) for v, w in ((inspections, 20), (monthly, 30), (final, 50)) if v is not None]
            total = sum(v * w for v, w in have) / sum(w for _, w in have)
        flags = set()
        if left and left <= date(2025, 12, 31):
            flags.add("left")
        elif count < 6:
            flags.add("too_new")
        if inspections is None:
            flags.add("no_inspections")
        if final is None:
            flags.add("no_year_end")
        if total is not None and money(total) > 100:
            flags.add("over_100")
        figures = [None if v is None else money(v) for v in (inspections, monthly, final, total)]
        ranked = total is not None and not flags & {"left", "too_new"}
        out[number] = {"population": population, "figures": figures, "count": count, "flags": flags, "ranked": ranked}
    for population in set(CODES.values()):
        rank_again([p for p in out.values() if p["population"] == population and p["ranked"]])
    return out


def rank_again(group):
    n = len(group)
    ideal = {b: Fraction(n * s, 100) for b, s in zip("ABCDE", (5, 20, 50, 20, 5), strict=True)}
    seats = {b: v.numerator // v.denominator for b, v in ideal.items()}
    for b in sorted("ABCD", key=lambda b: (-(ideal[b] - seats[b]), b))[: n - sum(seats.values())]:
        seats[b] += 1
    ladder = "".join(b * count for b, count in seats.items())
    top = int((Decimal(n) / 10).quantize(Decimal(1), ROUND_HALF_UP))
    for one in group:
        better = sum(o["figures"][3] > one["figures"][3] for o in group)
        equal = sum(o["figures"][3] == one["figures"][3] for o in group)
        one["rank"], one["band"] = better + 1, ladder[better]
        if ladder[better] != ladder[better + equal - 1]:
            one["flags"].add("tied_on_cut")
        if n < 20:
            one["flags"].add("small_population")
        actions = set()
        if "over_100" in one["flags"]:
            actions.add("honour")
        if one["band"] == "A":
            actions.add("raise_or_promotion")
        if better < top:
            actions |= {"award", "talent_pool"}
        if one["band"] in "DE":
            actions.add("training")
        if one["band"] == "E":
            actions.add("demotion_review")
        one["actions"] = actions


def same(found, expected):
    assert list(found) == sorted(expected)
    for number, one in expected.items():
        row = found[number]
        figures = ["" if v is None else f"{v:.2f}" for v in one["figures"]]
        assert [row[k] for k in ("inspections", "monthly", "year_end", "total")] == figures, number
        assert row["population"] == one["population"]
        assert row["rank"] == str(one.get("rank", "")), number
        assert row["band"] == one.get("band", ""), number
        assert row["months_counted"] == str(one["count"])
        assert row["flags"] == ";".join(sorted(one["flags"])), number
        assert row["actions"] == ";".join(sorted(one.get("actions", ()))), number


def random_company(seed):
    """People of every sort: joiners, leavers, ties, gaps, bonuses."""
    dice = random.Random(seed)
    people, records = [], []
    for place in range(dice.choice([3, 19, 20, 45, 90])):
        number = f"K{place:03d}"
        population = dice.choice(list(CODES))
        joined = date(2025, dice.randint(1, 12), dice.randint(1, 28)) if dice.random() < 0.2 else date(2019, 5, 6)
        left = date(2025, dice.randint(1, 12), dice.randint(1, 28)) if dice.random() < 0.1 else None
        left = date(2026, 2, 3) if left is None and dice.random() < 0.1 else left
        if left and left < joined:
            left = None
        people.append((number, population, joined, left))
        score = lambda: str(dice.choice([80, 90, 100, Decimal(dice.randint(600, 1000)) / 10]))  # noqa: E731
        bonus = lambda: str(dice.randint(1, 10)) if dice.random() < 0.2 else ""  # noqa: E731
        flat = dice.random() < 0.3
        for month in range(1, 13):
            begin, end = date(2025, month, 1), date(2025, month, monthrange(2025, month)[1])
            if end >= joined and (not left or begin <= left) and dice.random() < 0.95:
                records.append(
                    (number, "月考核", f"2025-{month:02d}", "90" if flat else score(), "" if flat else bonus())
                )
            if dice.random() < 0.3 and not flat:
                records.append((number, "月检", f"2025-{month:02d}", score(), bonus()))
        weeks = dice.sample(range(1, 53), dice.randint(0, 4) if not flat else 0)
        records += [(number, "周检", f"2025-W{week:02d}", score(), bonus()) for week in weeks]
        records += [(number, "抽检", "2025-07-14", score(), bonus()) for _ in range(0 if flat else dice.randint(0, 2))]
        if dice.random() < 0.95:
            records.append((number, "年终", "2025", "90" if flat else score(), "" if flat else bonus()))
    dice.shuffle(records)
    return people, records


def files_of(people, records, write):
    roster = [employee(n, p, joined=j.isoformat(), left=e.isoformat() if e else "") for n, p, j, e in reversed(people)]
    return write([EMPLOYEES, *roster]), write([RECORDS, *(record(*one) for one in records)])


@pytest.mark.parametrize("seed", range(12))
def test_random_companies_agree_with_the_second_way(tmp_path, seed):
    people, records = random_company(seed)

    result, found = run(tmp_path, *files_of(people, records, text))

    assert result.exit_code == 0, result.output
    same(found, again([(n, CODES[p], j, e) for n, p, j, e in people], records))


def test_the_sample_company_agrees_with_the_second_way(tmp_path):
    def sheet(name):
        return CalamineWorkbook.from_path(SAMPLE / f"{name}.xlsx").get_sheet_by_index(0).to_python()[1:]

    def word(cell):
        return unicodedata.normalize("NFKC", cell).strip()

    def day(cell):
        return cell if isinstance(cell, date) else date(*map(int, re.findall(r"\d+", cell)))

    dice = random.Random(7)
    people = [(word(r[0]), CODES[word(r[5])], day(r[8]), day(r[9]) if r[9] else None) for r in sheet("employees")]
    records = [(word(r[0]), word(r[1]), *r[2:5]) for r in sheet("records")]
    finals = [(p[0], "年终", "2025", dice.randint(700, 990) / 10, "") for p in people if dice.random() < 0.97]
    out = (SAMPLE / "employees.xlsx").read_bytes()

    result, found = run(
        tmp_path, out, workbook(("记录", [RECORDS, *(record(*one) for one in [*records, *finals])])), suffix="xlsx"
    )

    assert result.exit_code == 0, result.output
    by_person = defaultdict(list)
    for one in [*records, *finals]:
        by_person[one[0]].append(one)
    same(found, again_each(people, by_person))


def again_each(people, by_person):
    """`again`, handing each person only their own records, which is what makes it quick enough."""
    worked = {}
    for person in people:
        worked |= again([person], by_person[person[0]])
    for one in worked.values():
        for key in ("rank", "band", "actions"):
            one.pop(key, None)
        one["flags"] -= {"small_population", "tied_on_cut"}
    for population in set(CODES.values()):
        rank_again([one for one in worked.values() if one["population"] == population and one["ranked"]])
    return worked


# --- the contract, sentence by sentence ---


def company(*rows, people=("K1",)):
    return text([EMPLOYEES, *(employee(p) for p in people)]), text([RECORDS, *rows])


def full_year(number, score, final=None):
    rows = [record(number, "月考核", f"2025-{m:02d}", score) for m in range(1, 13)]
    return [*rows, record(number, "周检", "2025-W07", score), record(number, "年终", "2025", final or score)]


def test_the_columns_and_an_ordinary_line(tmp_path):
    result, found = run(tmp_path, *company(*full_year("K1", "86.4", "84")))

    assert (tmp_path / "out.csv").read_text("utf-8").splitlines()[0].split(",") == HEADER
    assert list(found["K1"].values()) == [
        "K1", "front_line", "86.40", "86.40", "84.00", "85.20", "1", "C", "12", "small_population", "",
    ]  # fmt: skip
    assert result.exit_code == 0


def test_records_of_other_years_are_counted(tmp_path):
    rows = [*full_year("K1", 80), record("K1", "年终", "2024", 10), record("K9", "周检", "2026-W01", 10)]

    result, found = run(tmp_path, *company(*rows))

    assert "Records of other years left out: 2" in result.output
    assert found["K1"]["total"] == "80.00"


def test_workbook_cells_of_every_type(tmp_path):
    roster = [EMPLOYEES, employee(1001, joined=date(2025, 1, 17)), employee(1002, above=1001, vp=1001.0)]
    rows = [
        RECORDS,
        *(record(1001, "月考核", date(2025, m, 1), 88.1) for m in range(1, 13)),
        record("１００１", "周检", date(2024, 12, 30), 90, 2),
        record(1001.0, "周检", date(2025, 12, 29), 10),
        record(1001, "抽检", date(2025, 7, 14), 70),
        record(1001, "年终", 2025, 84),
        [],
        record(1002, "年终", date(2025, 12, 31), "=1+1"[:0] or 77),
    ]

    result, found = run(tmp_path, workbook(("e", roster)), workbook(("r", rows)), suffix="xlsx")

    assert result.exit_code == 0, result.output
    assert found["1001"]["inspections"] == "81.00"
    assert found["1001"]["monthly"] == "88.10"
    assert found["1002"]["flags"] == "no_inspections;too_new"
    assert "other years left out: 1" in result.output


def test_total_shown_but_no_rank_for_leavers(tmp_path):
    roster = text([EMPLOYEES, employee("K1", left="2025-12-31")])

    _, found = run(tmp_path, roster, text([RECORDS, *full_year("K1", 80)]))

    assert (found["K1"]["total"], found["K1"]["rank"], found["K1"]["flags"]) == ("80.00", "", "left")


def test_faults_of_both_files_at_once_exit_2_and_nothing_written(tmp_path):
    roster = text([EMPLOYEES, employee("K1", joined="2025-06-15"), employee("K2", "谁")])
    rows = text([
        RECORDS, record("K1", "月考核", "2025-05", 80), record("K7", "月考核", "2025-05", ""),
        record("K2", "年终", "2025", 80), record("K1", "月考核", "2025-06", 80),
    ])  # fmt: skip
    (tmp_path / "out.csv").write_text("as before", "utf-8")

    result, _ = run(tmp_path, roster, rows)

    assert result.exit_code == 2
    assert (tmp_path / "out.csv").read_text("utf-8") == "as before"
    for words in (
        "e.csv row 3, column F 人员类别", "r.csv row 2, column C 周期: K1 was not employed",
        "r.csv row 3, column A 工号: K7 is not in the roster", "r.csv row 3, column D 得分: The score is missing",
        "4 faults; nothing was written",
    ):  # fmt: skip
        assert words in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.csv", "out.csv", "r.csv"]


def test_an_unreadable_file_and_faults_in_the_other_come_together(tmp_path):
    result, _ = run(tmp_path, b"\x81\xff\xff\xfe", text([RECORDS, record("K1", "年终", "2025", "x")]))

    assert result.exit_code == 2
    assert "GB18030" in result.output
    assert "column D 得分" in result.output


def far_corner():
    """A workbook of 5 kB whose one far cell would make a reader allocate seventeen thousand million."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("名册").write_row(0, 0, EMPLOYEES)
        book.get_worksheet_by_name("名册").write(1_048_575, 16_383, "x")
    return buffer.getvalue()


def bomb():
    """A workbook of 300 kB whose one sheet unpacks to 300 MB of blanks."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/worksheets/sheet1.xml", "w") as part:
        for _ in range(300):
            part.write(b" " * 1024 * 1024)
    return buffer.getvalue()


@pytest.mark.parametrize(("made", "words"), [(far_corner, "reaches too far"), (bomb, "too large when unpacked")])
def test_a_small_workbook_that_would_burst_the_memory_is_a_fault(tmp_path, made, words):
    data = made()
    assert len(data) < 512 * 1024

    result, _ = run(tmp_path, data, workbook(("r", [RECORDS, record("K1", "年终", "2025", 80)])), suffix="xlsx")

    assert result.exit_code == 2
    assert "e.xlsx: " in result.output
    assert words in result.output
    assert not (tmp_path / "out.csv").exists()


def test_another_scheme_and_a_faulty_one(tmp_path):
    own = tmp_path / "own.yaml"
    rows = company(*full_year("K1", 80, 90))
    own.write_text(
        builtin_scheme_text()
        .replace("    weight: 30\n", "    weight: 0\n")
        .replace("    weight: 50\n", "    weight: 80\n"),
        "utf-8",
    )
    result, found = run(tmp_path, *rows, "--scheme", str(own))
    assert (result.exit_code, found["K1"]["total"]) == (0, "88.00")

    (tmp_path / "out.csv").unlink()
    own.write_text(builtin_scheme_text().replace("share: rest", "share: 30"), "utf-8")
    result, found = run(tmp_path, *rows, "--scheme", str(own))
    assert (result.exit_code, found) == (2, {})
    assert "this makes 80" in result.output


def test_an_output_folder_that_is_not_there(tmp_path):
    result, _ = run(tmp_path, *company(*full_year("K1", 80)), "--out", str(tmp_path / "no" / "out.csv"))

    assert result.exit_code == 2


def test_grading_starts_without_the_web(tmp_path):
    script = "import sys, workflow_app.cli.grade; print(sorted({'sqlalchemy', 'celery', 'wtforms', 'flask'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_scheme_check(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(builtin_scheme_text(), "utf-8")
    bad.write_bytes(b"\xff\xfe")

    assert CliRunner().invoke(main, ["scheme", "check", str(good)]).exit_code == 0
    result = CliRunner().invoke(main, ["scheme", "check", str(bad)])
    assert (result.exit_code, "UTF-8" in result.output) == (2, True)


def test_the_shipped_scheme_and_its_json_schema_can_be_printed():
    assert CliRunner().invoke(main, ["scheme", "show"]).output == builtin_scheme_text()
    assert '"forms"' in CliRunner().invoke(main, ["scheme", "schema"]).output


def test_another_scheme_has_a_column_for_each_of_its_parts(tmp_path):
    (tmp_path / "s.yaml").write_text(builtin_scheme_text("quarterly_sales"), "utf-8")
    roster = text([EMPLOYEES, employee("K1", joined="2025-08-16"), employee("K2"), employee("K3", left="2025-06-30")])
    rows = text([
        RECORDS, record("K1", "季度", "2025-Q3", 80), record("K1", "sales_quarter", "2025年第四季度", 90, 5),
        record("K2", "季度考核", "2025-Q1", "88.86"), record("K2", "Quarterly appraisal", "2025-Q2", "88.85"),
        record("K3", "季度", "2025-Q1", 70),
    ])  # fmt: skip

    result, found = run(tmp_path, roster, rows, "--scheme", str(tmp_path / "s.yaml"))

    assert result.exit_code == 0, result.output
    assert list(found["K1"]) == ["employee_no", "population", "quarters", *HEADER[5:]]
    # 46 of 92 days of the third quarter, all of the fourth: (80 ÷ 2 + 95) ÷ 1.5; one place, as the scheme says.
    assert [found[number]["total"] for number in ("K1", "K2", "K3")] == ["90.00", "88.90", "70.00"]
    assert found["K3"]["flags"] == "left"
    assert found["K1"]["months_counted"] == "2"


def test_a_quarter_without_one_day_employed_and_an_unknown_kind_are_faults(tmp_path):
    (tmp_path / "s.yaml").write_text(builtin_scheme_text("quarterly_sales"), "utf-8")
    roster = text([EMPLOYEES, employee("K1", joined="2025-08-16")])
    rows = text([
        RECORDS, record("K1", "季度", "2025-Q2", 80), record("K1", "月考核", "2025-09", 80), record("K1", "季度", "2025-Q3", 80, 6),
    ])  # fmt: skip

    result, found = run(tmp_path, roster, rows, "--scheme", str(tmp_path / "s.yaml"))

    assert (result.exit_code, found) == (2, {})
    for words in ("not employed for a single day of 2025-Q2", "“月考核” is no kind of record", "a whole number from 1 to 5"):
        assert words in result.output
