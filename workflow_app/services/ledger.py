"""The ledger's verbs: add a deduction, take one back with a reason, reply to what is about oneself (scheme §2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import NOTE_LENGTH, tidy_lines, unsafe
from states.errors import Message, Refusal
from states.permissions import HR
from states.scheme.forms import DeductionForm
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Assignment, LedgerEntry
from workflow_app.queries.facts import assignment_facts, person_facts, review_facts
from workflow_app.queries.ledger import entry_facts, is_in
from workflow_app.services import adjusting, countering, entering, filling
from workflow_app.services.advancing import checked_reason, lock_review
from workflow_app.services.events import record_event, record_review_event

if TYPE_CHECKING:
    from datetime import datetime

    from forms.kinds.base import Answers
    from states.evidence import Upload
    from states.permissions import Actor

NO_ITEM = Message("This form has no such item. Reload the page and try again.")
NOTHING_TYPED = Message("Enter the points to take off, or choose a clause.")
TAKEN_BACK = Message("This entry is taken back already.")
HANDED_IN = Message("The sheet is handed in, so its entries count as they are. Ask HR to return it if one is wrong.")
ONLY_AUTHOR = Message("Whoever recorded this entry takes it back, or HR.")
DECIDED = Message("HR has recorded a sanction for this offence. Ask HR to take both back.")
ONCE = Message("You have replied to this entry already. A reply stands as it was written.")


def add_deduction(
    assignment: Assignment, item: str, typed: Answers, *, actor: Actor, now: datetime, file: Upload | None = None
) -> LedgerEntry:
    """Enter one deduction (`deducted`, `clause`, `times`, `on`, `note`) of an item into an open form's ledger.

    Two people who add at once both have their rows. Refuses: forbidden (not the rater), conflict (the form
    is not open), invalid (what the clauses, the period or the evidence do not allow).
    """
    lock_review(assignment.review)
    require(actor, "fill_form", assignment_facts(assignment))
    _guard_open(assignment)
    spec = filling.form_spec(assignment)
    if not isinstance(spec, DeductionForm) or all(one.code != item for one in spec.items):
        raise Refusal(NO_ITEM)
    fault = unsafe(str(typed.get("note") or ""), longest=NOTE_LENGTH)
    if fault:
        raise Refusal(fault)
    made = entering.enter_typed(
        assignment, spec, {item: typed}, actor=actor, now=now, files={item: file} if file else {}, only=item
    )
    if not made:
        raise Refusal(NOTHING_TYPED)
    record_review_event(
        assignment.review, "entry_added", actor=actor, now=now,
        data={"entry": made[0].id, "form": assignment.form, "item": item, "clause": made[0].clause},
    )
    return made[0]


def correct(entry: LedgerEntry, *, reason: str, actor: Actor, now: datetime) -> LedgerEntry:
    """Take an entry back by a counter-entry with a reason; the entry itself stays as it is.

    A deduction: its rater, while the sheet is open. A commendation or offence: who recorded it or HR, before the
    feedback; the sanction of an offence goes with it. A reward or sanction: HR. Nobody takes back what another
    recorded about them. Refuses forbidden, conflict (taken back already, handed in), invalid.
    """
    why = checked_reason(reason)
    if entry.review is not None:
        lock_review(entry.review)
    _guard_correction(entry, actor)
    if entry.kind == "counter" or countering.is_taken_back(entry):
        raise Refusal(TAKEN_BACK, kind="conflict")
    counter, with_it = countering.counter(entry, why, author_id=_same_author(entry, actor), actor=actor, now=now)
    data = {"entry": entry.id, "counter": counter.id, "sanctions": [one.corrects_id for one in with_it]}
    if entry.review is not None:
        record_review_event(entry.review, "entry_taken_back", actor=actor, now=now, data=data, detail={"reason": why})
        adjusting.work_out_anew(entry.review, actor=actor, now=now, kind=entry.kind)
    else:
        record_event("employee", entry.employee_id, "entry_taken_back", actor=actor, now=now, data=data, detail={"reason": why})
    return counter


def reply(entry: LedgerEntry, *, text: str, actor: Actor, now: datetime) -> None:
    """The person whom a shown entry is about replies to it, once.

    Refuses forbidden (somebody else, or not shown yet), conflict (replied already), invalid (empty, too long).
    """
    require(actor, "reply_to_entry", entry_facts(entry))
    words = tidy_lines(text)
    if not words:
        raise Refusal(Message("Write your reply first."))
    fault = unsafe(words, longest=NOTE_LENGTH)
    if fault:
        raise Refusal(fault)
    db.session.refresh(entry, with_for_update={"of": LedgerEntry})
    if entry.kind == "counter" or entry.replied_at is not None:
        raise Refusal(ONCE, kind="conflict")
    entry.reply, entry.replied_at = words, now
    record_event("ledger_entry", entry.id, "entry_replied", actor=actor, now=now, data={"entry": entry.id})


def _guard_open(assignment: Assignment) -> None:
    db.session.refresh(assignment, with_for_update={"of": Assignment})
    closed = filling.closed_reason(assignment)
    if closed:
        raise Refusal(closed, kind="conflict")


def _guard_correction(entry: LedgerEntry, actor: Actor) -> None:
    if entry.review is None or entry.kind in {"reward", "sanction"}:
        require(actor, "keep_rulebook", person_facts(entry.employee))
        return
    if entry.kind != "deduction":
        require(actor, "adjust_review", review_facts(entry.review))
        _guard_author(entry, actor)
        adjusting.guard_open(entry.review, actor)
        return
    assignment = open_form_of(entry, actor)
    if assignment is None:
        require(actor, "see_entry", entry_facts(entry))
        raise Refusal(HANDED_IN, kind="conflict")


def _guard_author(entry: LedgerEntry, actor: Actor) -> None:
    if actor.has(HR):
        return
    if actor.account_id is None or entry.recorded_by_id != actor.account_id:
        raise Refusal(ONLY_AUTHOR, kind="forbidden")
    if any(one.recorded_by_id != actor.account_id for one in countering.sanctions_of(entry)):
        raise Refusal(DECIDED, kind="forbidden")


def open_form_of(entry: LedgerEntry, actor: Actor) -> Assignment | None:
    """The open form in whose ledger the entry is, where the actor fills it.

    A scheme may give one form to several stages: an entry belongs to its author's, and to whoever took that over.
    """
    if actor.employee_id == entry.employee_id != entry.author_id:
        return None
    query = select(Assignment).filter_by(
        review_id=entry.review_id, form=entry.form, assignee_id=actor.employee_id or 0, state="open"
    )
    for found in db.session.scalars(query.order_by(Assignment.id)):
        if filling.closed_reason(found) is None and is_in(entry, found):
            return found
    return None


def _same_author(entry: LedgerEntry, actor: Actor) -> int | None:
    """A counter-entry on a sheet belongs to the sheet's rater, so that both are read together."""
    return entry.author_id if entry.kind == "deduction" else actor.employee_id
