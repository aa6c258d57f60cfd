"""A mailbox of bounces is read: what it says is noted, the rest is skipped and counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from workflow_app.imports.delivery_status import read_mails, read_notification
from workflow_app.services.bouncing import note_bounce

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

COUNTED = ("noted", "known", "unknown", "delayed", "other", "unreadable")


def read_bounces(path: Path, *, now: datetime) -> Counter[str]:
    """Note every bounce in an .eml file, an mbox or a maildir; the same file twice changes nothing.

    Counts recipients that are "noted", "known" (noted before), "unknown" (no mail of ours), "delayed" (a server still
    tries), and mails that are "other" (no notification) or "unreadable". Refuses what holds no mail (`read_mails`).
    """
    counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    for content in read_mails(path):
        if content is None:
            counts["unreadable"] += 1
            continue
        try:
            reports = read_notification(content)
        except Exception:  # noqa: BLE001 (strangers wrote it: whatever the parser stumbles over, the next mail is read)
            counts["unreadable"] += 1
            continue
        if reports is None:
            counts["other"] += 1
            continue
        for report in reports:
            if not report.failed:
                counts["delayed"] += 1
                continue
            counts[note_bounce(
                message_id=report.message_id, address=report.address, reason=report.reason,
                permanent=report.permanent, now=now,
            )] += 1
    return counts
