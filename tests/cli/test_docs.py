from click.testing import CliRunner

from tests.servers.live import ROOT
from workflow_app.cli.docs import command

PAGE = ROOT / "docs" / "machines.md"


def test_the_drawing_of_the_machines_is_current():
    done = CliRunner().invoke(command, ["machines", str(PAGE), "--check"])

    assert done.exit_code == 0, done.output


def test_a_stale_drawing_is_said_and_mended(tmp_path):
    page = tmp_path / "machines.md"
    page.write_text("old")

    stale = CliRunner().invoke(command, ["machines", str(page), "--check"])
    written = CliRunner().invoke(command, ["machines", str(page)])

    assert (stale.exit_code, written.exit_code) == (1, 0)
    assert "stateDiagram" in page.read_text("utf-8")
