"""Creating a cycle and launching it: the worker makes the reviews, in chunks, each of them once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from states.errors import Message, Refusal
from states.periods import read_period, title_for
from states.permissions import SYSTEM, Actor
from states.scheme import Text
from states.stages import OMITTED, WAITING
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Assignment, Cycle, Employee, Review, ReviewStage, SchemeVersion
from workflow_app.queries.candidates import Candidate, candidates, chosen, roster_of
from workflow_app.schemes import read_scheme
from workflow_app.services import progress
from workflow_app.services.advancing import open_stages
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.inviting import prepare_invitations
from workflow_app.services.reminding import set_daily_timer

CHUNK = 50
LAUNCH = "launch"
TITLE_LENGTH = 200


def create_cycle(
    version: SchemeVersion, kind: str, period: str, *, actor: Actor, now: datetime, title: Text | None = None
) -> Cycle:
    """A draft cycle of a published scheme version; `period` as written, such as 2025 or 2025-07.

    Refuses an unknown kind, a period of another shape, and a second cycle of the same title (conflict).
    """
    require(actor, "manage_cycles")
    spec = read_scheme(version).cycle_kinds.get(kind)
    if spec is None or version.state != "published":
        raise Refusal(Message("Choose a kind of cycle from a published scheme."))
    span = read_period(period, spec.period)
    title = title or title_for(spec.title, span, spec.period)
    _guard_title(version, kind, span.code, title)
    cycle = Cycle(
        scheme_version=version, kind=kind, title_zh=title.zh, title_en=title.en, period=span.code,
        period_start=span.start, period_end=span.end, state="draft", created_at=now, created_by_id=actor.account_id,
    )
    db.session.add(cycle)
    db.session.flush()
    record_event("cycle", cycle.id, "cycle_created", actor=actor, now=now, data={"kind": kind, "period": span.code})
    return cycle


def launch(cycle: Cycle, *, actor: Actor, now: datetime) -> int:
    """Open a draft cycle and ask the worker to make its reviews; returns for how many people.

    Refuses (conflict) a cycle that is launched already, and one that nobody takes part in.
    """
    require(actor, "manage_cycles")
    if cycle.state == "draft" and cycle.scheme_version.state != "published":
        raise Refusal(
            Message("The version of the scheme that this cycle was made with is retired. Move the cycle to a newer one first."),
            kind="conflict",
        )
    people = len(candidates(cycle, now=now).people)
    if cycle.state == "draft" and not people:
        raise Refusal(Message("Nobody takes part in this cycle. Import the employees first, or check the period."))
    move_cycle(cycle, "launch", actor=actor, now=now, data={"people": people})
    cycle.launched_at = now
    progress.begin("cycle", cycle.id, LAUNCH, total=people, now=now)
    enqueue(Job.LAUNCH_CYCLE, now=now, cycle_id=cycle.id)
    set_daily_timer(cycle, now=now)
    return people


def launch_cycle(cycle_id: int, *, now: datetime) -> int:
    """Cut a launched cycle into chunks and ask for each; returns how many chunks."""
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.state != "open":
        return 0
    ids = sorted(candidate.employee.id for candidate in candidates(cycle, now=now).people)
    progress.begin("cycle", cycle.id, LAUNCH, total=len(ids), now=now)
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    for chunk in chunks:
        enqueue(Job.LAUNCH_CHUNK, now=now, cycle_id=cycle.id, first_id=chunk[0], last_id=chunk[-1], people=len(chunk))
    return len(chunks)


def launch_chunk(cycle_id: int, first_id: int, last_id: int, people: int | None = None, *, now: datetime) -> int:
    """Make the reviews of the employees from `first_id` to `last_id`; returns how many were made now.

    Whole or not at all, with the message that asks for it. A review that is there already is left alone.
    `people` were counted when the launch was cut up: whoever has left the list meanwhile is done with, too.
    """
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.state != "open":
        return 0
    roster = roster_of(cycle, now)
    chunk = chosen(cycle, [one for one in roster.people.values() if first_id <= one.id <= last_id], roster)
    made = _make_reviews(cycle, chunk)
    for candidate in chunk:
        if candidate.employee.id in made:
            _furnish(made[candidate.employee.id], candidate, now=now)
    _count(cycle, len(chunk) if people is None else people, now=now)
    return len(made)


def add_person(cycle: Cycle, employee: Employee, *, actor: Actor, now: datetime) -> Review:
    """Take in somebody after the launch, such as a person whose superior was set right meanwhile."""
    require(actor, "manage_cycles")
    if cycle.state != "open":
        raise Refusal(Message("People can be added only while the cycle is open."), kind="conflict")
    found = chosen(cycle, [employee], roster_of(cycle, now))
    made = _make_reviews(cycle, found)
    if not made:
        raise Refusal(Message("This person is in the cycle already, or cannot take part in it."), kind="conflict")
    _furnish(made[employee.id], found[0], now=now, actor=actor)
    return made[employee.id]


def _guard_title(version: SchemeVersion, kind: str, period: str, title: Text) -> None:
    if max(len(title.zh), len(title.en)) > TITLE_LENGTH:
        raise Refusal(Message("A title has up to %(most)s characters.", most=TITLE_LENGTH))
    query = select(Cycle.id).filter_by(scheme_version_id=version.id, kind=kind, period=period, title_en=title.en)
    if db.session.scalar(query):
        raise Refusal(
            Message("There is a cycle “%(title)s” already. Open it, or give this one another title.", title=title),
            kind="conflict",
        )


def _make_reviews(cycle: Cycle, chunk: Sequence[Candidate]) -> dict[int, Review]:
    """Insert what is not there; by employee id, those that this transaction has made."""
    if not chunk:
        return {}
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    rows = [_row(cycle, candidate) for candidate in chunk]
    db.session.execute(insert(Review).values(rows).on_conflict_do_nothing(index_elements=["cycle_id", "employee_id"]))
    ids = [candidate.employee.id for candidate in chunk]
    # A review that another transaction has made has its first event, and so a version, already.
    fresh = select(Review).where(Review.cycle_id == cycle.id, Review.employee_id.in_(ids), Review.version == 0)
    return {review.employee_id: review for review in db.session.scalars(fresh)}


def _row(cycle: Cycle, candidate: Candidate) -> dict[str, object]:
    person = candidate.employee
    return {
        "cycle_id": cycle.id, "employee_id": person.id, "state": candidate.plan[0].spec.code, "version": 0,
        "department": person.department, "post": person.post, "population": person.population,
        "superior_id": person.superior_id, "vp_id": person.vp_id, "flags": list(candidate.flags), "explanation": {},
    }


def _furnish(review: Review, candidate: Candidate, *, now: datetime, actor: Actor = SYSTEM) -> None:
    """Give a new review its stages, forms and invitations, and open what opens at the launch."""
    for position, stage in enumerate(candidate.plan, start=1):
        db.session.add(
            ReviewStage(
                review_id=review.id, stage=stage.spec.code, position=position, alongside=stage.spec.alongside,
                state=OMITTED if stage.omitted else WAITING, omission_reason=stage.omitted,
                done_at=now if stage.omitted else None,
            )
        )
        db.session.add_all(
            Assignment(
                review_id=review.id, stage=stage.spec.code, form=form.form, assignee_id=form.assignee_id,
                state=WAITING, created_at=now,
            )
            for form in stage.forms
        )
    record_review_event(review, "created", actor=actor, now=now, data={"employee": review.employee_id})
    open_stages(review, actor=actor, now=now)
    if any(stage.spec.actor == "customers" and not stage.omitted for stage in candidate.plan):
        prepare_invitations(review, actor=actor, now=now)


def _count(cycle: Cycle, people: int, *, now: datetime) -> None:
    found = progress.find("cycle", cycle.id, LAUNCH)
    if found is not None:
        progress.advance(found, now=now, done=people)
