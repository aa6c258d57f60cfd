"""Two thousand workbooks with mistakes in them: faults with their places, or the right rows. Never anything else."""

from datetime import date, datetime
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from states.periods import read_period
from states.scheme import builtin_scheme
from tests.imports.files import EMPLOYEES, RECORDS, employee, record, text, workbook
from workflow_app.imports.employees import population_names, read_employees
from workflow_app.imports.reading import Faulty
from workflow_app.imports.records import read_records, record_kinds_of

SCHEME = builtin_scheme()
POPULATIONS = population_names(SCHEME)
KINDS = record_kinds_of(SCHEME)
ROSTER = [
    EMPLOYEES, employee("K1", "管理人员"), employee("K2", above="K1", vp="K1"),
    employee("K3", "office", above="K2", joined=date(2020, 2, 29)), employee("K4", above="K2", left="2025/12/31"),
]  # fmt: skip
YEAR = [
    RECORDS, record("K2", "周检", "2025-W07", 92), record("K2", "monthly_inspection", "2025-07", "88.5"),
    record("K3", "抽检", date(2025, 7, 14), 70, 3, "表扬"), record("K3", "月考核", "2025年3月", 81.25),
    record("K4", "年终", 2025, 99, 10, "x"),
]  # fmt: skip
ODD = (
    "", None, " ", "　", "9" * 60, "0", "-1", "100.0000001", "1e3", "NaN", "inf", "12,5", "９９", True, False, 0, -0.0, 1e308,
    1e-300, 101, 45000, "K1", "k1", "K9", "2025-13", "2025-02-30", "2025-W54", "2025-Q5", "=1+1", "#REF!", "'", '"', "\x07",
    "\u202e名", "名" * 5000, "工号", "周检", "年终 ",
    date(1900, 3, 1), date(9999, 12, 31), datetime(2025, 7, 14, 13, 30),  # noqa: DTZ001 - cells have no time zone
)  # fmt: skip
SEEDS = st.integers(0, 2**32)
MUTATED = settings(max_examples=750, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def changed(rows, rng):
    """The rows with one to three changes, and the numbers (as a spreadsheet counts) of those left alone."""
    rows = [list(row) for row in rows]
    origin = list(range(len(rows)))
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, what = rng.randrange(len(rows)), rng.random()
        if what < 0.7:
            rows[at] = list(rows[at])
            if rows[at]:
                rows[at][rng.randrange(len(rows[at]))] = rng.choice(ODD)
        elif what < 0.8:
            rows[at] = rows[at][: rng.randrange(len(rows[at]) + 1)]
        elif what < 0.9:
            rows.insert(at, list(rng.choice(rows)))
            origin.insert(at, -1)
            continue
        elif len(rows) > 1:
            del rows[at], origin[at]
            continue
        origin[at] = -1
    return rows, {place + 1: number + 1 for place, number in enumerate(origin) if number > 0}


def file_of(rows, rng):
    """The rows as a file: now a workbook, now a CSV file in one of its encodings."""
    if rng.random() < 0.4:
        return workbook(("表", rows)), "f.xlsx"
    plain = [["" if cell is None else str(cell).replace("\x00", "") for cell in row] for row in rows]
    return text(plain, rng.choice(("utf-8", "utf-8-sig", "gb18030"))), "f.csv"


def staff(data, name):
    rows, table = read_employees(data, name=name, populations=POPULATIONS)
    for one in rows:
        assert one.employee_no
        assert one.population in {"front_line", "office", "management"}
        assert one.left is None or one.left >= one.joined
    return rows, table


def records(data, name):
    rows, _, table = read_records(data, name=name, kinds=KINDS)
    for one in rows:
        assert one.employee_no
        assert 0 <= one.score <= 100
        assert one.bonus == 0 or 1 <= one.bonus <= 10
        assert read_period(one.period, KINDS.shapes[one.kind]).code == one.period
    return rows, table


def faults_are_told(table):
    """Each fault has a place in the file and a sentence without holes."""
    for fault in table.faults:
        assert fault.row >= 0
        assert "%(" not in str(fault)


SOUND = {"staff": staff(text(ROSTER), "s.csv")[0], "records": records(workbook(("表", YEAR)), "s.xlsx")[0]}


def check(kind, reader, sheet, seed):
    rng = Random(seed)
    rows, untouched = changed(sheet, rng)
    try:
        found, table = reader(*file_of(rows, rng))
    except Faulty as refused:
        faults_are_told(refused)
        return
    faults_are_told(table)
    faulty_rows = {fault.row for fault in table.faults}
    assert table.faults or len(found) == len(table.rows)
    heading = next((at for at, row in enumerate(rows, 1) if set(sheet[0]) <= set(map(str, row))), len(rows))
    below = {row for row in untouched if row > heading}
    assert table.faults or below <= {one.row for one in found}
    known = {one.row: one for one in SOUND[kind]}
    for one in found:
        if one.row in untouched and one.row not in faulty_rows:
            assert vars(one) | {"row": 0} == vars(known[untouched[one.row]]) | {"row": 0}


@MUTATED
@given(SEEDS)
def test_a_roster_with_mistakes_names_them_or_is_read_rightly(seed):
    check("staff", staff, ROSTER, seed)


@settings(MUTATED, max_examples=750)
@given(SEEDS)
def test_records_with_mistakes_name_them_or_are_read_rightly(seed):
    check("records", records, YEAR, seed)


@settings(MUTATED, max_examples=500)
@given(SEEDS)
def test_a_file_that_was_damaged_on_its_way_is_refused_or_read(seed):
    rng = Random(seed)
    data, name = file_of(YEAR, rng)
    broken = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    cut = bytes(broken[: rng.randrange(len(broken))]) if rng.random() < 0.3 else bytes(broken)
    try:
        read = records(cut, rng.choice((name, "f.xlsx", "f.csv", "f.txt")))[1]
    except Faulty as refused:
        read = refused
    faults_are_told(read)


def test_the_changes_hit_both_ways():
    """Were every changed file sound, or none, the tests above would say nothing."""
    outcomes = []
    for seed in range(80):
        rng = Random(seed)
        rows, _ = changed(YEAR, rng)
        try:
            outcomes.append(bool(records(*file_of(rows, rng))[1].faults))
        except Faulty:
            outcomes.append(True)

    assert 10 < sum(outcomes) < 75
