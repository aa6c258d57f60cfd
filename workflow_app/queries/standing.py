"""What the reviews of a cycle have behind them: stages, forms, answers. Read at once, however many there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.stages import DONE, OMITTED, OPEN
from workflow_app.db import db
from workflow_app.models import Assignment, Invitation, LedgerEntry, Review, ReviewStage, Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow_app.models import Cycle

ASKED = ("sent", "opened", "submitted", "declined")
"""A customer who holds the link may answer the form that it names."""


@dataclass
class Held:
    """One review with its stages in order, its forms by stage (handed-over ones left out), and its links."""

    review: Review
    rows: list[ReviewStage] = field(default_factory=list)
    forms: dict[str, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    links: list[Invitation] = field(default_factory=list)

    @property
    def stages(self) -> tuple[str, ...]:
        """The codes of the stages in order."""
        return tuple(row.stage for row in self.rows)

    def row(self, stage: str) -> ReviewStage | None:
        """The row of a stage, or None."""
        return next((row for row in self.rows if row.stage == stage), None)

    @property
    def skipped(self) -> frozenset[str]:
        """The stages that are left out, each with its reason."""
        return frozenset(row.stage for row in self.rows if row.state == OMITTED)

    def done(self, survey: str | None) -> frozenset[str]:
        """The stages that are finished or hold answers; `survey` is begun where a customer was asked."""
        found = {row.stage for row in self.rows if row.state == DONE}
        found |= {stage for stage, some in self.forms.items() if any(one.state == "submitted" for one in some)}
        asked = survey is not None and any(link.state in ASKED for link in self.links)
        return frozenset(found | ({survey} if asked and survey else set())) - self.skipped

    def is_open(self, stage: str) -> bool:
        """Whether somebody may be working at this stage now."""
        row = self.row(stage)
        return row is not None and row.state == OPEN


def reviews_held(cycle: Cycle, *, lock: bool = False) -> list[Held]:
    """Every review of a cycle, in order of their ids; `lock` holds them until the transaction ends."""
    query = select(Review).where(Review.cycle_id == cycle.id).order_by(Review.id)
    if lock:
        query = query.with_for_update(of=Review).execution_options(populate_existing=True)
    found = {review.id: Held(review) for review in db.session.scalars(query.options(joinedload(Review.employee)))}
    mine = select(Review.id).where(Review.cycle_id == cycle.id)
    fresh = {"populate_existing": lock}
    rows = select(ReviewStage).where(ReviewStage.review_id.in_(mine)).order_by(ReviewStage.position, ReviewStage.id)
    for row in db.session.scalars(rows.execution_options(**fresh)):
        found[row.review_id].rows.append(row)
    forms = select(Assignment).where(Assignment.review_id.in_(mine), Assignment.state != "handed_over")
    for form in db.session.scalars(forms.order_by(Assignment.id).execution_options(**fresh)):
        found[form.review_id].forms[form.stage].append(form)
    links = select(Invitation).where(Invitation.review_id.in_(mine)).order_by(Invitation.id)
    for link in db.session.scalars(links.execution_options(**fresh)):
        found[link.review_id].links.append(link)
    return list(found.values())


def forms_filled(cycle: Cycle) -> frozenset[str]:
    """The codes of the forms for which somebody handed in answers, or entered a deduction."""
    mine = select(Review.id).where(Review.cycle_id == cycle.id)
    handed_in = Submission.state == "submitted"
    queries = (
        select(Assignment.form).join(Submission, Submission.assignment_id == Assignment.id)
        .where(Assignment.review_id.in_(mine), handed_in),
        select(Invitation.form).join(Submission, Submission.invitation_id == Invitation.id)
        .where(Invitation.review_id.in_(mine), handed_in),
        select(LedgerEntry.form).where(LedgerEntry.review_id.in_(mine), LedgerEntry.form != ""),
    )  # fmt: skip
    return frozenset(code for query in queries for code in db.session.scalars(query.distinct()))


def begun_drafts(held: Sequence[Held]) -> set[int]:
    """The ids of assignments that hold a draft which nobody has handed in."""
    ids = [form.id for one in held for some in one.forms.values() for form in some if form.state in ("open", "waiting")]
    query = select(Submission.assignment_id).where(Submission.state == "draft", Submission.assignment_id.in_(ids))
    return {number for number in db.session.scalars(query) if number is not None}
