"""Storing and publishing scheme files."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from states.permissions import Actor
from states.scheme import load_scheme
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import SchemeVersion
from workflow_app.services.events import record_event


def publish_scheme(text: str, *, actor: Actor, now: datetime) -> SchemeVersion:
    """Store a scheme file as the next published version of its code; the same text twice is one version.

    Raises SchemeErrors with every fault of the file.
    """
    require(actor, "manage_cycles")
    scheme = load_scheme(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    same = db.session.scalar(select(SchemeVersion).filter_by(code=scheme.code, digest=digest, state="published"))
    if same:
        return same
    last = db.session.scalar(select(func.max(SchemeVersion.version)).where(SchemeVersion.code == scheme.code))
    version = SchemeVersion(
        code=scheme.code,
        version=(last or 0) + 1,
        state="published",
        title_zh=scheme.title.zh,
        title_en=scheme.title.en,
        text=text,
        digest=digest,
        published_at=now,
    )
    db.session.add(version)
    db.session.flush()
    record_event("scheme", version.id, "scheme_published", actor=actor, now=now, data={"digest": digest})
    return version
