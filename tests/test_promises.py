"""What the house promises about itself: arrows, lengths, locks, one line of migrations."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from states.permissions import RULES
from workflow_app.db import db
from workflow_app.extensions import csrf
from workflow_app.navigation import ACCOUNT_ITEMS, BELOW, ITEMS, PAGES_BELOW

ROOT = Path(__file__).parents[1]
PACKAGES = ("states", "forms", "workflow_app", "worker")
MODULE_LINES = 400
FUNCTION_LINES = 40
MIGRATIONS = ROOT / "workflow_app" / "migrations"
LOCKS = sorted((ROOT / "requirements").glob("*lock.txt"))
FORBIDDEN_LOCKS = {"uv.lock", "pylock.toml"}
WITHOUT_GUARD = {"static": "files that everybody may read"}
WITHOUT_CSRF = {
    "survey.answer": "a customer has no session to ride on: the link in the address is the proof",
    "bounces.report": "a mail service has no session: a secret in a header is the proof",
}
HOME_FOLDER = re.compile(r"(?<![\w.-])/(?:work|home|root|Users|mnt)/[\w.-]+|[A-Z]:\\\\?Users\\")
REGISTRY = re.compile(
    r"https?://[^\s\"'<>]*(?:pypi|npm|registry|artifactory|nexus|mirror|proxy\.golang)"
    r"|^\s*-{2}(?:(?:extra-)?index-url|find-links|trusted-host)\b|(?:UV|PIP)_\w*INDEX\w*\s*=\s*\S*//",
    re.MULTILINE,
)
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


def texts() -> Iterator[tuple[str, str]]:
    """What is kept, but for files that are no text and this one, which spells out what is looked for."""
    for name in tracked():
        path = ROOT / name
        data = path.read_bytes() if path.is_file() and path != Path(__file__) else b""
        if b"\0" not in data:
            yield name, data.decode("utf-8")


def test_no_file_names_a_machine_or_a_registry():
    found = [
        f"{name}: {hit.group()}" for name, text in texts() for what in (HOME_FOLDER, REGISTRY) for hit in what.finditer(text)
    ]
    assert found == []


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


def test_the_models_are_what_the_migrations_make(db_session):
    context = MigrationContext.configure(db_session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []


def test_every_route_is_guarded_or_public_on_purpose(app):
    guards = {name: getattr(view, "guarded_by", None) for name, view in app.view_functions.items()}
    assert {name for name, guard in guards.items() if guard is None} == set(WITHOUT_GUARD)
    assert {guard for guard in guards.values() if guard} <= {*RULES, "public"}


def test_every_post_is_protected_against_other_sites(app):
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    exempt = {blueprint.name for blueprint in csrf._exempt_blueprints}
    views = {f"{view.__module__}.{view.__name__}": name for name, view in app.view_functions.items()}
    unprotected = {name for name in posts if name.split(".")[0] in exempt}
    unprotected |= {views[location] for location in csrf._exempt_views}
    assert unprotected == set(WITHOUT_CSRF)


def test_a_form_without_its_token_is_refused(make_app):
    client = make_app().test_client()
    assert client.post("/locale", data={"locale": "en"}).status_code == 400


def test_every_desk_of_the_navigation_exists(app):
    endpoints = {endpoint for endpoint, _title, _action in (*ITEMS, *ACCOUNT_ITEMS)}
    assert endpoints <= set(app.view_functions)
    assert {action for _endpoint, _title, action in (*ITEMS, *ACCOUNT_ITEMS)} <= set(RULES)
    assert {*BELOW, *BELOW.values(), *PAGES_BELOW.values()} <= set(app.blueprints)
    assert set(PAGES_BELOW) <= set(app.view_functions)


def test_every_tests_folder_is_a_package():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert {str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()} == set()
