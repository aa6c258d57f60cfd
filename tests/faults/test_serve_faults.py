"""`kaoping serve` when its processes die: restarted, and nobody is left behind at the end."""

import os
import signal
import subprocess
import urllib.error
import urllib.request

import psutil
import pytest

from tests.faults.crew import wait_until
from tests.servers.live import KAOPING, ROOT

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
WORDS = ("gunicorn", "worker.app worker", "worker.app beat")


def answers(system, path="/healthz"):
    try:
        with urllib.request.urlopen(f"{system.url}{path}", timeout=5) as answer:  # noqa: S310 (our own)
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def command_line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""


def head(system, word):
    """The process that the supervisor itself started."""
    below = psutil.Process(system.process.pid).children()
    return next((child for child in below if word in command_line(child)), None)


@pytest.mark.parametrize("word", WORDS)
def test_a_killed_process_is_started_again(live_system, word):
    wait_until(lambda: head(live_system, word))
    before = head(live_system, word)
    family = [before, *before.children(recursive=True)]
    before.kill()
    wait_until(lambda: (now := head(live_system, word)) and now.pid != before.pid)
    wait_until(lambda: answers(live_system))
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, "what a killed process left behind was not ended"


def test_the_pages_work_while_the_queue_is_restarted(live_system):
    queue = head(live_system, "valkey-server")
    queue.kill()
    assert answers(live_system)
    wait_until(lambda: (now := head(live_system, "valkey-server")) and now.pid != queue.pid)
    wait_until(lambda: (live_system.ready() or {}).get("queue") == "ok")


def test_a_killed_supervisor_takes_its_programs_along(live_system):
    programs = [head(live_system, word) for word in WORDS]
    everyone = live_system.children()
    live_system.process.kill()
    live_system.process.wait()
    live_system.process = None
    _, alive = psutil.wait_procs(programs, timeout=45)
    assert not alive
    # The queue's server stays, by intent: it holds what was queued, and the next start adopts it.
    live_system.start()
    live_system.stop()
    assert not [process for process in everyone if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def try_to_serve(system, *arguments):
    command = [str(KAOPING), "serve", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=system.environment(), capture_output=True, text=True, timeout=60, check=False
    )


def test_a_second_server_on_the_same_folder_is_refused(live_system):
    refused = try_to_serve(live_system, "--port", "1")
    assert refused.returncode == 1
    assert "already" in refused.stderr


def test_a_taken_port_is_said(live_system, tmp_path):
    refused = try_to_serve(live_system, "--port", str(live_system.port), "--data", str(tmp_path / "other"))
    assert refused.returncode == 1
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_history_is_sealed_by_itself_and_can_be_checked(live_system):
    said = live_system.run("audit", "verify")
    assert "The chain is sound." in said.stdout


def test_a_second_signal_ends_at_once(live_system):
    os.kill(live_system.process.pid, signal.SIGINT)
    os.kill(live_system.process.pid, signal.SIGINT)
    live_system.process.wait(20)
