"""A Chromium for the tests: the machine's, else Playwright's, else Debian's; and a font with Chinese characters."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.servers.stage import alone, stage

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
DOWNLOAD_SECONDS = 600
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


class BrowserError(RuntimeError):
    """No browser or no font could be had; the text says what to do."""


def executable(playwright: Playwright) -> str:
    """The path of a Chromium, brought here if need be. Raises BrowserError."""
    return _on_the_path() or _downloaded(playwright) or _from_debian() or _none()


def _on_the_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _downloaded(playwright: Playwright) -> str | None:
    path = Path(playwright.chromium.executable_path)
    if not path.exists():
        _try([sys.executable, "-m", "playwright", "install", "chromium"])
    return str(path) if path.exists() else None


def _from_debian() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-q"])
        _try(["apt-get", "install", "-qy", "--no-install-recommends", "chromium"])
    return _on_the_path()


def _try(command: list[str]) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with (stage() / "browser.log").open("ab") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, env=quiet, check=False, timeout=DOWNLOAD_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.write(f"{command[0]}: {error}\n".encode())


def _none() -> str:
    log = (stage() / "browser.log").read_text("utf-8", "replace")[-1500:]
    raise BrowserError(
        "The browser tests need Chromium and could not get it.\n"
        "Install it (Debian: apt install chromium), or run `.venv/bin/playwright install chromium`.\n" + log
    )


@cache
def font_environment() -> dict[str, str]:
    """The environment that lets the browser draw Chinese: without it every character is a box."""
    spec = find_spec("manimgx_fonts_cjk")
    if spec is None or spec.origin is None:
        raise BrowserError("The font package manimgx-fonts-cjk is missing: run `make setup`.")
    conf = stage() / f"fonts-{os.getpid()}.conf"
    conf.write_text(FONTS.format(folder=Path(spec.origin).parent, cache=stage() / "fontcache"), "utf-8")
    return {"FONTCONFIG_FILE": str(conf)}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        with alone("browser"):
            path = executable(playwright)
        environment: dict[str, str | float | bool] = {**os.environ, **font_environment()}
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS), env=environment)
        try:
            yield browser
        finally:
            browser.close()
