"""How the customers of a cycle are asked: one link or several, when they are reminded, in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.validators import tidy_lines, unsafe
from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Campaign
from workflow_app.queries.campaign import GRACE, REMINDER_DAYS, campaign_of
from workflow_app.services.events import record_event
from workflow_app.services.sharing_links import arrange_links

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.models import Cycle

MOST_REMINDERS = 5
EARLIEST_REMINDER = 60
LONGEST_GRACE = 72
LONGEST_NOTE = 1000
OVER = Message("This cycle does not collect answers any more, so how customers are asked cannot be changed.")


@dataclass(frozen=True)
class Wanted:
    """What HR sets: days before the last one, hours of grace after it, and words for both kinds of mail."""

    shared_links: bool = True
    reminder_days: Sequence[int] = REMINDER_DAYS
    grace_hours: int = int(GRACE.total_seconds() // 3600)
    note_zh: str = ""
    note_en: str = ""


def set_up_campaign(cycle: Cycle, wanted: Wanted, *, actor: Actor, now: datetime) -> Campaign:
    """Set how customers are asked from now on; what has gone out keeps its link.

    Refuses (invalid) days, hours and words out of bounds, and (conflict) a cycle that is over.
    """
    require(actor, "manage_cycles")
    if cycle.state not in {"draft", "open"}:
        raise Refusal(OVER, kind="conflict")
    _guard(wanted)
    campaign = kept_campaign(cycle, now=now)
    campaign.shared_links, campaign.grace_hours = wanted.shared_links, wanted.grace_hours
    campaign.reminder_days = sorted(set(wanted.reminder_days), reverse=True)
    campaign.note_zh, campaign.note_en = tidy_lines(wanted.note_zh), tidy_lines(wanted.note_en)
    campaign.changed_at = now
    arrange_links(cycle.id)
    record_event(
        "cycle", cycle.id, "campaign_set", actor=actor, now=now,
        data={"shared_links": wanted.shared_links, "reminder_days": campaign.reminder_days, "grace_hours": wanted.grace_hours},
        detail={"note_zh": campaign.note_zh, "note_en": campaign.note_en},
    )
    return campaign


def kept_campaign(cycle: Cycle, *, now: datetime) -> Campaign:
    """The campaign of a cycle, made with what holds by default where there is none yet."""
    campaign = campaign_of(cycle)
    if campaign is None:
        usual: dict[str, Any] = {"shared_links": True, "reminder_days": list(REMINDER_DAYS), "grace_hours": Wanted.grace_hours}
        campaign = Campaign(cycle_id=cycle.id, rule={}, note_zh="", note_en="", changed_at=now, **usual)
        db.session.add(campaign)
        db.session.flush()
    return campaign


def _guard(wanted: Wanted) -> None:
    days = wanted.reminder_days
    if len(set(days)) > MOST_REMINDERS or any(not 1 <= day <= EARLIEST_REMINDER for day in days):
        raise Refusal(Message(
            "Name up to %(count)s days for reminders, each 1 to %(most)s days before the last one.",
            count=MOST_REMINDERS, most=EARLIEST_REMINDER,
        ))
    if not 0 <= wanted.grace_hours <= LONGEST_GRACE:
        raise Refusal(Message("The grace after the last day is 0 to %(most)s hours.", most=LONGEST_GRACE))
    for note in (wanted.note_zh, wanted.note_en):
        if refused := unsafe(tidy_lines(note), longest=LONGEST_NOTE):
            raise Refusal(refused)
