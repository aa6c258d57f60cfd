"""Outbox rows, the producer and the broker's settings (worker/app.py reuses the settings).

The database is the durable queue; the broker only wakes workers. A row is written in the transaction
of the change that needs it. After the commit it is handed to the broker, once, without retrying: what
did not get through, or was never acknowledged, the worker's dispatcher sends again.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from celery import Celery
from flask import current_app, has_app_context
from kombu import Exchange, Queue
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, SessionTransaction

from workflow_app.db import db
from workflow_app.models import OutboxMessage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask import Flask

logger = logging.getLogger(__name__)

TASK_PREFIX = "kaoping."
QUEUES = ("work", "mail", "tick")
# What a request may lose on a broker that does not answer.
PRODUCER_TIMEOUT_SECONDS = 0.1
# After a failure the next requests do not even try for a moment: the dispatcher will.
BROKEN_SECONDS = 2.0
_PENDING = "outbox_pending"


class QueueSettings(BaseSettings):
    """The queue's seconds and numbers (prefix KAOPING_QUEUE_); the defaults are what was measured."""

    model_config = SettingsConfigDict(env_prefix="KAOPING_QUEUE_", extra="ignore")

    # A message not acknowledged for this long is given to another worker by the broker itself.
    visibility_seconds: int = 600
    # A row sent this long ago and not done is sent again, unless the queue is still full of others.
    resend_seconds: int = 30
    dispatch_seconds: float = 5.0
    timer_seconds: float = 15.0
    seal_seconds: float = 5.0
    concurrency: int = 2
    max_attempts: int = 5


class Handed(NamedTuple):
    """What the broker is told of a row: no values, only where to find them."""

    key: str
    job: str
    queue: str


def queue_declarations() -> list[Queue]:
    """Every queue by name, each with an exchange of its own name; a worker consumes all of them."""
    return [Queue(name, Exchange(name, type="direct"), routing_key=name) for name in QUEUES]


def broker_options(visibility_seconds: int) -> dict[str, Any]:
    """The transport options that web, worker and scheduler share."""
    return {
        "visibility_timeout": visibility_seconds,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "health_check_interval": 25,
    }


def producer_options(visibility_seconds: int) -> dict[str, Any]:
    """The options of a producer inside a request: fail fast, never retry."""
    return broker_options(visibility_seconds) | {
        "socket_timeout": PRODUCER_TIMEOUT_SECONDS,
        "socket_connect_timeout": PRODUCER_TIMEOUT_SECONDS,
        "retry_on_timeout": False,
        "max_retries": 0,
        "interval_start": 0,
        "interval_max": 0,
    }


def broker_url(redis_url: str) -> str:
    """The URL in the words of kombu, whose scheme for a unix socket differs from redis-py's."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url


@lru_cache(maxsize=8)
def producer(redis_url: str) -> Celery:
    """A Celery application that only sends: it knows no task, so the web never imports the worker."""
    app = Celery("kaoping-producer", set_as_current=False)
    app.conf.update(
        broker_url=broker_url(redis_url),
        broker_transport_options=producer_options(QueueSettings().visibility_seconds),
        broker_connection_timeout=PRODUCER_TIMEOUT_SECONDS,
        broker_pool_limit=8,
        task_publish_retry=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=queue_declarations(),
        task_default_queue=QUEUES[0],
    )
    return app


class Sender:
    """Hands messages to the broker and stays out of its way for a moment when it is down."""

    def __init__(self, redis_url: str) -> None:
        self.redis_url = redis_url
        self.broken_until = 0.0

    @property
    def usable(self) -> bool:
        """There is a broker and it answered when last asked."""
        return bool(self.redis_url) and time.monotonic() >= self.broken_until

    def send(self, message: Handed, *, countdown: int | None = None) -> bool:
        """Send one message; False when the broker did not take it."""
        if not self.usable:
            return False
        try:
            producer(self.redis_url).send_task(
                TASK_PREFIX + message.job,
                kwargs={"key": message.key},
                queue=message.queue,
                countdown=countdown,
                retry=False,
                ignore_result=True,
            )
        except Exception as error:  # noqa: BLE001 (whatever is wrong with the broker, the row is safe)
            self.broken_until = time.monotonic() + BROKEN_SECONDS
            logger.warning("the queue did not take %s %s: %s", message.job, message.key, error)
            return False
        return True

    def waiting(self) -> int:
        """How many messages stand in the queues, not counting those a worker holds. Raises when it is down."""
        with producer(self.redis_url).connection_for_write() as connection:
            client: Any = connection.default_channel.client  # type: ignore[attr-defined]  # Redis's channel
            return sum(int(client.llen(name)) for name in QUEUES)


def sender() -> Sender:
    """The sender of the current application."""
    found: Sender = current_app.extensions["outbox"]
    return found


def write(job: str, queue: str, payload: dict[str, Any], *, now: datetime) -> OutboxMessage:
    """Add a row to the current transaction; it is sent after the commit.

    The row says "sent" beforehand, so that no second transaction is needed when all goes well; what
    the broker does not take is marked unsent again.
    """
    row = OutboxMessage(
        key=str(uuid4()), job=job, payload=payload, created_at=now, attempts=0,
        sent_at=now if sender().usable else None,
    )
    db.session.add(row)
    hand_over_after_commit([Handed(row.key, row.job, queue)])
    return row


def hand_over_after_commit(messages: Sequence[Handed]) -> None:
    """Give messages to the broker once the current transaction has committed."""
    db.session().info.setdefault(_PENDING, []).extend(messages)


def hand_over(messages: Sequence[Handed]) -> None:
    """Send what is committed; the first failure ends the trying, and the rest is marked unsent."""
    current = sender()
    if not current.redis_url:
        return
    for position, message in enumerate(messages):
        if not current.send(message):
            _mark_unsent([left.key for left in messages[position:]])
            return


def _mark_unsent(keys: list[str]) -> None:
    # On a connection of its own, since the session is between transactions; a row that a worker holds
    # was taken by the broker after all, and is skipped.
    free = select(OutboxMessage.id).where(OutboxMessage.key.in_(keys), OutboxMessage.attempts == 0)
    free = free.with_for_update(skip_locked=True)
    try:
        with db.engine.begin() as connection:
            connection.execute(update(OutboxMessage).where(OutboxMessage.id.in_(free)).values(sent_at=None))
    except Exception as error:  # noqa: BLE001 (they are sent again all the same, only later)
        logger.warning("could not mark %d messages as unsent: %s", len(keys), error)


def _after_commit(session: Session) -> None:
    # The event fires for a released savepoint too; only the real commit makes the rows true.
    if session.in_nested_transaction():
        return
    pending: list[Handed] = session.info.pop(_PENDING, [])
    if pending and has_app_context():
        hand_over(pending)


def _after_soft_rollback(session: Session, previous: SessionTransaction) -> None:
    # A rolled-back savepoint may leave keys without rows behind: the handler drops those.
    if not previous.nested:
        session.info.pop(_PENDING, None)


def register(app: Flask, redis_url: str) -> None:
    """Give the application its sender, and the sessions their hooks (once for the whole process)."""
    app.extensions["outbox"] = Sender(redis_url)
    for name, listener in (("after_commit", _after_commit), ("after_soft_rollback", _after_soft_rollback)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)
