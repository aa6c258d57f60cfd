import pytest
from click.testing import CliRunner

from tests.servers.live import ROOT
from workflow_app.cli.docs import command

PAGES = ROOT / "docs"


@pytest.mark.parametrize("name", ["machines", "scheme"])
def test_the_pages_made_from_the_code_are_current(name):
    done = CliRunner().invoke(command, [name, str(PAGES / f"{name}.md"), "--check"])

    assert done.exit_code == 0, done.output


def test_a_stale_drawing_is_said_and_mended(tmp_path):
    page = tmp_path / "machines.md"
    page.write_text("old")

    stale = CliRunner().invoke(command, ["machines", str(page), "--check"])
    written = CliRunner().invoke(command, ["machines", str(page)])

    assert (stale.exit_code, written.exit_code) == (1, 0)
    assert "stateDiagram" in page.read_text("utf-8")
