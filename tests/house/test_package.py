"""What is installed without the checkout (the container image) has everything that the checkout has."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_promises import PACKAGES, ROOT, tracked

NOT_SHIPPED = {"README", "README.md", "LICENSE"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The names in a wheel built from the tracked files."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    copied = subprocess.run(
        ["git", "checkout-index", "--all", f"--prefix={source}/"], cwd=ROOT, capture_output=True, check=False
    )
    assert copied.returncode == 0, copied.stderr
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    built = subprocess.run(
        [*command, "--wheel-dir", target, source], capture_output=True, text=True, check=False, timeout=120
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = Path(target).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_wheel_has_every_file_of_the_packages(shipped):
    wanted = {name for name in tracked() if name.split("/")[0] in PACKAGES and Path(name).name not in NOT_SHIPPED}
    assert wanted - shipped == set()


def test_a_wheel_has_no_tests_and_no_data_of_the_checkout(shipped):
    assert {name.split("/")[0] for name in shipped if ".dist-info/" not in name} == set(PACKAGES)
