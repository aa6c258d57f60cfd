"""The container files: valid by the Compose schema, true to the settings, and the roles they make really hold."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from ruamel.yaml import YAML

from tests.servers.databases import migrate
from workflow_app.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
LONG_RUNNING = {"web", "worker", "scheduler", "postgres", "redis"}


@pytest.fixture(scope="module")
def compose():
    return YAML(typ="safe").load(COMPOSE.read_text("utf-8"))


def test_it_is_valid_by_the_compose_schema():
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", COMPOSE]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_wrong_file_is_not_valid(tmp_path):
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text("services: {web: {image: 5, depends: [x]}}")
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", wrong]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_everything_that_keeps_running_is_watched_and_starts_again(compose):
    services = compose["services"]
    assert set(services) == LONG_RUNNING | {"migrate"}
    for name in LONG_RUNNING:
        assert services[name]["healthcheck"]["test"], name
        assert services[name]["restart"] == "unless-stopped", name


def test_every_volume_is_declared_and_every_dependency_is_a_service(compose):
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).is_dir(), f"{name}: {volume}"
        assert set(service.get("depends_on", {})) <= set(compose["services"])


def test_every_setting_it_names_exists(compose):
    known = {f"KAOPING_{name.upper()}" for name in Settings.model_fields}
    for name in ("web", "worker", "scheduler", "migrate"):
        named = {key for key in compose["services"][name]["environment"] if key.startswith("KAOPING_")}
        assert named <= known, name


def test_every_variable_without_a_default_is_in_the_example():
    needed = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text("utf-8")))
    given = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert needed
    assert needed <= given


def test_the_image_copies_only_what_is_there():
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for source in " ".join(sources).split():
        assert (ROOT / source).exists(), source


@pytest.fixture
def owned_database(fresh_databases):
    """A database made as the containers make it: roles first, then the migrations by the owner."""
    cluster = fresh_databases.cluster()
    name = f"roles_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = cluster.create(name)
    environment = os.environ | {
        "PATH": f"{cluster.bin}:{os.environ['PATH']}",
        "PGHOST": str(cluster.folder),
        "POSTGRES_USER": "kaoping",
        "POSTGRES_DB": name,
        "KAOPING_DATABASE_PASSWORD": "o'clock",
    }
    script = (ROOT / "docker" / "postgres" / "roles.sh").read_text("utf-8").replace("kaoping LOGIN", f"{name} LOGIN")
    subprocess.run(["sh", "-c", script.replace("TO kaoping;", f"TO {name};")], env=environment, check=True)
    migrate(url)
    yield psycopg.connect(f"host={cluster.folder} user={name} dbname={name}", autocommit=True)
    cluster.drop(name)


@pytest.mark.postgresql
def test_the_application_may_write_rows_and_change_no_table(owned_database):
    with owned_database as connection:
        connection.execute("INSERT INTO setting (key, value) VALUES ('a', 'b')")
        assert connection.execute("SELECT value FROM setting").fetchone() == ("b",)
        for forbidden in ("DROP TABLE setting", "CREATE TABLE mine (a int)", "ALTER TABLE event DISABLE TRIGGER ALL"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
