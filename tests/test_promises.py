"""What the house promises about itself: arrows, lengths, locks, one line of migrations."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).parents[1]
PACKAGES = ("states", "forms", "workflow_app", "worker")
MODULE_LINES = 400
FUNCTION_LINES = 40
MIGRATIONS = ROOT / "workflow_app" / "migrations"
LOCKS = sorted((ROOT / "requirements").glob("*lock.txt"))
FORBIDDEN_LOCKS = {"uv.lock", "pylock.toml"}
REQUIREMENT = re.compile(r"^[a-z0-9][a-z0-9._-]*==[^ ]+( ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.fail("This check reads the list of files from git: run it in a clone.")
    return listing.stdout.splitlines()


def test_imports_go_one_way():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_no_module_is_too_long_to_read():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_is_too_long_to_see_at_once():
    too_long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    too_long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert too_long == {}


def test_a_lock_has_versions_and_hashes_and_nothing_else():
    assert LOCKS
    for lock in LOCKS:
        for number, line in enumerate(lock.read_text("utf-8").splitlines(), 1):
            assert REQUIREMENT.match(line) or HASH.match(line), f"{lock.name}:{number}: {line}"


def test_no_lock_that_names_hosts_is_kept():
    assert [name for name in tracked() if Path(name).name in FORBIDDEN_LOCKS] == []


def test_a_node_lock_has_no_addresses():
    for name in tracked():
        if Path(name).name == "package-lock.json":
            assert '"resolved"' not in (ROOT / name).read_text("utf-8")


def test_what_runs_is_within_what_is_developed_with():
    runtime, development = (
        set(re.findall(r"^[a-z0-9][^ ]*==[^ ]+", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE))
        for name in ("lock.txt", "dev-lock.txt")
    )
    assert runtime - development == set()


def test_the_migrations_are_one_line_with_one_head():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_every_tests_folder_is_a_package():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert {str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()} == set()
