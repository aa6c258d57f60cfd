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

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]
WORDS = ("gunicorn", "worker.app worker", "worker.app beat")


def answers(system, path="/healthz"):
    try:
        with urllib.request.urlopen(f"{system.url}{path}", timeout=60) as answer:  # noqa: S310 (our own)
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def command_line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""


def head(system, word):
    """The process that the supervisor itself started, if it has become what it was started for."""
    below = psutil.Process(system.process.pid).children()
    return next((child for child in below if word in command_line(child)), None)


def heads(system, words):
    """Those processes, once all of them are there: the pages answer before the last one is started."""
    wait_until(lambda: all(head(system, word) for word in words))
    return [head(system, word) for word in words]


def test_killed_processes_are_started_again_and_the_pages_work_meanwhile(live_system):
    for word in WORDS:
        (before,) = heads(live_system, [word])
        family = [before, *before.children(recursive=True)]
        before.kill()
        wait_until(lambda word=word, old=before.pid: (now := head(live_system, word)) and now.pid != old)
        _, alive = psutil.wait_procs(family, timeout=60)
        assert not alive, f"what the killed {word} left behind was not ended"
        wait_until(lambda: answers(live_system))
    (queue,) = heads(live_system, ["valkey-server"])
    queue.kill()
    assert answers(live_system)
    wait_until(lambda: (now := head(live_system, "valkey-server")) and now.pid != queue.pid)
    wait_until(lambda: (live_system.ready() or {}).get("queue") == "ok")


def test_a_killed_supervisor_takes_its_programs_along(live_system):
    programs = heads(live_system, WORDS)
    everyone = live_system.children()
    live_system.process.kill()
    live_system.process.wait()
    live_system.process = None
    _, alive = psutil.wait_procs(programs, timeout=120)
    assert not alive
    # The queue's server stays, by intent: it holds what was queued, and the next start adopts it.
    live_system.start()
    live_system.stop()
    assert not [process for process in everyone if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def try_to_serve(system, *arguments):
    command = [str(KAOPING), "serve", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=system.environment(), capture_output=True, text=True, timeout=150, check=False
    )


def test_what_is_taken_is_said_and_the_history_can_be_checked_while_it_runs(live_system, tmp_path):
    folder_taken = try_to_serve(live_system, "--port", "1")
    assert folder_taken.returncode == 1
    assert "already" in folder_taken.stderr
    port_taken = try_to_serve(live_system, "--port", str(live_system.port), "--data", str(tmp_path / "other"))
    assert port_taken.returncode == 1
    assert "--port" in port_taken.stderr
    assert "Traceback" not in port_taken.stderr
    assert "The chain is sound." in live_system.run("audit", "verify").stdout
    for _ in range(2):  # a second signal ends at once
        os.kill(live_system.process.pid, signal.SIGINT)
    live_system.process.wait(120)
