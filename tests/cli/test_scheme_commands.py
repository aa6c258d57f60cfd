"""`kaoping scheme`: check, show, schema and diff at the command line."""

import json

import pytest
from click.testing import CliRunner

from states.scheme import builtin_scheme_codes, builtin_scheme_text
from workflow_app.cli.scheme import command

TEXT = builtin_scheme_text()


@pytest.fixture
def run(tmp_path):
    def run(*arguments, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        said = [str(tmp_path / f"{one}.yaml") if one in files else one for one in arguments]
        return CliRunner().invoke(command, said)

    return run


def test_a_sound_file_is_told_what_it_holds(run):
    done = run("check", "mine", mine=TEXT)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "5 kinds of cycle, 5 bands" in done.stdout


@pytest.mark.parametrize(("language", "said"), [("en", "must make 100; this makes 80"), ("zh", "80")])
def test_every_fault_is_told_with_its_line_in_either_language(run, language, said):
    broken = TEXT.replace("share: rest", "share: 30").replace("mode: guided", "mode: soft")

    done = run("check", "mine", "--language", language, mine=broken)

    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert said in done.stderr
    assert ("Line" in done.stderr) == (language == "en")


def test_a_difference_is_told_in_words(run):
    other = TEXT.replace("share: 5, barred", "share: 10, barred").replace("share: 20, coeff", "share: 15, coeff", 1)

    done = run("diff", "old", "new", old=TEXT, new=other)

    assert done.stdout.splitlines() == ["Band A: share 5 → 10", "Band B: share 20 → 15"]


def test_a_shipped_scheme_goes_by_its_code_and_the_same_twice_differs_in_nothing(run):
    done = run("diff", "customer_service", "same", "--language", "zh", same=TEXT)

    assert (done.exit_code, done.stdout) == (0, "没有差异。\n")


@pytest.mark.parametrize("other", ["nowhere.yaml", "broken"])
def test_what_is_no_scheme_is_refused_without_a_traceback(run, other):
    done = run("diff", "customer_service", other, broken=b"\xff\xfe")

    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    assert done.stderr


def test_every_shipped_scheme_can_be_printed(run):
    for code in builtin_scheme_codes():
        assert run("show", code).stdout == builtin_scheme_text(code)


def test_the_schema_is_json(run):
    assert json.loads(run("schema").stdout)["type"] == "object"
