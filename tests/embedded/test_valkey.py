"""The embedded queue server: a real one is started, killed and found again."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.faults.crew import wait_until
from workflow_app.embedded import valkey
from workflow_app.embedded.valkey import QueueServerError, Valkey, binary, socket_path


def test_the_package_still_ships_a_binary_that_can_be_run():
    assert os.access(binary(), os.X_OK)


def test_it_starts_answers_and_ends(tmp_path):
    with Valkey(tmp_path) as queue:
        assert queue.ping()
        pid = queue.pid
    assert not queue.ping()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_keeps_what_it_holds_through_a_clean_end(tmp_path):
    with Valkey(tmp_path) as queue, Redis.from_url(queue.url) as client:
        client.lpush("work", "one")
    with Valkey(tmp_path) as queue, Redis.from_url(queue.url) as client:
        assert client.lrange("work", 0, -1) == [b"one"]


def test_it_is_set_up_to_lose_nothing(tmp_path):
    with Valkey(tmp_path) as queue, Redis.from_url(queue.url) as client:
        found = client.config_get("append*", "maxmemory-policy", "port")
    assert (found["appendonly"], found["appendfsync"]) == ("yes", "everysec")
    assert (found["maxmemory-policy"], found["port"]) == ("noeviction", "0")


def test_a_killed_server_starts_again_over_the_same_folder(tmp_path):
    queue = Valkey(tmp_path).start()
    with Redis.from_url(queue.url) as client:
        client.set("kept", "yes")
        client.execute_command("WAITAOF", 1, 0, 100_000)
    os.kill(queue.pid, signal.SIGKILL)
    queue._process.wait(60)
    with Valkey(tmp_path) as again, Redis.from_url(again.url) as client:
        assert client.get("kept") == b"yes"


def test_it_has_started_when_it_has_read_what_it_kept(tmp_path, monkeypatch):
    with Valkey(tmp_path) as queue, Redis.from_url(queue.url) as client:
        client.mset({f"kept {number}": "x" * 1000 for number in range(300)})
        client.bgrewriteaof()
        wait_until(lambda: client.info("persistence")["aof_rewrites"] and not client.info("persistence")["aof_rewrite_in_progress"])
    slow = ["--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024"]
    ordinary = Valkey._options
    monkeypatch.setattr(Valkey, "_options", lambda queue: ordinary(queue) + slow)

    with Valkey(tmp_path) as again, Redis.from_url(again.url, retry=Retry(NoBackoff(), 0)) as client:
        assert client.get("kept 299") == b"x" * 1000


def test_a_second_start_adopts_the_server_that_is_already_there(tmp_path):
    with Valkey(tmp_path) as first:
        second = Valkey(tmp_path).start()
        assert second.pid == first.pid
        second.stop()
        assert not first.ping()


def test_a_server_that_is_busy_for_a_while_is_waited_for_and_no_second_one_started(tmp_path):
    with Valkey(tmp_path) as first:
        os.kill(first.pid, signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(Valkey(tmp_path).start)
            # It has asked once, got no answer in a second, and stays.
            assert not wait([second], timeout=1.5).done
            os.kill(first.pid, signal.SIGCONT)

        assert second.result().pid == first.pid


def test_a_long_data_folder_gets_a_short_private_socket(tmp_path):
    folder = tmp_path / ("long" * 20) / ("path" * 20)
    path = socket_path(folder)
    assert len(os.fsencode(path)) < valkey.SOCKET_LIMIT
    assert path.parent.stat().st_mode & 0o077 == 0
    with Valkey(folder) as queue:
        assert queue.ping()
    path.parent.rmdir()


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = tmp_path / ("x" * 120)
    socket_path(folder).parent.chmod(0o777)
    with pytest.raises(QueueServerError, match="not a private folder"):
        socket_path(folder)


def test_a_server_that_cannot_start_says_why(tmp_path):
    (tmp_path / "appendonlydir").write_text("in the way")
    with pytest.raises(QueueServerError, match="Its log ends"):
        Valkey(tmp_path).start()
