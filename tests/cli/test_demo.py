"""`kaoping demo`: a sample is made once and whole; a company's own database is left alone."""

import sqlite3

import pytest
from click.testing import CliRunner

from tests.servers.live import free_port
from workflow_app.cli import demo as command
from workflow_app.clock import now
from workflow_app.db import db
from workflow_app.models import Setting
from workflow_app.sample.building import mark_as_sample
from workflow_app.sample.creating import A_COMPANY, A_SAMPLE, ASIDE, MISSING, create_sample, what_is_there
from workflow_app.sample.progress import Silent
from workflow_app.settings import Settings

pytestmark = pytest.mark.database


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data", testing=True)


def only_marked(**_arguments):
    """A sample without people: what making one does around it is what is looked at here."""
    mark_as_sample()


def broken(**_arguments):
    mark_as_sample()
    raise KeyboardInterrupt


def test_a_sample_is_made_where_nothing_is(settings):
    before = what_is_there(settings)

    create_sample(settings, now=now(), progress=Silent(), make=only_marked)

    assert (before, what_is_there(settings)) == (MISSING, A_SAMPLE)
    assert not list(settings.data.glob(f"{ASIDE}*"))


def test_an_interrupted_run_leaves_no_database(settings):
    with pytest.raises(KeyboardInterrupt):
        create_sample(settings, now=now(), progress=Silent(), make=broken)

    assert what_is_there(settings) == MISSING
    assert not list(settings.data.glob("*.sqlite3*"))


def test_what_a_killed_run_left_is_not_taken_for_a_sample(settings):
    settings.data.mkdir()
    (settings.data / ASIDE).write_bytes(b"half a database")

    create_sample(settings, now=now(), progress=Silent(), make=only_marked)

    assert what_is_there(settings) == A_SAMPLE


def test_a_companys_database_is_never_made_a_sample(settings, monkeypatch):
    create_sample(settings, now=now(), progress=Silent(), make=lambda **_: db.session.add(Setting(key="own", value="1")))
    monkeypatch.setenv("KAOPING_DATA", str(settings.data))
    monkeypatch.setenv("KAOPING_BASE_URL", "http://127.0.0.1")

    told = CliRunner().invoke(command.demo, ["--data", str(settings.data), "--port", str(free_port())])

    assert what_is_there(settings) == A_COMPANY
    assert told.exit_code == 1
    assert "left alone" in told.output
    with sqlite3.connect(settings.data / "kaoping.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM setting WHERE key = 'sample'").fetchone() == (0,)


def test_it_says_how_to_sign_in_as_each_role(capsys):
    command.announce("http://127.0.0.1:8123")

    said = capsys.readouterr().out
    assert "http://127.0.0.1:8123/demo" in said
    assert "kaoping admin create" in said
    for role in ("Human resources", "General manager", "Deputy approver", "Vice president", "Customer"):
        assert role in said
