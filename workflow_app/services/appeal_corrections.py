"""What a won appeal takes back: entries that did not hold, and with them the result of a period (scheme §8).

For kinds without bands: their score is what counts. A year's band is raised by the answer itself.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from states.errors import Message, Refusal
from states.ledger import standing
from states.permissions import Actor
from workflow_app.db import db
from workflow_app.models import Assignment, LedgerEntry, Review
from workflow_app.queries.ledger import as_entry, rows_of_review
from workflow_app.queries.published_answers import publication_of
from workflow_app.services import countering, filling
from workflow_app.services.advancing import kind_of
from workflow_app.services.events import record_review_event
from workflow_app.services.publishing_answers import publish_answers
from workflow_app.services.recording import record_result

AGAINST = ("deduction", "offence")


def contested(review: Review) -> list[LedgerEntry]:
    """The entries against the person that stand in a review whose kind has no bands; others have none here."""
    if kind_of(review.cycle).ranked:
        return []
    rows = rows_of_review(review)
    kept = {one.id for one in standing([as_entry(row) for row in rows])}
    return [row for row in rows if row.id in kept and row.kind in AGAINST]


def take_back(review: Review, entries: Collection[int], *, reason: str, actor: Actor, now: datetime) -> None:
    """Counter these entries, score the sheets anew and write the period's record again.

    Refuses (conflict) an entry that does not stand, or is another review's.
    """
    if not entries:
        return
    rows = {row.id: row for row in contested(review)}
    if not set(entries) <= rows.keys():
        raise Refusal(Message("One of these entries does not stand any more. Reload the page and look again."), kind="conflict")
    for number in sorted(entries):
        # Under its author's name, so that it counts on their sheet; the sanction of an offence goes with it.
        countering.counter(rows[number], reason[:1000], author_id=rows[number].author_id, actor=actor, now=now)
    for assignment in db.session.scalars(select(Assignment).filter_by(review_id=review.id, state="submitted")).all():
        filling.hand_in_again(assignment, actor=actor, now=now)
    record_result(review, actor=actor, now=now)
    if publication_of(review.id):
        publish_answers(review, actor=actor, now=now)  # Where newer answers count now, what is read of them is theirs, too.
    record_review_event(
        review, "entries_taken_back_by_appeal", actor=actor, now=now, data={"entries": sorted(entries)}
    )
