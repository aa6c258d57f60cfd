"""Fixtures of the fault tests: a crew of real processes that may be killed."""

import pytest

from tests.faults.crew import Crew

IMPATIENT = {
    "queue_visibility_seconds": "10",
    "queue_resend_seconds": "2",
    "queue_dispatch_seconds": "0.5",
    "queue_timer_seconds": "0.5",
    "queue_seal_seconds": "1",
    # These tests kill on purpose, again and again: no message may be given up for it.
    "queue_max_attempts": "100",
}


@pytest.fixture
def crew(database_url, broker, tmp_path):
    """Nobody at first: `crew.worker()`, `crew.beat()`. Everyone is gone before the database is emptied."""
    settings = {"data": str(tmp_path / "crew-data"), "database_url": database_url, "redis_url": broker.url}
    (tmp_path / "crew-data").mkdir()
    crew = Crew(tmp_path, settings | IMPATIENT)
    yield crew
    crew.dismiss()


@pytest.fixture
def queued_app(make_app, broker, patient_sender):
    """An application that hands its jobs to the real queue."""
    return make_app(redis_url=broker.url)
