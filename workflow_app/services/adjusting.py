"""Commendations and offences in a period: what changes a review's score beside its forms (scheme §4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import NOTE_LENGTH, tidy_lines, unsafe
from states.adjustments import NO_BONUS, Adjusted, bonus_points, under_clause
from states.errors import Message, Refusal
from states.ledger import standing
from states.permissions import HR
from states.scheme.forms import DeductionForm
from states.stages import EXCLUDED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import LedgerEntry, Review
from workflow_app.queries.facts import person_facts, review_facts
from workflow_app.queries.ledger import adjusted_of, as_entry
from workflow_app.schemes import scheme_of
from workflow_app.services import countering, entering
from workflow_app.services.advancing import SHORTEST_REASON, kind_of, lock_review
from workflow_app.services.composing import compose_again
from workflow_app.services.events import record_review_event

if TYPE_CHECKING:
    from datetime import datetime

    from states.evidence import Upload
    from states.permissions import Actor
    from states.scheme.results import Rule

FED_BACK = Message("The result is released already; it changes by an appeal only.")
WITH_APPROVER = Message("The grades of this cycle are with the approver; nothing is added to them any more.")
ONLY_HR = Message("While a cycle is calibrated, commendations and offences are recorded by HR only.")


def commend(
    review: Review, points: int | None, *, event: str, on: str, actor: Actor, now: datetime, file: Upload | None = None,
    clause: str = "",
) -> LedgerEntry:
    """Add the bonus of a commendation to a review: whole points by the scheme's limits, once for an event.

    `event` says what for, `on` is its day (ISO, empty: the usual one). Under a `clause` of the rulebook it brings
    what the clause names, and `points` may be None. Refuses forbidden, conflict (fed back
    already, commended already, over the period's most) and invalid.
    """
    lock_review(review)
    _guard(review, actor)
    said = words_of(event)
    rule = scheme_of(review.cycle).composition.bonus
    given = _adjusted(review).bonuses
    if any(_same(one.event, said) for one in given):
        raise Refusal(Message("This event is commended already; an event counts once."), kind="conflict")
    named = _rewarding(review, clause) if clause else None
    points = under_clause(named, points) if named else points
    if points is None:
        raise Refusal(Message("Enter the points, a whole number."))
    if not rule.least <= points <= rule.most:
        raise Refusal(Message("A bonus is a whole number from %(least)s to %(most)s.", least=rule.least, most=rule.most))
    before = bonus_points(given, rule)
    if before + points > rule.most_a_period:
        raise Refusal(
            Message("%(given)s points are given in this period already; at most %(most)s are allowed.",
                    given=before, most=rule.most_a_period), kind="conflict",
        )  # fmt: skip
    day = entering.day_in(review.cycle, on, now)
    _guard_event_elsewhere(review, said, day)
    entry = _entry(review, "bonus", said, day, actor, now)
    entry.points, entry.rule = Decimal(points), named.code if named else ""
    return _keep(review, entry, file, actor=actor, now=now)


def strike(
    review: Review, item: str, *, rule: str, note: str, on: str, standing_until: date | None, actor: Actor,
    now: datetime, file: Upload | None = None,
) -> tuple[LedgerEntry, LedgerEntry | None]:
    """Record an offence: the item's points all go, and HR's also records the sanction of its clause apart.

    A superior's waits for HR, who decides the sanction (`sanction`). `item` as `form:item`; empty: the one that the
    clause names. Returns offence and sanction. Refuses as `commend` does.
    """
    lock_review(review)
    _guard(review, actor)
    clause = _sanctioned(review, rule)
    sheet, code = _item(review, item or item_of(review, clause))
    said, day = words_of(note), entering.day_in(review.cycle, on, now)
    if any((one.form, one.item) == (sheet.code, code) for one in _adjusted(review).offences):
        raise Refusal(Message("The points of this item are gone already. Record a further sanction in the rulebook."), kind="conflict")
    offence = _entry(review, "offence", said, day, actor, now)
    offence.form, offence.item, offence.rule = sheet.code, code, clause.code
    guard_standing(standing_until, day)
    _keep(review, offence, file, actor=actor, now=now)
    decided = actor.has(HR)
    return offence, _sanction(offence, clause, standing_until, actor=actor, now=now) if decided else None


def sanction(offence: LedgerEntry, *, standing_until: date | None, actor: Actor, now: datetime) -> LedgerEntry:
    """HR records the sanction of an offence that somebody else reported; it is taken back together with it.

    Refuses forbidden (not HR, or oneself), conflict (taken back, or decided already), invalid.
    """
    require(actor, "keep_rulebook", person_facts(offence.employee))
    if offence.kind != "offence" or offence.review is None:
        raise Refusal(Message("There is no such offence."), kind="not_found")
    lock_review(offence.review)
    followed = db.session.scalar(select(LedgerEntry.id).filter_by(follows_id=offence.id))
    if followed is not None or countering.is_taken_back(offence):
        raise Refusal(Message("This offence is taken back, or its sanction is recorded already."), kind="conflict")
    clause = _sanctioned(offence.review, offence.rule)
    guard_standing(standing_until, offence.happened_on)
    return _sanction(offence, clause, standing_until, actor=actor, now=now)


def guard_standing(until: date | None, day: date) -> None:
    """Refuses a sanction that would be over before it began."""
    if until is not None and until < day:
        raise Refusal(Message("The sanction would end before the day of the event. Choose a later day, or none."))


def guard_open(review: Review, actor: Actor) -> None:
    """Refuses (conflict) a review to which nothing is added any more."""
    if review.state == EXCLUDED:
        raise Refusal(Message("This person was taken out of the cycle, so the review does not move any more."), kind="conflict")
    if review.released_at is not None:
        raise Refusal(FED_BACK, kind="conflict")
    if review.cycle.state == "calibrating":
        if not actor.has(HR):
            raise Refusal(ONLY_HR, kind="conflict")
    elif review.cycle.state != "open":
        raise Refusal(WITH_APPROVER, kind="conflict")


def work_out_anew(review: Review, *, actor: Actor, now: datetime, kind: str) -> None:
    """While a cycle is calibrated, what changes a score has the totals worked out once more."""
    if review.cycle.state == "calibrating" and kind in {"bonus", "offence"}:
        compose_again(review.cycle, actor=actor, now=now)


def sheets_of(review: Review) -> list[DeductionForm]:
    """The deduction sheets that this person is scored by in this review."""
    scheme, kind = scheme_of(review.cycle), kind_of(review.cycle)
    codes = {
        stage.form_for(population=review.population, post=review.post)
        for stage in kind.stages
        if stage.actor != "self"
    }
    forms = [scheme.forms.get(code or "") for code in sorted(code for code in codes if code)]
    return [form for form in forms if isinstance(form, DeductionForm)]


def sanctioned_rules(review: Review) -> list[Rule]:
    """The clauses of the scheme's rulebook that lead to a sanction."""
    book = scheme_of(review.cycle).rulebook
    rungs = {rung.code for rung in book.sanctions} if book else set()
    return [rule for rule in book.rules if rule.leads_to in rungs] if book else []


def rewarding_rules(review: Review) -> list[Rule]:
    """The clauses of the scheme's rulebook that bring points with a commendation."""
    book = scheme_of(review.cycle).rulebook
    return [rule for rule in book.rules if rule.bonus is not None] if book else []


def item_of(review: Review, clause: Rule) -> str:
    """The item that a clause strikes on the sheets of this person, as `form:item`; empty where none has it."""
    found = (f"{sheet.code}:{item.code}" for sheet in sheets_of(review) for item in sheet.items if item.code == clause.item)
    return next(found, "")


def words_of(text: str) -> str:
    """What happened, in words long enough to say something; `Refusal` otherwise."""
    said = tidy_lines(text)
    fault = unsafe(said, longest=NOTE_LENGTH)
    if fault:
        raise Refusal(fault)
    if len(said) < SHORTEST_REASON:
        raise Refusal(Message("Say what happened, in at least %(least)s characters.", least=SHORTEST_REASON))
    return said


def _guard(review: Review, actor: Actor) -> None:
    require(actor, "adjust_review", review_facts(review))
    guard_open(review, actor)


def _adjusted(review: Review) -> Adjusted:
    return adjusted_of(Review.id == review.id).get(review.id, Adjusted())


def _same(event: str, other: str) -> bool:
    return " ".join(event.split()).casefold() == " ".join(other.split()).casefold()


def _guard_event_elsewhere(review: Review, said: str, day: date) -> None:
    """An event counts once, whatever period it is entered in."""
    query = select(LedgerEntry).where(
        LedgerEntry.employee_id == review.employee_id, LedgerEntry.kind.in_(("bonus", "counter")),
    )
    rows = list(db.session.scalars(query.order_by(LedgerEntry.id)))
    kept = standing(as_entry(row) for row in rows)
    if any(one.on == day and _same(one.note, said) for one in kept):
        raise Refusal(Message("This event is commended already; an event counts once."), kind="conflict")


def _rewarding(review: Review, code: str) -> Rule:
    found = next((rule for rule in rewarding_rules(review) if rule.code == code), None)
    if found is None:
        raise Refusal(NO_BONUS)
    return found


def _sanctioned(review: Review, code: str) -> Rule:
    found = next((rule for rule in sanctioned_rules(review) if rule.code == code), None)
    if found is None:
        raise Refusal(Message("Choose a clause of the rulebook that leads to a sanction."))
    return found


def _item(review: Review, chosen: str) -> tuple[DeductionForm, str]:
    form, _colon, item = chosen.partition(":")
    for sheet in sheets_of(review):
        if sheet.code == form and any(one.code == item for one in sheet.items):
            return sheet, item
    raise Refusal(Message("Choose the item whose points go."))


def _entry(review: Review, kind: str, note: str, day: date, actor: Actor, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        employee_id=review.employee_id, review_id=review.id, kind=kind, note=note, happened_on=day,
        author_id=actor.employee_id, recorded_by_id=actor.account_id, recorded_at=now,
    )


def _sanction(offence: LedgerEntry, clause: Rule, until: date | None, *, actor: Actor, now: datetime) -> LedgerEntry:
    review = db.session.get_one(Review, offence.review_id)
    made = _entry(review, "sanction", offence.note, offence.happened_on, actor, now)
    made.rule, made.rung, made.standing_until, made.follows_id = clause.code, clause.leads_to, until, offence.id
    return _keep(review, made, None, actor=actor, now=now)


def _keep(review: Review, entry: LedgerEntry, file: Upload | None, *, actor: Actor, now: datetime) -> LedgerEntry:
    db.session.add(entry)
    if file is not None:
        entering.attach(entry, file, actor=actor, now=now)
    db.session.flush()
    data = {"entry": entry.id, "kind": entry.kind, "item": entry.item, "rule": entry.rule}
    record_review_event(review, "entry_added", actor=actor, now=now, data=data, detail={"note": entry.note})
    work_out_anew(review, actor=actor, now=now, kind=entry.kind)
    return entry
