"""The jobs by name, and `enqueue`: asking for one in the transaction of the change that needs it.

Adding a job: a name and a title here, and one function in worker/tasks/<family>.py.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from states.errors import N_
from workflow_app import clock, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import OutboxMessage


class Job(StrEnum):
    """What the worker can be asked for. The value is also the name of the task on the wire."""

    LAUNCH_CYCLE = "launch_cycle"
    LAUNCH_CHUNK = "launch_chunk"
    COMPOSE_CYCLE = "compose_cycle"
    DISTRIBUTE_CYCLE = "distribute_cycle"
    RELEASE_CYCLE = "release_cycle"
    PROPOSE_ACTIONS = "propose_actions"
    SEND_INVITATIONS = "send_invitations"
    REMIND_CUSTOMERS = "remind_customers"
    REMIND_BY_DATE = "remind_by_date"
    CLOSE_SURVEYS = "close_surveys"
    REMIND = "remind"
    SEND_MAIL = "send_mail"
    ANNOUNCE_SCHEME = "announce_scheme"
    REMIND_READERS = "remind_readers"
    OPEN_RECURRING = "open_recurring"


class Tick(StrEnum):
    """What the clock asks for. A tick carries nothing and is harmless to lose or to repeat."""

    DISPATCH = "dispatch"
    FIRE_TIMERS = "fire_timers"
    SEAL_EVENTS = "seal_events"
    TIDY = "tidy"


# What a job is called on the page of incidents.
TITLES: dict[Job, str] = {
    Job.LAUNCH_CYCLE: N_("Launch a cycle"),
    Job.LAUNCH_CHUNK: N_("Launch a part of a cycle"),
    Job.COMPOSE_CYCLE: N_("Compose the totals of a cycle"),
    Job.DISTRIBUTE_CYCLE: N_("Distribute a cycle into bands"),
    Job.RELEASE_CYCLE: N_("Release the results of a cycle"),
    Job.PROPOSE_ACTIONS: N_("Propose actions for a cycle"),
    Job.SEND_INVITATIONS: N_("Send the customers’ invitations"),
    Job.REMIND_CUSTOMERS: N_("Remind customers"),
    Job.REMIND_BY_DATE: N_("Remind customers by date"),
    Job.CLOSE_SURVEYS: N_("Close customer surveys"),
    Job.REMIND: N_("Remind and close by date"),
    Job.SEND_MAIL: N_("Send a mail"),
    Job.ANNOUNCE_SCHEME: N_("Tell people of a published scheme"),
    Job.REMIND_READERS: N_("Remind people to read the scheme"),
    Job.OPEN_RECURRING: N_("Open recurring cycles"),
}
# Stands on the wire for a job that this version does not know: the worker makes an incident of it.
UNKNOWN = "unknown"
_MAIL_JOBS = frozenset({Job.SEND_MAIL})


def queue_of(job: Job) -> str:
    """The queue that a job travels in: a slow mail server must not hold up a launch."""
    return "mail" if job in _MAIL_JOBS else "work"


def find_job(name: str) -> Job | None:
    """The job of that name, or None: rows may have been written by another version."""
    try:
        return Job(name)
    except ValueError:
        return None


def enqueue(job: Job, *, now: datetime | None = None, **ids: int | str | None) -> OutboxMessage:
    """Ask for a job in the current transaction. It runs after the commit, with one effect.

    `ids` name what to work on; values stay in the database. The row is written even while the queue
    is down, so this never fails for the broker's sake.
    """
    known = Job(job)
    return outbox.write(known.value, queue_of(known), dict(ids), now=now or clock.now())
