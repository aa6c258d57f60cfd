"""Keeping a file that proves something, with whatever it belongs to."""

from datetime import datetime
from hashlib import sha256

from states.evidence import Upload, accepted
from states.permissions import Actor
from workflow_app.db import db
from workflow_app.models import EvidenceFile


def keep_file(file: EvidenceFile, upload: Upload, *, actor: Actor, now: datetime) -> EvidenceFile:
    """Fill a file's row from what was sent; `Refusal` (invalid or too_large) for what is no evidence."""
    taken = accepted(upload)
    file.filename, file.media_type = taken.filename, taken.media_type
    file.content, file.size, file.digest = taken.content, len(taken.content), sha256(taken.content).hexdigest()
    file.uploaded_by_id, file.uploaded_at = actor.account_id, now
    db.session.add(file)
    return file
