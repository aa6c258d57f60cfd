"""The one command that starts everything, and Ctrl-C that ends it."""

import signal

import psutil
import pytest

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


def test_it_is_ready_and_ctrl_c_leaves_nobody_behind(live_system):
    said = live_system.ready()
    assert (said["database"], said["queue"]) == ("ok", "ok")
    everyone = live_system.children()
    assert live_system.stop() == 0
    assert [process for process in everyone if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


def test_sigterm_ends_it_too_and_a_second_start_keeps_the_data(live_system):
    secret = (live_system.data / "secret.key").read_text()
    live_system.stop(signal.SIGTERM)
    live_system.start()
    assert (live_system.data / "secret.key").read_text() == secret
