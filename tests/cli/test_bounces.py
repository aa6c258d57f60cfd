"""`kaoping bounces` on a database of its own."""

import pytest
from click.testing import CliRunner

from tests.worker.bounced_mails import notification
from workflow_app.cli import main


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("KAOPING_DATABASE_URL", database_url)
    monkeypatch.setenv("KAOPING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KAOPING_TESTING", "1")
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_mailbox_is_read_and_counted(run, tmp_path):
    path = tmp_path / "bounces.mbox"
    path.write_bytes(b"From mx Mon Jan  5 09:00:00 2026\n" + notification("k") + b"\nFrom mx Mon Jan  5 09:00:00 2026\nSubject: hi\n\nx\n")
    done = run("bounces", path)
    assert done.exit_code == 0, done.output
    assert "0 noted" in done.output
    assert "1 about no mail of ours" in done.output
    assert "1 other mails" in done.output


def test_what_is_no_mailbox_is_refused(run, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG")
    done = run("bounces", path)
    assert done.exit_code == 2
    assert "holds no mail" in done.output
