"""Is it alive, is it ready: for whoever starts and watches the processes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from sqlalchemy import select

from workflow_app.access import public
from workflow_app.db import db
from workflow_app.models import OutboxMessage
from workflow_app.outbox import sender

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Any:
    return jsonify(status="alive")


@blueprint.get("/readyz")
@public
def ready() -> Any:
    """503 only without the database: every page works while the queue is down."""
    database, queue = _database(), _queue()
    return jsonify(ready=database == "ok", database=database, queue=queue), 200 if database == "ok" else 503


def _database() -> str:
    try:
        db.session.execute(select(OutboxMessage.id).limit(1)).all()
    except Exception:  # noqa: BLE001 (whatever is wrong with it, it is down)
        db.session.rollback()
        return "down"
    return "ok"


def _queue() -> str:
    if not sender().redis_url:
        return "none"
    try:
        sender().waiting()
    except Exception:  # noqa: BLE001 (as above)
        return "down"
    return "ok"
