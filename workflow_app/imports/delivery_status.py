"""Reading what mail servers write back: delivery status notifications (RFC 3464), from a mail, an mbox or a maildir.

Whoever knows the address may write to it, so nothing in such a file is trusted to be well-formed.
"""

from __future__ import annotations

import email
import mailbox
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message as Mail
    from pathlib import Path

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_MAIL = 1024 * 1024
MOST_MAILS = 10_000
MOST_PARTS = 50
MOST_RECIPIENTS = 100
LONGEST_REASON = 300
STATUS = re.compile(r"\s*([245])\.[0-9]{1,3}\.[0-9]{1,3}")
KEY_HEADER = "X-Kaoping-Message"

NO_MAIL = Message("This file holds no mail. Give an .eml file, an mbox file or the folder of a maildir.")


@dataclass(frozen=True)
class Report:
    """What one notification says of one recipient. `message_id` is that of our mail, empty where it is not told."""

    address: str
    message_id: str
    reason: str
    permanent: bool
    failed: bool


def read_mails(path: Path) -> Iterator[bytes | None]:
    """Every mail of an mbox, a maildir or an .eml file; None for one that is too large to be looked at.

    Refuses (invalid) what holds no mail, (too_large) a file or a number of mails beyond every mailbox of bounces.
    """
    if path.is_dir():
        yield from _maildir(path)
        return
    if path.stat().st_size > LARGEST_FILE:
        raise Refusal(
            Message("The file is larger than %(size)s MB. Take fewer mails at once.", size=LARGEST_FILE >> 20),
            kind="too_large",
        )
    with path.open("rb") as file:
        begin = file.read(5)
    if begin == b"From ":
        yield from _mbox(path)
        return
    content = path.read_bytes()
    if not re.match(rb"[!-9;-~]{1,80}:", content):
        raise Refusal(NO_MAIL)
    yield content if len(content) <= LARGEST_MAIL else None


def read_notification(content: bytes) -> list[Report] | None:
    """What a mail says of deliveries, one report a recipient; None where it is no delivery status notification."""
    mail = email.message_from_bytes(content)
    if mail.get_content_type() != "multipart/report":
        return None
    status = original = None
    for number, part in enumerate(mail.walk()):
        if number > MOST_PARTS:
            break
        kind = part.get_content_type()
        if kind == "message/delivery-status" and status is None:
            status = part
        elif kind in {"message/rfc822", "text/rfc822-headers"} and original is None:
            original = part
    if status is None:
        return None
    groups = _groups(status)
    named = _named_in(groups, original)
    return [report for group in groups[: MOST_RECIPIENTS + 1] if (report := _report(group, named)) is not None]


def _maildir(path: Path) -> Iterator[bytes | None]:
    if not any((path / name).is_dir() for name in ("cur", "new")):
        raise Refusal(NO_MAIL)
    files = [file for name in ("new", "cur") if (path / name).is_dir() for file in sorted((path / name).iterdir())]
    if len(files) > MOST_MAILS:
        raise _too_many()
    for file in files:
        # A link could lead out of the folder.
        if file.is_file() and not file.is_symlink():
            yield file.read_bytes() if file.stat().st_size <= LARGEST_MAIL else None


def _mbox(path: Path) -> Iterator[bytes | None]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys()):
            if number >= MOST_MAILS:
                raise _too_many()
            with box.get_file(key) as file:
                content = file.read(LARGEST_MAIL + 1)
            yield content if len(content) <= LARGEST_MAIL else None
    finally:
        box.close()


def _too_many() -> Refusal:
    return Refusal(
        Message("There are more than %(count)s mails. Take fewer at once.", count=MOST_MAILS), kind="too_large"
    )


def _groups(status: Mail) -> list[Mail]:
    """The groups of fields of a delivery status: of the whole message first, then of each recipient."""
    payload = status.get_payload()
    if isinstance(payload, list):
        return [part for part in payload if not isinstance(part, str)]
    text = str(payload).replace("\r\n", "\n")
    return [email.message_from_string(block) for block in text.split("\n\n") if block.strip()]


def _named_in(groups: list[Mail], original: Mail | None) -> str:
    """Our own name of the mail, from the status itself or from the mail that was sent back."""
    for group in groups:
        for header in (KEY_HEADER, "Original-Message-ID", "X-Original-Message-ID"):
            if group.get(header):
                return _field(group, header)
    if original is None:
        return ""
    payload = original.get_payload()
    sent = payload[0] if isinstance(payload, list) and payload else email.message_from_string(str(payload))
    if isinstance(sent, str):
        return ""
    return _field(sent, KEY_HEADER) or _field(sent, "Message-ID")


def _report(group: Mail, named: str) -> Report | None:
    action, recipient = _field(group, "Action").lower(), _field(group, "Final-Recipient")
    if not action or not recipient:
        return None
    address = _field(group, "Original-Recipient").partition(";")[2] or recipient.partition(";")[2] or recipient
    found = STATUS.match(_field(group, "Status"))
    permanent = found is not None and found[1] == "5"
    said = _field(group, "Diagnostic-Code").partition(";")[2] or _field(group, "Status")
    return Report(address.strip()[:254], named, said.strip()[:LONGEST_REASON], permanent, action == "failed")


def _field(group: Mail, name: str) -> str:
    """A field on one line. Broken encodings come as an object that is no text, hence `str`."""
    return " ".join(str(group.get(name, "")).split())[:1000]
