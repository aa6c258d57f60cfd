"""`kaoping grade --explain DIR`: one file a person, beside a CSV that stays as it is."""

import hashlib
import json

import pytest

from states.scheme import builtin_scheme_text
from tests.cli.test_grade import run
from tests.imports.files import EMPLOYEES, RECORDS, employee, record, text
from tests.states.second_reading import recompute
from workflow_app.cli._explaining import file_names


def company(*numbers):
    roster = text([EMPLOYEES, *(employee(number) for number in numbers)])
    rows = [record(number, "年终", "2025", f"{80 + place}.5") for place, number in enumerate(numbers)]
    rows += [record(number, "月考核", f"2025-{month:02}", "90") for number in numbers for month in range(1, 8)]
    return roster, text([RECORDS, *rows])


def test_every_person_gets_a_file_that_says_the_same_as_the_csv(tmp_path):
    plain, rows = run(tmp_path, *company("1001", "1002", "1003"))
    (tmp_path / "out.csv").unlink()

    result, explained = run(tmp_path, *company("1001", "1002", "1003"), "--explain", f"{tmp_path}/new/why")

    assert result.exit_code == plain.exit_code == 0, result.output
    assert explained == rows
    files = sorted((tmp_path / "new/why").iterdir())
    assert [path.name for path in files] == ["1001.json", "1002.json", "1003.json"]
    for path in files:
        found = recompute(json.loads(path.read_text("utf-8")))
        row = rows[path.stem]
        assert (found["shown"], found["band"], str(found["place"])) == (row["total"], row["band"], row["rank"])
        assert ";".join(sorted(found["actions"])) == row["actions"]


def test_the_scheme_is_named_by_the_digest_of_its_file(tmp_path):
    run(tmp_path, *company("1001"), "--explain", f"{tmp_path}/why")

    told = json.loads((tmp_path / "why/1001.json").read_text("utf-8"))
    assert told["scheme"]["digest"] == hashlib.sha256(builtin_scheme_text().encode()).hexdigest()


def test_odd_numbers_make_safe_names():
    odd = ["../a/b", "员工1", ".hidden", "a b", "A1", "a1", "con", "x" * 300, "50%", "a\\b:c*"]

    names = file_names(odd)

    assert len({name.casefold() for name in names}) == len(odd)
    assert all(len(name.encode()) <= 200 and not name.startswith(".") for name in names)
    assert not any(set(name) & set('/\\:*?"<>| ') for name in names)
    assert names[1] == "员工1.json"
    assert names[6].startswith("con~")


def test_the_same_people_again_replace_their_files(tmp_path):
    run(tmp_path, *company("1001"), "--explain", f"{tmp_path}/why")
    (tmp_path / "why/1001.json").write_text("{}")

    result, _ = run(tmp_path, *company("1001"), "--explain", f"{tmp_path}/why")

    assert result.exit_code == 0
    assert json.loads((tmp_path / "why/1001.json").read_text("utf-8"))["format"] == "kaoping-explanation"


@pytest.mark.parametrize("where", ["why/letters.txt", "why"])
def test_a_folder_with_other_things_in_it_is_refused_and_nothing_is_written(tmp_path, where):
    other = tmp_path / where
    other.parent.mkdir(exist_ok=True)
    other.write_text("mine")

    result, rows = run(tmp_path, *company("1001"), "--explain", f"{tmp_path}/why")

    assert result.exit_code == 2
    assert "Name a" in result.output
    assert rows == {}
    assert other.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
