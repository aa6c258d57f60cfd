"""From a draft to a published version of a scheme, and to a retired one.

A draft may hold any text: its faults are shown, and publishing refuses them. What is published never
changes again (`models/schemes.py` refuses it); a change is a new version.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from states.errors import Message, Refusal
from states.permissions import Actor
from states.scheme import Scheme, SchemeErrors, load_scheme
from states.scheme.reading import Unreadable, as_text
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import SchemeVersion
from workflow_app.services.events import record_event
from workflow_app.services.scheme_naming import TITLE_LENGTH, Naming, naming_of
from workflow_app.services.scheme_notices import announce

DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
NOT_A_DRAFT = Message("This version is published, so its text stays as it is. Start a draft from it to change something.")
NOTE_LENGTH = 1000


def start_draft(
    text: str | bytes, *, actor: Actor, now: datetime, based_on: SchemeVersion | None = None, note: str = ""
) -> SchemeVersion:
    """Keep a text as a new draft, faulty or not; `based_on` is the version that it was copied from.

    Refuses what is no text at all (not UTF-8, too large, with NUL characters).
    """
    require(actor, "manage_schemes")
    plain = plain_text(text)
    names = naming_of(plain, before=_naming(based_on) if based_on else None)
    draft = SchemeVersion(
        state=DRAFT, text=plain, digest=digest_of(plain), note=_note(note), based_on_id=based_on.id if based_on else None,
        created_by_id=actor.account_id, updated_at=now, **names._asdict(),
    )
    db.session.add(draft)
    db.session.flush()
    record_event("scheme", draft.id, "scheme_draft_started", actor=actor, now=now, data={"digest": draft.digest})
    return draft


def save_draft(draft: SchemeVersion, text: str | bytes, *, revision: int, actor: Actor, now: datetime) -> SchemeVersion:
    """Keep another text of a draft. `revision` is the one that the writer had before them.

    Refuses (conflict) a draft that somebody else saved or published meanwhile; the same text twice is one save.
    """
    require(actor, "manage_schemes")
    plain = plain_text(text)
    _hold(draft)
    if draft.digest == digest_of(plain):
        return draft
    if draft.revision != revision:
        raise Refusal(
            Message(
                "Somebody else saved this draft meanwhile. What you wrote is still here: compare it with what is "
                "kept, then save again."
            ),
            kind="conflict",
        )
    draft.text, draft.digest, draft.updated_at = plain, digest_of(plain), now
    for name, value in naming_of(plain, before=_naming(draft))._asdict().items():
        setattr(draft, name, value)
    db.session.flush()
    record_event("scheme", draft.id, "scheme_draft_saved", actor=actor, now=now, data={"digest": draft.digest})
    return draft


def publish_draft(
    draft: SchemeVersion, *, actor: Actor, now: datetime, revision: int | None = None, note: str | None = None
) -> SchemeVersion:
    """Make a draft the next version of its code: dated, numbered, unchangeable, told to everyone it rates.

    `revision`: the one that was looked at; `note` says what is new, for everyone it rates. Raises
    SchemeErrors with every fault of the text; refuses (conflict) a text that is published already.
    """
    require(actor, "manage_schemes")
    _hold(draft)
    if revision is not None and draft.revision != revision:
        raise Refusal(
            Message("Somebody else saved this draft meanwhile. Read it again before you publish it."), kind="conflict"
        )
    scheme = load_scheme(draft.text)
    same = _published_alike(scheme.code, draft.digest)
    if same is not None:
        raise Refusal(
            Message(
                "This text is already published as version %(number)s. Change something, or discard the draft.",
                number=same.version,
            ),
            kind="conflict",
        )
    if note is not None:
        draft.note = _note(note)
    version = _publish(draft, scheme, actor=actor, now=now)
    announce(version, now=now)
    return version


def publish_scheme(text: str, *, actor: Actor, now: datetime) -> SchemeVersion:
    """Store a scheme file as the next published version of its code; the same text twice is one version.

    For setting up: it tells nobody (`scheme_notices.announce` does). Raises SchemeErrors with every fault of the file.
    """
    require(actor, "manage_schemes")
    scheme = load_scheme(text)
    same = _published_alike(scheme.code, digest_of(text))
    if same:
        return same
    version = SchemeVersion(text=text, digest=digest_of(text), created_by_id=actor.account_id, updated_at=now)
    return _publish(version, scheme, actor=actor, now=now)


def discard_draft(draft: SchemeVersion, *, actor: Actor, now: datetime) -> None:
    """Throw a draft away; what was ever published stays."""
    require(actor, "manage_schemes")
    _hold(draft)
    record_event("scheme", draft.id, "scheme_draft_discarded", actor=actor, now=now, data={"digest": draft.digest})
    db.session.delete(draft)
    db.session.flush()


def retire(version: SchemeVersion, *, actor: Actor, now: datetime) -> SchemeVersion:
    """Let no new cycle start from a published version; cycles that run keep it. Twice is once.

    Refuses (conflict) a draft: that one is discarded instead.
    """
    require(actor, "manage_schemes")
    db.session.refresh(version, with_for_update=True)
    if version.state == DRAFT:
        raise Refusal(Message("A draft is not in force yet: discard it instead."), kind="conflict")
    if version.state == PUBLISHED:
        version.state, version.retired_at = RETIRED, now
        db.session.flush()
        record_event("scheme", version.id, "scheme_retired", actor=actor, now=now, data={"number": version.version})
    return version


def plain_text(source: str | bytes) -> str:
    """The text as it is kept: UTF-8, lines ending as on every system; refuses what no column can hold."""
    try:
        text = as_text(source).replace("\r\n", "\n").replace("\r", "\n")
    except Unreadable as unreadable:
        raise SchemeErrors(unreadable.faults) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SchemeErrors([(line, (), Message("The text holds a NUL character, which no scheme file has. Remove it."))])
    return text


def digest_of(text: str) -> str:
    """What tells one text from another: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _hold(draft: SchemeVersion) -> None:
    """Hold the draft's row until the transaction ends, and see it as it is now."""
    db.session.refresh(draft, with_for_update=True)
    if draft.state != DRAFT:
        raise Refusal(NOT_A_DRAFT, kind="conflict")


def _publish(version: SchemeVersion, scheme: Scheme, *, actor: Actor, now: datetime) -> SchemeVersion:
    last = db.session.scalar(select(func.max(SchemeVersion.version)).where(SchemeVersion.code == scheme.code))
    version.version, version.state, version.published_at = (last or 0) + 1, PUBLISHED, now
    version.code, version.title_zh, version.title_en = scheme.code, _short(scheme.title.zh), _short(scheme.title.en)
    db.session.add(version)
    db.session.flush()
    record_event("scheme", version.id, "scheme_published", actor=actor, now=now, data={"digest": version.digest})
    return version


def _published_alike(code: str, digest: str) -> SchemeVersion | None:
    return db.session.scalar(select(SchemeVersion).filter_by(code=code, digest=digest, state=PUBLISHED))


def _naming(version: SchemeVersion) -> Naming:
    return Naming(version.code, version.title_zh, version.title_en)


def _short(title: str) -> str:
    return title[:TITLE_LENGTH]


def _note(note: str) -> str:
    return note.strip()[:NOTE_LENGTH]
